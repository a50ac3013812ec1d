/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the whole process, the engine's included, fails once, and then once with all
 * behind it; each in a process of its own. Whatever fails must say that it was memory, may not take
 * what must be refused, must give back what it had, and work again as soon as there is memory.
 *
 *   allocations PKI ENGINE [--points N | --at N] [--scenario NAME] [--known FILE] [--trace]
 *
 * --points: at most so many places of each scenario, evenly spread; without it, all. --at: this one alone, as it is
 * printed of a fault.
 */
#include "memory.h"
#include "scenarios.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/** Seconds of CPU time; a run takes some milliseconds. */
#define PATIENCE 20

typedef enum kind { WELL, CODE, WRONG, LEAK, CRASH, HANG, NOT_AGAIN } kind;
static const char *const kind_names[] = {"well", "code", "wrong", "leak", "crash", "hang", "not-again"};

/** What a child leaves for its parent. */
typedef struct record {
    kind kind;
    unsigned long asked;
    long left; /* blocks */
    bool failed;
    char what[256];
    char where[1024];  /* who asked for what failed */
    char detail[1024]; /* the stack of a crash, or who asked for what leaked */
} record;

/** Faults of one kind at one place. */
typedef struct group {
    record first;
    unsigned long count, n;
    char scenario[64];
    const char *reason; /* from the list, or NULL */
} group;

#define GROUPS 4096
#define KNOWN 256
typedef struct known {
    char engine[16], kind[16], text[256], reason[512];
    unsigned long used;
} known;

static record *shared;
static group groups[GROUPS];
static size_t group_count;
static known knowns[KNOWN];
static size_t known_count;
static unsigned long runs, injected, kinds[7];
static size_t scenarios_run;
static unsigned long points, at; /* 0 = all of them */
static bool trace_all;

static void note_crash(int signal_number)
{
    shared->kind = signal_number == SIGPROF ? HANG : CRASH;
    (void)snprintf(shared->what, sizeof(shared->what), "signal %d", signal_number);
    memory_pause(true);
    memory_stack(shared->detail, sizeof(shared->detail));
    (void)snprintf(shared->where, sizeof(shared->where), "%s", memory_failed_where());
    _exit(3);
}

static void catch_crashes(void)
{
    static char stack[1 << 16];
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
    const struct itimerval patience = {.it_value = {.tv_sec = PATIENCE}};
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPROF};
    struct sigaction action = {.sa_handler = note_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};

    (void)sigaltstack(&other, NULL);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)sigaction(signals[i], &action, NULL);
    (void)setitimer(ITIMER_PROF, &patience, NULL);
}

static void say(record *r, kind kind, const outcome *out)
{
    r->kind = kind;
    (void)snprintf(r->what, sizeof(r->what), "%s: %.90s [%.110s]",
                   out->wrong != NULL ? out->wrong : otls_status_name(out->status), out->error.text,
                   out->error.native_text);
}

static outcome run(const torture_scenario *s, const world *w)
{
    outcome out = {.error = OTLS_ERROR_INIT};

    s->run(w, &out);
    return out;
}

/* What an engine makes once, when it first has an error to report, is no leak: what each failure adds
 * to is. OpenSSL keeps the words of sixteen errors. */
static long grows(const torture_scenario *s, const world *w, unsigned long n, bool for_good)
{
    long before = 0;

    for (int turn = 0; turn < 24; turn++) {
        if (turn == 20)
            before = memory_live();
        memory_fail_at(n, for_good);
        (void)run(s, w);
        memory_fail_at(0, false);
        (void)run(s, w);
    }
    return (memory_live() - before) / 4;
}

/* Without handlers, which are the engine's own and were not asked about; but where clang counts what was run (tests/
 * coverage.sh), each shared object's counters are written by its handler. */
extern int __llvm_profile_runtime __attribute__((weak));

static void leave(void)
{
    if (&__llvm_profile_runtime != NULL)
        exit(0);
    _exit(0);
}

/* In a process of its own. `left`: blocks that a good pair of runs leaves. */
static void child(const torture_scenario *s, const world *w, unsigned long n, bool for_good, long left,
                  bool trace)
{
    outcome out, again;
    long before, growth = 0;

    catch_crashes();
    if (trace)
        memory_trace();
    before = memory_live();
    memory_fail_at(n, for_good);
    out = run(s, w);
    shared->asked = memory_asked();
    shared->failed = memory_failed();
    memory_fail_at(0, false);
    (void)snprintf(shared->where, sizeof(shared->where), "%s", memory_failed_where());
    again = run(s, w);
    shared->left = memory_live() - before;
    if (shared->left > left)
        growth = grows(s, w, n, for_good);
    memory_pause(true);
    if (out.wrong != NULL)
        say(shared, WRONG, &out);
    else if (out.status != OTLS_OK && (out.status != OTLS_E_NOMEM || !shared->failed))
        say(shared, CODE, &out);
    else if (again.wrong != NULL || again.status != OTLS_OK)
        say(shared, NOT_AGAIN, &again);
    else if (n != 0 && growth > 0) {
        shared->kind = LEAK;
        (void)snprintf(shared->what, sizeof(shared->what), "%ld blocks, after %s", growth,
                       otls_status_name(out.status));
        (void)memory_leaked(shared->detail, sizeof(shared->detail));
    } else
        shared->kind = WELL;
    leave();
}

static record in_child(const torture_scenario *s, const world *w, unsigned long n, bool for_good,
                       long left, bool trace)
{
    int status = 0;
    pid_t pid;

    memset(shared, 0, sizeof(*shared));
    shared->kind = CRASH;
    (void)fflush(stdout);
    pid = fork();
    if (pid == 0)
        child(s, w, n, for_good, left, trace);
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("allocations: fork");
        exit(2);
    }
    return *shared;
}

/* Faults at one place are one fault: same kind, same sentence, same three callers. */
static bool same(const group *g, const record *r)
{
    if (g->first.kind != r->kind)
        return false;
    if (r->kind == CRASH || r->kind == HANG)
        return strncmp(g->first.detail, r->detail, 300) == 0;
    return strncmp(g->first.where, r->where, 90) == 0 &&
           (r->kind == LEAK || strncmp(g->first.what, r->what, 60) == 0);
}

/* "^x": whatever leaked was asked for by x itself; otherwise anywhere in one of the stacks. */
static bool is_at(const char *text, const record *r)
{
    if (text[0] == '^')
        return strncmp(r->detail, text + 1, strlen(text + 1)) == 0;
    return strstr(r->where, text) != NULL || strstr(r->detail, text) != NULL ||
           strstr(r->what, text) != NULL;
}

static const char *reason_of(const world *w, const record *r)
{
    for (size_t i = 0; i < known_count; i++) {
        known *k = &knowns[i];

        if ((strcmp(k->engine, "*") == 0 || strcmp(k->engine, otls_backend_name(w->backend)) == 0) &&
            strcmp(k->kind, kind_names[r->kind]) == 0 &&
            is_at(k->text, r)) {
            k->used++;
            return k->reason;
        }
    }
    return NULL;
}

static void print_fault(const group *g)
{
    (void)printf("FAIL: %s, allocation %lu: %s: %s\n  failed in: %s\n", g->scenario, g->n,
                 kind_names[g->first.kind], g->first.what, g->first.where);
    if (g->first.detail[0] != '\0')
        (void)printf("  stack: %s\n", g->first.detail);
}

static void keep(const world *w, const char *scenario, unsigned long n, const record *r)
{
    group *g = groups;

    while (g < groups + group_count && !same(g, r))
        g++;
    g->count++;
    if (g < groups + group_count || group_count == GROUPS - 1)
        return;
    group_count++;
    g->first = *r;
    g->n = n;
    g->reason = reason_of(w, r);
    (void)snprintf(g->scenario, sizeof(g->scenario), "%s", scenario);
    if (g->reason == NULL)
        print_fault(g);
}

static void torture(const torture_scenario *s, const world *w)
{
    char name[64];
    record plain;
    unsigned long step;

    (void)snprintf(name, sizeof(name), "%s%s%s", s->name, s->versions ? " " : "",
                   s->versions ? otls_version_name(w->version) : "");
    for (int warm = 0; warm < 2; warm++) {
        const outcome out = run(s, w);

        if (out.status != OTLS_OK || out.wrong != NULL) {
            record r = {.kind = CODE};

            say(&r, CODE, &out);
            (void)printf("FAIL: %s, with all the memory there is: %s\n", name, r.what);
            exit(1);
        }
    }
    plain = in_child(s, w, 0, false, 0, false);
    if (plain.asked == 0)
        return; /* not on this engine */
    step = points != 0 && plain.asked > points ? plain.asked / points : 1;
    scenarios_run++;
    for (int good = 0; good < 2; good++)
        for (unsigned long n = 1 + (good ? step / 2 : 0); n <= plain.asked; n += step) {
            record r;

            if (at != 0 && n != at)
                continue;
            r = in_child(s, w, n, good == 1, plain.left, trace_all);

            runs++;
            injected += r.failed || r.kind == CRASH || r.kind == HANG;
            kinds[r.kind]++;
            if (r.kind == WELL)
                continue;
            if (!trace_all) {
                const record traced = in_child(s, w, n, good == 1, plain.left, true);

                if (traced.kind == r.kind)
                    r = traced;
            }
            keep(w, name, n, &r);
        }
    (void)printf("  %-24s %6lu allocations, every %lu. failed\n", name, plain.asked, step);
}

static int read_known(const char *path)
{
    char line[1024];
    FILE *stream = fopen(path, "r");

    if (stream == NULL)
        return -1;
    while (known_count < KNOWN && fgets(line, sizeof(line), stream) != NULL) {
        known *k = &knowns[known_count];

        if (line[0] != '#' && sscanf(line, "%15[^\t]\t%15[^\t]\t%255[^\t]\t%511[^\n]", k->engine, k->kind,
                                     k->text, k->reason) == 4)
            known_count++;
    }
    return fclose(stream);
}

static int report(const char *engine)
{
    unsigned long bad = 0;

    for (size_t i = 0; i < group_count; i++)
        if (groups[i].reason == NULL)
            bad += groups[i].count;
    for (size_t i = 0; i < known_count; i++)
        if (knowns[i].used != 0)
            (void)printf("  known: %s %s: %s\n", knowns[i].kind, knowns[i].text, knowns[i].reason);
    (void)printf("%s: %zu scenarios, %lu runs, %lu failures injected:", engine, scenarios_run, runs,
                 injected);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        (void)printf(" %lu %s%s", kinds[i], kind_names[i], i + 1 < 7 ? "," : "");
    (void)printf("; %lu faults that no reason is known for\n", bad);
    return bad == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const uint16_t versions[] = {OTLS_TLS1_2, OTLS_TLS1_3};
    otls_error err = OTLS_ERROR_INIT;
    world w = {.pki = argc > 1 ? argv[1] : ""};
    const char *only = NULL;

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 3 || otls_backend_find(&w.backend, argv[2], &err) != OTLS_OK) {
        (void)fprintf(stderr, "allocations PKI ENGINE [--points N | --at N] [--scenario NAME] [--known FILE]: %s\n",
                      err.text);
        return 2;
    }
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0)
            trace_all = true;
        else if (i + 1 == argc)
            return 2;
        else if (strcmp(argv[i], "--points") == 0)
            points = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--at") == 0)
            at = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--scenario") == 0)
            only = argv[++i];
        else if (strcmp(argv[i], "--known") == 0 && read_known(argv[++i]) != 0)
            return 2;
    }
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 2;
    for (size_t i = 0; i < torture_scenario_count; i++)
        for (int v = 0; v < (torture_scenarios[i].versions ? 2 : 1); v++) {
            w.version = versions[v];
            if (only == NULL || strcmp(only, torture_scenarios[i].name) == 0)
                torture(&torture_scenarios[i], &w);
        }
    return report(argv[2]);
}
