// SPDX-License-Identifier: Apache-2.0
#include "tests/systemc/traffic.h"

using sc_core::sc_time;
using tlm::tlm_generic_payload;

enum { LATENCY_CYCLES = 7, WINDOW_BYTES = 1 << 16 };

DECLARE_EXTENDED_PHASE(of_no_concern); // which may be ignored

target::target(sc_core::sc_module_name name, unsigned node, const traffic_params &given,
               sc_time period)
    : sc_module(name), params(given), cycle(period), when(node + 20000), bytes(WINDOW_BYTES)
{
    socket.register_b_transport(this, &target::b_transport);
    if (!params.plain)
        socket.register_nb_transport_fw(this, &target::nb_transport_fw);
    socket.register_transport_dbg(this, &target::transport_dbg);
    SC_HAS_PROCESS(target);
    SC_METHOD(accept);
    sensitive << accept_event;
    dont_initialize();
    SC_THREAD(respond);
}

// A target knows of errors, too.
void target::execute(tlm_generic_payload &trans)
{
    unsigned char *at = &bytes.at(trans.get_address()), *data = trans.get_data_ptr();
    unsigned length = trans.get_data_length(), width = trans.get_streaming_width();
    bool is_bad = trans.get_address() % 64 == 13;
    if (is_bad)
        trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    else if (trans.is_write())
        for (unsigned i = 0; i < length; i++)
            at[width > 0 ? i % width : i] = data[i];
    else
        std::copy_n(at, length, data);
    if (!is_bad)
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    trans.set_dmi_allowed(true); // which the fabric does not
}

void target::b_transport(tlm_generic_payload &trans, sc_time &delay)
{
    execute(trans);
    delay += LATENCY_CYCLES * cycle;
}

unsigned target::transport_dbg(tlm_generic_payload &trans)
{
    execute(trans);
    return trans.is_response_ok() ? trans.get_data_length() : 0;
}

// Answers at once, by the return value, by calls later, with END_REQ or without.
tlm::tlm_sync_enum target::nb_transport_fw(tlm_generic_payload &trans, tlm::tlm_phase &phase,
                                           sc_time &delay)
{
    if (phase == tlm::END_RESP) {
        responding = false;
        responded.notify(delay);
        return tlm::TLM_COMPLETED;
    }
    unsigned way = when.below(5);
    sc_time later = cycle * (when.below(40) / 8.0);
    execute(trans);
    if (params.slow_cycles > 0) {
        way = 4;
        later = cycle * params.slow_cycles;
    }
    if (way == 0 && !responding) { // BEGIN_RESP by the return value
        responding = true;
        phase = tlm::BEGIN_RESP;
        delay += later;
        return tlm::TLM_UPDATED;
    }
    if (way == 1) {
        delay += later;
        return tlm::TLM_COMPLETED;
    }
    trans.acquire();
    if (way == 2) { // END_REQ by the return value
        phase = tlm::END_REQ;
        delay += later;
        hold(trans, delay);
        return tlm::TLM_UPDATED;
    }
    if (way == 3) { // BEGIN_RESP alone
        hold(trans, delay + later);
        return tlm::TLM_ACCEPTED;
    }
    request = &trans;
    accept_event.notify(delay + later);
    phase = of_no_concern;
    return tlm::TLM_UPDATED;
}

// Keeps a transaction that is to be answered after `delay`.
void target::hold(tlm_generic_payload &trans, sc_time delay)
{
    waiting.push_back({&trans, sc_core::sc_time_stamp() + delay});
    most_waiting = std::max(most_waiting, static_cast<unsigned>(waiting.size()));
    respond_event.notify(sc_core::SC_ZERO_TIME);
}

void target::accept()
{
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_time delay = sc_core::SC_ZERO_TIME;
    hold(*request, cycle * 2.5);
    socket->nb_transport_bw(*request, phase, delay);
}

void target::respond()
{
    for (;;) {
        while (waiting.empty())
            wait(respond_event);
        held next = waiting.front();
        waiting.pop_front();
        if (next.from > sc_core::sc_time_stamp())
            wait(next.from - sc_core::sc_time_stamp());
        while (responding && params.plant != "early-response")
            wait(responded);
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_time delay = sc_core::SC_ZERO_TIME;
        responding = true;
        if (socket->nb_transport_bw(*next.trans, phase, delay) == tlm::TLM_COMPLETED)
            responding = false;
        next.trans->release();
    }
}
