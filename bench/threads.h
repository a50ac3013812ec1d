/* SPDX-License-Identifier: MIT */
/* The same operation on several threads at once, each with connections of its own over the contexts
 * of one pair. */
#ifndef OMNITLS_BENCH_THREADS_H
#define OMNITLS_BENCH_THREADS_H

#include "pair.h"

typedef struct bench_team bench_team;

/* `leader` stays the caller's and outlives the team. NULL after a sentence. */
bench_team *bench_team_new(const bench_pair *leader, size_t threads);
void bench_team_free(bench_team *team);
/* `count` operations on each thread; the time is wall-clock time, in both fields. */
bool bench_team_do(bench_team *team, size_t count, bench_time *spent);

#endif
