// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/network.h"

#include <algorithm>
#include <stdexcept>

namespace ordito_sc
{

void fail(const std::string &text)
{
    SC_REPORT_ERROR("/ordito", text.c_str());
    throw std::runtime_error(text);
}

static void check(int status, const ordito_error &error)
{
    if (status != ORDITO_OK)
        fail(error.text);
}

network::network(const fabric_params &params, const std::vector<std::string> &more, bool pins)
{
    std::vector<const char *> settings;
    for (const auto *list : {&params.settings, &more})
        for (const std::string &setting : *list)
            settings.push_back(setting.c_str());
    ordito_options options{};
    options.size = sizeof options;
    options.settings = settings.data();
    options.num_settings = settings.size();
    options.systemc = pins;
    ordito_error error{};
    bool is_file = params.config.empty() && !params.config_file.empty();
    instance_.reset(is_file ? ordito_new_file(params.config_file.c_str(), &options, &error)
                            : ordito_new(params.config.c_str(), &options, &error));
    if (!instance_)
        fail(error.text);
    ordito_read_topology(instance_.get(), &topology_, sizeof topology_);
}

uint64_t network::data_flits(uint64_t bytes) const
{
    return (bytes * 8 + topology_.flit_bits - 1) / topology_.flit_bits;
}

uint32_t network::send(uint32_t source, uint32_t destination, uint64_t data_flits,
                       uint32_t traffic_class, uint64_t tag)
{
    uint64_t most = topology_.packet_flits_max - topology_.header_flits;
    uint32_t num_packets = 0;
    do {
        auto flits = static_cast<uint32_t>(std::min(data_flits, most));
        data_flits -= flits;
        flits = std::max<uint32_t>(flits + topology_.header_flits, 1);
        ordito_error error{};
        check(ordito_send(instance_.get(), source, destination, flits, traffic_class, tag, &error),
              error);
        num_packets++;
    } while (data_flits > 0);
    return num_packets;
}

void network::take_requests(uint32_t node, bool takes)
{
    ordito_error error{};
    check(ordito_stall(instance_.get(), node, takes ? 0 : 1, &error), error);
}

uint64_t network::cycle() const
{
    return ordito_cycle(instance_.get());
}

bool network::idle() const
{
    return ordito_idle(instance_.get());
}

void network::step()
{
    ordito_error error{};
    check(ordito_step(instance_.get(), &error), error);
}

void network::step_to(uint64_t cycle)
{
    ordito_error error{};
    check(ordito_step_to(instance_.get(), cycle, &error), error);
}

bool network::poll(ordito_delivery &delivery)
{
    return ordito_poll(instance_.get(), &delivery, sizeof delivery);
}

empty_network::empty_network(const fabric_params &params)
    : network_(params,
               {"fabric.backend=ref", "fabric.terminal.stall_probability=0",
                "fabric.channel.faults={drop_rate: 0, corrupt_rate: 0}"},
               false)
{
}

uint64_t empty_network::cycles(uint32_t source, uint32_t destination, uint64_t data_flits)
{
    uint64_t &cycles = known_[static_cast<uint64_t>(source) << 32 | destination][data_flits];
    if (cycles > 0) // it always takes some
        return cycles;
    uint64_t begin = network_.cycle();
    ordito_delivery delivery{};
    for (uint32_t left = network_.send(source, destination, data_flits, 0, 0); left > 0;) {
        network_.step();
        while (network_.poll(delivery))
            left--;
    }
    cycles = delivery.ejected_cycle - begin;
    while (!network_.idle())
        network_.step();
    return cycles;
}

} // namespace ordito_sc
