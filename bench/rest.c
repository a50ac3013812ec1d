/* SPDX-License-Identifier: MIT */
/* What a pair of connections keeps while nothing happens. */
#include "heap.h"
#include "pair.h"

#define PAIRS 8

/* At rest: a message has gone each way, and each end has found nothing more to read. */
static bool come_to_rest(bench_pair *pair)
{
    return bench_pair_connect(pair) && bench_pair_do(pair, 1) &&
           pair->side->read(pair->client, pair->wires->received, 64) == 0 &&
           pair->side->read(pair->server, pair->wires->received, 64) == 0;
}

bool bench_pair_at_rest(bench_pair *pair, double *bytes)
{
    bench_heap heap;
    bool good = come_to_rest(pair); /* what the first one of all leaves behind does not count */

    *bytes = 0;
    bench_pair_close(pair);
    for (size_t i = 0; good && i < PAIRS; i++) {
        bench_heap_start();
        good = come_to_rest(pair);
        heap = bench_heap_stop();
        *bytes += (double)heap.bytes / PAIRS;
        bench_pair_close(pair);
    }
    return good;
}
