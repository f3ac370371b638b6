// SPDX-License-Identifier: Apache-2.0
// A fabric with initiators, targets and checkers, as options say.
#ifndef ORDITO_TESTS_SYSTEMC_RIG_H
#define ORDITO_TESTS_SYSTEMC_RIG_H

#include "tests/systemc/checker.h"
#include "tests/systemc/traffic.h"

struct options {
    traffic_params traffic;
    ordito_sc::fabric_params fabric;
    unsigned initiators = UINT32_MAX, targets = 2, stop = 0, check = 1;
    std::string log, packets, trace, times;
};

struct rig {
    ordito_sc::fabric fabric;
    std::vector<std::unique_ptr<checker>> checkers;
    std::vector<std::unique_ptr<target>> targets;
    std::vector<std::unique_ptr<initiator>> initiators;

    std::vector<uint64_t> with; // addresses of windows with a target

    explicit rig(const options &given) : fabric("fabric", given.fabric)
    {
        const uint64_t base = given.fabric.base_address, window = given.fabric.window_bytes;
        std::vector<uint64_t> without = {base + fabric.num_nodes() * window, UINT64_MAX};
        auto name = [](const char *kind, unsigned n) { return kind + std::to_string(n); };
        if (base > 0)
            without.push_back(base - 1);
        for (unsigned n = 0; n < fabric.num_nodes(); n++) {
            if (n % given.targets != given.targets - 1) {
                without.push_back(base + (n + 1) * window - 1);
                continue;
            }
            with.push_back(base + n * window);
            without.push_back(base + (n + 1) * window); // one that crosses the end
            targets.push_back(std::make_unique<target>(name("target", n).c_str(), n, given.traffic,
                                                       fabric.cycle_time()));
            join(given, name("check_target", n), fabric.initiator_sockets[n],
                 targets.back()->socket);
        }
        for (unsigned n = 0; n < std::min(fabric.num_nodes(), given.initiators); n++) {
            std::vector<uint64_t> own = with;
            for (uint64_t &address : own)
                address += n * 1024;
            initiators.push_back(std::make_unique<initiator>(
                name("initiator", n).c_str(), n, own, without, given.traffic, fabric.cycle_time()));
            join(given, name("check_initiator", n), initiators.back()->socket,
                 fabric.target_sockets[n]);
        }
    }

  private:
    template <class From, class To>
    void join(const options &given, const std::string &name, From &from, To &to)
    {
        if (given.check == 0) {
            from.bind(to);
            return;
        }
        checkers.push_back(std::make_unique<checker>(name.c_str()));
        from.bind(checkers.back()->in);
        checkers.back()->out.bind(to);
    }
};

#endif
