// SPDX-License-Identifier: Apache-2.0
// Modules whose pins are those that the maps of device_maps.h name, for tests of what reads pins.
#ifndef ORDITO_TESTS_DEVICE_MODULES_H
#define ORDITO_TESTS_DEVICE_MODULES_H

#include <stdbool.h>

// All are empty but the crossbars, which are wires.
extern const char mesh_rtl[];
extern const char torus_rtl[];
extern const char table_rtl[];
extern const char network_rtl[];
extern const char crossbar_rtl[];
extern const char packed_rtl[];  // the crossbar with its data in packed arrays
extern const char foreign_rtl[]; // named otherwise; there is no map of it

// The text of such a module, to be freed: a line that begins with # is there for every port of the
// mesh, with its name for #, in capitals for @.
char *module_of(const char *text);

// True if a program can be run.
bool tool_is_there(const char *name);

#endif
