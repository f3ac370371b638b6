// SPDX-License-Identifier: Apache-2.0
#include "sim/examples.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_yaml(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".yaml") == 0;
}

// The folder of the running program; false if it cannot be known.
static bool program_folder(char *folder, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    if (length <= 0)
        return false;
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

// The first comment of a file that is not the licence.
static void print_purpose(FILE *to, const char *path)
{
    char line[256];
    FILE *from = fopen(path, "r");
    while (from && fgets(line, sizeof line, from)) {
        if (strncmp(line, "# ", 2) != 0 || strstr(line, "SPDX"))
            continue;
        fprintf(to, "      %s", line + 2);
        break;
    }
    if (from)
        fclose(from);
}

static bool list_folder(FILE *to, const char *folder)
{
    struct dirent **entries;
    int num = scandir(folder, &entries, is_yaml, alphasort);
    for (int i = 0; i < num; i++) {
        char path[PATH_MAX + 256];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        fprintf(to, "  ordito run %s\n", path);
        print_purpose(to, path);
        free(entries[i]);
    }
    if (num >= 0)
        free(entries);
    return num > 0;
}

// From the program: in its source tree (also of a build with sanitizers), and where PREFIX has been
// moved after installing.
static const char *const example_places[] = {"../sim/examples", "../../sim/examples",
                                             "../share/ordito/examples"};
static const char *const sample_places[] = {"../traces/samples", "../../traces/samples",
                                            "../share/ordito/samples"};

enum { NUM_PLACES = sizeof example_places / sizeof *example_places };

void examples_list(FILE *to)
{
    char folder[PATH_MAX];
    bool known = program_folder(folder, sizeof folder);
    for (size_t i = 0; known && i < NUM_PLACES; i++) {
        char place[PATH_MAX + 64];
        char real[PATH_MAX];
        snprintf(place, sizeof place, "%s/%s", folder, example_places[i]);
        if (realpath(place, real) && list_folder(to, real))
            return;
    }
    if (list_folder(to, ORDITO_DATADIR "/examples"))
        return;
    fputs("  (none are found beside the program)\n", to);
}

bool examples_sample(const char *name, char *path, size_t size)
{
    char folder[PATH_MAX];
    char place[2 * PATH_MAX];
    char real[PATH_MAX];
    bool known = program_folder(folder, sizeof folder);
    for (size_t i = 0; i <= NUM_PLACES; i++) {
        if (i == NUM_PLACES)
            snprintf(place, sizeof place, "%s/samples/%s", ORDITO_DATADIR, name);
        else
            snprintf(place, sizeof place, "%s/%s/%s", folder, sample_places[i], name);
        if ((known || i == NUM_PLACES) && realpath(place, real))
            return (size_t)snprintf(path, size, "%s", real) < size;
    }
    return false;
}
