// SPDX-License-Identifier: Apache-2.0
// Stands between an initiator and a target, and tells of every violation of the base protocol's
// rules (IEEE 1666-2011, clauses 11, 14 and 15) by either side.
#ifndef ORDITO_TESTS_SYSTEMC_CHECKER_H
#define ORDITO_TESTS_SYSTEMC_CHECKER_H

#include <ordito_systemc.h>

#include <iostream>
#include <map>

struct checker : sc_core::sc_module {
    tlm_utils::simple_target_socket<checker> in{"in"};
    tlm_utils::simple_initiator_socket<checker> out{"out"};
    static inline unsigned num_violations = 0, num_phases = 0;

    explicit checker(sc_core::sc_module_name name) : sc_module(name)
    {
        in.register_nb_transport_fw(this, &checker::forward);
        in.register_b_transport(this, &checker::b_transport);
        in.register_get_direct_mem_ptr(this, &checker::get_direct_mem_ptr);
        in.register_transport_dbg(this, &checker::transport_dbg);
        out.register_nb_transport_bw(this, &checker::backward);
    }
    // At the end of a simulation that was not stopped.
    void end()
    {
        rule(under_way.empty(), "a transaction was never answered");
    }

  private:
    // What a transaction was when it began, and its last phase and the time of that.
    struct state {
        tlm::tlm_phase phase;
        sc_core::sc_time time;
        tlm::tlm_command command;
        uint64_t address;
        unsigned char *data;
        unsigned length;
    };
    std::map<tlm::tlm_generic_payload *, state> under_way;
    tlm::tlm_generic_payload *request = nullptr, *response = nullptr; // that are not ended

    void rule(bool kept, const char *broken)
    {
        if (kept)
            return;
        num_violations++;
        std::cout << name() << ": " << sc_core::sc_time_stamp() << ": " << broken << '\n';
    }
    // A phase that is told by a call, or by what it returns, for now + delay.
    void see(tlm::tlm_generic_payload &trans, const tlm::tlm_phase &phase, sc_core::sc_time delay)
    {
        sc_core::sc_time time = sc_core::sc_time_stamp() + delay;
        if (phase > tlm::END_RESP)
            return; // of no phase of the base protocol
        num_phases++;
        rule(trans.has_mm() && trans.get_ref_count() > 0, "a transaction that nobody holds");
        if (phase == tlm::BEGIN_REQ) {
            rule(!request, "request exclusion: BEGIN_REQ before END_REQ");
            rule(!under_way.count(&trans), "a transaction began twice");
            rule(trans.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE,
                 "a request that has a response");
            request = &trans;
            under_way[&trans] = {phase,
                                 time,
                                 trans.get_command(),
                                 trans.get_address(),
                                 trans.get_data_ptr(),
                                 trans.get_data_length()};
            return;
        }
        auto found = under_way.find(&trans);
        rule(found != under_way.end(), "a phase of a transaction that has not begun");
        if (found == under_way.end())
            return;
        state &was = found->second;
        rule(time >= was.time, "a phase before the one before");
        rule(trans.get_command() == was.command && trans.get_data_ptr() == was.data &&
                 trans.get_data_length() == was.length,
             "attributes of a transaction under way were changed");
        if (phase == tlm::END_REQ) {
            rule(was.phase == tlm::BEGIN_REQ, "END_REQ without BEGIN_REQ");
        } else if (phase == tlm::BEGIN_RESP) {
            rule(was.phase == tlm::BEGIN_REQ || was.phase == tlm::END_REQ, "a second BEGIN_RESP");
            rule(!response, "response exclusion: BEGIN_RESP before END_RESP");
            rule(trans.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE,
                 "a response without a status");
            response = &trans;
        } else if (phase == tlm::END_RESP) {
            rule(was.phase == tlm::BEGIN_RESP && response == &trans, "END_RESP without BEGIN_RESP");
            response = nullptr;
        }
        if (request == &trans)
            request = nullptr;
        was.phase = phase;
        was.time = time;
        if (phase == tlm::END_RESP)
            under_way.erase(found);
    }
    void see_return(tlm::tlm_generic_payload &trans, tlm::tlm_sync_enum status,
                    const tlm::tlm_phase &before, const tlm::tlm_phase &phase,
                    sc_core::sc_time delay)
    {
        if (status == tlm::TLM_UPDATED) {
            rule(phase != before, "TLM_UPDATED without another phase");
            see(trans, phase, delay);
        } else if (status == tlm::TLM_COMPLETED && under_way.count(&trans)) {
            rule(trans.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE,
                 "TLM_COMPLETED without a status");
            request = request == &trans ? nullptr : request;
            response = response == &trans ? nullptr : response;
            under_way.erase(&trans);
        }
    }
    tlm::tlm_sync_enum forward(tlm::tlm_generic_payload &trans, tlm::tlm_phase &phase,
                               sc_core::sc_time &delay)
    {
        tlm::tlm_phase before = phase;
        rule(phase == tlm::BEGIN_REQ || phase == tlm::END_RESP, "a target's phase, forward");
        see(trans, phase, delay);
        auto status = out->nb_transport_fw(trans, phase, delay);
        see_return(trans, status, before, phase, delay);
        return status;
    }
    tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &trans, tlm::tlm_phase &phase,
                                sc_core::sc_time &delay)
    {
        tlm::tlm_phase before = phase;
        rule(phase == tlm::END_REQ || phase == tlm::BEGIN_RESP, "an initiator's phase, backward");
        see(trans, phase, delay);
        auto status = in->nb_transport_bw(trans, phase, delay);
        see_return(trans, status, before, phase, delay);
        return status;
    }
    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay)
    {
        sc_core::sc_time before = sc_core::sc_time_stamp() + delay;
        out->b_transport(trans, delay);
        rule(trans.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE,
             "b_transport without a status");
        rule(sc_core::sc_time_stamp() + delay >= before, "b_transport went back in time");
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi)
    {
        return out->get_direct_mem_ptr(trans, dmi);
    }
    unsigned transport_dbg(tlm::tlm_generic_payload &trans)
    {
        return out->transport_dbg(trans);
    }
};

#endif
