/* SPDX-License-Identifier: MIT */
/* Sequences: how often each call is drawn, and who does it. */
#include "model.h"

/** Most begin with a pair that can talk, or nothing would get far. */
static const model_step start[] = {
    {OP_CONTEXT_NEW, 0, 0, 0, 0}, {OP_CONTEXT_NEW, 1, 0, 0, 0}, {OP_TRUST_NEW, 0, 0, 0, 0},
    {OP_TRUST_ADD, 0, 0, 0, 0},   {OP_TRUST_SET, 0, 0, 0, 0},   {OP_IDENTITY_ADD, 1, 0, 1, 0},
};
static const model_step pair[] = {
    {OP_CONN_NEW, 0, 0, 0, 0},
    {OP_CONN_NEW, 1, 0, 0, 0},
    {OP_NAME, 0, 0, 0, 0},
};

static const model_step sockets[] = {
    {OP_SOCK_LISTEN_ON, 1, 0, 1, 0},
    {OP_SOCK_PAIR, 0, 0, 1, 9},
    {OP_SOCK_SETTLE, 0, 0, 0, 1},
};

/* The server asks for a certificate, and the client has one. */
static const model_step mutual[] = {
    {OP_TRUST_SET, 1, 0, 0, 0},
    {OP_IDENTITY_ADD, 0, ID_CLIENT - 1, 1, 0},
    {OP_VERIFY_MODE, 1, 0, 0, 0},
};

static const uint8_t weights[OP_COUNT] = {
    [OP_CONTEXT_NEW] = 2,   [OP_CONTEXT_COPY] = 3,   [OP_CONTEXT_FREE] = 1, [OP_CONTEXT_SEAL] = 2,
    [OP_VERSIONS] = 3,      [OP_OPTIONS_ON] = 3,     [OP_OPTIONS_OFF] = 3,  [OP_LEVEL] = 2,
    [OP_DEPTH] = 2,         [OP_VERIFY_MODE] = 4,    [OP_NO_VERIFY] = 3,    [OP_NO_NAME] = 1,
    [OP_CHECK_NAME] = 2,    [OP_TRUST_SET] = 3,      [OP_IDENTITY_ADD] = 3, [OP_IDENTITY_REMOVE] = 1,
    [OP_IDENTITY_CLEAR] = 1, [OP_ALPN] = 2,          [OP_ALPN_REQUIRED] = 1, [OP_CACHE_MODE] = 4,
    [OP_LIFETIME] = 1,      [OP_TICKET_KEYS] = 1,    [OP_TRUST_NEW] = 1,    [OP_TRUST_COPY] = 2,
    [OP_TRUST_ADD] = 3,     [OP_TRUST_VERIFY] = 1,   [OP_CONN_NEW] = 8,     [OP_CONN_FREE] = 2,
    [OP_ROLE] = 3,          [OP_NAME] = 5,           [OP_SET_CONTEXT] = 2,  [OP_OWN_CONTEXT] = 2,
    [OP_READ_AHEAD] = 1,    [OP_HANDSHAKE] = 14,     [OP_READ] = 14,        [OP_PEEK] = 6,
    [OP_WRITE] = 12,        [OP_WRITEV] = 4,         [OP_FLUSH] = 2,        [OP_RELEASE] = 3,
    [OP_SHUTDOWN] = 3,      [OP_SHUTDOWN_WAIT] = 1,  [OP_SHUTDOWN_STATE] = 1, [OP_RAGGED] = 1,
    [OP_UNREAD] = 1,        [OP_MOVE] = 30,          [OP_FLIP] = 1,         [OP_GARBAGE] = 1,
    [OP_EOF] = 1,           [OP_SETTLE] = 12,        [OP_KEY_UPDATE] = 4,   [OP_RENEGOTIATE] = 2,
    [OP_LATE_AUTH] = 1,     [OP_EXPORT] = 3,         [OP_BINDING] = 3,      [OP_EARLY_WRITE] = 1,
    [OP_EARLY_READ] = 1,    [OP_SESSION_TAKE] = 4,   [OP_SESSION_SET] = 4,  [OP_SESSION_COPY] = 2,
    [OP_SOCK_PAIR] = 8,     [OP_SOCK_WRAP] = 2,      [OP_SOCK_NEW] = 6,     [OP_SOCK_LISTEN_ON] = 2,
    [OP_SOCK_CONNECT] = 16, [OP_SOCK_ACCEPT] = 8,    [OP_SOCK_ONCE] = 1,    [OP_SOCK_BIND] = 3,
    [OP_SOCK_LISTEN] = 2,   [OP_SOCK_NAME] = 3,      [OP_SOCK_WHEN] = 3,    [OP_SOCK_TIMEOUT] = 10,
    [OP_SOCK_HANDSHAKE] = 12, [OP_SOCK_RECV] = 16,   [OP_SOCK_LINE] = 10,   [OP_SOCK_SEND] = 14,
    [OP_SOCK_SEND_ALL] = 6, [OP_SOCK_SEND_FILE] = 6, [OP_SOCK_FLUSH] = 3,   [OP_SOCK_SHUTDOWN] = 4,
    [OP_SOCK_UNWRAP] = 5,   [OP_SOCK_DETACH] = 4,    [OP_SOCK_CLOSE] = 3,   [OP_SOCK_RAW] = 3,
    [OP_SOCK_MISCHIEF] = 2, [OP_SOCK_FACTS] = 6,     [OP_SOCK_SETTLE] = 20,
};

/* xorshift64*: the same in every place */
static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * 0x2545f4914f6cdd1du) >> 32) % below;
}

/** What a sequence is about, beside contexts and trust: both at once would get nowhere with either. */
typedef enum theme { CONNECTIONS, SOCKETS, BOTH } theme;

static uint32_t weight(theme about, int op)
{
    const bool other = (about == CONNECTIONS && op >= OP_FIRST_SOCK) ||
                       (about == SOCKETS && op >= OP_FIRST_CONN && op < OP_FIRST_SOCK);

    return other ? 0 : weights[op];
}

static uint8_t draw_op(uint64_t *state, theme about)
{
    uint32_t total = 0, at;
    uint8_t op = 0;

    for (int i = 0; i < OP_COUNT; i++)
        total += weight(about, i);
    at = draw(state, total);
    while (at >= weight(about, op))
        at -= weight(about, op++);
    return op;
}

static size_t put(model_step *steps, size_t count, const model_step *from, size_t more, uint8_t at)
{
    for (size_t i = 0; i < more; i++) {
        steps[count + i] = from[i];
        steps[count + i].at = (uint8_t)(steps[count + i].at + at);
    }
    return count + more;
}

static model_step draw_step(uint64_t *state, theme about)
{
    return (model_step){draw_op(state, about), (uint8_t)draw(state, 4), (uint8_t)draw(state, 256),
                        (uint8_t)draw(state, 256), draw(state, 1u << 30)};
}

/* Settings in a row, before a connection seals them. */
static size_t draw_settings(uint64_t *state, model_step *steps, size_t count)
{
    for (size_t end = count + 30; count < end;) {
        steps[count] = draw_step(state, CONNECTIONS);
        if (steps[count].op < OP_FIRST_CONN)
            count++;
    }
    return count;
}

size_t model_draw(uint64_t seed, model_step steps[MODEL_STEPS_MAX])
{
    uint64_t state = seed * 0x9e3779b97f4a7c15u | 1;
    size_t count = 0, end;
    theme about;

    for (int i = 0; i < 4; i++)
        (void)draw(&state, 2);
    about = (theme)(draw(&state, 8) * 3 / 8); /* both are the rarest */
    end = 40 + draw(&state, MODEL_STEPS_MAX - 80);
    if (draw(&state, 8) != 0) {
        const bool sessions = draw(&state, 2) != 0;

        count = put(steps, count, start, sizeof(start) / sizeof(start[0]), 0);
        for (uint8_t at = 0; at < 2 && sessions; at++)
            steps[count++] = (model_step){OP_CACHE_MODE, at, 1, 0, 0};
        if (draw(&state, 3) == 0) {
            count = put(steps, count, mutual, sizeof(mutual) / sizeof(mutual[0]), 0);
            steps[count - 1].a = (uint8_t)draw(&state, 256);
        }
        if (draw(&state, 4) == 0)
            count = draw_settings(&state, steps, count);
        if (about != SOCKETS)
            count = put(steps, count, pair, sizeof(pair) / sizeof(pair[0]), 0);
        if (about != CONNECTIONS)
            count = put(steps, count, sockets, sizeof(sockets) / sizeof(sockets[0]), 0);
    }
    while (count < end) {
        steps[count] = draw_step(&state, about);
        /* two connections together, or hardly any would have somebody to talk to */
        if (steps[count].op == OP_CONN_NEW && draw(&state, 2) != 0) {
            count = put(steps, count, pair, sizeof(pair) / sizeof(pair[0]),
                        (uint8_t)(steps[count].at & 2));
            continue;
        }
        count++;
    }
    return count;
}

const model_step *model_start(size_t *count)
{
    static model_step both[sizeof(start) / sizeof(start[0]) + sizeof(pair) / sizeof(pair[0])];

    *count = put(both, 0, start, sizeof(start) / sizeof(start[0]), 0);
    *count = put(both, *count, pair, sizeof(pair) / sizeof(pair[0]), 0);
    return both;
}

void model_do(model_world *w, const model_step *step)
{
    if (step->op < OP_FIRST_TRUST)
        model_context_step(w, step);
    else if (step->op < OP_FIRST_CONN)
        model_trust_step(w, step);
    else if (step->op < OP_FIRST_SOCK)
        model_conn_step(w, step);
    else
        model_sock_step(w, step);
    if (w->failure[0] == '\0') {
        model_contexts_check(w);
        model_trusts_check(w);
        model_conns_check(w);
        model_socks_check(w);
    }
}
