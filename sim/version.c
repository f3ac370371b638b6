// SPDX-License-Identifier: Apache-2.0
#include "sim/version.h"

const char version_text[] = ORDITO_VERSION;
