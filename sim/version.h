// SPDX-License-Identifier: Apache-2.0
// The program's version, with a hash of the sources that it was built from: programs of the same
// version give the same results.
#ifndef ORDITO_SIM_VERSION_H
#define ORDITO_SIM_VERSION_H

extern const char version_text[];

#endif
