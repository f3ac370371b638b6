// SPDX-License-Identifier: Apache-2.0
#include "model/net/topo_names.h"

#include <stdio.h>

void topo_names_router(const struct topology *topology, uint32_t router, char *text, size_t size)
{
    const char *name = topology->router_names ? topology->router_names[router] : NULL;
    snprintf(text, size, name ? "router %u (%s)" : "router %u", router, name);
}

void topo_names_port(const struct topology *topology, uint32_t router, uint32_t port, char *text,
                     size_t size)
{
    uint32_t peer = topology->peer[(size_t)router * topology->radix + port];
    char name[128];
    if (peer == TOPOLOGY_NONE) {
        snprintf(text, size, "port %u", port);
        return;
    }
    topo_names_router(topology, peer / topology->radix, name, sizeof name);
    snprintf(text, size, "to %s", name);
}
