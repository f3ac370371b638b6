// SPDX-License-Identifier: Apache-2.0
#include "tests/systemc/traffic.h"

#include <tlm_utils/tlm_quantumkeeper.h>

using sc_core::sc_time;
using tlm::tlm_generic_payload;

enum { PRIVATE_BYTES = 1024 };

transaction::transaction(tlm::tlm_mm_interface *mm, unsigned number, bool is_read, uint64_t to,
                         unsigned num_bytes)
    : idx(number), data(num_bytes)
{
    for (unsigned i = 0; !is_read && i < num_bytes; i++)
        data[i] = static_cast<unsigned char>(number + i);
    set_mm(mm);
    acquire();
    set_command(is_read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
    set_address(to);
    set_data_ptr(data.data());
    set_data_length(num_bytes);
    set_streaming_width(num_bytes);
}

initiator::initiator(sc_core::sc_module_name name, unsigned at, std::vector<uint64_t> to,
                     std::vector<uint64_t> not_to, const traffic_params &given, sc_time period)
    : sc_module(name), log(given.num), node(at), targets(std::move(to)),
      no_targets(std::move(not_to)), params(given), cycle(period), what(at), when(at + 10000)
{
    socket.register_nb_transport_bw(this, &initiator::nb_transport_bw);
    SC_HAS_PROCESS(initiator);
    SC_THREAD(run);
    SC_METHOD(end_response);
    sensitive << respond;
    dont_initialize();
}

initiator::~initiator()
{
    while (!live.empty())
        free(*live.begin());
}

// Times are no multiples of a cycle.
sc_time initiator::some_time(unsigned most_cycles)
{
    return cycle * (when.below(8 * most_cycles + 1) / 8.0);
}

transaction *initiator::next(unsigned idx)
{
    uint64_t to = targets[what.below(static_cast<unsigned>(targets.size()))];
    unsigned num_bytes = 1 + what.below(params.most_bytes);
    to += what.below(PRIVATE_BYTES - num_bytes);
    if (!params.plain && idx % 16 == 15) // an address without a target
        to = no_targets[what.below(static_cast<unsigned>(no_targets.size()))] - num_bytes + 1;
    auto *trans = new transaction(this, idx, what.below(2) == 1, to, num_bytes);
    live.insert(trans);
    return trans;
}

void initiator::run()
{
    tlm_utils::tlm_quantumkeeper keeper;
    keeper.reset();
    for (unsigned idx = 0; idx < params.num; idx++) {
        keeper.inc(some_time(2 * params.gap_cycles));
        if (!params.lt || keeper.need_sync())
            keeper.sync();
        transaction *trans = next(idx);
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay = keeper.get_local_time();
        if (!params.lt && !params.plain)
            delay += some_time(3);
        trans->began = sc_core::sc_time_stamp() + delay;
        if (params.lt) {
            socket->b_transport(*trans, delay);
            keeper.set(delay);
            done(*trans, delay);
            continue;
        }
        if (socket->nb_transport_fw(*trans, phase, delay) == tlm::TLM_COMPLETED) {
            done(*trans, delay);
            continue;
        }
        if (params.plant != "early-request")
            wait(params.plain ? answered : accepted);
    }
}

tlm::tlm_sync_enum initiator::nb_transport_bw(tlm_generic_payload &trans, tlm::tlm_phase &phase,
                                              sc_time &delay)
{
    if (phase == tlm::END_REQ)
        accepted.notify(delay);
    if (phase != tlm::BEGIN_RESP)
        return tlm::TLM_ACCEPTED;
    unsigned way = params.plain ? 0 : when.below(3);
    if (way == 2) {
        answer = static_cast<transaction *>(&trans);
        respond.notify(delay + some_time(4));
        return tlm::TLM_ACCEPTED;
    }
    delay += way == 1 ? some_time(3) : sc_core::SC_ZERO_TIME;
    phase = tlm::END_RESP;
    answered.notify(delay);
    done(static_cast<transaction &>(trans), delay);
    return way == 1 ? tlm::TLM_UPDATED : tlm::TLM_COMPLETED;
}

void initiator::end_response()
{
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_time delay = sc_core::SC_ZERO_TIME;
    transaction *trans = answer;
    answer = nullptr;
    trans->acquire();
    socket->nb_transport_fw(*trans, phase, delay);
    done(*trans, delay);
    trans->release();
}

void initiator::done(transaction &trans, sc_time delay)
{
    sc_assert(!trans.is_dmi_allowed());
    done_line &line = log[trans.idx];
    line.began = trans.began;
    line.ended = sc_core::sc_time_stamp() + delay;
    if (params.tells) {
        unsigned long sum = 0;
        for (unsigned char byte : trans.data)
            sum = sum * 31 + byte;
        line.text = std::to_string(node) + (trans.is_read() ? " reads " : " writes ") +
                    std::to_string(trans.data.size()) + " at " +
                    std::to_string(trans.get_address()) + ": " + trans.get_response_string() + ' ' +
                    std::to_string(sum);
    }
    num_done++;
    trans.release();
}

void initiator::free(tlm_generic_payload *trans)
{
    live.erase(static_cast<transaction *>(trans));
    trans->reset();
    delete static_cast<transaction *>(trans);
}
