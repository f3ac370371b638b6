// SPDX-License-Identifier: Apache-2.0
// Where Verilator's runtime and the models of foreign RTL print; included before all that is
// compiled of these.
#ifndef ORDITO_RTL_DEVICE_PRINT_H
#define ORDITO_RTL_DEVICE_PRINT_H

int device_door_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
