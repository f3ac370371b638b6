// SPDX-License-Identifier: Apache-2.0
// Software gives the same results, to the byte, by any number of threads, and with idle parts left
// out or not.
#include "tests/config_text.h"
#include "tests/software_machine.h"

enum { NUM_WAYS = SOFTWARE_NUM_PATHS * SOFTWARE_NUM_SENDS * SOFTWARE_NUM_ARRIVALS };

static void vary(struct config *config, uint32_t way)
{
    config->software.path = way % SOFTWARE_NUM_PATHS;
    config->software.send = way / SOFTWARE_NUM_PATHS % SOFTWARE_NUM_SENDS;
    config->software.arrival = way / SOFTWARE_NUM_PATHS / SOFTWARE_NUM_SENDS;
    config->send_copies = way % 3 == 0 ? CONFIG_AUTO : (int64_t)(way % 3);
    config->receive_copies = way % 5 == 0 ? CONFIG_AUTO : (int64_t)(way % 3);
    config->ranks_per_node = 1 + way % 3;
    bool keeps = config->software.path == SOFTWARE_KERNEL && config->receive_copies != 0;
    config->driver_pio_bytes = way % 4 < 2 && !keeps ? 56 : 0;
    config->unexpected_bytes = way % 7 == 0 ? 50000 : 0;
    config->sends_until_received = way % 6 == 0;
}

static void check_same(const struct config *a, const struct config *b)
{
    char *one = full_nodes_told(a);
    char *other = full_nodes_told(b);
    cr_assert(strncmp(one, "0 ", 2) == 0, "%.300s", one);
    cr_assert(strcmp(one, other) == 0, "%s, %s, %s", software_path_names[a->software.path],
              software_send_names[a->software.send], software_arrival_names[a->software.arrival]);
    free(one);
    free(other);
}

Test(software_same, results_do_not_depend_on_whether_idle_parts_are_left_out)
{
    struct config skips =
        SOFTWARE(software_random_program(7, 3, 4000, 5, 5000), "workload.eager_bytes=2000",
                 "fabric.topology={kind: ring, n: 7}", "nodes.driver.piece_bytes=1500");
    for (uint32_t way = 0; way < NUM_WAYS; way++) {
        vary(&skips, way);
        struct config all = skips;
        skips.skip_idle = true;
        all.skip_idle = false;
        check_same(&skips, &all);
    }
    config_free(&skips);
}

Test(software_same, results_do_not_depend_on_the_number_of_threads)
{
    struct config one =
        SOFTWARE(software_random_program(15, 2, 3000, 9, 5000), "nodes.mapping=random",
                 "fabric.topology={kind: torus, dims: [12, 12]}", "workload.eager_bytes=2000");
    for (uint32_t way = 0; way < NUM_WAYS; way += 3) {
        vary(&one, way);
        one.ranks_per_node = 1;
        one.mapping = way % 2 ? MAPPING_CYCLIC : MAPPING_RANDOM;
        struct config many = one;
        one.threads = 1;
        many.threads = 3;
        check_same(&one, &many);
    }
    config_free(&one);
}
