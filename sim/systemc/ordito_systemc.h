// SPDX-License-Identifier: Apache-2.0
// The switch fabric of Ordito as a SystemC module with TLM-2.0 sockets, over libordito.
//
//     ordito_sc::fabric_params params;
//     params.config = "fabric: {topology: {kind: mesh, dims: [4, 4]}}";
//     ordito_sc::fabric fabric("fabric", params);
//     cpu.socket.bind(fabric.target_sockets[0]);      // an initiator at node 0
//     fabric.initiator_sockets[5].bind(memory.socket); // a target at node 5
//
// ADDRESSES. Node n has the window from base_address + n * window_bytes on; its target sees the
// offset in it. What is in no window, crosses the end of one, or is of a node without a target is
// answered TLM_ADDRESS_ERROR_RESPONSE.
//
// MESSAGES. A transaction is a request and a response, of the data that they carry: that of a write
// goes with the request, that of a read with the response, and the rest (commands, addresses,
// acknowledgements) is in the fabric.packet.header_flits of a packet. They are cut into packets as
// `ordito run` cuts messages. Requests are of traffic class 0, responses of 1 if there are several.
//
// APPROXIMATELY TIMED (nb_transport). Cycle c of the fabric is the time from c to c + 1 periods of
// fabric.clock_hz, rounded to SystemC's resolution. What begins within a cycle or at its end has
// its packets created in the next one, which is when it is accepted: END_REQ, END_RESP, and
// BEGIN_REQ and BEGIN_RESP of what has arrived, come at the end of a cycle, at most one of each for
// a node. Packets take the cycles that they take under `ordito run` with the same packets. All
// phases are used; any of the returns that the base protocol allows is understood. Requests of a
// node to another are offered in the order in which they began.
//
// LOOSELY TIMED (b_transport). The call returns at once with the delay of an empty fabric (of the
// configuration's reference back end), so that initiators may run ahead of time, each with a
// quantum of its own. It knows nothing of the other transactions under way.
//
// DMI is refused; debug transport is handed on, and takes no time.
//
// ERRORS of the configuration, of the protocol and of the fabric (deadlock, RTL and reference that
// differ) are SC_ERROR of SystemC's reports, of the type /ordito.
#ifndef ORDITO_SYSTEMC_H
#define ORDITO_SYSTEMC_H

#ifndef SC_INCLUDE_DYNAMIC_PROCESSES // which sockets that turn b_transport into nb_transport need
#define SC_INCLUDE_DYNAMIC_PROCESSES
#endif
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ordito_sc
{

struct fabric_params {
    std::string config;                // YAML text with keys of `ordito run`
    std::string config_file;           // or a file, if there is no text
    std::vector<std::string> settings; // KEY=VALUE, as --set of `ordito run`
    uint64_t base_address = 0;         // of node 0's window
    uint64_t window_bytes = 1 << 20;   // 1..
    bool posted_writes = false;        // a write is complete when it is accepted
    uint32_t outstanding = 4;          // 1..: transactions of an initiator that are under way; the
                                       // next one waits for END_REQ
    // Requests that wait at a node for its target, so many that the node takes no more from the
    // fabric, 1..; responses then need a traffic class of their own. 0: there is room for all.
    uint32_t waiting_requests = 0;
};

// A packet that has arrived; cycles as `ordito run --packets` tells them.
struct packet_record {
    uint64_t packet; // number, in order of creation
    uint64_t created_cycle, injected_cycle, ejected_cycle;
    uint32_t source, destination, flits, hops, traffic_class;
};

class fabric : public sc_core::sc_module
{
  public:
    using target_socket = tlm_utils::simple_target_socket_tagged_optional<fabric>;
    using initiator_socket = tlm_utils::simple_initiator_socket_tagged_optional<fabric>;

    sc_core::sc_vector<target_socket> target_sockets;       // [nodes] of those who ask
    sc_core::sc_vector<initiator_socket> initiator_sockets; // [nodes] to those who answer

    fabric(sc_core::sc_module_name name, const fabric_params &params);
    ~fabric() override;

    uint32_t num_nodes() const;
    sc_core::sc_time cycle_time() const;
    uint64_t num_cycles() const;        // of the fabric that have been simulated, or jumped over
    uint64_t num_posted_faults() const; // posted writes whose target answered with an error

    // Told of each packet that arrives, in order.
    std::function<void(const packet_record &)> on_packet;

  private:
    struct impl;

    void b_transport(int node, tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    tlm::tlm_sync_enum nb_transport_fw(int node, tlm::tlm_generic_payload &trans,
                                       tlm::tlm_phase &phase, sc_core::sc_time &delay);
    tlm::tlm_sync_enum nb_transport_bw(int node, tlm::tlm_generic_payload &trans,
                                       tlm::tlm_phase &phase, sc_core::sc_time &delay);
    unsigned transport_dbg(int node, tlm::tlm_generic_payload &trans);
    bool get_direct_mem_ptr(int node, tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi);
    void cycles();

    std::unique_ptr<impl> self;
};

} // namespace ordito_sc

#endif
