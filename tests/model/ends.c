/* SPDX-License-Identifier: MIT */
/* Connections come and go; their settings, keys and sessions. */
#include "talk.h"

#include <string.h>

/* ---- come and go ---- */

/* Whoever began with the one that was here will not find it again. */
static void peer_lost(model_world *w, int at)
{
    model_conn *peer = &w->conns[at ^ 1];

    if (peer->real != NULL && (peer->state != M_NEW || w->conns[at].state != M_NEW || peer->lost))
        peer->tampered = peer->lost_peer = true;
}

void model_conn_free(model_world *w, int at)
{
    if (w->conns[at].real == NULL)
        return;
    peer_lost(w, at);
    otls_connection_free(w->conns[at].real);
    w->conns[at] = (model_conn){.real = NULL};
}

void talk_new(model_world *w, int at, const model_step *s)
{
    const int slot = at % 2 + (s->a % 4 == 3 ? 2 : 0);
    model_context *c = &w->contexts[slot];
    model_conn *k = &w->conns[at], *peer = &w->conns[at ^ 1];
    otls_status wanted;
    otls_error err;

    if (c->real == NULL)
        return;
    model_conn_free(w, at);
    wanted = c->sealed ? OTLS_OK : model_seals(c);
    model_call(w, &err, "otls_connection_new_memory(&k%d, c%d)", at, slot);
    model_wanted(w, &err, otls_connection_new_memory(&k->real, c->real, &err), wanted);
    model_claim(w, (k->real != NULL) == (wanted == OTLS_OK), "the object is %p", (void *)k->real);
    c->sealed = c->sealed || wanted == OTLS_OK;
    if (k->real == NULL)
        return;
    k->slot = slot;
    k->set = c->set;
    k->server = c->set.role == OTLS_SERVER;
    k->role_open = c->set.role == OTLS_EITHER;
    k->ragged = (c->set.options & OTLS_OPTION_IGNORE_UNEXPECTED_EOF) != 0;
    if (peer->real != NULL && (peer->state != M_NEW || peer->lost || peer->tampered)) {
        k->tampered = k->lost_peer = true;
        peer->tampered = peer->lost_peer = true;
    }
    k->resumable = c->set.cache_mode != 0;
}

/* Whoever was told whom to call, or with which session, is no server any more. */
static bool may_serve(const model_conn *k)
{
    return k->server || (!k->named && !k->offered);
}

static void role_step(model_world *w, int at, const model_step *s)
{
    model_conn *k = &w->conns[at];
    const otls_role own = at % 2 == 0 ? OTLS_CLIENT : OTLS_SERVER;
    const otls_role role = s->a % 4 == 3 ? OTLS_EITHER : own; /* the two are to fit each other */
    const bool good = k->state == M_NEW && role != OTLS_EITHER &&
                      (k->set.role == OTLS_EITHER || k->set.role == role) &&
                      (role != OTLS_SERVER || may_serve(k));
    otls_error err;

    model_call(w, &err, "otls_connection_set_role(k%d, %d)", at, (int)role);
    model_wanted_code(w, &err, otls_connection_set_role(k->real, role, &err),
                      good ? OTLS_OK : OTLS_E_USAGE,
                      k->state != M_NEW ? OTLS_CODE_TOO_LATE : OTLS_CODE_NOT_HERE);
    if (!good)
        return;
    k->server = role == OTLS_SERVER;
    k->role_open = false;
}

static void context_step(model_world *w, int at, const model_step *s)
{
    model_conn *k = &w->conns[at];
    const int slot = s->a % MODEL_CONTEXTS;
    model_context *c = &w->contexts[slot];
    const bool fits = c->set.role == OTLS_EITHER || k->role_open ||
                      (c->set.role == OTLS_SERVER) == k->server;
    otls_status wanted;
    otls_error err;

    if (c->real == NULL)
        return;
    if (k->state != M_NEW)
        wanted = OTLS_E_USAGE;
    else if (w->engines[slot % 2] != w->engines[at % 2])
        wanted = OTLS_E_WRONG_BACKEND;
    else if (!fits || (c->set.role == OTLS_SERVER && !may_serve(k)))
        wanted = OTLS_E_USAGE;
    else
        wanted = c->sealed ? OTLS_OK : model_seals(c);
    model_call(w, &err, "otls_connection_set_context(k%d, c%d)", at, slot);
    model_wanted(w, &err, otls_connection_set_context(k->real, c->real, &err), wanted);
    if (wanted != OTLS_OK)
        return;
    c->sealed = true;
    if (k->role_open && c->set.role != OTLS_EITHER) {
        k->role_open = false;
        k->server = c->set.role == OTLS_SERVER;
    }
    k->set = c->set;
    k->slot = slot;
    k->resumable = k->resumable || c->set.cache_mode != 0;
    if (slot % 2 != at % 2) /* its identities are named by the other engine's side */
        k->unsure = true;
}

/* Its own settings: asking for them is free, and what is set then counts for it alone. */
static void own_step(model_world *w, int at, const model_step *s)
{
    static const char *const names[] = {"h2", "http/1.1"};
    model_conn *k = &w->conns[at];
    otls_context *own = (otls_context *)k;
    const otls_status wanted = k->state == M_NEW ? OTLS_OK : OTLS_E_USAGE;
    otls_error err;

    if (s->a % 2 == 0) {
        model_call(w, &err, "otls_connection_own_context(k%d)", at);
        model_wanted(w, &err, otls_connection_own_context(k->real, &own, &err), wanted);
        model_claim(w, (own != NULL) == (wanted == OTLS_OK), "the object is %p", (void *)own);
    } else {
        model_call(w, &err, "otls_connection_set_alpn(k%d, both)", at);
        model_wanted(w, &err, otls_connection_set_alpn(k->real, names, 2, &err), wanted);
        k->set.alpn = wanted == OTLS_OK ? 3 : k->set.alpn;
    }
    model_claim(w, otls_connection_context(k->real) != NULL, "no context");
}

/* ---- keys ---- */

static otls_status has_feature(const model_world *w, int at, otls_feature feature)
{
    return otls_backend_supports(w->engines[at % 2], feature, NULL) == OTLS_NO ? OTLS_E_UNSUPPORTED
                                                                              : OTLS_OK;
}

/* What is asked of an open connection: OTLS_OK, the call's own rules are next. */
static otls_status needs_open(const model_conn *k)
{
    return k->state == M_OPEN     ? OTLS_OK
           : k->state == M_FAILED ? (otls_status)k->first.status
                                  : OTLS_E_USAGE;
}

static void update_step(model_world *w, int at, const model_step *s)
{
    model_conn *k = &w->conns[at];
    const bool old = otls_connection_version(k->real) < OTLS_TLS1_3;
    otls_status wanted = needs_open(k), status;
    otls_error err;

    if (s->op == OP_KEY_UPDATE) {
        if (wanted == OTLS_OK && (k->sent_close || old))
            wanted = OTLS_E_USAGE;
        else if (wanted == OTLS_OK)
            wanted = has_feature(w, at, OTLS_FEATURE_KEY_UPDATE);
        model_call(w, &err, "otls_connection_key_update(k%d, %d)", at, s->a % 2);
        status = otls_connection_key_update(k->real, s->a % 2 != 0, &err);
        if (wanted == OTLS_OK && status == OTLS_E_UNSUPPORTED && s->a % 2 == 0 &&
            otls_backend_supports(w->engines[at % 2], OTLS_FEATURE_KEY_UPDATE, NULL) == OTLS_PARTLY)
            wanted = OTLS_E_UNSUPPORTED; /* one engine always asks the peer for its own, too */
        model_wanted(w, &err, status, wanted);
        k->updates += status == OTLS_OK;
        k->asked = k->asked || (status == OTLS_OK && s->a % 2 != 0);
        return;
    }
    if (wanted == OTLS_OK && !old)
        wanted = OTLS_E_USAGE;
    else if (wanted == OTLS_OK)
        wanted = has_feature(w, at, OTLS_FEATURE_RENEGOTIATION);
    if (wanted == OTLS_OK && ((k->set.options & OTLS_OPTION_NO_RENEGOTIATION) != 0 ||
                              k->sent_close || k->received_close))
        wanted = OTLS_E_USAGE;
    model_call(w, &err, "otls_connection_renegotiate(k%d)", at);
    if (k->renegotiated || w->conns[at ^ 1].renegotiated) { /* one may be going on, and fail */
        status = model_answer(w, &err, otls_connection_renegotiate(k->real, &err));
        if (status < 0 && otls_connection_failure(k->real, NULL) != OTLS_OK && k->state == M_OPEN) {
            k->state = M_FAILED;
            k->first = err;
        }
        return;
    }
    k->renegotiated = wanted == OTLS_OK;
    model_wanted(w, &err, otls_connection_renegotiate(k->real, &err), wanted);
}

/* Both have closed: one engine has thrown the keys away by then, and says so. */
static bool forgotten(const model_conn *k)
{
    return k->sent_close && k->received_close;
}

/* Both ends have the same, and only they. */
static void export_step(model_world *w, int at, const model_step *s)
{
    static const size_t sizes[] = {32, 1, 0, 16385};
    const size_t size = sizes[s->a % 4];
    model_conn *k = &w->conns[at], *peer = &w->conns[at ^ 1];
    uint8_t mine[32] = {0}, other[32] = {1};
    otls_status wanted = needs_open(k), status;
    otls_error err;

    if (wanted == OTLS_OK)
        wanted = has_feature(w, at, OTLS_FEATURE_EXPORTER);
    if (wanted == OTLS_OK && s->a % 4 >= 2)
        wanted = OTLS_E_USAGE;
    model_call(w, &err, "otls_connection_export_keying(k%d, %zu bytes)", at, size);
    status = otls_connection_export_keying(k->real, "EXPORTER-model", NULL, 0, mine, size, &err);
    if (forgotten(k) && status == OTLS_E_USAGE)
        wanted = status;
    model_wanted(w, &err, status, wanted);
    if (wanted != OTLS_OK || size != 32 || peer->real == NULL || peer->state != M_OPEN ||
        k->tampered || peer->tampered || k->renegotiated || peer->renegotiated || forgotten(peer) ||
        has_feature(w, at ^ 1, OTLS_FEATURE_EXPORTER) != OTLS_OK)
        return;
    model_call(w, &err, "otls_connection_export_keying(k%d, %zu bytes)", at ^ 1, size);
    model_wanted(w, &err,
                 otls_connection_export_keying(peer->real, "EXPORTER-model", NULL, 0, other, size,
                                               &err),
                 OTLS_OK);
    model_claim(w, memcmp(mine, other, sizeof(mine)) == 0, "not what the other end has");
}

static void binding_step(model_world *w, int at, const model_step *s)
{
    const int kind = s->a % 5; /* 0 and 4 are none */
    model_conn *k = &w->conns[at];
    uint8_t out[64];
    size_t length = 77;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_connection_channel_binding(k%d, %d)", at, kind);
    status = model_answer(w, &err,
                          otls_connection_channel_binding(k->real, (otls_channel_binding)kind, out,
                                                          sizeof(out), &length, &err));
    model_claim(w, (length != 0) == (status == OTLS_OK), "%zu bytes with %s", length,
                otls_status_name(status));
    if (needs_open(k) != OTLS_OK)
        model_claim(w, status == needs_open(k), "%s", otls_status_name(status));
    else
        model_claim(w, status == OTLS_OK || status == OTLS_E_UNSUPPORTED ||
                           (status == OTLS_E_USAGE && (kind == 0 || kind == 4 || forgotten(k))),
                    "%s", otls_status_name(status));
}

/* ---- sessions ---- */

static void session_set(model_world *w, int at, const model_step *s)
{
    model_session *session = &w->sessions[s->b % MODEL_SESSIONS];
    model_conn *k = &w->conns[at];
    otls_status wanted = OTLS_OK;
    otls_error err;

    if (k->server || k->state != M_NEW)
        wanted = OTLS_E_USAGE;
    else if (session->real != NULL && w->engines[session->side] != w->engines[at % 2])
        wanted = OTLS_E_WRONG_BACKEND;
    else if (session->real != NULL && (k->set.cache_mode & OTLS_SESSION_CACHE_CLIENT) == 0)
        wanted = OTLS_E_USAGE;
    model_call(w, &err, "otls_connection_set_session(k%d, s%d)", at, s->b % MODEL_SESSIONS);
    model_wanted(w, &err, otls_connection_set_session(k->real, session->real, &err), wanted);
    if (wanted == OTLS_OK)
        k->offered = session->real != NULL;
    k->resumable = k->resumable || session->real != NULL;
}

static void session_take(model_world *w, int at, const model_step *s)
{
    model_session *session = &w->sessions[s->b % MODEL_SESSIONS];
    model_conn *k = &w->conns[at];

    otls_session_free(session->real);
    session->real = otls_connection_session(k->real);
    session->side = at % 2;
    (void)k;
    model_claim(w, session->real == NULL || (!k->server && k->opened), "a session before its time");
}

/* Out as bytes and in again; damaged, it is refused. */
static void session_copy(model_world *w, const model_step *s)
{
    static uint8_t bytes[1u << 18];
    model_session *from = &w->sessions[s->b % MODEL_SESSIONS];
    const int to_side = s->n % 2 == 0 ? from->side : 1 - from->side;
    const bool foreign = w->engines[to_side] != w->engines[from->side], damaged = s->a % 3 == 0;
    otls_session *made = NULL;
    size_t length = 0;
    otls_error err;
    otls_status status;

    if (from->real == NULL)
        return;
    model_call(w, &err, "otls_session_export(s%d)", s->b % MODEL_SESSIONS);
    model_wanted(w, &err, otls_session_export(from->real, bytes, sizeof(bytes), &length, &err),
                 OTLS_OK);
    if (damaged && length != 0)
        bytes[s->n % length] ^= (uint8_t)(1u << s->n % 8);
    model_call(w, &err, "otls_session_import(%s%s)", otls_backend_name(w->engines[to_side]),
               damaged ? ", one bit changed" : "");
    status = model_answer(w, &err,
                          otls_session_import(&made, w->engines[to_side], bytes, length, &err));
    if (damaged)
        model_claim(w, status == OTLS_E_CONFIG || status == OTLS_E_WRONG_BACKEND, "%s",
                    otls_status_name(status));
    else
        model_claim(w, status == (foreign ? OTLS_E_WRONG_BACKEND : OTLS_OK), "%s",
                    otls_status_name(status));
    model_claim(w, (made != NULL) == (status == OTLS_OK), "the object is %p", (void *)made);
    if (made == NULL)
        return;
    otls_session_free(from->real);
    from->real = made;
}

static void early_step(model_world *w, int at, const model_step *s)
{
    static uint8_t data[100];
    model_conn *k = &w->conns[at];
    const bool has = has_feature(w, at, OTLS_FEATURE_EARLY_DATA) == OTLS_OK;
    size_t count = 77;
    otls_error err;
    otls_status status, wanted;

    model_call(w, &err, "otls_connection_%s_early(k%d)", s->op == OP_EARLY_WRITE ? "write" : "read", at);
    if (s->op == OP_EARLY_WRITE) {
        status = otls_connection_write_early(k->real, data, sizeof(data), &count, &err);
        wanted = OTLS_E_USAGE; /* no context here allows any */
    } else {
        status = otls_connection_read_early(k->real, data, sizeof(data), &count, &err);
        wanted = k->server ? OTLS_CLOSED : OTLS_E_USAGE;
    }
    if (k->state == M_FAILED)
        wanted = (otls_status)k->first.status;
    model_wanted(w, &err, status, has ? wanted : OTLS_E_UNSUPPORTED);
    model_claim(w, count == 0, "%zu bytes", count);
}

void talk_other(model_world *w, int at, const model_step *s)
{
    model_conn *k = &w->conns[at];
    uint8_t out[64];
    otls_error err;

    switch (s->op) {
    case OP_ROLE: role_step(w, at, s); break;
    case OP_SET_CONTEXT: context_step(w, at, s); break;
    case OP_OWN_CONTEXT: own_step(w, at, s); break;
    case OP_READ_AHEAD:
        model_call(w, &err, "otls_connection_set_read_ahead(k%d)", at);
        model_wanted(w, &err, otls_connection_set_read_ahead(k->real, true, &err), OTLS_E_USAGE);
        break;
    case OP_RAGGED:
        k->ragged = s->a % 2 != 0;
        model_call(w, &err, "otls_connection_set_ragged_eof_ok(k%d, %d)", at, s->a % 2);
        model_wanted(w, &err, otls_connection_set_ragged_eof_ok(k->real, k->ragged, &err), OTLS_OK);
        break;
    case OP_UNREAD:
        if (otls_connection_unread(k->real, out, sizeof(out)) != 0)
            model_claim(w, k->received_close, "bytes behind no end");
        break;
    case OP_KEY_UPDATE:
    case OP_RENEGOTIATE: update_step(w, at, s); break;
    case OP_LATE_AUTH: /* no context here announces it */
        model_call(w, &err, "otls_connection_request_client_certificate(k%d)", at);
        model_wanted(w, &err, otls_connection_request_client_certificate(k->real, &err),
                     k->server && k->state == M_FAILED ? (otls_status)k->first.status : OTLS_E_USAGE);
        break;
    case OP_EXPORT: export_step(w, at, s); break;
    case OP_BINDING: binding_step(w, at, s); break;
    case OP_EARLY_WRITE:
    case OP_EARLY_READ: early_step(w, at, s); break;
    case OP_SESSION_TAKE: session_take(w, at, s); break;
    case OP_SESSION_SET: session_set(w, at, s); break;
    case OP_SESSION_COPY: session_copy(w, s); break;
    default: break;
    }
}
