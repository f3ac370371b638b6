// SPDX-License-Identifier: Apache-2.0
// Instances of libordito do not know of each other: in threads of their own they do what they do
// alone.
#include "tests/library.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { NUM_INSTANCES = 4 };

static const char *const yamls[NUM_INSTANCES] = {
    "fabric: {topology: {kind: torus, dims: [4, 4]}}",
    "fabric: {topology: {kind: mesh, dims: [4, 4]}, router: {switching: circuit}}",
    "fabric: {topology: {kind: hypercube, n: 4}, channel: {faults: {drop_rate: 0.02}}}",
    "fabric: {topology: {kind: torus, dims: [16, 16]}}\nrun: {threads: 2}",
};

// Makes, replays and frees; the caller frees the text.
static void *replay(void *yaml)
{
    struct library_packet packets[LIBRARY_PACKETS];
    struct ordito_delivery *deliveries = calloc(LIBRARY_PACKETS, sizeof *deliveries);
    library_draw(packets, 16, 1, 5);
    struct ordito *o = library_new(yaml);
    library_replay(o, packets, deliveries);
    char *text = ordito_json(o, NULL);
    ordito_free(o);
    free(deliveries);
    return text;
}

Test(library_threads, instances_in_threads_do_what_they_do_alone)
{
    pthread_t threads[2 * NUM_INSTANCES];
    char *alone[NUM_INSTANCES];
    for (size_t i = 0; i < NUM_INSTANCES; i++)
        alone[i] = replay((void *)yamls[i]);
    for (size_t i = 0; i < 2 * NUM_INSTANCES; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, replay, (void *)yamls[i / 2]), 0);
    for (size_t i = 0; i < 2 * NUM_INSTANCES; i++) {
        void *text = NULL;
        cr_assert_eq(pthread_join(threads[i], &text), 0);
        cr_assert_str_eq((char *)text, alone[i / 2]);
        free(text);
    }
    for (size_t i = 0; i < NUM_INSTANCES; i++)
        free(alone[i]);
}
