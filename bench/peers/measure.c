/* SPDX-License-Identifier: MIT */
/* A peer, the peer again and omnitls, in slices in random order. */
#include "peers/peers.h"

#include <stdlib.h>
#include <time.h>

#define WARM_UP 3
#define SLICE_HANDSHAKE 8e6
#define SLICE_DATA 4e6

/* ---- one program ----------------------------------------------------------------------------- */

/* All threads of the process: some peers have their own. */
static bench_time now(void)
{
    struct timespec cpu, real;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    (void)clock_gettime(CLOCK_MONOTONIC, &real);
    return (bench_time){.cpu = (double)cpu.tv_sec * 1e9 + (double)cpu.tv_nsec,
                        .real = (double)real.tv_sec * 1e9 + (double)real.tv_nsec};
}

static bool get(const peer_program *program, peer_state *state, bool kept)
{
    uint8_t body[PEER_BODY_SIZE];
    char path[32];
    size_t count;

    (void)snprintf(path, sizeof(path), "/%d", PEER_BODY_SIZE);
    return program->get(state, path, kept, body, sizeof(body), &count) &&
           (count == PEER_BODY_SIZE || bench_complain("the answer has not its size"));
}

static bool one(const peer_program *program, peer_state *state, const peer_case *what)
{
    uint8_t message[PEER_MESSAGE_MAX], answer[PEER_MESSAGE_MAX];
    bool good;

    switch (what->kind) {
    case PEER_HANDSHAKE:
        good = program->connect(state);
        program->hang_up(state);
        return good;
    case PEER_EXCHANGE:
        memset(message, 'x', what->what.size);
        return program->exchange(state, message, answer, what->what.size);
    default:
        return get(program, state, what->kind == PEER_GET_KEPT);
    }
}

static bool several(const peer_program *program, peer_state *state, const peer_case *what,
                    size_t count, bench_time *spent)
{
    const bench_time start = now();
    bench_time end;
    bool good = true;

    if (program->elsewhere != NULL)
        return program->elsewhere(state, what->kind, what->what.size, count, spent);
    for (size_t i = 0; good && i < count; i++)
        good = one(program, state, what);
    end = now();
    *spent = (bench_time){.cpu = end.cpu - start.cpu, .real = end.real - start.real};
    return good;
}

/* ---- do both do the same? -------------------------------------------------------------------- */

/* What the server saw of a connection of this program. */
static bool agreed(const peer_program *program, const peer_setup *setup, char out[128])
{
    uint8_t question[PEER_ASK_SIZE] = "?", answer[128] = {0};
    peer_state *state = program->open(setup);
    size_t count = 0;
    bool good = state != NULL;

    if (good && program->exchange != NULL) {
        good =
            program->connect(state) && program->exchange(state, question, answer, sizeof(question));
        program->hang_up(state);
    } else if (good)
        good = program->get(state, "/agreed", false, answer, sizeof(answer) - 1, &count);
    program->close(state);
    (void)snprintf(out, 128, "%s", (const char *)answer);
    return good;
}

/* It must not connect. What it says of it is no complaint. */
static bool refuses(const peer_program *program, peer_setup setup, const char *what)
{
    char ignored[128];
    bool connected;

    bench_listen();
    connected = agreed(program, &setup, ignored);
    bench_unlisten();
    return !connected || bench_complain("connects to a server with %s", what);
}

static bool verifies(const peer_program *program, const peer_setup *setup)
{
    char other[BENCH_PATH_SIZE];
    peer_setup name = *setup, root = *setup;

    /* A certificate that has signed nothing stands for another authority. */
    (void)snprintf(other, sizeof(other), "%.*s/client-direct-ecdsa-p256.pem",
                   (int)(strrchr(setup->root, '/') - setup->root), setup->root);
    name.name = "elsewhere.test";
    root.root = other;
    return refuses(program, name, "another name") && refuses(program, root, "an unknown authority");
}

peer_setup peer_setup_of(const peer_found *found, const peer_setup *common)
{
    peer_setup setup = *common;

    setup.engine = found->library.engine;
    setup.groups = found->who->groups;
    setup.closes = found->who->closes;
    setup.polls = found->who->polls;
    return setup;
}

static bool alike(peer_found *found, const peer_setup *setup)
{
    char ours[128];

    if (!agreed(found->who->program, setup, found->agreed) || !agreed(&peer_omnitls, setup, ours))
        return false;
    if (strcmp(found->agreed, ours) != 0)
        return bench_complain("agrees on \"%s\", omnitls on \"%s\"", found->agreed, ours);
    return verifies(found->who->program, setup) && verifies(&peer_omnitls, setup);
}

static bool has_engine(const peer_library *library)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);

    for (size_t i = 0; i < count; i++)
        if (strcmp(sides[i]->name, library->engine) == 0)
            return true;
    return bench_complain("is over %s, which is no engine of this build", library->tls);
}

bool peer_try(peer_found *found, const peer *who, const peer_setup *setup)
{
    char why[sizeof(found->why)];
    peer_setup own;
    bool good;

    *found = (peer_found){.who = who, .library = {.engine = ""}};
    bench_listen();
    good = who->load(&found->library) && has_engine(&found->library);
    (void)snprintf(why, sizeof(why), "%s", good ? "" : bench_heard());
    bench_unlisten();
    if (strncmp(why, "not installed", strlen("not installed")) == 0)
        (void)snprintf(found->why, sizeof(found->why), "%.160s (Debian: %s)", why, who->package);
    else
        (void)snprintf(found->why, sizeof(found->why), "%s", why);
    if (!good)
        return true;
    own = peer_setup_of(found, setup);
    if (alike(found, &own))
        return true;
    (void)snprintf(found->why, sizeof(found->why), "not the same that both do");
    return bench_complain("%s: it does not do what omnitls' program does", who->name);
}

/* ---- slices ---------------------------------------------------------------------------------- */

typedef struct work {
    bench_work base;
    const peer_case *what;
    const peer_program *programs[BENCH_SLOTS];
    peer_state *states[BENCH_SLOTS];
    size_t turn;
} work;

static bool run(bench_work *base, size_t slot, size_t count, bench_time *spent)
{
    const work *w = (const work *)base;

    return several(w->programs[slot], w->states[slot], w->what, count, spent);
}

static bool fresh(work *w, const peer_setup *setup)
{
    bool good = true;

    for (size_t i = 0; good && i < BENCH_SLOTS; i++) {
        w->states[i] = w->programs[i]->open(setup);
        good = w->states[i] != NULL;
    }
    return good;
}

/* Connections anew, each time in another order, so that luck with memory averages out. */
static bool renew(bench_work *base)
{
    work *w = (work *)base;
    const size_t first = w->turn++;
    bench_time ignored;

    for (size_t i = 0; i < BENCH_SLOTS; i++) {
        const size_t slot = (first + i) % BENCH_SLOTS;

        if (w->what->kind == PEER_EXCHANGE) {
            w->programs[slot]->hang_up(w->states[slot]);
            if (!w->programs[slot]->connect(w->states[slot]))
                return false;
        }
        if (!several(w->programs[slot], w->states[slot], w->what, WARM_UP, &ignored))
            return false;
    }
    return true;
}

static void done(work *w)
{
    for (size_t i = 0; i < BENCH_SLOTS; i++) {
        if (w->states[i] != NULL && w->programs[i]->hang_up != NULL)
            w->programs[i]->hang_up(w->states[i]);
        if (w->states[i] != NULL)
            w->programs[i]->close(w->states[i]);
    }
}

bool peer_measure(const peer_found *found, const peer_case *what, const peer_setup *common,
                  double seconds, bench_result *result)
{
    const peer_program *program = found->who->program;
    peer_setup setup = peer_setup_of(found, common);
    const bool handshakes = what->kind == PEER_HANDSHAKE || what->kind == PEER_GET_NEW;
    work w = {.base = {.run = run,
                       .renew = renew,
                       .slice = handshakes ? SLICE_HANDSHAKE : SLICE_DATA,
                       .slots = BENCH_SLOTS,
                       .twin = BENCH_AGAIN},
              .what = what,
              .programs = {program, program, &peer_omnitls}};
    bool good;

    if (bench_chain_is_fresh(what->what.chain))
        setup.port = setup.fresh_port;
    *result = (bench_result){.what = &what->what, .engine = found->who->name};
    good = fresh(&w, &setup) && renew(&w.base) &&
           bench_measure(&w.base, seconds, &result->samples) && bench_result_evaluate(result);
    done(&w);
    if (!good) {
        free(result->samples.rounds);
        result->samples.rounds = NULL;
    }
    return good ||
           bench_complain("%s beside %s could not be measured", what->what.name, found->who->name);
}
