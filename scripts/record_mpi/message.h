// SPDX-License-Identifier: Apache-2.0
// Bytes of elements, which all calls that move data count in.
#ifndef ORDITO_SCRIPTS_RECORD_MPI_MESSAGE_H
#define ORDITO_SCRIPTS_RECORD_MPI_MESSAGE_H

#include <mpi.h>
#include <stdint.h>

// Of `count` elements of a datatype, without what lies between them in memory.
uint64_t message_bytes(int count, MPI_Datatype type);

#endif
