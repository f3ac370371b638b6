// SPDX-License-Identifier: Apache-2.0
// Approximately timed transactions at the sockets: the phases that come from initiators and
// targets, and those that are sent to them.
#include "sim/systemc/impl.h"

#include <algorithm>

namespace ordito_sc
{

using sc_core::sc_time;
using tlm::tlm_generic_payload;

tlm::tlm_sync_enum fabric::nb_transport_fw(int tag, tlm_generic_payload &trans,
                                           tlm::tlm_phase &phase, sc_time &delay)
{
    auto node = static_cast<uint32_t>(tag);
    if (phase == tlm::BEGIN_REQ)
        return self->begin_request(node, trans, delay);
    if (phase == tlm::END_RESP) {
        self->end_answer(node, trans, delay);
        return tlm::TLM_COMPLETED;
    }
    if (phase == tlm::END_REQ || phase == tlm::BEGIN_RESP)
        fail(std::string(target_sockets[node].name()) +
             ": an initiator began the phase of a target");
    return tlm::TLM_ACCEPTED; // a phase that may be ignored
}

tlm::tlm_sync_enum fabric::nb_transport_bw(int tag, tlm_generic_payload &trans,
                                           tlm::tlm_phase &phase, sc_time &delay)
{
    auto node = static_cast<uint32_t>(tag);
    if (phase == tlm::END_REQ)
        self->end_offer(node, trans, delay);
    else if (phase == tlm::BEGIN_RESP)
        self->begin_reply(node, trans, delay, true);
    else if (phase == tlm::BEGIN_REQ || phase == tlm::END_RESP)
        fail(std::string(initiator_sockets[node].name()) +
             ": a target began the phase of an initiator");
    return tlm::TLM_ACCEPTED;
}

// A request waits in its turn until the cycle thread accepts it.
tlm::tlm_sync_enum fabric::impl::begin_request(uint32_t node, tlm_generic_payload &trans,
                                               const sc_time &delay)
{
    turn &request = nodes[node].request;
    if (request.current)
        fail(std::string(owner.target_sockets[node].name()) + ": BEGIN_REQ before END_REQ of " +
             "the transaction before");
    if (!trans.has_mm())
        fail(std::string(owner.target_sockets[node].name()) + ": nb_transport of a transaction " +
             "without a memory manager");
    uint32_t destination;
    uint64_t offset;
    trans.set_dmi_allowed(false);
    if (!decode(trans, num_addresses(trans), destination, offset)) {
        trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return tlm::TLM_COMPLETED;
    }
    trans.acquire();
    request.current = take_slot({0, &trans, transfer::ROUND_TRIP, trans.get_address(), offset, node,
                                 destination, 0, false, false});
    request.from_cycle = cycle_from(delay);
    wake.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_ACCEPTED;
}

void fabric::impl::send_end_request(uint32_t node)
{
    endpoint &at = nodes[node];
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_time delay = sc_core::SC_ZERO_TIME;
    transfer *accepted = at.request.current;
    at.request.current = nullptr;
    at.accepted = false;
    owner.target_sockets[node]->nb_transport_bw(*accepted->trans, phase, delay);
}

void fabric::impl::send_answer(uint32_t node)
{
    endpoint &at = nodes[node];
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_time delay = sc_core::SC_ZERO_TIME;
    tlm_generic_payload &trans = *at.answers.front()->trans;
    at.answer.current = at.answers.front();
    at.answers.pop_front();
    auto status = owner.target_sockets[node]->nb_transport_bw(trans, phase, delay);
    if (status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::END_RESP))
        end_answer(node, trans, delay);
}

void fabric::impl::end_answer(uint32_t node, const tlm_generic_payload &trans, const sc_time &delay)
{
    endpoint &at = nodes[node];
    if (!at.answer.current || at.answer.current->trans != &trans)
        fail(std::string(owner.target_sockets[node].name()) + ": END_RESP without BEGIN_RESP");
    at.under_way -= at.answer.current->kind == transfer::ROUND_TRIP;
    free_slot(at.answer.current);
    at.answer = {nullptr, cycle_from(delay)};
    wake.notify(sc_core::SC_ZERO_TIME);
}

void fabric::impl::send_offer(uint32_t node)
{
    endpoint &at = nodes[node];
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_time delay = sc_core::SC_ZERO_TIME;
    tlm_generic_payload &trans = *at.offers.front()->trans;
    trans.set_address(at.offers.front()->offset);
    at.serving.push_back(at.offers.front());
    at.offer.current = at.offers.front();
    at.offers.pop_front();
    auto status = owner.initiator_sockets[node]->nb_transport_fw(trans, phase, delay);
    if (status == tlm::TLM_COMPLETED)
        begin_reply(node, trans, delay, false);
    else if (status == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP)
        begin_reply(node, trans, delay, true);
    else if (status == tlm::TLM_UPDATED && phase == tlm::END_REQ) // others may be ignored
        end_offer(node, trans, delay);
}

void fabric::impl::end_offer(uint32_t node, const tlm_generic_payload &trans, const sc_time &delay)
{
    turn &offer = nodes[node].offer;
    if (!offer.current || offer.current->trans != &trans)
        fail(std::string(owner.initiator_sockets[node].name()) + ": END_REQ without BEGIN_REQ");
    offer = {nullptr, cycle_from(delay)};
    wake.notify(sc_core::SC_ZERO_TIME);
}

// The target answers; that it takes the request, too, need not have been said.
void fabric::impl::begin_reply(uint32_t node, const tlm_generic_payload &trans,
                               const sc_time &delay, bool phased)
{
    endpoint &at = nodes[node];
    auto found = std::find_if(at.serving.begin(), at.serving.end(),
                              [&](const transfer *of) { return of->trans == &trans; });
    if (found == at.serving.end())
        fail(std::string(owner.initiator_sockets[node].name()) +
             ": BEGIN_RESP of a transaction that has no request here");
    transfer *of = *found;
    at.serving.erase(found);
    if (at.offer.current == of)
        end_offer(node, trans, delay);
    of->trans->set_address(of->address);
    of->trans->set_dmi_allowed(false);
    uint64_t from_cycle = cycle_from(delay);
    auto later = std::find_if(at.replies.begin(), at.replies.end(),
                              [&](const auto &reply) { return reply.from_cycle > from_cycle; });
    at.replies.insert(later, {of, from_cycle, phased});
    wake.notify(sc_core::SC_ZERO_TIME);
}

void fabric::impl::send_end_reply(uint32_t node)
{
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_time delay = sc_core::SC_ZERO_TIME;
    transfer *of = nodes[node].replied;
    nodes[node].replied = nullptr;
    owner.initiator_sockets[node]->nb_transport_fw(*of->trans, phase, delay);
    if (of->kind == transfer::POSTED_COPY)
        end_copy(of);
}

transfer *fabric::impl::take_slot(const transfer &of)
{
    uint64_t slot = slots.size();
    if (free_slots.empty()) {
        slots.emplace_back();
    } else {
        slot = free_slots.back();
        free_slots.pop_back();
    }
    slots[slot] = of;
    slots[slot].slot = slot;
    return &slots[slot];
}

void fabric::impl::free_slot(transfer *of)
{
    of->trans->release();
    free_slots.push_back(of->slot);
}

} // namespace ordito_sc
