/* SPDX-License-Identifier: MIT */
#include "pair.h"
#include "chain.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEPS_MAX 1000 /* of one handshake or one message, before it counts as stuck */

/* ---- contexts -------------------------------------------------------------------------------- */

static bool path(char out[BENCH_PATH_SIZE], const char *directory, const char *part,
                 const char *key, const char *suffix)
{
    const int length = snprintf(out, BENCH_PATH_SIZE, "%s/%s%s%s", directory, part, key, suffix);

    return (length > 0 && length < BENCH_PATH_SIZE) ||
           bench_complain("--pki: the path is too long");
}

bool bench_setup_fill(bench_setup *setup, const bench_case *what, const char *engine,
                      const char *pki)
{
    const bool leaf = what->chain == BENCH_CHAIN_LEAF || what->chain == BENCH_CHAIN_FRESH_LEAF;

    setup->engine = engine;
    setup->version = what->version;
    setup->suite = what->suite;
    setup->group = what->group != 0 ? what->group : BENCH_X25519;
    setup->mutual = what->mutual;
    setup->resume = what->resume;
    setup->early = what->early ? (uint32_t)what->size : 0;
    setup->identities = what->identities;
    setup->sessions = what->sessions;
    setup->accelerated = what->accelerated;
    return path(setup->root, pki, "root", "", ".pem") &&
           path(setup->server_chain, pki, leaf ? "server-direct-" : "server-", what->key, ".pem") &&
           path(setup->server_key, pki, leaf ? "server-direct-" : "server-", what->key, ".key") &&
           path(setup->client_chain, pki, leaf ? "client-direct-" : "client-", what->key, ".pem") &&
           path(setup->client_key, pki, leaf ? "client-direct-" : "client-", what->key, ".key");
}

static bool fresh_files(bench_pair *pair, const char *pki)
{
    pair->pki = pki;
    (void)snprintf(pair->server_template, BENCH_PATH_SIZE, "%s", pair->setup.server_chain);
    (void)snprintf(pair->client_template, BENCH_PATH_SIZE, "%s", pair->setup.client_chain);
    return bench_temporary_file(pair->setup.server_chain) &&
           bench_chain_fresh(pair->server_template, pair->setup.engine, pki,
                             pair->setup.server_chain) &&
           (!pair->setup.mutual || (bench_temporary_file(pair->setup.client_chain) &&
                                    bench_chain_fresh(pair->client_template, pair->setup.engine,
                                                      pki, pair->setup.client_chain)));
}

bool bench_pair_refresh(bench_pair *pair)
{
    if (!bench_chain_is_fresh(pair->what->chain))
        return true;
    return bench_chain_fresh(pair->server_template, pair->setup.engine, pair->pki,
                             pair->setup.server_chain) &&
           (!pair->setup.mutual || bench_chain_fresh(pair->client_template, pair->setup.engine,
                                                     pair->pki, pair->setup.client_chain)) &&
           pair->side->world_renew(pair->world, &pair->setup);
}

/* Only what was made here: the templates belong to the directory of certificates. */
static void fresh_remove(bench_pair *pair)
{
    if (pair->server_template[0] != '\0' && pair->setup.server_chain[0] != '\0' &&
        strcmp(pair->server_template, pair->setup.server_chain) != 0)
        (void)unlink(pair->setup.server_chain);
    if (pair->client_template[0] != '\0' && pair->setup.client_chain[0] != '\0' &&
        strcmp(pair->client_template, pair->setup.client_chain) != 0)
        (void)unlink(pair->setup.client_chain);
}

static bool other_sessions(bench_pair *pair);

static bench_pair blank(const bench_case *what, const bench_side *side, bench_wires *wires)
{
    return (bench_pair){
        .what = what,
        .side = side,
        .wires = wires,
        .client_end = {.in = &wires->to_client, .out = &wires->to_server, .fd = -1},
        .server_end = {.in = &wires->to_server, .out = &wires->to_client, .fd = -1},
    };
}

bool bench_pair_start(bench_pair *pair, const bench_case *what, const bench_side *side,
                      const char *engine, const char *pki, bench_wires *wires)
{
    *pair = blank(what, side, wires);
    if (!bench_setup_fill(&pair->setup, what, engine, pki) ||
        (bench_chain_is_fresh(what->chain) && !fresh_files(pair, pki)))
        return false;
    pair->world = side->world_new(&pair->setup);
    return pair->world != NULL && (side != &bench_ours || other_sessions(pair));
}

bool bench_pair_share(bench_pair *pair, const bench_pair *from, bench_wires *wires)
{
    *pair = blank(from->what, from->side, wires);
    pair->setup = from->setup;
    pair->world = from->world;
    pair->shares = true;
    return from->what->kind == BENCH_HANDSHAKE || bench_pair_connect(pair);
}

void bench_pair_end(bench_pair *pair)
{
    if (pair->side == NULL)
        return;
    bench_pair_close(pair);
    if (pair->session != NULL)
        pair->side->session_free(pair->session);
    if (!pair->shares) {
        pair->side->world_free(pair->world);
        fresh_remove(pair);
    }
    *pair = (bench_pair){.side = NULL};
}

/* ---- connections ----------------------------------------------------------------------------- */

/* Sockets do not block: one thread serves both ends. */
static bool sockets(bench_pair *pair)
{
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return bench_complain("no socketpair");
    pair->client_end.fd = fds[0];
    pair->server_end.fd = fds[1];
    return (fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(fds[1], F_SETFL, O_NONBLOCK) == 0) ||
           bench_complain("a socket stays blocking");
}

bool bench_pair_open(bench_pair *pair)
{
    if (pair->what->kind == BENCH_SOCKET_PING_PONG && !sockets(pair))
        return false;
    pair->client = pair->side->conn_new(pair->world, false, &pair->client_end);
    pair->server =
        pair->client != NULL ? pair->side->conn_new(pair->world, true, &pair->server_end) : NULL;
    return pair->server != NULL;
}

void bench_pair_close(bench_pair *pair)
{
    bench_crowd_close(pair);
    pair->side->conn_free(pair->client);
    pair->side->conn_free(pair->server);
    pair->client = pair->server = NULL;
    if (pair->client_end.fd >= 0)
        (void)close(pair->client_end.fd);
    if (pair->server_end.fd >= 0)
        (void)close(pair->server_end.fd);
    pair->client_end.fd = pair->server_end.fd = -1;
    /* What nobody read any more, tickets for example, is not for the next connection. */
    pair->wires->to_client.start = pair->wires->to_client.end = 0;
    pair->wires->to_server.start = pair->wires->to_server.end = 0;
}

bool bench_pair_shake(const bench_pair *pair)
{
    const bench_side *side = pair->side;
    int client = 0, server = 0;

    for (int step = 0; step < STEPS_MAX; step++) {
        if (client == 0)
            client = side->handshake(pair->client);
        if (server == 0)
            server = side->handshake(pair->server);
        if (client < 0 || server < 0)
            return false;
        if (client == 1 && server == 1)
            return true;
    }
    return bench_complain("%s: the handshake is stuck", side->name);
}

bool bench_pair_connect(bench_pair *pair)
{
    if (!bench_pair_open(pair) || !bench_pair_shake(pair))
        return false;
    if (pair->what->connections > 1) {
        bench_pair_close(pair);
        return bench_crowd_open(pair);
    }
    return (pair->side->agreed(pair->client, &pair->setup) &&
            pair->side->agreed(pair->server, &pair->setup)) ||
           bench_complain("%s: version, suite or group is not what both sides must use",
                          pair->side->name);
}

/* ---- one operation --------------------------------------------------------------------------- */

static bool arrive(const bench_pair *pair, bench_conn *to)
{
    const size_t size = pair->what->size;
    size_t got = 0;

    for (int step = 0; step < STEPS_MAX; step++) {
        const int count = pair->side->read(to, pair->wires->received + got, size - got);

        if (count < 0)
            return false;
        got += (size_t)count;
        if (got == size)
            return true;
    }
    return bench_complain("%s: the data do not arrive", pair->side->name);
}

static bool carry(const bench_pair *pair, bench_conn *from, bench_conn *to)
{
    if (!pair->side->write(from, pair->wires->message, pair->what->size))
        return bench_complain("%s: a write did not take everything", pair->side->name);
    return arrive(pair, to);
}

/* An engine's own program has nothing but its write. */
static bool gather(const bench_pair *pair)
{
    const size_t piece = pair->what->size / BENCH_PIECES;
    bool good = true;

    if (pair->side->gather != NULL)
        good = pair->side->gather(pair->client, pair->wires->message, piece, BENCH_PIECES);
    else
        for (size_t i = 0; good && i < BENCH_PIECES; i++)
            good = pair->side->write(pair->client, pair->wires->message + i * piece, piece);
    return good ? arrive(pair, pair->server)
                : bench_complain("%s: a write did not take everything", pair->side->name);
}

static bool handshake(bench_pair *pair)
{
    const bool good = bench_pair_open(pair) && bench_pair_shake(pair);

    bench_pair_close(pair);
    return good;
}

/* Data that travel with the client's first flight, and arrive before the handshake is over. */
static bool early(const bench_pair *pair)
{
    const size_t size = pair->what->size;
    size_t got = 0;

    if (!pair->side->write_early(pair->client, pair->wires->message, size))
        return bench_complain("%s: early data are not taken", pair->side->name);
    for (int step = 0; step < STEPS_MAX && got < size; step++) {
        const int count =
            pair->side->read_early(pair->server, pair->wires->received + got, size - got);

        if (count < 0 || (count == 0 && pair->side->handshake(pair->client) < 0))
            return false;
        got += (size_t)count;
    }
    return got == size || bench_complain("%s: early data do not arrive", pair->side->name);
}

/* The ticket comes behind the handshake in TLS 1.3: a read takes it up and finds no data. */
static bool keep_session(bench_pair *pair)
{
    bench_session *session = pair->side->read(pair->client, pair->wires->received, 1) == 0
                                 ? pair->side->session(pair->client)
                                 : NULL;

    if (session == NULL)
        return bench_complain("%s: the server gave out no session", pair->side->name);
    if (pair->session != NULL)
        pair->side->session_free(pair->session);
    pair->session = session;
    return true;
}

/* wolfSSL counts the nonces of a ticket's descendants in one octet, and fails then, or refuses the ticket. */
enum { IN_A_ROW = 200 };

static void begin_anew(bench_pair *pair)
{
    if (pair->session == NULL || ++pair->resumptions % IN_A_ROW != 0)
        return;
    pair->side->session_free(pair->session);
    pair->session = NULL;
}

/* With the session of the handshake before; the first one is a full handshake, and then one in 200. */
static bool resumption(bench_pair *pair)
{
    begin_anew(pair);
    const bench_side *side = pair->side;
    const bool before = pair->session != NULL, with_early = before && pair->setup.early != 0;
    bool good = bench_pair_open(pair) && (!before || side->offer(pair->client, pair->session)) &&
                (!with_early || early(pair)) && bench_pair_shake(pair) && keep_session(pair);

    if (good && before && (!side->resumed(pair->client) || !side->resumed(pair->server)))
        good = bench_complain("%s: the handshake was a full one", side->name);
    if (good && with_early && !side->accepted(pair->client))
        good = bench_complain("%s: early data were rejected", side->name);
    bench_pair_close(pair);
    return good;
}

/* A full handshake for each: what the server keeps of it nobody asks for again. */
static bool other_sessions(bench_pair *pair)
{
    bool good = true;

    for (size_t i = 0; good && i < pair->what->sessions; i++)
        good = handshake(pair);
    return good;
}

static bool operation(bench_pair *pair)
{
    if (pair->crowd != NULL)
        bench_crowd_next(pair);
    switch (pair->what->kind) {
    case BENCH_HANDSHAKE:
        return pair->setup.resume ? resumption(pair) : handshake(pair);
    case BENCH_RECORD:
        return carry(pair, pair->client, pair->server);
    case BENCH_GATHER:
        return gather(pair);
    default:
        return carry(pair, pair->client, pair->server) && carry(pair, pair->server, pair->client);
    }
}

bool bench_pair_do(bench_pair *pair, size_t count)
{
    bool good = true;

    for (size_t i = 0; good && i < count; i++)
        good = operation(pair);
    return good;
}
