// SPDX-License-Identifier: Apache-2.0
// The cycle thread: what is created in a cycle, the cycle itself, and what comes of it.
#include "sim/systemc/impl.h"

#include <algorithm>

namespace ordito_sc
{

enum { REQUEST, RESPONSE }; // lowest bit of a packet's tag, above which is the transfer's slot

void fabric::impl::run()
{
    for (;;) {
        uint64_t next = next_cycle();
        sc_core::sc_time now = sc_core::sc_time_stamp();
        if (next == ORDITO_NEVER) {
            sc_core::wait(wake);
        } else if (start_of(next) > now) {
            sc_core::wait(start_of(next) - now, wake);
        } else {
            net.step_to(next);
            sc_core::wait(quarter);
            for (uint32_t n = 0; n < nodes.size(); n++)
                create_packets(n, next);
            sc_core::sc_time edge = sc_core::sc_time_stamp() + half_cycle.value;
            net.step(); // which waits for the edge if RTL of SystemC is in it, and so do others:
                        // what happens at one time may depend on the order of waits
            if (sc_core::sc_time_stamp() < edge)
                sc_core::wait(half_cycle.value);
            sc_core::wait(start_of(next + 1) - sc_core::sc_time_stamp());
            take_deliveries();
            for (uint32_t n = 0; n < nodes.size(); n++)
                call_out(n, next);
        }
    }
}

uint64_t fabric::impl::next_cycle() const
{
    uint64_t now = cycle_from(sc_core::SC_ZERO_TIME);
    if (!net.idle())
        return now;
    uint64_t next = ORDITO_NEVER;
    for (const endpoint &at : nodes) {
        if (at.request.current && at.under_way < params.outstanding)
            next = std::min(next, at.request.from_cycle);
        if (!at.replies.empty())
            next = std::min(next, at.replies.front().from_cycle);
        if (!at.offers.empty() && !at.offer.current)
            next = std::min(next, at.offer.from_cycle);
        if (!at.answers.empty() && !at.answer.current)
            next = std::min(next, at.answer.from_cycle);
    }
    return std::max(next, now);
}

// Accepts a node's request, and a reply of its target.
void fabric::impl::create_packets(uint32_t node, uint64_t cycle)
{
    endpoint &at = nodes[node];
    if (at.request.current && at.request.from_cycle <= cycle && at.under_way < params.outstanding) {
        transfer *of = at.request.current;
        at.accepted = true;
        at.under_way++;
        if (params.posted_writes && of->trans->is_write()) {
            transfer *copy = take_slot(*of);
            copy->trans = posted.make(*of->trans);
            copy->trans->acquire();
            copy->kind = transfer::POSTED_COPY;
            of->kind = transfer::POSTED_ANSWER;
            of->trans->set_response_status(tlm::TLM_OK_RESPONSE);
            of = copy;
        }
        of->packets_left =
            net.send(node, of->destination, request_flits(*of->trans), 0, of->slot << 1 | REQUEST);
        flows[{node, of->destination}].push_back(of);
    }
    if (at.replies.empty() || at.replies.front().from_cycle > cycle)
        return;
    endpoint::reply reply = at.replies.front();
    at.replies.pop_front();
    if (reply.phased)
        at.replied = reply.of;
    if (reply.of->kind == transfer::ROUND_TRIP)
        reply.of->packets_left =
            net.send(node, reply.of->source, response_flits(*reply.of->trans),
                     net.topology().classes > 1, reply.of->slot << 1 | RESPONSE);
    else if (!reply.phased)
        end_copy(reply.of);
}

// A posted write is done.
void fabric::impl::end_copy(transfer *of)
{
    num_posted_faults += !of->trans->is_response_ok();
    nodes[of->source].under_way--;
    free_slot(of);
}

void fabric::impl::take_deliveries()
{
    ordito_delivery packet;
    while (net.poll(packet)) {
        if (owner.on_packet)
            owner.on_packet({packet.packet, packet.created_cycle, packet.injected_cycle,
                             packet.ejected_cycle, packet.source, packet.destination, packet.flits,
                             packet.hops, packet.traffic_class});
        transfer *of = &slots[packet.tag >> 1];
        of->faulty |= packet.fate != ORDITO_WHOLE;
        if (--of->packets_left > 0)
            continue;
        if ((packet.tag & RESPONSE) == REQUEST)
            take_request(of);
        else
            answer(of);
    }
}

// Requests of a flow are offered in the order in which they were created.
void fabric::impl::take_request(transfer *of)
{
    auto &flow = flows[{of->source, of->destination}];
    of->arrived = true;
    while (!flow.empty() && flow.front()->arrived) {
        transfer *first = flow.front();
        flow.pop_front();
        if (!first->faulty)
            nodes[first->destination].offers.push_back(first);
        else
            answer(first);
    }
}

void fabric::impl::answer(transfer *of)
{
    if (of->faulty)
        of->trans->set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    if (of->kind == transfer::POSTED_COPY)
        end_copy(of);
    else
        nodes[of->source].answers.push_back(of);
}

// At the end of a cycle: what the sockets of a node are told.
void fabric::impl::call_out(uint32_t node, uint64_t cycle)
{
    endpoint &at = nodes[node];
    if (at.accepted) {
        if (at.request.current->kind == transfer::POSTED_ANSWER)
            at.answers.push_back(at.request.current);
        send_end_request(node);
    }
    if (at.replied)
        send_end_reply(node);
    if (!at.offers.empty() && !at.offer.current && at.offer.from_cycle <= cycle)
        send_offer(node);
    if (!at.answers.empty() && !at.answer.current && at.answer.from_cycle <= cycle)
        send_answer(node);
    bool full = params.waiting_requests > 0 && at.offers.size() >= params.waiting_requests;
    if (full != at.stalled)
        net.take_requests(node, !full);
    at.stalled = full;
}

} // namespace ordito_sc
