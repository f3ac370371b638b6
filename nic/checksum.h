// SPDX-License-Identifier: Apache-2.0
#ifndef ORDITO_NIC_CHECKSUM_H
#define ORDITO_NIC_CHECKSUM_H

#include <stdint.h>

// The Internet checksum (RFC 1071): the complement of the ones' complement sum.
uint16_t checksum_of(const uint8_t *bytes, uint64_t num);

#endif
