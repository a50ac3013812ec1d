/* SPDX-License-Identifier: MIT */
/*
 * Slices in random order. Time is this thread's CPU time, which leaves out the time that other
 * programs had the processor; wall-clock time is kept beside it.
 */
#include "bench.h"

#include <stdlib.h>
#include <time.h>

#define ROUNDS_MIN 5
#define ROUNDS_MAX 200000
#define OPERATIONS_MAX (size_t)10000000
#define RENEW_EVERY 4

static double nanoseconds(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

bench_time bench_now(void)
{
    return (bench_time){.cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID),
                        .real = nanoseconds(CLOCK_MONOTONIC)};
}

bench_time bench_since(bench_time start)
{
    const bench_time now = bench_now();

    return (bench_time){.cpu = now.cpu - start.cpu, .real = now.real - start.real};
}

/* xorshift64*: the order of slices needs no better one. */
static uint32_t random_below(uint64_t *state, uint32_t limit)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % limit;
}

static void shuffle(uint64_t *state, size_t *order, size_t count)
{
    for (uint32_t i = (uint32_t)count - 1; i > 0; i--) {
        const uint32_t other = random_below(state, i + 1);
        const size_t kept = order[i];

        order[i] = order[other];
        order[other] = kept;
    }
}

/* How many operations fill a slice; also warms everything up. */
static bool calibrate(bench_work *work, size_t slot, size_t *operations)
{
    bench_time spent;
    size_t count = 1;

    for (;;) {
        double wanted;

        if (!work->run(work, slot, count, &spent))
            return false;
        if (spent.cpu >= work->slice / 2)
            break;
        wanted = spent.cpu > 0 ? (double)count * work->slice / spent.cpu : (double)count * 10;
        if (count >= OPERATIONS_MAX)
            return bench_complain("an operation takes no time");
        count = wanted > (double)count * 10 ? count * 10 : (size_t)wanted + 1;
    }
    count = (size_t)((double)count * work->slice / spent.cpu + 0.5);
    *operations = count == 0 ? 1 : count > OPERATIONS_MAX ? OPERATIONS_MAX : count;
    return true;
}

static bool room(bench_samples *samples)
{
    void *more;
    size_t capacity;

    if (samples->count < samples->capacity)
        return true;
    capacity = samples->capacity == 0 ? 256 : samples->capacity * 2;
    more = realloc(samples->rounds, capacity * sizeof(samples->rounds[0]));
    if (more == NULL)
        return bench_complain("out of memory");
    samples->rounds = more;
    samples->capacity = capacity;
    return true;
}

static bool round_of(bench_work *work, bench_samples *samples, uint64_t *state)
{
    size_t order[BENCH_SLOTS_MAX] = {0, 1, 2, 3};

    if (!room(samples))
        return false;
    shuffle(state, order, work->slots);
    for (size_t i = 0; i < work->slots; i++) {
        const size_t slot = order[i], count = samples->operations[slot];
        bench_time spent;

        if (!work->run(work, slot, count, &spent))
            return false;
        samples->rounds[samples->count][slot] =
            (bench_time){.cpu = spent.cpu / (double)count, .real = spent.real / (double)count};
    }
    samples->count++;
    return true;
}

bool bench_measure(bench_work *work, double seconds, bench_samples *samples)
{
    const bench_time start = bench_now();
    uint64_t state = (uint64_t)start.real | 1;

    *samples = (bench_samples){.count = 0};
    for (size_t slot = 0; slot < work->slots; slot++)
        if (!calibrate(work, slot, &samples->operations[slot]))
            return false;
    /* The twins do the same work in the same portions. */
    samples->operations[work->twin] = samples->operations[0];
    while (samples->count < ROUNDS_MAX) {
        if (samples->count >= ROUNDS_MIN && bench_since(start).real >= seconds * 1e9)
            break;
        if (work->renew != NULL && samples->count != 0 && samples->count % RENEW_EVERY == 0 &&
            !work->renew(work))
            return false;
        if (!round_of(work, samples, &state))
            return false;
    }
    return true;
}
