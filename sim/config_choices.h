// SPDX-License-Identifier: Apache-2.0
// The names that parameters of the configuration choose among: each function lists those of one
// parameter in `names`, which has room for all, and returns how many there are.
#ifndef ORDITO_SIM_CONFIG_CHOICES_H
#define ORDITO_SIM_CONFIG_CHOICES_H

#include <stddef.h>

size_t choices_vc(const char **names);
size_t choices_blocked(const char **names);
size_t choices_backend(const char **names);
size_t choices_fabric_model(const char **names);
size_t choices_ideal_rules(const char **names);
size_t choices_workload(const char **names);
size_t choices_pinning(const char **names);
size_t choices_until(const char **names);
size_t choices_process(const char **names);
size_t choices_mapping(const char **names);
size_t choices_path(const char **names);
size_t choices_send(const char **names);
size_t choices_arrival(const char **names);
size_t choices_model(const char **names);
size_t choices_netrace_mode(const char **names);
size_t choices_pattern(const char **names);
size_t choices_preset(const char **names);
size_t choices_switching(const char **names);
size_t choices_hold(const char **names);
size_t choices_allocator(const char **names);
size_t choices_replacement(const char **names);
size_t choices_arbitration(const char **names);
size_t choices_nic_arbitration(const char **names);
size_t choices_reliability(const char **names);
size_t choices_topology(const char **names);
size_t choices_join(const char **names);
size_t choices_routing(const char **names);
size_t choices_format(const char **names);

#endif
