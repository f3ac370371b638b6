// SPDX-License-Identifier: Apache-2.0
#ifndef ORDITO_TRACES_NATIVE_WRITE_H
#define ORDITO_TRACES_NATIVE_WRITE_H

#include "traces/program_writer.h"

extern const struct program_writer native_writer;

#endif
