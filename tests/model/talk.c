/* SPDX-License-Identifier: MIT */
/* Connections: what each call must answer in which state, and that data arrive whole and in order. */
#include "talk.h"

#include <stdio.h>
#include <string.h>

static const char *const good_name = "localhost", *const bad_name = "elsewhere.example";

uint8_t talk_byte(int from, uint64_t at)
{
    return (uint8_t)(at * 31 + at / 251 + (uint64_t)from * 7);
}

/* ---- what may happen ---- */

/* Would the server's chain do for this client? */
static bool server_believed(const model_conn *client, const model_conn *server)
{
    if (client->set.no_verify)
        return true;
    if (!client->set.has_root)
        return false;
    if (server->set.identities[0] == ID_EXPIRED)
        return false;
    if (client->set.no_name)
        return true;
    return client->right_name && server->set.identities[0] == ID_GOOD;
}

/* Of the client's identities one is for clients, and only those believe it that have the root; servers' do not. */
static bool client_believed(const model_conn *client, const model_conn *server)
{
    if (server->set.verify_mode == OTLS_VERIFY_MODE_NONE)
        return true;
    if (client->set.identity_count == 0)
        return server->set.verify_mode == OTLS_VERIFY_MODE_OPTIONAL;
    return client->set.identities[0] == ID_CLIENT && server->set.has_root;
}

static bool protocol_shared(const model_conn *client, const model_conn *server)
{
    return client->set.alpn == 0 || server->set.alpn == 0 || server->set.alpn_optional ||
           (client->set.alpn & server->set.alpn) != 0;
}

talk_prediction talk_predict(const model_conn *client, const model_conn *server)
{
    uint16_t low, high, other_low, other_high;

    if (!model_versions(&client->set, &low, &high) ||
        !model_versions(&server->set, &other_low, &other_high) || low > other_high ||
        other_low > high || server->set.identity_count == 0 || !protocol_shared(client, server))
        return MUST_NOT;
    if (server->set.identity_count > 1 || client->unsure || server->unsure)
        return UNSURE; /* which is shown is the name's to choose */
    return server_believed(client, server) && client_believed(client, server) ? MUST_OPEN : MUST_NOT;
}

static model_conn *peer_of(model_world *w, int at)
{
    return &w->conns[at ^ 1];
}

static talk_prediction predict_at(model_world *w, int at)
{
    const model_conn *a = &w->conns[at & ~1], *b = &w->conns[at | 1];

    return a->real != NULL && b->real != NULL ? talk_predict(a, b) : UNSURE;
}

/* Two engines do not take all updates of keys: docs/features.md, "key-update". */
static bool keys_worn(const model_world *w, const model_conn *k, const model_conn *peer)
{
    const bool all = otls_backend_supports(w->engines[0], OTLS_FEATURE_KEY_UPDATE, NULL) == OTLS_YES &&
                     otls_backend_supports(w->engines[1], OTLS_FEATURE_KEY_UPDATE, NULL) == OTLS_YES;

    return !all && ((k->asked && peer->asked) || k->updates + peer->updates > 8);
}

/* Is there a reason outside the library why this connection may fail? */
static bool excused(model_world *w, int at)
{
    const model_conn *k = &w->conns[at], *peer = peer_of(w, at);

    return k->tampered || k->eof_in || k->renegotiated || peer->renegotiated || peer->tampered ||
           keys_worn(w, k, peer) || peer->real == NULL || peer->state == M_FAILED || predict_at(w, at) != MUST_OPEN;
}

/* ---- a failure, now and for ever ---- */

static void has_failed(model_world *w, int at, otls_status status, const otls_error *err)
{
    model_conn *k = &w->conns[at];

    model_claim(w, excused(w, at), "failed without a reason: %s", err->text);
    model_claim(w, status != OTLS_E_TRUNCATED || k->eof_in || k->renegotiated ||
                       peer_of(w, at)->renegotiated,
                "truncated, and no end was told");
    model_claim(w, status == OTLS_E_TRUNCATED || status == OTLS_E_PROTOCOL ||
                       status == OTLS_E_ALERT || status == OTLS_E_VERIFY,
                "failed as %s: %s", otls_status_name(status), err->text);
    k->state = M_FAILED;
    k->first = *err;
}

bool talk_same_cause(const otls_error *a, const otls_error *b)
{
    return a->status == b->status && a->code == b->code && a->alert == b->alert &&
           a->verify_flags == b->verify_flags && strcmp(a->text, b->text) == 0;
}

bool talk_cannot_start(const model_conn *k)
{
    const bool named = k->named || k->server || k->set.no_verify || k->set.no_name;

    return k->role_open || !named;
}

/* Every call that needs the handshake: true when the call's own rules are next. */
static bool opens(model_world *w, int at, otls_status status, const otls_error *err)
{
    model_conn *k = &w->conns[at];

    if (k->state == M_FAILED) {
        model_claim(w, status == (otls_status)k->first.status && talk_same_cause(err, &k->first),
                    "%s: %s, but it failed as %s: %s", otls_status_name(status), err->text,
                    otls_status_name((otls_status)k->first.status), k->first.text);
        return false;
    }
    if (k->state == M_OPEN)
        return true;
    if (k->state == M_NEW && talk_cannot_start(k)) {
        model_claim(w, status == OTLS_E_USAGE, "%s, but it cannot start", otls_status_name(status));
        return false;
    }
    if (otls_connection_handshake_done(k->real) && status >= 0) {
        k->state = M_OPEN;
        k->opened = true;
        return true;
    }
    k->state = M_RUN;
    if (status < 0) {
        k->opened = otls_connection_handshake_done(k->real);
        has_failed(w, at, status, err);
    } else {
        model_claim(w, status == OTLS_WANT_READ, "%s in the handshake", otls_status_name(status));
    }
    return false;
}

/* ---- calls ---- */

static void handshake(model_world *w, int at)
{
    model_conn *k = &w->conns[at];
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_connection_handshake(k%d)", at);
    status = model_answer(w, &err, otls_connection_handshake(k->real, &err));
    if (opens(w, at, status, &err))
        model_claim(w, status == OTLS_OK, "%s when open", otls_status_name(status));
}

/* Data that came must be the peer's, in order. */
static void came(model_world *w, int at, const uint8_t *data, size_t count)
{
    const model_conn *k = &w->conns[at], *peer = peer_of(w, at);
    size_t wrong = 0;

    for (size_t i = 0; i < count && !k->dropped; i++)
        wrong += data[i] != talk_byte(at ^ 1, k->read + i);
    model_claim(w, wrong == 0, "%zu of %zu bytes are not what was written", wrong, count);
    if (peer->real != NULL && !peer->lost && !k->lost_peer)
        model_claim(w, k->read + count <= peer->written, "more than was written");
}

static void read_ended(model_world *w, int at, otls_status status, const otls_error *err)
{
    model_conn *k = &w->conns[at];
    const model_conn *peer = peer_of(w, at);

    if (status < 0) {
        has_failed(w, at, status, err);
        return;
    }
    if (status == OTLS_WANT_READ) {
        model_claim(w, !k->received_close, "waits behind the end");
        return;
    }
    model_claim(w, status == OTLS_CLOSED, "%s from a read", otls_status_name(status));
    if (!k->received_close) {
        const bool sent = peer->real != NULL && peer->sent_close;

        model_claim(w, sent || k->lost_peer || (k->ragged && k->eof_in), "closed, and nobody closed");
        if (sent && !k->dropped && !k->tampered && !k->eof_in)
            model_claim(w, k->read == peer->written, "closed after %llu of %llu bytes",
                        (unsigned long long)k->read, (unsigned long long)peer->written);
        k->received_close = true;
    }
}

static void read_step(model_world *w, int at, size_t capacity, bool peek)
{
    static uint8_t data[40000];
    model_conn *k = &w->conns[at];
    size_t count = 77;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_connection_%s(k%d, %zu)", peek ? "peek" : "read", at, capacity);
    status = peek ? otls_connection_peek(k->real, data, capacity, &count, &err)
                  : otls_connection_read(k->real, data, capacity, &count, &err);
    (void)model_answer(w, &err, status);
    model_claim(w, status == OTLS_OK ? count <= capacity : count == 0, "%zu bytes with %s", count,
                otls_status_name(status));
    if (peek && status == OTLS_OK && (capacity == 0 || k->peeked)) {
        came(w, at, data, count); /* what is there needs no connection */
        return;
    }
    if (!opens(w, at, status, &err))
        return;
    if (status == OTLS_OK) {
        model_claim(w, capacity == 0 || count != 0, "no bytes");
        model_claim(w, capacity == 0 || !k->received_close || k->peeked, "data behind the end");
        came(w, at, data, count);
        k->peeked = peek ? count != 0 : otls_connection_pending(k->real) != 0 && k->peeked;
        k->read += peek ? 0 : count;
    } else {
        read_ended(w, at, status, &err);
    }
}

/* The end was set by decree before there was a beginning: the write that finds the handshake done is refused. */
static bool after_decree(model_world *w, int at, otls_status status)
{
    model_conn *k = &w->conns[at];

    if (!k->sent_close || k->state >= M_OPEN || status != OTLS_E_USAGE ||
        !otls_connection_handshake_done(k->real))
        return false;
    k->state = M_OPEN;
    k->opened = true;
    return true;
}

static void write_step(model_world *w, int at, size_t size, bool gathered)
{
    static uint8_t data[70000];
    model_conn *k = &w->conns[at];
    const bool after = k->state == M_OPEN && k->sent_close;
    otls_buffer_view views[3] = {{data, size / 3}, {NULL, 0}, {data + size / 3, size - size / 3}};
    size_t count = 77;
    otls_error err;
    otls_status status;

    for (size_t i = 0; i < size; i++)
        data[i] = talk_byte(at, k->written + i);
    model_call(w, &err, "otls_connection_%s(k%d, %zu)", gathered ? "writev" : "write", at, size);
    status = gathered ? otls_connection_writev(k->real, views, 3, &count, &err)
                      : otls_connection_write(k->real, data, size, &count, &err);
    if (after) {
        model_wanted_code(w, &err, status, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE);
        model_claim(w, count == 0, "%zu bytes after the end", count);
        return;
    }
    (void)model_answer(w, &err, status);
    if (!after_decree(w, at, status) && !opens(w, at, status, &err)) {
        model_claim(w, count == 0, "%zu bytes before it is open", count);
        return;
    }
    if (k->sent_close) {
        model_claim(w, status == OTLS_E_USAGE && count == 0, "%zu bytes after the end", count);
        return;
    }
    k->written += count;
    if (status < 0)
        has_failed(w, at, status, &err);
    else if (status == OTLS_OK)
        model_claim(w, count == size, "%zu of %zu bytes were taken", count, size);
    else
        model_claim(w, count == 0 && (status == OTLS_WANT_WRITE ||
                                      (status == OTLS_WANT_READ &&
                                       (k->renegotiated || peer_of(w, at)->renegotiated))),
                    "%s with %zu bytes", otls_status_name(status), count);
}

static void shutdown_step(model_world *w, int at, bool wait)
{
    model_conn *k = &w->conns[at];
    const model_state before = k->state;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_connection_shutdown%s(k%d)", wait ? "_wait" : "", at);
    status = wait ? otls_connection_shutdown_wait(k->real, &err)
                  : otls_connection_shutdown(k->real, &err);
    if (before == M_NEW || before == M_RUN) {
        model_wanted_code(w, &err, status, OTLS_E_USAGE, OTLS_CODE_NOT_YET);
        return;
    }
    (void)model_answer(w, &err, status);
    if (!opens(w, at, status, &err))
        return;
    k->sent_close = true;
    k->dropped = k->dropped || wait;
    k->peeked = k->peeked && !wait;
    if (!wait)
        model_claim(w, status == OTLS_OK, "%s", otls_status_name(status));
    else
        read_ended(w, at, status == OTLS_OK ? OTLS_CLOSED : status, &err);
}

static void state_step(model_world *w, int at, unsigned bits)
{
    model_conn *k = &w->conns[at];
    const unsigned now = (k->sent_close ? OTLS_SHUTDOWN_SENT : 0u) |
                         (k->received_close ? OTLS_SHUTDOWN_RECEIVED : 0u);
    const bool good = bits < 4 && (now & ~bits) == 0;
    otls_error err;

    model_call(w, &err, "otls_connection_set_shutdown_state(k%d, %u)", at, bits);
    model_wanted(w, &err, otls_connection_set_shutdown_state(k->real, bits, &err),
                 good ? OTLS_OK : OTLS_E_USAGE);
    if (!good)
        return;
    k->by_decree = k->by_decree || bits != now;
    k->sent_close = (bits & OTLS_SHUTDOWN_SENT) != 0;
    k->received_close = (bits & OTLS_SHUTDOWN_RECEIVED) != 0;
}

/* ---- the wire ---- */

static size_t move(model_world *w, int at, size_t most, bool flip)
{
    model_conn *k = &w->conns[at], *peer = peer_of(w, at);
    uint8_t copy[4096];
    size_t size, taken = 0;
    const uint8_t *out = otls_connection_output(k->real, &size);
    otls_error err;

    size = size < most ? size : most;
    size = size < sizeof(copy) ? size : sizeof(copy);
    if (size == 0)
        return 0;
    memcpy(copy, out, size);
    if (flip)
        copy[most % size] ^= (uint8_t)(1u << most % 8);
    if (peer->real == NULL || peer->eof_in) {
        k->lost = true;
        taken = size;
    } else {
        model_call(w, &err, "otls_connection_feed(k%d, %zu bytes of k%d%s)", at ^ 1, size, at,
                   flip ? ", one bit changed" : "");
        model_wanted(w, &err, otls_connection_feed(peer->real, copy, size, &taken, &err), OTLS_OK);
        peer->tampered = peer->tampered || flip || k->lost;
    }
    otls_connection_output_taken(k->real, taken);
    return taken;
}

static void garbage(model_world *w, int at, const model_step *s)
{
    model_conn *k = &w->conns[at];
    uint8_t bytes[64];
    const size_t size = 1 + s->n % sizeof(bytes), room = otls_connection_feed_room(k->real);
    const size_t fits = size < room ? size : room;
    size_t count = 77;
    otls_error err;

    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(s->b * (i + 1) + s->n);
    model_call(w, &err, "otls_connection_feed(k%d, %zu bytes of nobody)", at, size);
    model_wanted(w, &err, otls_connection_feed(k->real, bytes, size, &count, &err),
                 k->eof_in ? OTLS_E_USAGE : OTLS_OK);
    model_claim(w, count == (k->eof_in ? 0 : fits), "%zu of %zu bytes", count, fits);
    k->tampered = k->tampered || count != 0;
}

static void end_input(model_world *w, int at)
{
    otls_error err;

    model_call(w, &err, "otls_connection_feed_eof(k%d)", at);
    model_wanted(w, &err, otls_connection_feed_eof(w->conns[at].real, &err), OTLS_OK);
    w->conns[at].eof_in = true;
}

static void read_all(model_world *w, int at)
{
    model_conn *k = &w->conns[at];
    uint64_t before;

    do {
        before = k->read;
        read_step(w, at, 20000, false);
    } while (k->read != before && w->failure[0] == '\0');
}

/* Both sides go on until nothing moves; then what had to happen has happened. */
static void settle(model_world *w, int at, bool peek)
{
    const int ends[2] = {at & ~1, at | 1};
    model_conn *a = &w->conns[ends[0]], *b = &w->conns[ends[1]];
    bool good;

    if (a->real == NULL || b->real == NULL)
        return;
    for (int round = 0, still = 0; round < 400 && still < 2 && w->failure[0] == '\0'; round++) {
        size_t moved = 0;

        for (int i = 0; i < 2; i++) {
            model_conn *k = &w->conns[ends[i]];

            if (k->state == M_NEW || k->state == M_RUN)
                handshake(w, ends[i]);
            if (k->state == M_OPEN && peek)
                read_step(w, ends[i], 3000, true);
            if (k->state == M_OPEN)
                read_all(w, ends[i]);
            for (size_t count; (count = move(w, ends[i], 4096, false)) != 0;)
                moved += count;
        }
        still = moved == 0 ? still + 1 : 0;
    }
    good = !a->tampered && !b->tampered && !a->eof_in && !b->eof_in && !a->lost && !b->lost &&
           !keys_worn(w, a, b) && !a->renegotiated && !b->renegotiated && !talk_cannot_start(a) &&
           !talk_cannot_start(b);
    (void)snprintf(w->call, sizeof(w->call), "k%d and k%d to the end", ends[0], ends[1]);
    if (talk_predict(a, b) == MUST_NOT)
        model_claim(w, a->state != M_OPEN || b->state != M_OPEN || a->resumable || b->resumable,
                    "both are open, against the settings");
    if (!good || talk_predict(a, b) != MUST_OPEN)
        return;
    model_claim(w, a->state == M_OPEN && b->state == M_OPEN, "%s and %s, not open",
                otls_connection_state_name(a->real), otls_connection_state_name(b->real));
    model_claim(w, a->by_decree || a->dropped || a->read == b->written, "data are missing");
    model_claim(w, b->by_decree || b->dropped || b->read == a->written, "data are missing");
}

/* ---- what all connections are held to, after each step ---- */

/* A server that asks knows the client's certificate, resumed or not; one that does not ask knows none. */
static void check_client_known(model_world *w, const model_conn *server, const model_conn *client)
{
    const bool asks = server->set.verify_mode != OTLS_VERIFY_MODE_NONE;

    if (server->set.role != OTLS_SERVER || server->state != M_OPEN || client->state != M_OPEN || server->unsure ||
        client->unsure || server->lost_peer || client->lost_peer)
        return;
    model_claim(w, (otls_connection_peer_chain_count(server->real) != 0) ==
                       (asks && client->set.identity_count != 0),
                "%zu certificates of the client's", otls_connection_peer_chain_count(server->real));
}

static void check_conn(model_world *w, int at)
{
    static const char *const names[] = {"new", "handshake", "open", "failed"};
    const model_conn *k = &w->conns[at];
    const char *name = otls_connection_state_name(k->real);
    const bool closed = k->state == M_OPEN && k->sent_close && k->received_close;
    const unsigned bits = (k->sent_close ? OTLS_SHUTDOWN_SENT : 0u) |
                          (k->received_close ? OTLS_SHUTDOWN_RECEIVED : 0u);
    otls_error err = OTLS_ERROR_INIT;
    uint16_t low, high;

    (void)snprintf(w->call, sizeof(w->call), "k%d", at);
    model_claim(w, strcmp(name, closed ? "closed" : names[k->state]) == 0 ||
                       (k->state == M_RUN && strcmp(name, "client hello") == 0),
                "state \"%s\", not \"%s\"", name, names[k->state]);
    model_claim(w, otls_connection_shutdown_state(k->real) == bits, "shutdown state %u, not %u",
                otls_connection_shutdown_state(k->real), bits);
    model_claim(w, otls_connection_handshake_done(k->real) == k->opened, "done or not");
    model_claim(w, (otls_connection_version(k->real) != 0) == k->opened, "a version before its time");
    if (k->opened && model_versions(&k->set, &low, &high))
        model_claim(w, otls_connection_version(k->real) >= low &&
                           otls_connection_version(k->real) <= high,
                    "version %04x", otls_connection_version(k->real));
    if (otls_connection_session_resumed(k->real) && !k->server)
        model_claim(w, otls_connection_session_fit(k->real) == OTLS_SESSION_OFFERED,
                    "resumed what was not offered");
    model_claim(w, otls_connection_is_server(k->real) == k->server, "the other side");
    if (k->server)
        check_client_known(w, k, &w->conns[at ^ 1]);
    model_claim(w, (otls_connection_failure(k->real, &err) != OTLS_OK) == (k->state == M_FAILED),
                "failed or not");
    if (k->state == M_FAILED)
        model_claim(w, talk_same_cause(&err, &k->first), "another cause: %s, before %s", err.text,
                    k->first.text);
    model_claim(w, !otls_connection_want_read(k->real) || !otls_connection_want_write(k->real),
                "waits for two things");
    if (k->state == M_FAILED || k->received_close)
        model_claim(w, (otls_connection_events(k->real) & OTLS_EVENT_READ) == 0,
                    "polls for what cannot come");
}

void model_conns_check(model_world *w)
{
    for (int i = 0; i < MODEL_CONNS; i++)
        if (w->conns[i].real != NULL && w->failure[0] == '\0')
            check_conn(w, i);
}

/* ---- which ---- */

static void name_step(model_world *w, int at, const model_step *s)
{
    static const char *const names[] = {"localhost", "localhost", "elsewhere.example", "not a name!",
                                        "", "127.0.0.1"};
    const int which = s->a % 6;
    model_conn *k = &w->conns[at];
    const bool good = which < 3 || which == 5;
    otls_error err;

    model_call(w, &err, "otls_connection_set_server_name(k%d, \"%s\")", at, names[which]);
    model_wanted_code(w, &err, otls_connection_set_server_name(k->real, names[which], &err),
                      k->state != M_NEW || k->server || !good ? OTLS_E_USAGE : OTLS_OK,
                      k->server            ? OTLS_CODE_NOT_HERE
                      : k->state != M_NEW ? OTLS_CODE_TOO_LATE
                                           : -1);
    if (k->state != M_NEW || k->server || !good)
        return;
    k->named = true;
    k->right_name = strcmp(names[which], good_name) == 0;
    k->unsure = k->unsure || (strcmp(names[which], good_name) != 0 && strcmp(names[which], bad_name) != 0);
}

void model_conn_step(model_world *w, const model_step *step)
{
    const int at = step->at % MODEL_CONNS;
    static const uint32_t sizes[] = {0, 1, 100, 5000, 16384, 16385, 40000, 70000};
    const size_t size = sizes[step->a % 8];
    otls_error err;

    if (step->op == OP_CONN_NEW || w->conns[at].real == NULL) {
        if (step->op == OP_CONN_NEW)
            talk_new(w, at, step);
        return;
    }
    switch (step->op) {
    case OP_CONN_FREE: model_conn_free(w, at); break;
    case OP_NAME: name_step(w, at, step); break;
    case OP_HANDSHAKE: handshake(w, at); break;
    case OP_READ: read_step(w, at, size % 40001, false); break;
    case OP_PEEK: read_step(w, at, size % 40001, true); break;
    case OP_WRITE: write_step(w, at, size, false); break;
    case OP_WRITEV: write_step(w, at, size, true); break;
    case OP_FLUSH:
        model_call(w, &err, "otls_connection_flush(k%d)", at);
        model_wanted(w, &err, otls_connection_flush(w->conns[at].real, &err), OTLS_OK);
        break;
    case OP_RELEASE: otls_connection_release_buffers(w->conns[at].real); break;
    case OP_SHUTDOWN: shutdown_step(w, at, false); break;
    case OP_SHUTDOWN_WAIT: shutdown_step(w, at, true); break;
    case OP_SHUTDOWN_STATE: state_step(w, at, step->a % 5); break;
    case OP_MOVE: (void)move(w, at, 1 + step->n % 4096, false); break;
    case OP_FLIP: (void)move(w, at, 1 + step->n % 4096, true); break;
    case OP_GARBAGE: garbage(w, at, step); break;
    case OP_EOF: end_input(w, at); break;
    case OP_SETTLE: settle(w, at, step->b % 2 != 0); break;
    default: talk_other(w, at, step); break;
    }
}
