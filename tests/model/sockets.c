/* SPDX-License-Identifier: MIT */
/* Sockets: what holds of all calls and of all sockets, how a handshake ends, and two that settle. */
#include "sockets.h"
#include "talk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <omnitls/callbacks.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LATE_MS 10000 /* a loaded machine may be late */
#define DESCRIPTORS 256
#define PATIENCE 100 /* times 20 ms without anything that moves */

uint8_t sock_byte(const model_sock *from, uint64_t at)
{
    return (uint8_t)(talk_byte(0, at % SOCK_PERIOD) + (from->k.server ? 7 : 0));
}

/* ---- a world's sockets ---- */

static int count_sockets(void)
{
    int count = 0;

    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        struct stat what;

        count += fstat(fd, &what) == 0 && S_ISSOCK(what.st_mode);
    }
    return count;
}

/* Once for a process: they stay open. */
static int file_of(bool server)
{
    const model_sock writer = {.k.server = server};
    static uint8_t block[SOCK_PERIOD];
    char name[] = "/tmp/omnitls-model-XXXXXX";
    const int fd = mkstemp(name);

    if (fd < 0)
        return -1;
    (void)unlink(name);
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = sock_byte(&writer, i);
    for (int i = 0; i < 3; i++)
        if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
            return -1;
    return fd;
}

static void nobody_listens(struct model_socks *all)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    all->nobody = socket(AF_INET, SOCK_STREAM, 0);
    (void)bind(all->nobody, (struct sockaddr *)&address, size);
    (void)getsockname(all->nobody, (struct sockaddr *)&address, &size);
    (void)snprintf(all->nobody_port, sizeof(all->nobody_port), "%u", ntohs(address.sin_port));
}

void model_socks_begin(model_world *w)
{
    static struct model_socks all;
    static int files[2] = {-1, -1};

    for (int i = 0; i < 2 && files[i] < 0; i++)
        files[i] = file_of(i != 0);
    all = (struct model_socks){.files = {files[0], files[1]}};
    w->socks = &all;
    w->socks_opened = w->socks_failed = 0;
    for (int i = 0; i < SOCKS; i++) {
        all.at[i].peer = all.at[i].dialed = -1;
        all.raw[i] = (sock_raw){.fd = -1, .peer = -1};
    }
    all.started_with = count_sockets();
    nobody_listens(&all);
}

void model_socks_end(model_world *w)
{
    struct model_socks *all = w->socks;

    for (int i = 0; i < SOCKS; i++) {
        otls_socket_close(all->at[i].real);
        if (all->raw[i].fd >= 0)
            (void)close(all->raw[i].fd);
    }
    (void)close(all->nobody);
    (void)snprintf(w->call, sizeof(w->call), "the end");
    model_claim(w, count_sockets() == all->started_with, "%d sockets are left open, %d at the start",
                count_sockets(), all->started_with);
}

void model_socks_keep(model_world *w, int slot)
{
    for (int i = 0; i < SOCKS; i++) {
        model_sock *s = &w->socks->at[i];

        if (s->real == NULL || s->kept || s->slot != slot)
            continue;
        s->own = w->contexts[slot];
        s->kept = true;
    }
}

model_context *sock_context(model_world *w, model_sock *s)
{
    return s->kept ? &s->own : &w->contexts[s->slot];
}

int sock_fd(const model_sock *s)
{
    return s->real == NULL ? -1 : (int)otls_socket_fileno(s->real);
}

/* ---- what holds of every call ---- */

otls_status sock_answer(model_world *w, const model_sock *s, const otls_error *err,
                        otls_status status)
{
    const int64_t took = model_now() - w->started;

    (void)model_answer(w, err, status);
    model_claim(w, took <= s->timeout + LATE_MS, "%lld ms, and the time-out is %d", (long long)took,
                s->timeout);
    model_claim(w, status != OTLS_E_TIMEOUT || s->timeout > 0, "there is no time-out");
    model_claim(w, status != OTLS_E_TIMEOUT || took >= s->timeout - 1, "after %lld of %d ms",
                (long long)took, s->timeout);
    model_claim(w, (status != OTLS_WANT_READ && status != OTLS_WANT_WRITE) || s->timeout == 0,
                "%s, and it may wait %d ms", otls_status_name(status), s->timeout);
    return status;
}

void sock_wanted(model_world *w, const model_sock *s, const otls_error *err, otls_status status,
                 otls_status wanted)
{
    (void)sock_answer(w, s, err, status);
    model_claim(w, status == wanted, "%s instead of %s%s%s", otls_status_name(status),
                otls_status_name(wanted), status < 0 ? ": " : "", status < 0 ? err->text : "");
}

/* ---- what may happen to a connection ---- */

static talk_prediction predict(model_world *w, int at)
{
    const model_sock *s = &w->socks->at[at], *other = s->peer < 0 ? NULL : &w->socks->at[s->peer];

    if (other == NULL)
        return UNSURE;
    if (s->k.server == other->k.server)
        return MUST_NOT;
    return s->k.server ? talk_predict(&other->k, &s->k) : talk_predict(&s->k, &other->k);
}

static bool undisturbed(const model_sock *s)
{
    return !s->in.tampered && !s->in.breaks && !s->in.eof && !s->reading_ended;
}

/* Is there a reason outside the library why it may fail? */
static bool excused(model_world *w, int at)
{
    const model_sock *s = &w->socks->at[at];

    if (s->in.clean && !s->reading_ended)
        return false;
    return !undisturbed(s) || s->peer < 0 || w->socks->at[s->peer].k.state == M_FAILED ||
           !undisturbed(&w->socks->at[s->peer]) || predict(w, at) != MUST_OPEN;
}

static void has_failed(model_world *w, int at, const otls_error *cause)
{
    static const otls_status may[] = {OTLS_E_PROTOCOL, OTLS_E_ALERT, OTLS_E_VERIFY};
    model_sock *s = &w->socks->at[at];
    const bool ended = s->in.eof || s->in.breaks || s->reading_ended;
    const otls_status status = (otls_status)cause->status;
    bool known = ended && (status == OTLS_E_TRUNCATED || status == OTLS_E_IO);

    for (size_t i = 0; i < sizeof(may) / sizeof(may[0]); i++)
        known = known || status == may[i];
    model_claim(w, excused(w, at), "failed without a reason: %s", cause->text);
    model_claim(w, known, "failed as %s: %s", otls_status_name(status), cause->text);
    s->k.state = M_FAILED;
    s->k.first = *cause;
    w->socks_failed++;
    s->k.sent_close = s->k.sent_close || (otls_connection_shutdown_state(otls_socket_connection(s->real)) &
                                          OTLS_SHUTDOWN_SENT) != 0;
}

static bool done(const model_sock *s)
{
    return otls_connection_handshake_done(otls_socket_connection(s->real));
}

void sock_sync(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];
    otls_error cause = OTLS_ERROR_INIT;

    if (s->kind != SOCK_TALKS || s->k.state == M_FAILED ||
        otls_connection_failure(otls_socket_connection(s->real), &cause) == OTLS_OK)
        return;
    s->k.opened = done(s);
    has_failed(w, at, &cause);
}

bool sock_opens(model_world *w, int at, otls_status status, const otls_error *err)
{
    model_sock *s = &w->socks->at[at];
    model_conn *k = &s->k;

    if (k->state == M_FAILED) {
        model_claim(w, status == (otls_status)k->first.status, "%s: %s, but it failed as %s: %s",
                    otls_status_name(status), status < 0 ? err->text : "",
                    otls_status_name((otls_status)k->first.status), k->first.text);
        return false;
    }
    if (k->state == M_NEW && talk_cannot_start(k)) {
        model_claim(w, status == OTLS_E_USAGE, "%s, but it cannot start", otls_status_name(status));
        return false;
    }
    if (k->state != M_OPEN) {
        k->state = done(s) ? M_OPEN : M_RUN;
        w->socks_opened += k->state == M_OPEN;
    }
    k->opened = done(s);
    sock_sync(w, at);
    if (k->state == M_FAILED) {
        model_claim(w, status == (otls_status)k->first.status || status >= 0,
                    "%s, and it failed as %s", otls_status_name(status),
                    otls_status_name((otls_status)k->first.status));
        return false;
    }
    if (k->state == M_OPEN)
        return true;
    model_claim(w, status == OTLS_WANT_READ || status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT,
                "%s in the handshake", otls_status_name(status));
    return false;
}

void sock_talks(model_world *w, int at, bool server, const char *name)
{
    model_sock *s = &w->socks->at[at];

    s->kind = SOCK_TALKS;
    s->k = (model_conn){.set = sock_context(w, s)->set, .slot = s->slot, .server = server};
    s->in = (sock_inward){.total = 0};
    s->reading_ended = s->may_hold = false;
    s->k.ragged = (s->k.set.options & OTLS_OPTION_IGNORE_UNEXPECTED_EOF) != 0;
    sock_context(w, s)->sealed = true;
    if (server)
        return;
    s->k.named = name != NULL;
    s->k.right_name = name != NULL && (strcmp(name, "localhost") == 0 || strcmp(name, "127.0.0.1") == 0);
}

static bool unsent(const model_sock *s)
{
    return (otls_connection_events(otls_socket_connection(s->real)) & OTLS_EVENT_WRITE) != 0;
}

/* All that was sent is with the system, all that came was read, and the other end is open: then the
 * end is clean. */
void sock_leaves(model_world *w, int at, bool orderly)
{
    model_sock *s = &w->socks->at[at], *other = s->peer < 0 ? NULL : &w->socks->at[s->peer];
    const bool open = s->kind == SOCK_TALKS && s->k.state == M_OPEN;

    if (other != NULL && other->kind == SOCK_TALKS) {
        const bool room = !s->small && other->in.total - other->k.read < 60000;
        const bool clean = orderly && open && room && !unsent(s) && other->k.state == M_OPEN &&
                           !unsent(other) && s->k.read == s->in.total && undisturbed(s) &&
                           (!other->in.eof || other->in.clean) && !other->in.tampered &&
                           !other->in.breaks;

        other->in.close = other->in.close || (orderly && open);
        other->in.clean = clean;
        other->in.eof = true;
        other->peer = -1;
    }
    s->peer = s->dialed = -1;
    s->in = (sock_inward){.total = 0};
    s->k = (model_conn){.real = NULL};
    s->connecting = s->reading_ended = s->may_hold = s->odd = false;
}

void sock_handshake(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_handshake(s%d)", at);
    status = sock_answer(w, s, &err, otls_socket_handshake(s->real, &err));
    if (s->kind != SOCK_TALKS) {
        model_claim(w, status == OTLS_E_USAGE, "%s without a connection", otls_status_name(status));
        return;
    }
    s->in.clean = s->in.clean && s->peer >= 0;
    if (sock_opens(w, at, status, &err) && status != OTLS_OK)
        model_claim(w, (status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT) && unsent(s),
                    "%s when open", otls_status_name(status));
}

/* ---- two until nothing moves ---- */

/* The system may take its time, with little room above all. */
static void wait_for(model_world *w, const int ends[2])
{
    struct pollfd items[2];

    for (int i = 0; i < 2; i++) {
        const model_sock *s = &w->socks->at[ends[i]];

        items[i] = (struct pollfd){.fd = sock_fd(s), .events = POLLIN};
        if (unsent(s))
            items[i].events = POLLIN | POLLOUT;
    }
    (void)poll(items, 2, 20);
}

static bool misses(const model_sock *s)
{
    return s->k.state <= M_RUN || (s->k.read < s->in.total && !s->k.dropped);
}

static bool go_on(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];
    const model_state before = s->k.state;
    const sock_kind kind = s->kind;
    const uint64_t read = s->k.read;

    if (s->kind == SOCK_DIALS)
        sock_connect(w, at, NULL);
    if (s->dialed >= 0 && w->socks->at[s->dialed].kind == SOCK_LISTENS)
        sock_accept(w, s->dialed);
    if (s->kind != SOCK_TALKS)
        return kind != s->kind;
    if (s->k.state <= M_RUN && !talk_cannot_start(&s->k))
        sock_handshake(w, at);
    if (s->k.state == M_OPEN && !s->reading_ended)
        sock_recv(w, at, 40000);
    if (s->k.state == M_OPEN && unsent(s)) {
        otls_error err;

        model_call(w, &err, "otls_socket_flush(s%d)", at);
        (void)sock_answer(w, s, &err, otls_socket_flush(s->real, &err));
        sock_sync(w, at);
    }
    return s->k.state != before || s->k.read != read || s->kind != kind;
}

/* Nothing is in the way of these two, and they have not got there yet. */
static bool must_end(model_world *w, int at)
{
    const int ends[2] = {at & ~1, at | 1};
    const model_sock *a = &w->socks->at[ends[0]], *b = &w->socks->at[ends[1]];

    return a->kind == SOCK_TALKS && b->kind == SOCK_TALKS && (misses(a) || misses(b)) &&
           a->peer == ends[1] && b->peer == ends[0] && undisturbed(a) && undisturbed(b) &&
           !talk_cannot_start(&a->k) && !talk_cannot_start(&b->k) && a->k.state != M_FAILED &&
           b->k.state != M_FAILED && predict(w, at) == MUST_OPEN;
}

void sock_settle(model_world *w, int at)
{
    const int ends[2] = {at & ~1, at | 1};
    model_sock *a = &w->socks->at[ends[0]], *b = &w->socks->at[ends[1]];
    bool good;

    for (int round = 0, still = 0; still < (must_end(w, at) ? PATIENCE : 2) && round < 1000; round++) {
        const bool moved = go_on(w, ends[0]), too = go_on(w, ends[1]);

        still = moved || too ? 0 : still + 1;
        if (w->failure[0] != '\0')
            return;
        if (still != 0 && must_end(w, at))
            wait_for(w, ends);
    }
    (void)snprintf(w->call, sizeof(w->call), "s%d and s%d to the end", ends[0], ends[1]);
    if (a->real == NULL || b->real == NULL || a->peer != ends[1] || b->peer != ends[0])
        return;
    good = undisturbed(a) && undisturbed(b) && !talk_cannot_start(&a->k) && !talk_cannot_start(&b->k);
    if (predict(w, at) == MUST_NOT)
        model_claim(w, a->k.state != M_OPEN || b->k.state != M_OPEN || a->k.set.cache_mode != 0 ||
                           b->k.set.cache_mode != 0,
                    "both are open, against the settings");
    if (!good || predict(w, at) != MUST_OPEN)
        return;
    model_claim(w, a->k.state == M_OPEN && b->k.state == M_OPEN, "not open");
    model_claim(w, a->k.dropped || a->k.read == a->in.total, "data are missing");
    model_claim(w, b->k.dropped || b->k.read == b->in.total, "data are missing");
}

/* ---- what all sockets are held to, after each step ---- */

static void check_connection(model_world *w, int at, const model_sock *s)
{
    const otls_connection *conn = otls_socket_connection(s->real);
    const model_conn *k = &s->k;
    const unsigned bits = (k->sent_close ? OTLS_SHUTDOWN_SENT : 0u) |
                          (k->received_close ? OTLS_SHUTDOWN_RECEIVED : 0u);
    otls_error err = OTLS_ERROR_INIT;

    model_claim(w, otls_connection_is_server(conn) == k->server, "the other side");
    model_claim(w, otls_connection_handshake_done(conn) == k->opened, "done or not");
    model_claim(w, otls_connection_shutdown_state(conn) == bits, "shutdown state %u, not %u",
                otls_connection_shutdown_state(conn), bits);
    model_claim(w, (otls_connection_failure(conn, &err) != OTLS_OK) == (k->state == M_FAILED),
                "s%d failed or not: %s", at, err.text);
    if (k->state == M_FAILED)
        model_claim(w, talk_same_cause(&err, &k->first), "another cause: %s, before %s", err.text,
                    k->first.text);
}

static void check_sock(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];
    const int fd = sock_fd(s);
    struct stat what;

    (void)snprintf(w->call, sizeof(w->call), "s%d", at);
    model_claim(w, otls_socket_timeout(s->real) == s->timeout, "another time-out");
    model_claim(w, otls_socket_context(s->real) == sock_context(w, s)->real, "another context");
    model_claim(w, otls_socket_user_data(s->real) == s, "another pointer");
    model_claim(w, (otls_socket_lookup_ms(s->real) >= 0) == s->looked_up, "looked up: %lld ms",
                (long long)otls_socket_lookup_ms(s->real));
    model_claim(w, (otls_socket_connection(s->real) != NULL) == (s->kind == SOCK_TALKS),
                "a connection or not");
    model_claim(w, (fd >= 0) == (s->kind != SOCK_EMPTY), "descriptor %d", fd);
    model_claim(w, fd < 0 || (fstat(fd, &what) == 0 && S_ISSOCK(what.st_mode)), "%d is no socket", fd);
    if (s->kind == SOCK_LISTENS)
        model_claim(w, otls_socket_local_port(s->real) == s->port, "another port");
    if (s->kind == SOCK_EMPTY)
        model_claim(w, otls_socket_local_port(s->real) == 0, "a port of nothing");
    if (s->kind == SOCK_TALKS)
        check_connection(w, at, s);
}

void model_socks_check(model_world *w)
{
    for (int i = 0; i < SOCKS; i++)
        if (w->socks->at[i].real != NULL && w->failure[0] == '\0')
            check_sock(w, i);
}

/* ---- which ---- */

static void timeout_step(model_world *w, int at, const model_step *step)
{
    static const int times[] = {0, 0, 0, 1, 2, -2};
    model_sock *s = &w->socks->at[at];
    const int ms = times[step->a % 6];
    otls_error err;

    if (step->b % 4 == 0) { /* it would wait for ever: told, and taken back */
        model_call(w, &err, "otls_socket_set_blocking(s%d, true)", at);
        model_wanted(w, &err, otls_socket_set_blocking(s->real, true, &err), OTLS_OK);
        model_claim(w, otls_socket_timeout(s->real) == -1, "another time-out");
        model_call(w, &err, "otls_socket_set_blocking(s%d, false)", at);
        model_wanted(w, &err, otls_socket_set_blocking(s->real, false, &err), OTLS_OK);
        s->timeout = 0;
        return;
    }
    model_call(w, &err, "otls_socket_set_timeout(s%d, %d)", at, ms);
    model_wanted(w, &err, otls_socket_set_timeout(s->real, ms, &err), ms < 0 ? OTLS_E_USAGE : OTLS_OK);
    s->timeout = ms < 0 ? s->timeout : ms;
}

void model_sock_step(model_world *w, const model_step *step)
{
    const bool listener = step->op == OP_SOCK_LISTEN_ON || step->op == OP_SOCK_ACCEPT || step->n % 8 == 0;
    const int at = listener ? SOCK_LISTENERS + step->at % 2 : step->at % SOCK_LISTENERS;

    switch (step->op) {
    case OP_SOCK_PAIR:
    case OP_SOCK_WRAP:
    case OP_SOCK_CLOSE:
    case OP_SOCK_DETACH:
    case OP_SOCK_UNWRAP:
    case OP_SOCK_RAW:
    case OP_SOCK_MISCHIEF: sock_ends_step(w, at, step); return;
    case OP_SOCK_NEW:
    case OP_SOCK_LISTEN_ON:
    case OP_SOCK_ONCE: sock_dial_step(w, at, step); return;
    default: break;
    }
    if (w->socks->at[at].real == NULL)
        return;
    switch (step->op) {
    case OP_SOCK_HANDSHAKE: sock_handshake(w, at); break;
    case OP_SOCK_SETTLE: sock_settle(w, at % SOCK_LISTENERS); break;
    case OP_SOCK_TIMEOUT: timeout_step(w, at, step); break;
    case OP_SOCK_NAME:
    case OP_SOCK_WHEN:
    case OP_SOCK_BIND:
    case OP_SOCK_LISTEN:
    case OP_SOCK_CONNECT:
    case OP_SOCK_ACCEPT:
    case OP_SOCK_FACTS: sock_dial_step(w, at, step); break;
    default: sock_data_step(w, at, step); break;
    }
}
