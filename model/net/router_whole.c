// SPDX-License-Identifier: Apache-2.0
#include "model/net/rtl_bank.h"

const struct router_ops router_whole_ops = {
    .name = "rtl-whole",
    .whole = true,
};
