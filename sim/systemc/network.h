// SPDX-License-Identifier: Apache-2.0
// An instance of libordito, with messages in place of packets, and errors as reports of SystemC.
#ifndef ORDITO_SYSTEMC_NETWORK_H
#define ORDITO_SYSTEMC_NETWORK_H

#include "sim/ordito.h"
#include "sim/systemc/ordito_systemc.h"

#include <unordered_map>

namespace ordito_sc
{

// Reports an error, and throws what the report does, or if it does not, an exception of its own.
[[noreturn]] void fail(const std::string &text);

class network
{
  public:
    // `more` settings are applied after those of `params`; with `pins`, a whole model of RTL is one
    // of SystemC in the module that is being made.
    network(const fabric_params &params, const std::vector<std::string> &more, bool pins);

    const ordito_topology &topology() const
    {
        return topology_;
    }
    // Flits of data that so many bytes take.
    uint64_t data_flits(uint64_t bytes) const;

    // Creates the packets of a message in the current cycle, and tells how many there are.
    uint32_t send(uint32_t source, uint32_t destination, uint64_t data_flits,
                  uint32_t traffic_class, uint64_t tag);
    // The node takes packets of class 0, or leaves them in the network.
    void take_requests(uint32_t node, bool takes);

    uint64_t cycle() const;
    bool idle() const;
    void step();
    void step_to(uint64_t cycle); // an idle network
    bool poll(ordito_delivery &delivery);

  private:
    struct free_instance {
        void operator()(ordito *instance) const
        {
            ordito_free(instance);
        }
    };

    std::unique_ptr<ordito, free_instance> instance_;
    ordito_topology topology_{};
};

// What messages take in an empty network.
class empty_network
{
  public:
    explicit empty_network(const fabric_params &params);

    // Cycles from the creation of a message's packets until the last is taken.
    uint64_t cycles(uint32_t source, uint32_t destination, uint64_t data_flits);

  private:
    network network_;
    std::unordered_map<uint64_t, std::unordered_map<uint64_t, uint64_t>>
        known_; // by way, by length
};

} // namespace ordito_sc

#endif
