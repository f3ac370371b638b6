// SPDX-License-Identifier: Apache-2.0
// The module: how it is made, addresses, and what needs no packets: loosely timed transactions,
// debug transport and DMI.
#include "sim/systemc/impl.h"

namespace ordito_sc
{

using sc_core::sc_time;

enum { STACK_BYTES = 1 << 20 }; // of the cycle thread: routers of RTL are evaluated on it

fabric::impl::impl(fabric &of, const fabric_params &given)
    : owner(of), params(given), half_cycle(of), net(given, {}, true)
{
    const ordito_topology &topology = net.topology();
    period = sc_time(1 / topology.clock_hz, sc_core::SC_SEC);
    half_cycle.value = sc_time::from_value(period.value() / 2);
    quarter = sc_time::from_value(period.value() / 4);
    if (quarter == sc_core::SC_ZERO_TIME)
        fail("fabric.clock_hz: a quarter of a cycle is less than SystemC's resolution of time; set "
             "a finer one by sc_set_time_resolution");
    nodes.resize(topology.nodes);
    if (params.window_bytes == 0 || params.outstanding == 0)
        fail("window_bytes and outstanding are at least 1");
    uint64_t last = UINT64_MAX - params.base_address; // offset from there
    uint64_t others = topology.nodes - 1;
    if (last < others || params.window_bytes - 1 > (last - others) / topology.nodes)
        fail("window_bytes: the windows of " + std::to_string(topology.nodes) +
             " nodes do not fit in 64 bits of address");
    if (params.waiting_requests > 0 && topology.classes < 2)
        fail("fabric.router.classes: with 1 class, requests that wait in the fabric for a place at "
             "their target (waiting_requests) can keep responses from coming; give 2, or "
             "waiting_requests 0, which is room for all");
    if (params.waiting_requests > 0)
        net.take_requests(0, true); // refused here, and not later, where requests cannot wait
}

bool fabric::impl::decode(const tlm::tlm_generic_payload &trans, uint64_t num_bytes, uint32_t &node,
                          uint64_t &offset) const
{
    uint64_t address = trans.get_address() - params.base_address;
    if (trans.get_address() < params.base_address || address / params.window_bytes >= nodes.size())
        return false;
    node = static_cast<uint32_t>(address / params.window_bytes);
    offset = address % params.window_bytes;
    return num_bytes <= params.window_bytes - offset && owner.initiator_sockets[node].size() > 0;
}

// Data that is longer than the streaming width goes to the same addresses again.
uint64_t fabric::impl::num_addresses(const tlm::tlm_generic_payload &trans)
{
    uint64_t length = trans.get_data_length(), width = trans.get_streaming_width();
    return width > 0 && width < length ? width : length;
}

uint64_t fabric::impl::cycle_from(const sc_time &delay) const
{
    uint64_t time = (sc_core::sc_time_stamp() + delay).value();
    return time / period.value() + (time % period.value() > 0);
}

sc_time fabric::impl::start_of(uint64_t idx) const
{
    return sc_time::from_value(idx * period.value());
}

uint64_t fabric::impl::request_flits(const tlm::tlm_generic_payload &trans) const
{
    return trans.is_write() ? net.data_flits(trans.get_data_length()) : 0;
}

uint64_t fabric::impl::response_flits(const tlm::tlm_generic_payload &trans) const
{
    return trans.is_read() && trans.is_response_ok() ? net.data_flits(trans.get_data_length()) : 0;
}

fabric::fabric(sc_core::sc_module_name name, const fabric_params &params)
    : sc_module(name), target_sockets("target_sockets"), initiator_sockets("initiator_sockets"),
      self(std::make_unique<impl>(*this, params))
{
    target_sockets.init(num_nodes());
    initiator_sockets.init(num_nodes());
    for (uint32_t n = 0; n < num_nodes(); n++) {
        int tag = static_cast<int>(n);
        target_sockets[n].register_b_transport(this, &fabric::b_transport, tag);
        target_sockets[n].register_nb_transport_fw(this, &fabric::nb_transport_fw, tag);
        target_sockets[n].register_transport_dbg(this, &fabric::transport_dbg, tag);
        target_sockets[n].register_get_direct_mem_ptr(this, &fabric::get_direct_mem_ptr, tag);
        initiator_sockets[n].register_nb_transport_bw(this, &fabric::nb_transport_bw, tag);
    }
    SC_HAS_PROCESS(fabric);
    SC_THREAD(cycles);
    set_stack_size(STACK_BYTES);
}

fabric::~fabric() = default;

uint32_t fabric::num_nodes() const
{
    return static_cast<uint32_t>(self->nodes.size());
}

sc_time fabric::cycle_time() const
{
    return self->period;
}

uint64_t fabric::num_cycles() const
{
    return self->net.cycle();
}

uint64_t fabric::num_posted_faults() const
{
    return self->num_posted_faults;
}

void fabric::b_transport(int tag, tlm::tlm_generic_payload &trans, sc_time &delay)
{
    auto source = static_cast<uint32_t>(tag);
    uint32_t destination;
    uint64_t offset;
    uint64_t address = trans.get_address();
    trans.set_dmi_allowed(false);
    if (!self->decode(trans, impl::num_addresses(trans), destination, offset)) {
        trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    if (!self->empty)
        self->empty = std::make_unique<empty_network>(self->params);
    // The delay until a message has gone from a node to another
    auto cross = [&](uint32_t from, uint32_t to, uint64_t flits) {
        uint64_t created = self->cycle_from(delay);
        delay = self->start_of(created + self->empty->cycles(from, to, flits) + 1) -
                sc_core::sc_time_stamp();
    };
    bool posted = self->params.posted_writes && trans.is_write();
    sc_time accepted = self->start_of(self->cycle_from(delay) + 1); // that of a posted write
    cross(source, destination, self->request_flits(trans));
    trans.set_address(offset);
    initiator_sockets[destination]->b_transport(trans, delay);
    trans.set_address(address);
    trans.set_dmi_allowed(false);
    if (!posted) {
        cross(destination, source, self->response_flits(trans));
        return;
    }
    self->num_posted_faults += !trans.is_response_ok();
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
    sc_time now = sc_core::sc_time_stamp(); // the target may have waited
    delay = accepted > now ? accepted - now : sc_core::SC_ZERO_TIME;
}

unsigned fabric::transport_dbg(int, tlm::tlm_generic_payload &trans)
{
    uint32_t node;
    uint64_t offset;
    uint64_t address = trans.get_address();
    if (!self->decode(trans, trans.get_data_length(), node, offset))
        return 0;
    trans.set_address(offset);
    unsigned num_bytes = initiator_sockets[node]->transport_dbg(trans);
    trans.set_address(address);
    return num_bytes;
}

bool fabric::get_direct_mem_ptr(int, tlm::tlm_generic_payload &, tlm::tlm_dmi &dmi)
{
    dmi.allow_none();
    return false;
}

void fabric::cycles()
{
    self->run();
}

} // namespace ordito_sc
