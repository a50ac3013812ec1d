/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct member {
    bench_pair pair;
    bench_wires *wires;
    pthread_t thread;
    size_t count;
    bool good, running;
} member;

struct bench_team {
    size_t count;
    member members[];
};

bench_team *bench_team_new(const bench_pair *leader, size_t threads)
{
    bench_team *team = calloc(1, sizeof(*team) + threads * sizeof(team->members[0]));
    bool good = team != NULL;

    for (size_t i = 0; good && i < threads; i++) {
        member *one = &team->members[team->count++];

        one->wires = calloc(1, sizeof(*one->wires));
        good = one->wires != NULL && bench_pair_share(&one->pair, leader, one->wires);
    }
    if (good)
        return team;
    bench_team_free(team);
    (void)bench_complain("%s: %zu threads cannot be set up", leader->side->name, threads);
    return NULL;
}

void bench_team_free(bench_team *team)
{
    if (team == NULL)
        return;
    for (size_t i = 0; i < team->count; i++) {
        bench_pair_end(&team->members[i].pair);
        free(team->members[i].wires);
    }
    free(team);
}

static void *work(void *argument)
{
    member *one = argument;

    one->good = bench_pair_do(&one->pair, one->count);
    return NULL;
}

bool bench_team_do(bench_team *team, size_t count, bench_time *spent)
{
    const bench_time start = bench_now();
    bool good = true;

    for (size_t i = 0; i < team->count; i++) {
        member *one = &team->members[i];

        one->count = count;
        one->good = false;
        one->running = pthread_create(&one->thread, NULL, work, one) == 0;
    }
    for (size_t i = 0; i < team->count; i++) {
        member *one = &team->members[i];

        if (one->running)
            (void)pthread_join(one->thread, NULL);
        good = good && one->running && one->good;
    }
    *spent = bench_since(start);
    spent->real /= (double)team->count; /* all of them have done something */
    spent->cpu = spent->real;
    return good;
}
