// SPDX-License-Identifier: Apache-2.0
// Sweeps: the product of parameters, rows in order, runs that fail or crash, the exit status.
#include "sim/interrupt.h"
#include "sim/output.h"
#include "sim/vary.h"
#include "tests/config_text.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_REPORTS = 16 };

struct reports {
    size_t num;
    size_t run[MAX_REPORTS];
    bool measured[MAX_REPORTS];
    uint64_t cycles[MAX_REPORTS];
    uint32_t cut_flits[MAX_REPORTS];
    char routing[MAX_REPORTS][32];
    char error[MAX_REPORTS][200];
};

static void note(void *context, size_t run, const struct config *config,
                 const struct run_result *result, const struct err *err)
{
    struct reports *self = context;
    size_t i = self->num++;
    self->run[i] = run;
    self->measured[i] = result != NULL;
    self->cycles[i] = result ? result->cycles : 0;
    self->cut_flits[i] = config->cut_flits;
    snprintf(self->routing[i], sizeof self->routing[i], "%s", result ? result->routing : "");
    snprintf(self->error[i], sizeof self->error[i], "%.199s", err->text);
}

// A run whose seed says what becomes of it.
static bool pretend(const struct config *config, const struct run_outputs *outputs,
                    struct run_result *result, struct err *err)
{
    (void)outputs;
    char name[32];
    char path[256];
    int alone;
    snprintf(name, sizeof name, "seed-%d", (int)config->seed); // memory of the child
    result->cycles = config->seed * 10 + config->vcs;
    result->routing = strdup(name);
    result->backend = "pretended";
    switch (config->seed) {
    case 100:
        abort();
    case 101:
        _exit(9);
    case 102:
        return err_set(err, ERR_TRACE, "no trace");
    case 103:
        result->outcome = RUN_DEADLOCK;
        err_set(err, ERR_DEADLOCK, "stuck");
        return true;
    case 104:
        result->outcome = RUN_SATURATED;
        err_set(err, ERR_UNFINISHED, "saturated");
        return true;
    case 105:
        usleep(100000); // later than those after it
        return true;
    case 106: // tells its threads, and whether it was alone
        snprintf(path, sizeof path, "%s/running", scratch_folder());
        result->cycles = config->threads;
        alone = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        usleep(50000);
        result->cycles += alone >= 0 ? 1000 : 0;
        unlink(path);
        return true;
    default:
        return true;
    }
}

static enum err_status sweep(const struct vary *vary, const struct config *base, uint32_t jobs,
                             struct reports *reports)
{
    struct err err = {0};
    enum err_status status = ERR_NONE;
    struct vary_options options = {
        .jobs = jobs, .simulate = pretend, .report = note, .context = reports};
    cr_assert(vary_run(vary, base, &options, &status, &err), "%s", err.text);
    return status;
}

static void add(struct vary *vary, const char *assignment)
{
    struct err err = {0};
    cr_assert(vary_add(vary, assignment, &err), "%s", err.text);
}

Test(vary, the_product_varies_the_last_key_fastest)
{
    struct vary vary = {0};
    add(&vary, "fabric.topology=[{kind: torus, dims: [4, 4]}, {kind: hypercube, n: 4}]");
    add(&vary, "fabric.router.vcs=[1, 2, 8]");
    cr_assert_eq(vary_num_runs(&vary), 6);
    static const char *const vcs[] = {"1", "2", "8", "1", "2", "8"};
    for (size_t i = 0; i < 6; i++) {
        cr_assert_str_eq(vary_value(&vary, i, 1), vcs[i]);
        cr_assert_str_eq(vary_value(&vary, i, 0),
                         i < 3 ? "{kind: torus, dims: [4, 4]}" : "{kind: hypercube, n: 4}");
    }
    struct config base = made();
    struct config config;
    struct err err = {0};
    cr_assert(vary_configure(&vary, 5, &base, &config, &err), "%s", err.text);
    cr_assert(config.vcs == 8 && config.topology.n == 4 && base.vcs == 4);
    config_free(&config);
    config_free(&base);
    vary_free(&vary);
}

Test(vary, what_is_no_list_unknown_twice_or_too_much_is_refused)
{
    static const char *const wrong[] = {"run.seed=5",        "run.seed=[]", "run.sead=[1]",
                                        "run.seed",          "run.seed=[1", "fabric.router.vcs=[4]",
                                        "run.seed=[&a [*a]]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct vary vary = {0};
        struct err err = {0};
        add(&vary, "fabric.router.vcs=[1, 2]");
        cr_assert(!vary_add(&vary, wrong[i], &err), "%s", wrong[i]);
        cr_assert_eq(err.status, ERR_CONFIG);
        cr_assert_eq(vary_num_runs(&vary), 2);
        vary_free(&vary);
    }
}

Test(vary, rows_come_in_order_whatever_is_done_first)
{
    struct vary vary = {0};
    struct config base = made();
    struct reports reports = {0};
    add(&vary, "run.seed=[105, 1, 2]");
    add(&vary, "fabric.router.vcs=[3, 4]");
    cr_assert_eq(sweep(&vary, &base, 3, &reports), ERR_NONE);
    static const uint64_t cycles[] = {1053, 1054, 13, 14, 23, 24};
    cr_assert_eq(reports.num, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(reports.run[i], i);
        cr_assert_eq(reports.cycles[i], cycles[i]);
    }
    cr_assert_str_eq(reports.routing[2], "seed-1", "strings survive the child");
    vary_free(&vary);
    config_free(&base);
}

Test(vary, a_run_that_crashes_is_a_row_that_names_the_signal)
{
    struct vary vary = {0};
    struct config base = made();
    struct reports reports = {0};
    add(&vary, "run.seed=[1, 100, 101, 2]");
    cr_assert_eq(sweep(&vary, &base, 2, &reports), ERR_RUN);
    cr_assert(reports.num == 4 && reports.measured[0] && reports.measured[3]);
    cr_assert(!reports.measured[1] && strstr(reports.error[1], "signal 6"), "%s", reports.error[1]);
    cr_assert(!reports.measured[2] && strstr(reports.error[2], "status 9"), "%s", reports.error[2]);
    vary_free(&vary);
    config_free(&base);
}

Test(vary, the_exit_status_is_the_first_of_4_3_6_1_2_and_saturation_is_a_result)
{
    static const struct {
        const char *seeds;
        enum err_status status;
    } cases[] = {
        {"run.seed=[1, 104]", ERR_NONE},
        {"run.seed=[-1, 1]", ERR_CONFIG},
        {"run.seed=[-1, 101]", ERR_RUN},
        {"run.seed=[101, 102]", ERR_TRACE},
        {"run.seed=[102, 103, 101]", ERR_DEADLOCK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vary vary = {0};
        struct config base = made();
        struct reports reports = {0};
        add(&vary, cases[i].seeds);
        cr_assert_eq(sweep(&vary, &base, 2, &reports), cases[i].status, "%s", cases[i].seeds);
        cr_assert_eq(reports.num, vary_num_runs(&vary), "every row is reported");
        vary_free(&vary);
        config_free(&base);
    }
}

Test(vary, a_wrong_value_fails_its_row_alone)
{
    struct vary vary = {0};
    struct config base = made();
    struct reports reports = {0};
    add(&vary, "fabric.router.vcs=[2, 99]");
    cr_assert_eq(sweep(&vary, &base, 1, &reports), ERR_CONFIG);
    cr_assert(reports.measured[0] && !reports.measured[1]);
    cr_assert(strstr(reports.error[1], "fabric.router.vcs") != NULL);
    vary_free(&vary);
    config_free(&base);
}

Test(vary, the_least_cut_holds_for_all_rows_where_switching_varies)
{
    struct vary vary = {0};
    struct config base = made();
    struct reports reports = {0};
    struct err err = {0};
    cr_assert(config_set(&base, "fabric.router.buffer_flits=5", "--set", &err));
    add(&vary, "fabric.router.switching=[wormhole, store-and-forward]");
    sweep(&vary, &base, 2, &reports);
    cr_assert(reports.cut_flits[0] == 5 && reports.cut_flits[1] == 5);
    vary_free(&vary);
    reports = (struct reports){0};
    add(&vary, "fabric.packet.max_flits=[4, 6]");
    sweep(&vary, &base, 2, &reports);
    cr_assert(reports.cut_flits[0] == 0 && reports.cut_flits[1] == 0);
    vary_free(&vary);
    config_free(&base);
}

Test(vary, a_run_has_one_thread_unless_their_number_is_varied_and_then_runs_are_alone)
{
    struct vary vary = {0};
    struct config base = made();
    struct reports reports = {0};
    scratch_folder(); // of the test, not of its children
    set(&base, "run.threads=2");
    add(&vary, "run.seed=[106, 1]");
    cr_assert_eq(sweep(&vary, &base, 2, &reports), ERR_NONE);
    cr_assert_eq(reports.cycles[0], 1001);
    add(&vary, "run.threads=[1, 2, 5]");
    reports.num = 0;
    cr_assert_eq(sweep(&vary, &base, 3, &reports), ERR_NONE);
    cr_assert_eq(reports.num, 6);
    static const uint64_t alone[] = {1001, 1002, 1005};
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(reports.cycles[i], alone[i]);
    vary_free(&vary);
    config_free(&base);
}

// --- any number of jobs, and interrupts ---------------------------------------------------------

enum { MAX_TEXT = 1 << 16 };

struct texts {
    char all[MAX_TEXT]; // rows of CSV
    size_t used;
    size_t num;
    size_t interrupt_after; // rows; 0: never
    size_t num_measured;
};

static void write_row(void *context, size_t run, const struct config *config,
                      const struct run_result *result, const struct err *err)
{
    struct texts *self = context;
    FILE *to = fmemopen(self->all + self->used, sizeof self->all - self->used, "w");
    cr_assert(to && run == self->num);
    output_csv_row(to, NULL, 0, config, result, err->status != ERR_NONE ? err->text : NULL);
    self->used += (size_t)ftell(to);
    fclose(to);
    self->num_measured += result != NULL;
    if (++self->num == self->interrupt_after)
        kill(getpid(), SIGINT);
}

static enum err_status simulate_rows(const struct vary *vary, uint32_t jobs, struct texts *texts)
{
    struct config base = made();
    struct err err = {0};
    enum err_status status = ERR_NONE;
    struct vary_options options = {
        .jobs = jobs, .simulate = run_simulate, .report = write_row, .context = texts};
    set(&base, "fabric.topology.nodes=16");
    cr_assert(vary_run(vary, &base, &options, &status, &err), "%s", err.text);
    config_free(&base);
    return status;
}

Test(vary, rows_are_the_same_bytes_for_any_number_of_jobs)
{
    static struct texts first;
    struct vary vary = {0};
    add(&vary, "run.measure_cycles=[4000, 100, 900]"); // so that later ones are done before
    add(&vary, "fabric.router.switching=[wormhole, circuit]");
    add(&vary, "workload.rate_flits_per_node_cycle=[0.05, 0.9, 2]"); // the last is refused
    cr_assert_eq(simulate_rows(&vary, 1, &first), ERR_CONFIG);
    cr_assert(first.num == 18 && first.num_measured == 12);
    for (uint32_t jobs = 2; jobs <= 20; jobs += 3) {
        static struct texts other;
        other = (struct texts){0};
        cr_assert_eq(simulate_rows(&vary, jobs, &other), ERR_CONFIG);
        cr_assert_str_eq(first.all, other.all, "%u jobs", jobs);
    }
    vary_free(&vary);
}

// Rows 0 to 3 end by themselves, the others never do.
static void check_interrupt(uint32_t jobs)
{
    static struct texts whole;
    static struct texts cut;
    struct vary vary = {0};
    whole = (struct texts){0};
    cut = (struct texts){.interrupt_after = 4};
    add(&vary, "run.seed=[1, 2, 3, 4]");
    cr_assert_eq(simulate_rows(&vary, jobs, &whole), ERR_NONE);
    vary_free(&vary);
    add(&vary, "run.measure_cycles=[100000, 1000000000000]"); // the default, and for ever
    add(&vary, "run.seed=[1, 2, 3, 4]");
    interrupt_install();
    cr_assert_eq(simulate_rows(&vary, jobs, &cut), ERR_INTERRUPTED);
    cr_expect_eq(cut.num, 8, "every row is reported");
    cr_expect_eq(memcmp(cut.all, whole.all, whole.used), 0, "what was done is kept");
    cr_expect_leq(cut.num_measured, 4 + jobs);
    cr_expect(strstr(cut.all, "interrupted before it was started"), "%s", cut.all);
    vary_free(&vary);
}

Test(vary, an_interrupt_keeps_what_is_done_with_one_job)
{
    check_interrupt(1);
}

Test(vary, an_interrupt_keeps_what_is_done_with_three_jobs)
{
    check_interrupt(3);
}

// A run that waits for a tool, as one does that has RTL built. The tool interrupts the parent.
static bool wait_for_tool(const struct config *config, const struct run_outputs *outputs,
                          struct run_result *result, struct err *err)
{
    (void)config, (void)outputs, (void)result;
    char command[256];
    snprintf(command, sizeof command, "echo $$ > %s/tool; kill -INT %d; exec sleep 100",
             scratch_folder(), (int)getppid());
    int status = system(command);
    return err_set(err, ERR_RUN, interrupt_pending() ? "interrupted, tool %d" : "tool ended, %d",
                   status != 0);
}

Test(vary, an_interrupt_ends_the_tools_of_a_run, .timeout = 60)
{
    struct vary vary = {0};
    struct config base = made();
    struct reports reports = {0};
    struct err err = {0};
    enum err_status status;
    struct vary_options options = {
        .jobs = 1, .simulate = wait_for_tool, .report = note, .context = &reports};
    add(&vary, "run.seed=[1, 2]");
    scratch_folder();
    interrupt_install();
    time_t begin = time(NULL);
    cr_assert(vary_run(&vary, &base, &options, &status, &err), "%s", err.text);
    cr_expect_leq(time(NULL) - begin, 5, "it need not be killed");
    cr_expect_eq(status, ERR_INTERRUPTED);
    cr_expect_str_eq(reports.error[0], "interrupted, tool 1");
    char *path;
    int tool = 0;
    cr_assert_gt(asprintf(&path, "%s/tool", scratch_folder()), 0);
    FILE *file = fopen(path, "r");
    cr_assert(file && fscanf(file, "%d", &tool) == 1);
    cr_expect(kill(tool, 0) != 0 && errno == ESRCH, "process %d is left", tool);
    fclose(file);
    free(path);
    vary_free(&vary);
    config_free(&base);
}
