/* SPDX-License-Identifier: MIT */
/* Figures, what they are to reach, and whether they do. */
#ifndef OMNITLS_BENCH_JUDGE_H
#define OMNITLS_BENCH_JUDGE_H

#include "bench.h"

#define JUDGE_ENGINES 3 /* in targets: OpenSSL, wolfSSL, GnuTLS */

typedef enum judge_kind {
    JUDGE_SPEED,      /* ours / native, at least */
    JUDGE_SCALING,    /* what two threads bring, ours / native, at least */
    JUDGE_MANY,       /* with many identities against with one, ours / native, at least */
    JUDGE_HEAP,       /* at rest; up to 1: ours / native, above: bytes more than native; at most */
    JUDGE_EACH_HEAP,  /* of each further identity in a server's context, bytes, at most */
    JUDGE_ROOTS_HEAP, /* each later context with the system's roots, ours / native, at most */
    JUDGE_INSTRUCTIONS /* with one engine linked in, ours / native, at most; other builds say so */
} judge_kind;

/* Of bytes. */
static inline bool judge_is_heap(judge_kind kind)
{
    return kind == JUDGE_HEAP || kind == JUDGE_EACH_HEAP || kind == JUDGE_ROOTS_HEAP;
}

/* Counted, and to be no more than; all others are of speed, and to be at least. */
static inline bool judge_at_most(judge_kind kind)
{
    return judge_is_heap(kind) || kind == JUDGE_INSTRUCTIONS;
}

typedef struct judge_target {
    const char *row; /* of the table of targets */
    judge_kind kind;
    bench_case what;
    double reach[JUDGE_ENGINES];
    size_t operations; /* of JUDGE_INSTRUCTIONS */
} judge_target;

extern const judge_target judge_targets[];
extern const size_t judge_target_count;

/* ELSEWHERE: not this build's to measure */
typedef enum judge_verdict {
    JUDGE_PASS,
    JUDGE_FAIL,
    JUDGE_NOISY,
    JUDGE_MISSING,
    JUDGE_ELSEWHERE
} judge_verdict;

typedef struct judge_result {
    const judge_target *target;
    const char *engine;
    double figure, low, high, reach;
    double aa; /* 0: the figure is counted, not timed */
    judge_verdict verdict;
    char why[160];
} judge_result;

const char *judge_verdict_name(judge_verdict verdict);
/* One figure; what goes wrong is in `why`. */
void judge_measure(judge_result *result, const bench_side *native, const bench_options *options);

/* 0, or an exit code. */
int judge_main(const bench_options *options);

#endif
