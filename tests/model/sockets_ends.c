/* SPDX-License-Identifier: MIT */
/* Sockets around descriptors: wrapped, given back with and without a word, closed, and what others do to them. */
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <omnitls/callbacks.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- descriptors that nobody owns ---- */

static void raw_leaves(model_world *w, int at)
{
    sock_raw *raw = &w->socks->raw[at];
    model_sock *other = raw->peer < 0 ? NULL : &w->socks->at[raw->peer];

    if (other != NULL) {
        other->in.eof = true;
        other->in.clean = false;
    }
    raw->peer = -1;
}

void sock_raw_set(model_world *w, int at, int fd, int peer, bool behind)
{
    sock_raw *raw = &w->socks->raw[at];

    raw_leaves(w, at);
    if (raw->fd >= 0)
        (void)close(raw->fd);
    *raw = (sock_raw){.fd = fd, .peer = peer, .behind = behind};
}

static uint8_t plain_byte(uint64_t at)
{
    return (uint8_t)(at * 13 + 5);
}

static void raw_write(model_world *w, sock_raw *raw, const model_step *s)
{
    model_sock *other = raw->peer < 0 ? NULL : &w->socks->at[raw->peer];
    const size_t size = 1 + s->n % 3000;
    const uint64_t before = other != NULL ? other->in.plain : 0;
    uint8_t data[3000];
    ssize_t sent;

    for (size_t i = 0; i < size; i++)
        data[i] = plain_byte(before + i);
    sent = send(raw->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (w->say)
        printf("    send(r, %zu plain bytes): %zd\n", size, sent);
    if (sent <= 0 || other == NULL)
        return;
    if (raw->behind)
        other->in.plain += (uint64_t)sent;
    else
        other->in.tampered = true;
}

static void reset(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    (void)close(fd);
}

static void raw_step(model_world *w, int at, const model_step *s)
{
    sock_raw *raw = &w->socks->raw[at];

    if (raw->fd < 0)
        return;
    if (w->say)
        printf("    r%d, way %d\n", at, s->a % 4);
    switch (s->a % 4) {
    case 0: raw_write(w, raw, s); return;
    case 1:
        (void)shutdown(raw->fd, SHUT_WR);
        if (raw->peer >= 0)
            w->socks->at[raw->peer].in.eof = true;
        return;
    case 2: break;
    default:
        if (raw->peer >= 0)
            w->socks->at[raw->peer].in.breaks = true;
        raw_leaves(w, at);
        reset(raw->fd);
        raw->fd = -1;
        return;
    }
    sock_raw_set(w, at, -1, -1, false);
}

/* ---- wrapped ---- */

/* Two that are connected, over the loopback or not. */
static bool make_two(int fds[2], bool tcp)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener;
    bool good;

    if (!tcp)
        return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    fds[0] = socket(AF_INET, SOCK_STREAM, 0);
    fds[1] = -1;
    good = bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0 &&
           getsockname(listener, (struct sockaddr *)&address, &size) == 0 &&
           connect(fds[0], (struct sockaddr *)&address, size) == 0;
    if (good)
        fds[1] = accept(listener, NULL, NULL);
    (void)close(listener);
    if (fds[1] >= 0)
        return true;
    (void)close(fds[0]);
    return false;
}

/* The name, and whether it is one. */
static const char *draw_name(unsigned which, bool *good)
{
    static const char *const names[] = {"localhost", "localhost", "localhost", "elsewhere.example",
                                        "not a name!", ""};

    *good = which % 8 != 4 && which % 8 != 5;
    return which % 8 < 6 ? names[which % 8] : NULL;
}

static bool is_blocking(int fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

/* Without waiting and with our pointer, whichever call made it. */
static void adopted(model_world *w, int at, int slot)
{
    model_sock *s = &w->socks->at[at];
    otls_error err;

    s->slot = slot;
    otls_socket_set_user_data(s->real, s, NULL);
    model_call(w, &err, "otls_socket_set_timeout(s%d, 0)", at);
    model_wanted(w, &err, otls_socket_set_timeout(s->real, 0, &err), OTLS_OK);
}

static bool wrap_end(model_world *w, int at, int fd, const model_step *step)
{
    const int slot = at % 2 + (step->a / 8 % 4 == 3 ? 2 : 0);
    const bool blocking = step->b / 2 % 4 != 0;
    model_context *c = &w->contexts[slot];
    model_sock *s = &w->socks->at[at];
    bool good;
    const char *name = draw_name(at % 2 == 0 ? step->a : step->n % 16 == 0 ? 0 : 6, &good);
    otls_status wanted = OTLS_OK;
    otls_error err;

    if (!blocking)
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    *s = (model_sock){.peer = -1, .dialed = -1};
    if (c->real == NULL)
        return false;
    if (name != NULL && (c->set.role == OTLS_SERVER || !good))
        wanted = OTLS_E_USAGE;
    else if (!c->sealed)
        wanted = model_seals(c);
    model_call(w, &err, "otls_socket_wrap(&s%d, c%d, %d, %s)", at, slot, fd, name != NULL ? name : "NULL");
    model_wanted(w, &err, otls_socket_wrap(&s->real, c->real, fd, name, &err), wanted);
    model_claim(w, (s->real != NULL) == (wanted == OTLS_OK), "the object is %p", (void *)s->real);
    if (s->real == NULL) {
        model_claim(w, is_blocking(fd) == blocking, "the descriptor is not as it was");
        return false;
    }
    model_claim(w, !is_blocking(fd), "the descriptor may block");
    adopted(w, at, slot);
    s->blocking = blocking;
    s->tcp = step->b % 2 != 0;
    s->bound = true;
    s->small = step->n / 8 % 4 == 0; /* see pair_step */
    (void)snprintf(s->name, sizeof(s->name), "%s", name != NULL ? name : "");
    sock_talks(w, at, c->set.role == OTLS_SERVER, name);
    return true;
}

static void pair_step(model_world *w, int at, const model_step *step)
{
    const int ends[2] = {at & ~1, at | 1}, little = 2048;
    bool made[2];
    int fds[2];

    for (int i = 0; i < 2; i++)
        sock_free(w, ends[i]);
    if (!make_two(fds, step->b % 2 != 0))
        return;
    for (int i = 0; i < 2 && step->n / 8 % 4 == 0; i++)
        (void)setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
    for (int i = 0; i < 2; i++)
        made[i] = wrap_end(w, ends[i], fds[i], step);
    for (int i = 0; i < 2; i++) {
        if (made[i])
            w->socks->at[ends[i]].peer = made[1 - i] ? ends[1 - i] : -1;
        else
            sock_raw_set(w, ends[i], fds[i], made[1 - i] ? ends[1 - i] : -1, false);
        if (made[i] && !made[1 - i])
            w->socks->at[ends[i]].in.tampered = true; /* the other end is nobody's */
    }
}

/* What is no stream socket, listens already, or is not connected yet. */
static void wrap_step(model_world *w, int at, const model_step *step)
{
    const int slot = at % 2 + (step->b % 4 == 3 ? 2 : 0), which = step->a % 8;
    model_context *c = &w->contexts[slot];
    model_sock *s = &w->socks->at[at];
    otls_socket *made = NULL;
    otls_status wanted = OTLS_E_USAGE;
    int pipes[2] = {-1, -1}, fd = -1;
    otls_error err;

    if (c->real == NULL)
        return;
    sock_free(w, at);
    if (which == 0 && pipe(pipes) == 0)
        fd = pipes[0];
    else if (which == 1)
        fd = socket(AF_INET, SOCK_DGRAM, 0);
    else if (which == 2) {
        fd = socket(AF_INET, SOCK_STREAM, 0);
        (void)listen(fd, 3);
        wanted = c->set.role == OTLS_CLIENT ? OTLS_E_USAGE : OTLS_OK;
    } else if (which >= 4) {
        fd = socket(AF_INET, SOCK_STREAM, 0);
        wanted = OTLS_OK;
    }
    model_call(w, &err, "otls_socket_wrap(&s%d, c%d, %s %d)", at, slot,
               which == 0   ? "pipe"
               : which == 1 ? "datagrams"
               : which == 2 ? "listening"
               : which == 3 ? "none"
                            : "stream",
               fd);
    model_wanted(w, &err, otls_socket_wrap(&made, c->real, fd, NULL, &err), wanted);
    model_claim(w, (made != NULL) == (wanted == OTLS_OK), "the object is %p", (void *)made);
    if (pipes[1] >= 0)
        (void)close(pipes[1]);
    if (made == NULL) {
        model_claim(w, fd < 0 || is_blocking(fd), "the descriptor is not as it was");
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    *s = (model_sock){.real = made, .kind = which == 2 ? SOCK_LISTENS : SOCK_HELD,
                      .peer = -1, .dialed = -1, .blocking = true, .tcp = true, .bound = which == 2};
    adopted(w, at, slot);
    s->port = otls_socket_local_port(made);
}

/* ---- given back ---- */

/* Those in the queue of a listener that goes away have nobody. */
static void queue_lost(model_world *w, int listener)
{
    for (int i = 0; i < SOCKS; i++)
        if (w->socks->at[i].dialed == listener) {
            w->socks->at[i].dialed = -1;
            w->socks->at[i].in.breaks = w->socks->at[i].in.eof = true;
        }
}

static void emptied(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];

    if (s->kind == SOCK_LISTENS)
        queue_lost(w, at);
    s->kind = SOCK_EMPTY;
    s->bound = s->bound_v6 = s->small = s->was_refused = false;
    s->blocking = s->tcp = true; /* as the next one is made */
}

/* The descriptor is ours now: whoever is at the other end talks to it. */
static void given(model_world *w, int at, int fd, int peer, bool behind)
{
    model_sock *s = &w->socks->at[at];

    model_claim(w, fd < 0 || is_blocking(fd) == s->blocking, "the descriptor is not as it was");
    sock_raw_set(w, at, fd, peer, behind);
    emptied(w, at);
}

static void detach_step(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];
    const bool own = s->kind != SOCK_EMPTY && (s->kind != SOCK_DIALS || s->bound);
    const int had = own ? sock_fd(s) : -1, peer = s->peer;
    otls_error err;
    int fd;

    model_call(w, &err, "otls_socket_detach(s%d)", at);
    fd = (int)otls_socket_detach(s->real);
    if (w->say)
        printf("-> %d\n", fd);
    model_claim(w, fd == had, "%d instead of %d", fd, had);
    sock_leaves(w, at, false);
    if (peer >= 0) { /* its end is still there */
        w->socks->at[peer].in.eof = w->socks->at[peer].in.tampered = true;
        w->socks->at[peer].in.clean = false;
    }
    given(w, at, fd, peer, false);
}

/* What comes behind the peer's close_notify is plain text: some with the socket, the rest with the descriptor. */
static void check_plain(model_world *w, int at, int fd, const sock_inward *in)
{
    model_sock *s = &w->socks->at[at];
    uint8_t more[4096];
    size_t left = 0;
    const uint8_t *text = otls_socket_leftover(s->real, &left);
    uint64_t got = 0, wrong = 0;

    model_claim(w, (text != NULL) == (left != 0), "%zu bytes at %p", left, (const void *)text);
    for (; got < left; got++)
        wrong += text[got] != plain_byte(got);
    for (ssize_t count; (count = recv(fd, more, sizeof(more), MSG_DONTWAIT)) > 0;)
        for (ssize_t i = 0; i < count; i++, got++)
            wrong += more[i] != plain_byte(got);
    if (in->tampered)
        return;
    model_claim(w, wrong == 0, "%llu of %llu plain bytes are wrong", (unsigned long long)wrong,
                (unsigned long long)got);
    model_claim(w, got == in->plain || in->breaks || (s->tcp && got < in->plain), "%llu of %llu plain bytes",
                (unsigned long long)got, (unsigned long long)in->plain);
}

static void unwrap_step(model_world *w, int at, const model_step *step)
{
    model_sock *s = &w->socks->at[at];
    const sock_inward in = s->in;
    const int peer = s->peer, had = sock_fd(s);
    const bool ended = peer >= 0 && w->socks->at[peer].in.eof;
    intptr_t fd = -7;
    otls_error err;
    otls_status status;

    if (step->a % 16 == 0) {
        model_call(w, &err, "otls_socket_unwrap(s%d, NULL)", at);
        sock_wanted(w, s, &err, otls_socket_unwrap(s->real, NULL, &err), OTLS_E_USAGE);
        return;
    }
    model_call(w, &err, "otls_socket_unwrap(s%d)", at);
    status = sock_answer(w, s, &err, otls_socket_unwrap(s->real, &fd, &err));
    model_claim(w, (fd >= 0) == (status == OTLS_OK), "descriptor %d", (int)fd);
    if (s->kind != SOCK_TALKS || s->k.state == M_NEW || s->k.state == M_RUN) {
        model_claim(w, status == OTLS_E_USAGE, "%s", otls_status_name(status));
        return;
    }
    if (s->k.state == M_FAILED) {
        (void)sock_opens(w, at, status, &err);
        return;
    }
    s->in.clean = s->in.clean && s->peer >= 0;
    s->k.dropped = true;
    if (peer >= 0)
        w->socks->at[peer].in.close = true;
    if (status != OTLS_OK) {
        const otls_connection *conn = otls_socket_connection(s->real);

        s->k.received_close = (otls_connection_shutdown_state(conn) & OTLS_SHUTDOWN_RECEIVED) != 0;
        sock_sync(w, at);
        s->k.sent_close = s->k.sent_close || s->k.state != M_FAILED;
        model_claim(w, s->k.state == M_FAILED || status == OTLS_WANT_READ ||
                           status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT,
                    "%s", otls_status_name(status));
        model_claim(w, s->k.state == M_FAILED || !s->k.received_close || status != OTLS_WANT_READ,
                    "waits behind the end");
        return;
    }
    model_claim(w, fd == had, "%d instead of %d", (int)fd, had);
    model_claim(w, in.close || (s->k.ragged && in.eof), "closed, and nobody closed");
    sock_leaves(w, at, false);
    if (peer >= 0) { /* the end is none of the descriptor */
        w->socks->at[peer].in.eof = ended;
        w->socks->at[peer].in.clean = false;
        w->socks->at[peer].in.close = true;
    }
    check_plain(w, at, (int)fd, &in);
    given(w, at, (int)fd, peer, true);
}

/* ---- closed ---- */

void sock_free(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];
    otls_error err;

    if (s->real == NULL)
        return;
    model_call(w, &err, "otls_socket_close(s%d)", at);
    sock_leaves(w, at, true);
    if (s->kind == SOCK_LISTENS)
        queue_lost(w, at);
    otls_socket_close(s->real);
    if (w->say)
        printf("\n");
    model_claim(w, model_now() - w->started <= 11000, "%lld ms",
                (long long)(model_now() - w->started));
    *s = (model_sock){.peer = -1, .dialed = -1};
}

/* ---- others ---- */

/* Bytes of nobody, an end without a word, a reset: on the descriptor, beneath the library. */
static void mischief_step(model_world *w, int at, const model_step *step)
{
    model_sock *s = &w->socks->at[at];
    model_sock *other = s->peer < 0 ? NULL : &w->socks->at[s->peer];
    const int fd = sock_fd(s), peer = s->peer, way = step->a % 3;
    uint8_t bytes[64];

    if (s->kind != SOCK_TALKS)
        return;
    if (w->say)
        printf("    mischief %d beneath s%d\n", way, at);
    s->in.clean = false;
    s->odd = true;
    s->in.breaks = true; /* what it writes later may find nobody, or somebody who has given up */
    if (other != NULL)
        other->in.clean = false;
    if (way == 0) {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)(step->b * (i + 1) + step->n);
        if (send(fd, bytes, 1 + step->n % sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL) > 0 && other != NULL)
            other->in.tampered = true;
    } else if (way == 1) {
        (void)shutdown(fd, SHUT_WR);
        if (other != NULL)
            other->in.eof = true;
    } else {
        detach_step(w, at);
        if (peer >= 0)
            w->socks->at[peer].in.breaks = true;
        raw_leaves(w, at);
        reset(w->socks->raw[at].fd);
        w->socks->raw[at].fd = -1;
    }
}

/* Mostly after something that leaves a trace, and mostly it connects again, as good as new. */
static void detach_and_go_on(model_world *w, int at, const model_step *step)
{
    const model_step sends = {.op = OP_SOCK_SEND, .a = 3, .n = step->n}, reads = {.op = OP_SOCK_LINE},
                     ends = {.op = OP_SOCK_SHUTDOWN};

    if (step->b % 4 == 0 && w->socks->at[at].peer >= 0) {
        sock_data_step(w, w->socks->at[at].peer, &sends);
        sock_data_step(w, at, &reads);
    } else if (step->b % 4 == 1) {
        sock_data_step(w, at, &ends);
    }
    detach_step(w, at);
    if (step->b / 4 % 4 == 0 || at >= SOCK_LISTENERS)
        return;
    sock_connect(w, at, step);
    sock_settle(w, at);
}

void sock_ends_step(model_world *w, int at, const model_step *step)
{
    if (step->op == OP_SOCK_PAIR) {
        pair_step(w, at % SOCK_LISTENERS, step);
        return;
    }
    if (step->op == OP_SOCK_WRAP) {
        wrap_step(w, at, step);
        return;
    }
    if (step->op == OP_SOCK_RAW) {
        raw_step(w, at, step);
        return;
    }
    if (w->socks->at[at].real == NULL)
        return;
    switch (step->op) {
    case OP_SOCK_CLOSE: sock_free(w, at); break;
    case OP_SOCK_DETACH: detach_and_go_on(w, at, step); break;
    case OP_SOCK_UNWRAP: unwrap_step(w, at, step); break;
    default: mischief_step(w, at, step); break;
    }
}
