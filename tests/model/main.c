/* SPDX-License-Identifier: MIT */
/*
 * model PKI [--steps N] [--seed S] [--sequence Q] [--keep I,J,...]: sequences of random calls, each for two
 * engines of the build, beside the model. What differs, crashes or hangs is shrunk to the steps that it
 * takes and printed as calls. --sequence runs one of a seed again, --keep some of its steps.
 */
#include "model.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENGINES 4
#define SECONDS_MAX 60 /* one sequence takes some milliseconds */

/** What the process that does the calls leaves for the one that watches. */
typedef struct progress {
    uint64_t sequence, steps, done[OP_COUNT];
    uint64_t opened, failed; /* connections over memory */
    uint64_t socks_opened, socks_failed;
    char failure[MODEL_TEXT];
} progress;

typedef struct program {
    const char *pki;
    uint64_t seed;
    const otls_backend *engines[ENGINES];
    size_t count;
    otls_identity *identities[ENGINES][ID_KINDS];
    progress *shared;
} program;

static bool load(program *p)
{
    p->count = otls_backend_list(p->engines, ENGINES);
    p->count = p->count < ENGINES ? p->count : ENGINES;
    for (size_t e = 0; e < p->count; e++)
        for (int kind = 1; kind < ID_KINDS; kind++) {
            const char *name = model_identity_name((model_identity)kind);
            char chain[512], key[512];
            otls_error err = OTLS_ERROR_INIT;

            (void)snprintf(chain, sizeof(chain), "%s/%s.pem", p->pki, name);
            (void)snprintf(key, sizeof(key), "%s/%s.key", p->pki, name);
            if (otls_identity_from_files(&p->identities[e][kind], p->engines[e], chain, key, NULL,
                                         NULL, &err) == OTLS_OK)
                continue;
            fprintf(stderr, "model: %s\n", err.text);
            return false;
        }
    return p->count != 0;
}

static void unload(program *p)
{
    for (size_t e = 0; e < p->count; e++)
        for (int kind = 1; kind < ID_KINDS; kind++)
            otls_identity_free(p->identities[e][kind]);
}

static uint64_t seed_of(const program *p, uint64_t sequence)
{
    return p->seed * 1000003u + sequence;
}

static void count_ends(program *p, const model_world *w)
{
    for (int i = 0; i < MODEL_CONNS; i++) {
        p->shared->opened += w->conns[i].real != NULL && w->conns[i].opened;
        p->shared->failed += w->conns[i].real != NULL && w->conns[i].state == M_FAILED;
    }
    p->shared->socks_opened += w->socks_opened;
    p->shared->socks_failed += w->socks_failed;
}

/* One sequence, or those of its steps that `keep` says. */
static void run_one(program *p, uint64_t sequence, const bool *keep, bool say)
{
    static model_step steps[MODEL_STEPS_MAX];
    static model_world w;
    const size_t pair = (size_t)(sequence % (p->count * p->count));
    const size_t count = model_draw(seed_of(p, sequence), steps);

    w.pki = p->pki;
    w.say = say;
    for (size_t side = 0; side < 2; side++) {
        const size_t e = side == 0 ? pair % p->count : pair / p->count;

        w.engines[side] = p->engines[e];
        memcpy(w.identities[side], p->identities[e], sizeof(w.identities[side]));
    }
    if (say)
        printf("client %s, server %s\n", otls_backend_name(w.engines[0]),
               otls_backend_name(w.engines[1]));
    model_begin(&w);
    (void)alarm(SECONDS_MAX);
    for (size_t i = 0; i < count && w.failure[0] == '\0'; i++) {
        if (keep != NULL && !keep[i])
            continue;
        model_do(&w, &steps[i]);
        p->shared->steps++;
        p->shared->done[steps[i].op]++;
        if (w.failure[0] == '\0')
            continue;
        memcpy(p->shared->failure, w.failure, sizeof(w.failure));
        if (say)
            printf("step %zu: %s\n", i, w.failure);
    }
    (void)alarm(0);
    count_ends(p, &w);
    model_end(&w);
    if (w.failure[0] != '\0' && p->shared->failure[0] == '\0') {
        memcpy(p->shared->failure, w.failure, sizeof(w.failure));
        if (say)
            printf("%s\n", w.failure);
    }
}

static bool ended_well(pid_t child, bool say)
{
    int status = 0;

    if (child < 0)
        return false;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (say && WIFSIGNALED(status))
        printf("\nended by signal %d\n", WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* In a process of its own: did all go well? The child's exit tells of leaks, too. */
static bool alone(program *p, uint64_t sequence, const bool *keep, bool say)
{
    pid_t child;

    p->shared->failure[0] = '\0';
    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        if (!say && keep != NULL && freopen("/dev/null", "w", stderr) == NULL)
            _exit(3);
        run_one(p, sequence, keep, say);
        unload(p);
        exit(p->shared->failure[0] != '\0' ? 1 : 0);
    }
    return ended_well(child, say);
}

/* Leave out halves, quarters ... single steps, as long as it still goes wrong. */
static void shrink(program *p, uint64_t sequence, bool keep[MODEL_STEPS_MAX])
{
    for (size_t i = 0; i < MODEL_STEPS_MAX; i++)
        keep[i] = true;
    for (size_t size = MODEL_STEPS_MAX / 2; size != 0; size /= 2)
        for (size_t from = 0; from < MODEL_STEPS_MAX; from += size) {
            bool before[MODEL_STEPS_MAX];

            memcpy(before, keep, sizeof(before));
            for (size_t i = from; i < from + size && i < MODEL_STEPS_MAX; i++)
                keep[i] = false;
            if (memcmp(before, keep, sizeof(before)) != 0 && alone(p, sequence, keep, false))
                memcpy(keep, before, sizeof(before));
        }
}

static void report(program *p, uint64_t sequence)
{
    bool keep[MODEL_STEPS_MAX];
    model_step steps[MODEL_STEPS_MAX];
    const size_t count = model_draw(seed_of(p, sequence), steps);
    const char *comma = "";

    printf("sequence %" PRIu64 " of seed %" PRIu64 " goes wrong; what it takes:\n", sequence, p->seed);
    shrink(p, sequence, keep);
    if (alone(p, sequence, keep, true))
        printf("(not every time)\n");
    printf("again: model %s --seed %" PRIu64 " --sequence %" PRIu64 " --keep ", p->pki, p->seed, sequence);
    for (size_t i = 0; i < count; i++)
        if (keep[i]) {
            printf("%s%zu", comma, i);
            comma = ",";
        }
    printf("\n");
}

/* All sequences in one child, until one goes wrong; true: none did. */
static bool run_many(program *p, uint64_t steps)
{
    pid_t child;

    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        while (p->shared->steps < steps && p->shared->failure[0] == '\0') {
            run_one(p, p->shared->sequence, NULL, false);
            if (p->shared->failure[0] == '\0')
                p->shared->sequence++;
        }
        unload(p);
        exit(p->shared->failure[0] != '\0' ? 1 : 0);
    }
    return ended_well(child, false);
}

static void print_counts(const program *p)
{
    unsigned kinds = 0;

    for (int i = 0; i < OP_COUNT; i++)
        kinds += p->shared->done[i] != 0;
    printf("seed %" PRIu64 ": %" PRIu64 " sequences, %" PRIu64 " steps of %u kinds on %zu pairs of engines; "
           "at the ends %" PRIu64 " connections had been open and %" PRIu64 " had failed; of sockets %" PRIu64
           " were opened and %" PRIu64 " failed\n",
           p->seed, p->shared->sequence, p->shared->steps, kinds, p->count * p->count,
           p->shared->opened, p->shared->failed, p->shared->socks_opened, p->shared->socks_failed);
}

static void parse_keep(const char *list, bool keep[MODEL_STEPS_MAX])
{
    memset(keep, 0, sizeof(bool) * MODEL_STEPS_MAX);
    while (*list != '\0') {
        char *end;
        const unsigned long i = strtoul(list, &end, 10);

        if (end == list || i >= MODEL_STEPS_MAX)
            break;
        keep[i] = true;
        list = *end == ',' ? end + 1 : end;
    }
}

int main(int argc, char **argv)
{
    program p = {.seed = 1};
    uint64_t steps = 10000, sequence = 0;
    const char *list = NULL;
    bool one = false, good;

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (strncmp(argv[i], "--", 2) != 0) {
            p.pki = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--steps") == 0)
            steps = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            p.seed = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--sequence") == 0)
            sequence = strtoull(value, NULL, 10), one = true;
        else if (strcmp(argv[i], "--keep") == 0)
            list = value;
        else
            return fprintf(stderr, "model: no option %s\n", argv[i]), 2;
        i++;
    }
    (void)signal(SIGPIPE, SIG_DFL); /* whoever raises it ends the sequence */
    p.shared = mmap(NULL, sizeof(*p.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p.pki == NULL || p.shared == MAP_FAILED || !load(&p))
        return fprintf(stderr, "model: PKI [--steps N] [--seed S]\n"), 2;
    memset(p.shared, 0, sizeof(*p.shared));
    if (one) {
        bool keep[MODEL_STEPS_MAX];

        memset(keep, 1, sizeof(keep));
        if (list != NULL)
            parse_keep(list, keep);
        good = alone(&p, sequence, keep, true);
    } else {
        good = run_many(&p, steps);
        if (!good)
            report(&p, p.shared->sequence);
        else
            print_counts(&p);
    }
    unload(&p);
    (void)munmap(p.shared, sizeof(*p.shared));
    return good ? 0 : 1;
}
