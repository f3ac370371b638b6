// SPDX-License-Identifier: Apache-2.0
// Where the lines of a SimGrid trace are: which files a path stands for, one a rank or one for all,
// on disk or in an archive; and the lexis that index and trace files share.
//
// Owner: simgrid_files_free releases what a search has found, or has begun to find.
#ifndef ORDITO_TRACES_SIMGRID_FILES_H
#define ORDITO_TRACES_SIMGRID_FILES_H

#include "traces/input.h"

// A file as input_open takes it: a path, and a member if that is an archive.
struct simgrid_place {
    char *path;
    char *member; // or NULL
};

struct simgrid_files {
    struct simgrid_place index; // what was found first: the index, or the shared file
    struct unpacked *archive;   // all that is in it, if the path is one; otherwise NULL
    uint32_t num_ranks;
    bool shared;                  // one file holds all ranks
    struct simgrid_place *places; // [num_places], one a rank or, if shared, just one
    uint32_t *lines;              // [num_places], where the index names them
    uint32_t num_places;
    uint32_t cap_places;
};

// True if the path looks like a trace, or is something damaged, of which opening will tell more.
bool simgrid_files_probe(const char *path);

// Finds the files and the number of ranks. False with ERR_TRACE.
bool simgrid_files_find(struct simgrid_files *self, const char *path, struct err *err);
// The same of files that an index names, one a rank, of whatever format.
bool simgrid_files_list(struct simgrid_files *self, const char *path, struct err *err);
void simgrid_files_free(struct simgrid_files *self);

// The file of a rank.
const struct simgrid_place *simgrid_files_place(const struct simgrid_files *self, uint32_t rank);

// Puts where the index names the rank's file before an error.
bool simgrid_files_prefix(const struct simgrid_files *self, uint32_t rank, struct err *err);

// The next line that is neither empty nor a comment, without blanks at its ends.
enum input_next simgrid_files_line(struct input *input, char **content, struct err *err);

// The rank at the start of such a line, and what follows it. False if there is none.
bool simgrid_files_rank(char *content, uint32_t *rank, char **rest);

#endif
