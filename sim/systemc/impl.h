// SPDX-License-Identifier: Apache-2.0
// What fabric.cpp, phases.cpp and cycles.cpp share: the state of the module.
#ifndef ORDITO_SYSTEMC_IMPL_H
#define ORDITO_SYSTEMC_IMPL_H

#include "sim/systemc/network.h"

#include <deque>
#include <map>
#include <set>

namespace ordito_sc
{

// A transaction on its way from its initiator through the network to its target and back. A posted
// write is two: the initiator's, which is answered when it is accepted, and a copy, which travels.
struct transfer {
    enum kind { ROUND_TRIP, POSTED_ANSWER, POSTED_COPY };

    uint64_t slot; // of impl::slots
    tlm::tlm_generic_payload *trans;
    enum kind kind;
    uint64_t address; // as the initiator gave it
    uint64_t offset;  // as the target sees it
    uint32_t source, destination;
    uint32_t packets_left; // of the message under way
    bool arrived;          // its request has
    bool faulty;           // by faults of channels; it is answered with an error
};

// What is next at a channel between the module and an initiator or target, and from which cycle on.
struct turn {
    transfer *current = nullptr; // has begun, and is not ended
    uint64_t from_cycle = 0;
};

// The node's two sockets. Fields hold what waits for the cycle thread.
struct endpoint {
    // Of its initiator
    turn request;                   // BEGIN_REQ without END_REQ
    uint32_t under_way = 0;         // of its transactions, accepted and without END_RESP
    std::deque<transfer *> answers; // that have come
    turn answer;                    // BEGIN_RESP without END_RESP; when the next may begin
    bool accepted = false;          // in this cycle: END_REQ is due
    // Of its target
    std::deque<transfer *> offers; // requests that have come, in order
    turn offer;                    // BEGIN_REQ without END_REQ; when the next may begin
    struct reply {
        transfer *of;
        uint64_t from_cycle;
        bool phased; // END_RESP is due when it is sent
    };
    std::deque<reply> replies;       // from the target
    std::vector<transfer *> serving; // offered, and without a reply
    transfer *replied = nullptr;     // in this cycle: END_RESP is due
    bool stalled = false;            // it takes no requests
};

// Copies of posted writes, which travel on when the initiator has its own back.
class copies : public tlm::tlm_mm_interface
{
  public:
    ~copies() override;
    tlm::tlm_generic_payload *make(const tlm::tlm_generic_payload &of);
    void free(tlm::tlm_generic_payload *copy) override;

  private:
    std::set<tlm::tlm_generic_payload *> live_;
};

// Half a cycle, as an attribute of the module, where the RTL of SystemC looks for it.
struct half_cycle_attribute : sc_core::sc_attribute<sc_core::sc_time> {
    explicit half_cycle_attribute(sc_core::sc_object &of) : sc_attribute("half_cycle")
    {
        of.add_attribute(*this);
    }
};

struct fabric::impl {
    impl(fabric &of, const fabric_params &given);

    // --- fabric.cpp
    bool decode(const tlm::tlm_generic_payload &trans, uint64_t num_bytes, uint32_t &node,
                uint64_t &offset) const; // of so many addresses
    static uint64_t num_addresses(const tlm::tlm_generic_payload &trans);
    uint64_t cycle_from(const sc_core::sc_time &delay) const; // first that begins then or later
    sc_core::sc_time start_of(uint64_t cycle) const;
    uint64_t request_flits(const tlm::tlm_generic_payload &trans) const;
    uint64_t response_flits(const tlm::tlm_generic_payload &trans) const;

    // --- phases.cpp: calls in and out of sockets
    tlm::tlm_sync_enum begin_request(uint32_t node, tlm::tlm_generic_payload &trans,
                                     const sc_core::sc_time &delay);
    void end_answer(uint32_t node, const tlm::tlm_generic_payload &trans,
                    const sc_core::sc_time &delay);
    void end_offer(uint32_t node, const tlm::tlm_generic_payload &trans,
                   const sc_core::sc_time &delay);
    void begin_reply(uint32_t node, const tlm::tlm_generic_payload &trans,
                     const sc_core::sc_time &delay, bool phased);
    void send_end_request(uint32_t node);
    void send_end_reply(uint32_t node);
    void send_offer(uint32_t node);
    void send_answer(uint32_t node);
    transfer *take_slot(const transfer &of);
    void free_slot(transfer *of); // and its payload

    // --- cycles.cpp
    void run();
    uint64_t next_cycle() const; // in which there is something to do; ORDITO_NEVER
    void create_packets(uint32_t node, uint64_t cycle);
    void take_deliveries();
    void take_request(transfer *of);
    void answer(transfer *of);
    void end_copy(transfer *of);
    void call_out(uint32_t node, uint64_t cycle);

    fabric &owner;
    const fabric_params params;
    half_cycle_attribute half_cycle; // before the network, which looks for it
    network net;
    std::unique_ptr<empty_network> empty; // made when it is needed
    sc_core::sc_time period;              // of a cycle
    sc_core::sc_time quarter;             // of a cycle, about, as the half
    std::vector<endpoint> nodes;
    std::map<std::pair<uint32_t, uint32_t>, std::deque<transfer *>> flows; // requests under way
    copies posted;
    std::deque<transfer> slots; // ever used
    std::vector<uint64_t> free_slots;
    sc_core::sc_event wake; // something is new for the cycle thread
    uint64_t num_posted_faults = 0;
};

} // namespace ordito_sc

#endif
