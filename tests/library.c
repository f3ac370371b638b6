// SPDX-License-Identifier: Apache-2.0
#include "tests/library.h"

#include "sim/rng.h"

#include <criterion/criterion.h>

void library_draw(struct library_packet packets[LIBRARY_PACKETS], uint32_t num_nodes,
                  uint32_t num_classes, uint64_t seed)
{
    struct rng rng = rng_make(seed, RNG_INJECTION, 0);
    uint64_t cycle = 3;
    for (uint32_t i = 0; i < LIBRARY_PACKETS; i++) {
        if (i % 60 == 59)
            cycle += 2000;
        else if (i % 20 >= 17)
            cycle += rng_below(&rng, 9);
        packets[i] = (struct library_packet){
            .cycle = cycle,
            .source = (uint32_t)rng_below(&rng, num_nodes),
            .destination = (uint32_t)rng_below(&rng, num_nodes),
            .flits = 1 + (uint32_t)rng_below(&rng, LIBRARY_MAX_FLITS),
            .traffic_class = (uint32_t)rng_below(&rng, num_classes),
        };
    }
}

struct ordito *library_new(const char *yaml)
{
    struct ordito_error error;
    struct ordito *self = ordito_new(yaml, NULL, &error);
    cr_assert(self, "%s", error.text);
    return self;
}

static uint32_t poll_all(struct ordito *self, struct ordito_delivery *deliveries, uint32_t num)
{
    struct ordito_delivery delivery;
    while (ordito_poll(self, &delivery, sizeof delivery)) {
        cr_assert_lt(num, LIBRARY_PACKETS);
        cr_assert_lt(delivery.ejected_cycle, ordito_cycle(self));
        deliveries[num++] = delivery;
    }
    return num;
}

uint32_t library_replay(struct ordito *self, const struct library_packet *packets,
                        struct ordito_delivery *deliveries)
{
    struct ordito_error error;
    uint32_t num = 0;
    for (uint32_t i = 0; i < LIBRARY_PACKETS; i++) {
        const struct library_packet *p = &packets[i];
        while (ordito_cycle(self) < p->cycle) {
            cr_assert_eq(ordito_step_until(self, p->cycle, &error), ORDITO_OK, "%s", error.text);
            num = poll_all(self, deliveries, num);
        }
        cr_assert_eq(
            ordito_send(self, p->source, p->destination, p->flits, p->traffic_class, i, &error),
            ORDITO_OK, "%s", error.text);
    }
    while (!ordito_idle(self)) {
        cr_assert_eq(ordito_step_until(self, ORDITO_NEVER, &error), ORDITO_OK, "%s", error.text);
        num = poll_all(self, deliveries, num);
    }
    return num;
}
