// SPDX-License-Identifier: Apache-2.0
// Paths as they are seen from another folder, for files that are moved along with what they name.
#ifndef ORDITO_SIM_WORKBENCH_NEAR_PATH_H
#define ORDITO_SIM_WORKBENCH_NEAR_PATH_H

// The path without links and dots, from the root; what does not exist yet is below what does. To be
// freed; asserts that there is memory.
char *near_path_whole(const char *path);

// The path as seen from `folder`: "../rtl/router.sv"; from the root if the two have no folder in
// common but the root. To be freed.
char *near_path_from(const char *folder, const char *path);

#endif
