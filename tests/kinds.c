// SPDX-License-Identifier: Apache-2.0
#include "tests/kinds.h"

#include <criterion/criterion.h>
#include <string.h>

void kinds_check(const struct topology_spec *shapes, size_t num)
{
    for (size_t k = 0; k < topology_num_kinds; k++) {
        bool found = false;
        for (size_t i = 0; i < num; i++)
            found |= strcmp(shapes[i].kind, topology_kinds[k]->name) == 0;
        cr_expect(found, "%s", topology_kinds[k]->name);
    }
}
