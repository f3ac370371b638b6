// SPDX-License-Identifier: Apache-2.0
// Traffic for tests of the SystemC module: initiators and targets that make use of whatever the
// base protocol allows, at random. What an initiator asks for follows from its number alone, and is
// about memory that no other touches, so that what it reads does not depend on timing.
#ifndef ORDITO_TESTS_SYSTEMC_TRAFFIC_H
#define ORDITO_TESTS_SYSTEMC_TRAFFIC_H

#include <ordito_systemc.h>

#include <deque>
#include <random>
#include <set>

struct traffic_params {
    bool lt = false;    // b_transport
    bool plain = false; // one transaction at a time, no annotated delays, targets of fixed latency
    unsigned num = 40;  // transactions of an initiator
    unsigned gap_cycles = 10;
    unsigned most_bytes = 200;
    unsigned quantum_cycles = 100;
    unsigned slow_cycles = 0; // a target takes so long to accept a request
    std::string plant;        // a fault: early-request, early-response
    bool tells = false;       // lines of the log have words
};

// Draws of (instance, purpose), the same for every run.
class draws
{
  public:
    explicit draws(unsigned seed) : random_(seed)
    {
    }
    unsigned below(unsigned num)
    {
        return static_cast<unsigned>(random_() % num);
    }

  private:
    std::mt19937 random_;
};

struct transaction : tlm::tlm_generic_payload {
    transaction(tlm::tlm_mm_interface *mm, unsigned number, bool is_read, uint64_t to,
                unsigned num_bytes);
    unsigned idx; // of its initiator
    sc_core::sc_time began;
    std::vector<unsigned char> data;
};

// A transaction that is done, as a line of the log.
struct done_line {
    std::string text;
    sc_core::sc_time began, ended;
};

class initiator : public sc_core::sc_module, tlm::tlm_mm_interface
{
  public:
    tlm_utils::simple_initiator_socket<initiator> socket{"socket"};
    std::vector<done_line> log; // [num]
    unsigned num_done = 0;

    initiator(sc_core::sc_module_name name, unsigned node, std::vector<uint64_t> targets,
              std::vector<uint64_t> no_targets, const traffic_params &params,
              sc_core::sc_time cycle);
    ~initiator() override;
    size_t num_held() const // transactions that somebody still holds
    {
        return live.size();
    }

  private:
    void run();
    transaction *next(unsigned idx);
    sc_core::sc_time some_time(unsigned most_cycles);
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &trans, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay);
    void end_response();
    void done(transaction &trans, sc_core::sc_time delay);
    void free(tlm::tlm_generic_payload *trans) override;

    unsigned node;
    std::vector<uint64_t> targets;    // addresses of this initiator's memory
    std::vector<uint64_t> no_targets; // last bytes before addresses where there is nothing, and
                                      // first ones of nodes without a target
    std::set<transaction *> live;
    traffic_params params;
    sc_core::sc_time cycle;
    draws what, when;
    sc_core::sc_event accepted, answered, respond;
    transaction *answer = nullptr; // that END_RESP is due for
};

class target : public sc_core::sc_module
{
  public:
    tlm_utils::simple_target_socket<target> socket{"socket"};
    unsigned most_waiting = 0; // requests that were accepted and not answered

    target(sc_core::sc_module_name name, unsigned node, const traffic_params &params,
           sc_core::sc_time cycle);

  private:
    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload &trans, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &trans);
    void execute(tlm::tlm_generic_payload &trans);
    void accept();
    void respond();
    void hold(tlm::tlm_generic_payload &trans, sc_core::sc_time delay);

    struct held {
        tlm::tlm_generic_payload *trans;
        sc_core::sc_time from; // when it may be answered
    };
    traffic_params params;
    sc_core::sc_time cycle;
    draws when;
    std::vector<unsigned char> bytes;
    tlm::tlm_generic_payload *request = nullptr; // that END_REQ is due for
    std::deque<held> waiting;
    bool responding = false; // BEGIN_RESP without END_RESP
    sc_core::sc_event accept_event, respond_event, responded;
};

#endif
