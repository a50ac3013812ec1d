/* SPDX-License-Identifier: MIT */
/* Sockets that connect, bind, listen and accept, and what they say of themselves. */
#include "sockets.h"

#include <errno.h>
#include <omnitls/callbacks.h>
#include <omnitls/parity.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/** What is connected to: 0 and 1 are the listeners. */
enum { TO_NOBODY = 2, TO_BAD_PORT, TO_NO_HOST, TO_KINDS };

static void place(model_world *w, int at, otls_socket *made, int slot, sock_kind kind)
{
    otls_error err;

    w->socks->at[at] = (model_sock){.real = made, .kind = kind, .slot = slot, .peer = -1, .dialed = -1,
                                    .blocking = true, .tcp = true};
    otls_socket_set_user_data(made, &w->socks->at[at], NULL);
    model_call(w, &err, "otls_socket_set_timeout(s%d, 0)", at);
    model_wanted(w, &err, otls_socket_set_timeout(made, 0, &err), OTLS_OK);
}

static int slot_of(int at, const model_step *step)
{
    const int side = at < SOCK_LISTENERS ? at % 2 : step->b % 8 != 0; /* a client's now and then */

    return side + (step->a / 16 % 4 == 3 ? 2 : 0);
}

static void new_step(model_world *w, int at, const model_step *step)
{
    const int slot = slot_of(at, step);
    otls_socket *made = NULL;
    otls_error err;

    if (w->contexts[slot].real == NULL)
        return;
    sock_free(w, at);
    model_call(w, &err, "otls_socket_new(&s%d, c%d)", at, slot);
    model_wanted(w, &err, otls_socket_new(&made, w->contexts[slot].real, &err), OTLS_OK);
    if (made != NULL)
        place(w, at, made, slot, SOCK_EMPTY);
    model_call(w, &err, "otls_socket_new(NULL, c%d)", slot);
    model_wanted(w, &err, otls_socket_new(NULL, w->contexts[slot].real, &err), OTLS_E_USAGE);
}

/* ---- servers ---- */

static const char *const hosts[] = {"127.0.0.1", "127.0.0.1", "127.0.0.1", NULL, "", "localhost"};
static const char *const ports[] = {"0", "0", "0", "0", "", "70000", "-1", "+5"};

static void note_port(model_sock *s)
{
    char text[64] = "";

    s->port = otls_socket_local_port(s->real);
    (void)otls_socket_local_address(s->real, text, sizeof(text), NULL, NULL);
    s->bound_v6 = strchr(text, ':') != NULL;
}

static void listen_on(model_world *w, int at, const model_step *step)
{
    static const int backlogs[] = {8, 1, 0, -5};
    const int slot = slot_of(at, step), host = step->a % 6, port = step->b / 8 % 8;
    const bool good = host != 4 && port < 4;
    model_context *c = &w->contexts[slot];
    otls_socket *made = NULL;
    otls_error err;
    otls_status wanted = good && c->set.role != OTLS_CLIENT ? OTLS_OK : OTLS_E_USAGE;

    if (c->real == NULL)
        return;
    sock_free(w, at);
    model_call(w, &err, "otls_listen(&s%d, c%d, \"%s\", \"%s\", %d)", at, slot,
               hosts[host] != NULL ? hosts[host] : "*", ports[port], backlogs[step->n / 8 % 4]);
    model_wanted(w, &err,
                 otls_listen(&made, c->real, hosts[host], ports[port], backlogs[step->n / 8 % 4], &err),
                 wanted);
    model_claim(w, (made != NULL) == (wanted == OTLS_OK), "the object is %p", (void *)made);
    if (made == NULL)
        return;
    place(w, at, made, slot, SOCK_LISTENS);
    w->socks->at[at].bound = true;
    note_port(&w->socks->at[at]);
    model_claim(w, w->socks->at[at].port != 0, "no port");
}

static void bind_step(model_world *w, int at, const model_step *step)
{
    const int host = step->a % 6, port = step->b % 8;
    model_sock *s = &w->socks->at[at];
    otls_error err;
    otls_status wanted = OTLS_OK, status;

    if (s->kind > SOCK_HELD || host == 4 || port >= 4)
        wanted = OTLS_E_USAGE;
    else if (s->bound)
        wanted = OTLS_E_IO;
    model_call(w, &err, "otls_socket_bind(s%d, \"%s\", \"%s\")", at,
               hosts[host] != NULL ? hosts[host] : "*", ports[port]);
    status = sock_answer(w, s, &err, otls_socket_bind(s->real, hosts[host], ports[port], &err));
    model_claim(w, status == wanted || (s->was_refused && wanted <= OTLS_OK && wanted != OTLS_E_USAGE),
                "%s instead of %s", otls_status_name(status), otls_status_name(wanted));
    if (status != OTLS_OK)
        return;
    s->kind = SOCK_HELD;
    s->bound = true;
    note_port(s);
    model_claim(w, s->port != 0, "no port");
}

static void listen_step(model_world *w, int at, const model_step *step)
{
    model_sock *s = &w->socks->at[at];
    const bool may = (s->kind == SOCK_HELD || s->kind == SOCK_LISTENS) &&
                     sock_context(w, s)->set.role != OTLS_CLIENT;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_listen(s%d, %d)", at, step->a % 4);
    status = sock_answer(w, s, &err, otls_socket_listen(s->real, step->a % 4, &err));
    model_claim(w, status == (may ? OTLS_OK : OTLS_E_USAGE) ||
                       (may && s->was_refused && status == OTLS_E_IO),
                "%s: %s", otls_status_name(status), status < 0 ? err.text : "");
    if (status != OTLS_OK)
        return;
    s->kind = SOCK_LISTENS;
    s->bound = true;
    note_port(s);
}

/* ---- accept ---- */

/* Who is it? He who has this port. */
static int dialer_of(model_world *w, otls_socket *made)
{
    char text[64];
    uint16_t port = 0;

    if (otls_socket_peer_address(made, text, sizeof(text), &port, NULL) != OTLS_OK)
        return -1;
    for (int i = 0; i < SOCK_LISTENERS; i++)
        if (w->socks->at[i].dialed >= 0 && w->socks->at[i].kind == SOCK_TALKS &&
            otls_socket_local_port(w->socks->at[i].real) == port)
            return i;
    return -1;
}

static void accepted(model_world *w, int listener, otls_socket *made)
{
    model_sock *l = &w->socks->at[listener], *s;
    const int from = dialer_of(w, made), at = from < 0 ? 1 : from ^ 1;
    const bool odd = from < 0 || w->socks->at[from].odd;

    sock_free(w, at);
    s = &w->socks->at[at];
    *s = (model_sock){.real = made, .slot = l->slot, .kept = l->kept, .own = l->own, .peer = from,
                      .dialed = -1, .timeout = l->timeout, .blocking = true, .tcp = true, .bound = true};
    otls_socket_set_user_data(made, s, NULL);
    sock_context(w, l)->sealed = true;
    sock_talks(w, at, true, NULL);
    s->in.tampered = s->in.eof = s->in.breaks = odd;
    if (from >= 0) {
        w->socks->at[from].peer = at;
        w->socks->at[from].dialed = -1;
    }
    if (l->on_connect && l->chose) { /* as far as it came */
        s->k.opened = otls_connection_handshake_done(otls_socket_connection(made));
        s->k.state = s->k.opened ? M_OPEN : M_RUN;
    }
}

/* The client that was taken and not kept is one of them. */
static void sent_away(model_world *w, int listener)
{
    for (int i = 0; i < SOCK_LISTENERS; i++)
        if (w->socks->at[i].dialed == listener)
            w->socks->at[i].in.breaks = w->socks->at[i].in.eof = true;
}

void sock_accept(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];
    model_context *c = sock_context(w, s);
    const otls_status seals = s->kind != SOCK_LISTENS || c->sealed ? OTLS_OK : model_seals(c);
    const bool drives = s->chose && s->on_connect;
    otls_socket *made = NULL;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_accept(&s, s%d)", at);
    status = sock_answer(w, s, &err, otls_socket_accept(&made, s->real, &err));
    model_claim(w, (made != NULL) == (status == OTLS_OK), "the object is %p", (void *)made);
    if (s->kind != SOCK_LISTENS) {
        model_claim(w, status == OTLS_E_USAGE, "%s", otls_status_name(status));
        return;
    }
    if (made != NULL) {
        model_claim(w, seals == OTLS_OK, "a server that nobody can talk to");
        accepted(w, at, made);
        return;
    }
    if (status == OTLS_WANT_READ || (status == OTLS_E_TIMEOUT && (!drives || seals != OTLS_OK)))
        return; /* nobody came */
    if (seals != OTLS_OK)
        model_claim(w, status == seals, "%s instead of %s: %s", otls_status_name(status),
                    otls_status_name(seals), err.text);
    else
        model_claim(w, drives, "%s: %s", otls_status_name(status), err.text);
    sent_away(w, at);
}

/* ---- clients ---- */

static void name_step(model_world *w, int at, const model_step *step)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "elsewhere.example", "not a name!", ""};
    const char *name = names[step->a % 5];
    model_sock *s = &w->socks->at[at];
    const bool good = s->kind != SOCK_TALKS && sock_context(w, s)->set.role != OTLS_SERVER &&
                      step->a % 5 < 3;
    otls_error err;

    model_call(w, &err, "otls_socket_set_server_name(s%d, \"%s\")", at, name);
    model_wanted(w, &err, otls_socket_set_server_name(s->real, name, &err), good ? OTLS_OK : OTLS_E_USAGE);
    if (good)
        (void)snprintf(s->name, sizeof(s->name), "%s", name);
}

static const char *address_of(model_world *w, int target, char port[8], bool by_name)
{
    const model_sock *l = &w->socks->at[SOCK_LISTENERS + target % 2];

    if (target == TO_BAD_PORT)
        (void)snprintf(port, 8, "70000");
    else if (target < TO_NOBODY && l->kind == SOCK_LISTENS)
        (void)snprintf(port, 8, "%u", l->port);
    else
        (void)snprintf(port, 8, "%s", w->socks->nobody_port);
    return target == TO_NO_HOST ? "" : by_name ? "localhost" : "127.0.0.1";
}

/* Before anybody is called, in this order: the side, the settings, the address. */
static otls_status may_call(model_context *c, int target)
{
    otls_status seals;

    if (c->set.role == OTLS_SERVER)
        return OTLS_E_USAGE;
    seals = c->sealed ? OTLS_OK : model_seals(c);
    if (seals != OTLS_OK)
        return seals;
    c->sealed = true;
    return target == TO_BAD_PORT || target == TO_NO_HOST ? OTLS_E_USAGE : OTLS_OK;
}

/* OTLS_OK: nothing speaks against it. */
static otls_status may_connect(model_world *w, model_sock *s, int target)
{
    if (s->kind == SOCK_LISTENS || (s->kind == SOCK_TALKS && (!s->connecting || s->k.opened)))
        return OTLS_E_USAGE;
    if (s->kind == SOCK_TALKS)
        return OTLS_OK;
    return may_call(sock_context(w, s), target);
}

/* There is a connection now, or not yet, or not at all. */
static void dialed(model_world *w, int at, otls_status status, const otls_error *err, const char *host)
{
    model_sock *s = &w->socks->at[at];
    const model_sock *l = &w->socks->at[SOCK_LISTENERS + s->target % 2];
    const bool there = s->target < TO_NOBODY && l->kind == SOCK_LISTENS && !s->in.breaks;

    if (otls_socket_connection(s->real) != NULL) {
        model_claim(w, s->target < TO_NOBODY, "connected to nobody");
        sock_talks(w, at, false, s->name[0] != '\0' ? s->name : host);
        s->bound = true;
        s->dialed = there ? SOCK_LISTENERS + s->target : -1;
        s->in.breaks = s->in.eof = !there;
        return;
    }
    if (status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT) {
        s->kind = SOCK_DIALS;
        s->dialed = there ? SOCK_LISTENERS + s->target : -1;
        return;
    }
    model_claim(w, status == OTLS_E_IO && (!there || s->bound_v6), "%s: %s", otls_status_name(status),
                status < 0 ? err->text : "");
    s->kind = s->bound || s->kept_fd ? SOCK_HELD : SOCK_EMPTY;
    s->in = (sock_inward){.total = 0};
    s->dialed = -1;
    s->connecting = false;
    s->was_refused = true;
}

/* A listener if there is one, mostly. */
static int draw_target(const model_world *w, const model_step *step)
{
    const int one = step->a % 2;

    if (step->a % 8 >= 4)
        return step->a / 16 % TO_KINDS;
    return w->socks->at[SOCK_LISTENERS + one].kind == SOCK_LISTENS ? one : 1 - one;
}

void sock_connect(model_world *w, int at, const model_step *step)
{
    model_sock *s = &w->socks->at[at];
    /* somebody else, while the first has not answered */
    const bool another = s->kind == SOCK_DIALS && step != NULL && step->n % 16 == 1;
    const bool again = s->kind >= SOCK_DIALS && s->connecting && !another;
    const int drawn = step == NULL ? TO_NOBODY : draw_target(w, step);
    const int target = again ? s->target : another ? step->a % (TO_NOBODY + 1) : drawn;
    const bool by_name = again ? s->by_name : step != NULL && step->b % 2 != 0;
    char port[8];
    const char *host = address_of(w, target, port, by_name);
    const bool moves = another && (strcmp(port, s->called) != 0 || by_name != s->by_name);
    const otls_status wanted = moves && s->kept_fd ? OTLS_E_USAGE : may_connect(w, s, target);
    const bool looks = s->kind < SOCK_DIALS || moves;
    otls_error err;
    otls_status status;

    if (s->kind == SOCK_DIALS && moves && !s->kept_fd && wanted == OTLS_OK) {
        s->dialed = -1;
        s->in = (sock_inward){.total = 0};
    }
    if (again) /* the same arguments, wherever they lead now */
        (void)snprintf(port, sizeof(port), "%s", s->called);
    model_call(w, &err, "otls_socket_connect(s%d, \"%s\", \"%s\")", at, host, port);
    status = sock_answer(w, s, &err, otls_socket_connect(s->real, host, port, &err));
    if (wanted != OTLS_OK) {
        model_claim(w, status == wanted, "%s instead of %s: %s", otls_status_name(status),
                    otls_status_name(wanted), err.text);
        s->looked_up = otls_socket_lookup_ms(s->real) >= 0; /* who is refused may have been looked up */
        return;
    }
    if (looks) {
        s->looked_up = true;
        s->kept_fd = s->kind == SOCK_HELD || (s->kind == SOCK_DIALS && s->kept_fd);
        s->target = target < TO_NOBODY && w->socks->at[SOCK_LISTENERS + target].kind != SOCK_LISTENS
                        ? TO_NOBODY : target;
        s->by_name = by_name;
        (void)snprintf(s->called, sizeof(s->called), "%s", port);
    }
    s->connecting = true;
    if (s->kind != SOCK_TALKS)
        dialed(w, at, status, &err, host);
    if (s->kind != SOCK_TALKS)
        return;
    s->connecting = status != OTLS_OK;
    if (s->chose && !s->on_connect) {
        model_claim(w, status == OTLS_OK, "%s", otls_status_name(status));
        return;
    }
    if (sock_opens(w, at, status, &err))
        model_claim(w, status == OTLS_OK || status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT,
                    "%s when open", otls_status_name(status));
}

static void when_step(model_world *w, int at, const model_step *step)
{
    model_sock *s = &w->socks->at[at];
    otls_error err;

    model_call(w, &err, "otls_socket_set_handshake_on_connect(s%d, %d)", at, step->a % 2);
    model_wanted(w, &err, otls_socket_set_handshake_on_connect(s->real, step->a % 2 != 0, &err), OTLS_OK);
    s->chose = true;
    s->on_connect = step->a % 2 != 0;
}

/* In one call: whoever would answer is this thread, so nobody does. */
static void once_step(model_world *w, int at, const model_step *step)
{
    model_context *c = &w->contexts[at % 2];
    const int target = step->b % TO_KINDS, ms = step->a % 4 == 0 ? 0 : 1;
    const bool listens = target < TO_NOBODY && w->socks->at[SOCK_LISTENERS + target].kind == SOCK_LISTENS;
    char port[8];
    const char *host = address_of(w, target, port, false);
    otls_socket *sock = NULL;
    char *pem = NULL;
    otls_status wanted = listens ? OTLS_E_TIMEOUT : OTLS_E_IO;
    otls_error err;

    if (c->real == NULL)
        return;
    if (ms == 0 || target == TO_BAD_PORT || target == TO_NO_HOST)
        wanted = OTLS_E_USAGE;
    if (step->a % 8 == 7) {
        model_call(w, &err, "otls_get_server_certificate(&pem, \"%s\", \"%s\", NULL, %d)", host, port, ms);
        model_wanted(w, &err, otls_get_server_certificate(&pem, host, port, NULL, ms, &err), wanted);
        model_claim(w, pem == NULL, "text of nobody");
        return;
    }
    if (ms != 0 && may_call(c, target) != OTLS_OK)
        wanted = may_call(c, target);
    model_call(w, &err, "otls_connect(&s, c%d, \"%s\", \"%s\", %d)", at % 2, host, port, ms);
    model_wanted(w, &err, otls_connect(&sock, c->real, host, port, ms, &err), wanted);
    model_claim(w, sock == NULL, "an object");
}

/* ---- facts ---- */

static void address_step(model_world *w, model_sock *s, int at, bool own, size_t capacity)
{
    const bool has = s->kind != SOCK_EMPTY && (s->kind != SOCK_DIALS || s->kept_fd);
    char text[64] = "";
    uint16_t port = 0;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_%s_address(s%d, %zu)", own ? "local" : "peer", at, capacity);
    status = own ? otls_socket_local_address(s->real, text, capacity, &port, &err)
                 : otls_socket_peer_address(s->real, text, capacity, &port, &err);
    (void)sock_answer(w, s, &err, status);
    if (!has)
        model_claim(w, status == OTLS_E_USAGE, "%s", otls_status_name(status));
    else if (!s->tcp)
        model_claim(w, status == OTLS_E_UNSUPPORTED || (!own && status == OTLS_E_IO), "%s",
                    otls_status_name(status));
    else if (!own && s->kind != SOCK_TALKS)
        model_claim(w, status == OTLS_E_IO || s->kind == SOCK_DIALS, "%s", otls_status_name(status));
    else if (own || (!s->in.eof && !s->in.breaks && !s->k.sent_close))
        model_claim(w, status == (capacity < 10 && (capacity < 3 || !s->bound_v6) ? OTLS_E_USAGE : OTLS_OK),
                    "%s: %s", otls_status_name(status), err.text);
    if (status == OTLS_OK && s->kind == SOCK_TALKS && strcmp(text, "127.0.0.1") != 0)
        model_claim(w, own, "the peer is at \"%s\"", text);
}

static void facts_step(model_world *w, int at, const model_step *step)
{
    model_sock *s = &w->socks->at[at];
    const bool has = s->kind != SOCK_EMPTY && (s->kind != SOCK_DIALS || s->kept_fd);
    int value = step->b % 2 == 0 ? 1 : 2048;
    size_t size = sizeof(value);
    otls_error err;

    switch (step->a % 8) {
    case 0: address_step(w, s, at, true, 64); break;
    case 1: address_step(w, s, at, true, step->b % 3); break;
    case 2: address_step(w, s, at, false, 64); break;
    case 3: address_step(w, s, at, false, step->b % 3); break;
    case 4:
        model_call(w, &err, "otls_socket_get_option(s%d, SO_TYPE)", at);
        sock_wanted(w, s, &err, otls_socket_get_option(s->real, SOL_SOCKET, SO_TYPE, &value, &size, &err),
                    has ? OTLS_OK : OTLS_E_USAGE);
        model_claim(w, !has || (value == SOCK_STREAM && size == sizeof(value)), "type %d", value);
        break;
    case 5:
        model_call(w, &err, "otls_socket_get_option(s%d, none)", at);
        sock_wanted(w, s, &err, otls_socket_get_option(s->real, SOL_SOCKET, 0x7fff, &value, &size, &err),
                    has ? OTLS_E_IO : OTLS_E_USAGE);
        break;
    case 6:
        model_call(w, &err, "otls_socket_set_option(s%d, SO_SNDBUF, NULL)", at);
        sock_wanted(w, s, &err, otls_socket_set_option(s->real, SOL_SOCKET, SO_SNDBUF, NULL, size, &err),
                    OTLS_E_USAGE);
        break;
    default: /* room for little: writes come to a stop */
        model_call(w, &err, "otls_socket_set_option(s%d, SO_SNDBUF, %d)", at, value);
        sock_wanted(w, s, &err,
                    otls_socket_set_option(s->real, SOL_SOCKET, SO_SNDBUF, &value, size, &err),
                    has ? OTLS_OK : OTLS_E_USAGE);
        s->small = s->small || has;
        break;
    }
}

void sock_dial_step(model_world *w, int at, const model_step *step)
{
    switch (step->op) {
    case OP_SOCK_NEW: new_step(w, at, step); break;
    case OP_SOCK_LISTEN_ON: listen_on(w, at, step); break;
    case OP_SOCK_ONCE: once_step(w, at, step); break;
    case OP_SOCK_NAME: name_step(w, at, step); break;
    case OP_SOCK_WHEN: when_step(w, at, step); break;
    case OP_SOCK_BIND: bind_step(w, at, step); break;
    case OP_SOCK_LISTEN: listen_step(w, at, step); break;
    case OP_SOCK_CONNECT:
        if (at < SOCK_LISTENERS)
            sock_connect(w, at, step);
        break;
    case OP_SOCK_ACCEPT: sock_accept(w, at); break;
    default: facts_step(w, at, step); break;
    }
}
