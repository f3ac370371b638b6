// SPDX-License-Identifier: Apache-2.0
#include "traces/mem_writer.h"

#include <inttypes.h>
#include <string.h>

static bool lackey_ref(FILE *to, const struct mem_ref *ref)
{
    static const char *const begins[MEM_REF_NUM_KINDS] = {"I ", " L", " S", " M"};
    fprintf(to, "%s %08" PRIx64 ",%u\n", begins[ref->kind], ref->address, ref->size);
    return true;
}

static bool dinero_ref(FILE *to, const struct mem_ref *ref)
{
    static const char labels[MEM_REF_NUM_KINDS] = {'i', 'r', 'w', '\0'};
    if (!labels[ref->kind])
        return false;
    fprintf(to, "%c %" PRIx64 " %x\n", labels[ref->kind], ref->address, ref->size);
    return true;
}

// As the program of one rank.
static bool native_ref(FILE *to, const struct mem_ref *ref)
{
    enum { MOST_BYTES = 4096 };
    fprintf(to, "%s at=0x%" PRIx64 " bytes=%u\n", mem_ref_names[ref->kind], ref->address,
            ref->size);
    return ref->size <= MOST_BYTES && ref->address != UINT64_MAX;
}

const struct mem_writer mem_writers[] = {
    {.name = "lackey",
     .help = "of references to memory: as Valgrind's lackey writes them",
     .begin = "",
     .end = "",
     .ref = lackey_ref},
    {.name = "dinero",
     .help = "of references to memory: for the Dinero cache simulators, with sizes",
     .begin = "",
     .end = "",
     .ref = dinero_ref},
    {.name = "native",
     .help = "of references to memory: as a program of one rank",
     .begin = "ordito-trace 1\nranks 1\nrank 0\n",
     .end = "end\n",
     .ref = native_ref},
};
const size_t mem_num_writers = sizeof mem_writers / sizeof *mem_writers;

const struct mem_writer *mem_writer_find(const char *name)
{
    for (size_t i = 0; i < mem_num_writers; i++)
        if (strcmp(mem_writers[i].name, name) == 0)
            return &mem_writers[i];
    return NULL;
}
