/* SPDX-License-Identifier: MIT */
/* Many open connections of one pair, used in turn: none of them stays in the processor's caches. */
#include "pair.h"

#include <stdlib.h>

struct bench_crowd {
    size_t count, turn;
    struct {
        bench_conn *client, *server;
    } members[];
};

bool bench_crowd_open(bench_pair *pair)
{
    const size_t count = pair->what->connections;
    bench_crowd *crowd = calloc(1, sizeof(*crowd) + count * sizeof(crowd->members[0]));

    if (crowd == NULL)
        return bench_complain("out of memory");
    pair->crowd = crowd;
    while (crowd->count < count) {
        if (!bench_pair_open(pair) || !bench_pair_shake(pair))
            return false;
        crowd->members[crowd->count].client = pair->client;
        crowd->members[crowd->count++].server = pair->server;
        pair->client = pair->server = NULL;
    }
    return true;
}

void bench_crowd_next(bench_pair *pair)
{
    bench_crowd *crowd = pair->crowd;

    pair->client = crowd->members[crowd->turn].client;
    pair->server = crowd->members[crowd->turn].server;
    crowd->turn = (crowd->turn + 1) % crowd->count;
}

void bench_crowd_close(bench_pair *pair)
{
    bench_crowd *crowd = pair->crowd;

    if (crowd == NULL)
        return;
    for (size_t i = 0; i < crowd->count; i++) {
        pair->side->conn_free(crowd->members[i].client);
        pair->side->conn_free(crowd->members[i].server);
    }
    pair->client = pair->server = NULL; /* the last one in turn */
    pair->crowd = NULL;
    free(crowd);
}
