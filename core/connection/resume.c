/* SPDX-License-Identifier: MIT */
/* The client's side of resumption: what is offered, what is believed afterwards, what is kept. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/fail.h"
#include "connection/peer.h"

#include <omnitls/options.h>

#include <string.h>

#define ADD_ONE(counter) atomic_fetch_add_explicit(&(counter), 1, memory_order_relaxed)

/* The name a session is bound to; an address as text, so that nothing else is mistaken for it. */
static void bound_name(const otls_connection *conn, char out[OMNI_SESSION_HOST_MAX + 1])
{
    const omni_reference_name *name = &conn->reference;

    out[0] = '\0';
    if (name->dns != NULL)
        (void)snprintf(out, OMNI_SESSION_HOST_MAX + 1, "%s", name->dns);
    else if (name->ip_size != 0)
        (void)omni_ip_text(name->ip, name->ip_size, out, OMNI_SESSION_HOST_MAX + 1);
}

/* ---- before the handshake ---- */

static otls_session_fit fit_of(const otls_connection *conn, const otls_session *session)
{
    const otls_context *context = conn->context;
    char host[OMNI_SESSION_HOST_MAX + 1];

    bound_name(conn, host);
    if (strcmp(host, session->host) != 0 || session->port != conn->sessions.port)
        return OTLS_SESSION_OTHER_HOST;
    if (memcmp(session->policy, context->policy_hash[0], OMNI_BINDING_SIZE) != 0)
        return OTLS_SESSION_OTHER_POLICY;
    if (session->expires <= omni_context_now(context))
        return OTLS_SESSION_EXPIRED;
    if (otls_version_before(session->version, context->lowest) ||
        otls_version_before(context->highest, session->version) ||
        !omni_context_allows_suite(context, session->suite))
        return OTLS_SESSION_NOT_ALLOWED;
    return OTLS_SESSION_OFFERED;
}

static otls_session *from_cache(otls_connection *conn)
{
    otls_context *context = conn->context;
    const omni_session_settings *settings = &context->settings.sessions;
    otls_session like = {.backend = context->backend, .port = conn->sessions.port};
    otls_session *found;
    size_t expired = 0;

    if ((settings->mode & OTLS_SESSION_CACHE_CLIENT) == 0 || settings->client_cache == NULL ||
        (settings->mode & OTLS_SESSION_CACHE_NO_INTERNAL_LOOKUP) != 0)
        return NULL;
    bound_name(conn, like.host);
    memcpy(like.policy, context->policy_hash[0], OMNI_BINDING_SIZE);
    found = omni_client_cache_take(settings->client_cache, &like, omni_context_now(context),
                                   settings->ticket_reuse, &expired);
    if (found == NULL && expired != 0)
        ADD_ONE(omni_context_counts(context)->timeouts); /* once: how many tickets there were is the server's */
    return found;
}

void omni_session_choose(otls_connection *conn)
{
    omni_connection_sessions *sessions = &conn->sessions;

    ADD_ONE(omni_context_counts(conn->context)->connect);
    if (!omni_session_wanted(&conn->context->settings, false))
        return;
    if (!sessions->chosen) {
        sessions->offer = from_cache(conn);
        sessions->from_cache = sessions->offer != NULL;
    }
    if (sessions->offer != NULL)
        sessions->fit = (uint8_t)fit_of(conn, sessions->offer);
    if (sessions->fit == OTLS_SESSION_EXPIRED)
        ADD_ONE(omni_context_counts(conn->context)->timeouts);
}

otls_slice omni_session_blob(const otls_connection *conn)
{
    const omni_connection_sessions *sessions = &conn->sessions;

    if (sessions->fit != OTLS_SESSION_OFFERED)
        return (otls_slice){NULL, 0};
    return (otls_slice){sessions->offer->blob, sessions->offer->blob_size};
}

const otls_native_session_object *omni_session_object(const otls_connection *conn)
{
    const omni_connection_sessions *sessions = &conn->sessions;

    return sessions->fit == OTLS_SESSION_OFFERED ? sessions->offer->object : NULL;
}

static void forget_offer(otls_connection *conn)
{
    const omni_session_settings *settings = &conn->context->settings.sessions;

    if (conn->sessions.offer != NULL && settings->client_cache != NULL)
        omni_client_cache_remove(settings->client_cache, conn->sessions.offer);
}

bool omni_session_unreadable(otls_connection *conn)
{
    if (conn->sessions.fit != OTLS_SESSION_OFFERED)
        return false;
    conn->sessions.fit = OTLS_SESSION_UNREADABLE;
    forget_offer(conn);
    return true;
}

/* ---- after it ---- */

static void take_chains(otls_connection *conn, const otls_session *session)
{
    omni_peer_clear(conn);
    conn->peer = omni_chain_ref(session->peer);
    conn->verdict.chain = omni_chain_ref(session->verified);
    conn->verdict.flags = session->verify_flags;
    conn->verdict.depth = -1;
    conn->peer_verified = true;
}

static otls_status not_offered(otls_connection *conn, otls_error *err)
{
    return omni_connection_fail_text(conn, err, OTLS_E_PROTOCOL, OTLS_CODE_OUTSIDE_POLICY,
                                     "%s resumed a session that was not offered",
                                     otls_backend_name(conn->context->backend));
}

static otls_status client_resumed(otls_connection *conn, otls_error *err)
{
    omni_connection_sessions *sessions = &conn->sessions;

    if (sessions->fit != OTLS_SESSION_OFFERED)
        return not_offered(conn, err);
    take_chains(conn, sessions->offer);
    sessions->authenticated = sessions->offer->authenticated;
    return OTLS_OK;
}

typedef struct gathered {
    otls_slice chain[OMNI_PEER_CHAIN_MAX];
    size_t count;
    bool failed;
} gathered;

static void gather(void *user, otls_slice der)
{
    gathered *all = user;
    uint8_t *copy = all->count < OMNI_PEER_CHAIN_MAX && der.size <= OMNI_PEER_CHAIN_BYTES
                        ? omni_memdup(der.data, der.size)
                        : NULL;

    if (copy == NULL)
        all->failed = true;
    else
        all->chain[all->count++] = (otls_slice){copy, der.size};
}

static void gather_chain(otls_connection *conn, gathered *all)
{
    const otls_connection_ops *ops = omni_engine(conn);

    if (OMNI_HAS(ops, peer_chain))
        ops->peer_chain(conn->engine, gather, all);
}

static void scatter(gathered *all)
{
    for (size_t i = 0; i < all->count; i++)
        omni_free((void *)(uintptr_t)all->chain[i].data);
}

/* The stored chain is judged again: by this context's policy, at this time. */
static otls_status server_resumed(otls_connection *conn, otls_error *err)
{
    gathered all = {.count = 0};
    otls_status status = OTLS_E_VERIFY;
    uint8_t alert = 0;

    if (!conn->sessions.hello_offered)
        return not_offered(conn, err);
    if (conn->context->settings.verdict.verify_mode == OTLS_VERIFY_MODE_NONE)
        return OTLS_OK;
    gather_chain(conn, &all);
    if (!all.failed)
        status = omni_core_verify_peer(&conn->core, all.chain, all.count, NULL, &alert);
    scatter(&all);
    if (status == OTLS_OK)
        return OTLS_OK;
    return omni_connection_fail_text(conn, err, OTLS_E_VERIFY, OTLS_CODE_SESSION_REFUSED,
                                     "the resumed session's client is no longer accepted");
}

otls_status omni_session_resumed(otls_connection *conn, otls_error *err)
{
    if (!conn->info.resumed) {
        conn->sessions.authenticated = omni_context_now(conn->context);
        return OTLS_OK;
    }
    return conn->server ? server_resumed(conn, err) : client_resumed(conn, err);
}

/* A client that resumes what another left is not judged on the way, nor is one that shows nothing, by every engine. */
otls_status omni_session_renegotiated(otls_connection *conn, otls_error *err)
{
    gathered all = {.count = 0};
    bool same = true;

    if (conn->server && conn->peer != NULL) {
        gather_chain(conn, &all);
        same = !all.failed && omni_peer_is(conn, all.chain, all.count);
        scatter(&all);
    }
    return same ? OTLS_OK
                : omni_connection_fail_text(conn, err, OTLS_E_PROTOCOL, OTLS_CODE_RENEGOTIATION,
                                            OMNI_ANOTHER_PEER);
}

/* ---- a new session ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* RFC 8446 4.6.1: seven days at most, counted from the handshake that showed a certificate. */
static void set_times(otls_session *session, const otls_connection *conn,
                      const otls_native_session *native)
{
    const omni_settings *settings = &conn->context->settings;
    const uint32_t limit =
        settings->sessions.lifetime != 0 ? settings->sessions.lifetime : OMNI_SESSION_WEEK;
    uint32_t timeout = native->lifetime != 0 ? native->lifetime : omni_session_lifetime(settings);

    if (timeout > limit)
        timeout = limit;
    session->created = omni_context_now(conn->context);
    session->authenticated = earlier(conn->sessions.authenticated, session->created);
    session->timeout = timeout;
    session->lifetime_hint = native->has_ticket ? native->lifetime : 0;
    session->expires =
        earlier(session->created + (int64_t)timeout, session->authenticated + OMNI_SESSION_WEEK);
    if (conn->verdict.flags == 0 && conn->peer != NULL)
        session->expires = earlier(session->expires, conn->peer->at[0]->x509.not_after);
}

static void set_peer(otls_session *session, const otls_connection *conn)
{
    session->peer = omni_chain_ref(conn->peer);
    session->verified = omni_chain_ref(conn->verdict.chain);
    session->verify_flags = conn->verdict.flags;
}

/* What the engine told, or the object that it gave, which is taken over. */
static otls_session *make_session(const otls_connection *conn, const otls_native_session *native,
                                  otls_native_session_object **object)
{
    otls_session *session = omni_session_new(conn->context->backend, OMNI_SESSION_CLIENT);

    if (session == NULL)
        return NULL;
    session->has_ticket = native->has_ticket != 0;
    session->version = native->version;
    session->suite = conn->info.suite;
    session->port = conn->sessions.port;
    session->max_early_data = native->max_early_data;
    memcpy(session->policy, conn->context->policy_hash[0], OMNI_BINDING_SIZE);
    bound_name(conn, session->host);
    if (conn->info.alpn.size != 0 && conn->info.alpn.size <= sizeof(session->alpn)) {
        memcpy(session->alpn, conn->info.alpn.data, conn->info.alpn.size);
        session->alpn_size = (uint8_t)conn->info.alpn.size;
    }
    if (native->id.size != 0 && native->id.size <= sizeof(session->id)) {
        memcpy(session->id, native->id.data, native->id.size);
        session->id_size = (uint8_t)native->id.size;
    }
    set_times(session, conn, native);
    set_peer(session, conn);
    if (*object != NULL) {
        session->object = *object;
        *object = NULL;
    }
    if (session->expires > session->created &&
        (session->object != NULL || omni_session_set_blob(session, native->blob)))
        return session;
    otls_session_free(session);
    return NULL;
}

static void keep_session(otls_connection *conn, otls_session *session)
{
    otls_context *context = conn->context;
    const omni_session_settings *settings = &context->settings.sessions;
    size_t evicted = 0;

    otls_session_free(conn->sessions.newest);
    conn->sessions.newest = session;
    if ((settings->mode & OTLS_SESSION_CACHE_CLIENT) != 0 && settings->client_cache != NULL &&
        (settings->mode & OTLS_SESSION_CACHE_NO_INTERNAL_STORE) == 0) {
        omni_client_cache_put(settings->client_cache, session, &evicted);
        omni_session_kept(context, evicted);
    }
    if (settings->callback != NULL)
        settings->callback(conn, session, settings->callback_user);
}

/* An engine may say anything. */
static bool is_session(const otls_native_session *native, const otls_native_session_object *object)
{
    const bool bytes = native->blob.data != NULL && native->blob.size <= OMNI_SESSION_BYTES_MAX;

    return (object != NULL ? native->blob.size == 0 : bytes) &&
           (native->id.data != NULL || native->id.size == 0) &&
           native->id.size <= OMNI_SESSION_ID_MAX;
}

static void object_free(const otls_connection *conn, otls_native_session_object *object)
{
    if (object != NULL)
        omni_engine(conn)->session_free(object);
}

/* Takes `object` over. */
static void tell_session(otls_connection *conn, const otls_native_session *native,
                         otls_native_session_object *object)
{
    otls_session *session = NULL;

    if (is_session(native, object) && native->version == conn->info.version)
        session = make_session(conn, native, &object);
    object_free(conn, object);
    if (session != NULL)
        keep_session(conn, session);
}

static void drop_early(otls_connection *conn)
{
    omni_connection_sessions *sessions = &conn->sessions;

    if (sessions->early == NULL)
        return;
    omni_wipe(sessions->early->bytes,
              sessions->early->native.blob.size + sessions->early->native.id.size);
    object_free(conn, sessions->early->object);
    omni_free(sessions->early);
    sessions->early = NULL;
}

/*
 * TLS 1.2: told before the handshake's end, when the verdict is not final and nothing is asserted.
 * Takes `object` over, unless there is no memory.
 */
static bool keep_early(omni_connection_sessions *sessions, const otls_native_session *native,
                       otls_native_session_object *object)
{
    const size_t blob = native->blob.size, id = native->id.size;
    omni_early_session *early = omni_malloc(sizeof(*early) + blob + id);

    if (early == NULL)
        return false;
    if (blob != 0)
        memcpy(early->bytes, native->blob.data, blob);
    if (id != 0)
        memcpy(early->bytes + blob, native->id.data, id);
    early->native = *native;
    early->native.blob.data = early->bytes;
    early->native.id.data = early->bytes + blob;
    early->object = object;
    sessions->early = early;
    return true;
}

/* Takes `object` over. */
static void new_session(otls_connection *conn, const otls_native_session *native,
                        otls_native_session_object *object)
{
    const omni_settings *settings = &conn->context->settings;
    /* engines ask for none below TLS 1.3, and there some cannot help getting them */
    const bool unwanted =
        native->has_ticket && (settings->offer.options & OTLS_OPTION_NO_TICKET) != 0;
    const bool wanted = !conn->server && omni_session_wanted(settings, false) &&
                        conn->info.psk == 0 && !unwanted;

    if (wanted && conn->state == OMNI_STATE_OPEN) {
        tell_session(conn, native, object);
        return;
    }
    if (wanted)
        drop_early(conn);
    if (!wanted || !is_session(native, object) || !keep_early(&conn->sessions, native, object))
        object_free(conn, object);
}

void omni_core_new_session(otls_core *core, const otls_native_session *native)
{
    new_session(omni_connection_of(core), native, NULL);
}

void omni_core_new_session_object(otls_core *core, const otls_native_session *native,
                                  otls_native_session_object *object)
{
    otls_connection *conn = omni_connection_of(core);

    /* what could not be freed is not taken */
    if (object != NULL && OMNI_HAS(omni_engine(conn), session_free))
        new_session(conn, native, object);
}

/* ---- the end ---- */

static void client_done(otls_connection *conn)
{
    omni_connection_sessions *sessions = &conn->sessions;

    ADD_ONE(omni_context_counts(conn->context)->connect_good);
    if (conn->info.resumed) {
        ADD_ONE(omni_context_counts(conn->context)->hits);
        if (otls_version_before(conn->info.version, OTLS_TLS1_3))
            sessions->newest = otls_session_ref(sessions->offer); /* it goes on being good */
    } else {
        forget_offer(conn); /* the server did not want it */
    }
    if (sessions->early != NULL && conn->info.psk == 0) {
        otls_native_session_object *object = sessions->early->object;

        sessions->early->object = NULL;
        tell_session(conn, &sessions->early->native, object);
    }
    drop_early(conn);
}

void omni_session_done(otls_connection *conn)
{
    omni_session_counts *counts = omni_context_counts(conn->context);

    if (!conn->server) {
        client_done(conn);
        return;
    }
    omni_asked_sessions_drop(conn);
    ADD_ONE(counts->accept_good);
    if (conn->info.resumed)
        ADD_ONE(counts->hits);
    else if (conn->sessions.expired && otls_version_before(conn->info.version, OTLS_TLS1_3))
        ADD_ONE(counts->timeouts); /* what an engine keeps beside its tickets is no session */
    else if (conn->sessions.hello_offered && conn->info.psk == 0)
        ADD_ONE(counts->misses);
}

void omni_session_failed(otls_connection *conn)
{
    const omni_session_settings *settings = &conn->context->settings.sessions;

    /* whoever is at fault, the next handshake is a full one: a server gives several tickets at once */
    if (!conn->server && conn->sessions.fit == OTLS_SESSION_OFFERED && settings->client_cache != NULL)
        omni_client_cache_forget(settings->client_cache, conn->sessions.offer);
}

void omni_connection_sessions_clear(otls_connection *conn)
{
    omni_connection_sessions *sessions = &conn->sessions;

    otls_session_free(sessions->offer);
    otls_session_free(sessions->newest);
    drop_early(conn);
    omni_asked_sessions_drop(conn);
}

/* ---- what applications call ---- */

static otls_status still_new(const otls_connection *conn, otls_error *err)
{
    if (conn->state != OMNI_STATE_NEW || conn->server)
        return omni_fail(err, OTLS_E_USAGE, conn->server ? OTLS_CODE_NOT_HERE : OTLS_CODE_TOO_LATE,
                         conn->server ? "a server does not choose the session"
                                      : "the handshake has begun");
    return OTLS_OK;
}

otls_status otls_connection_set_session(otls_connection *conn, otls_session *session,
                                        otls_error *err)
{
    OMNI_TRY(still_new(conn, err));
    if (session != NULL && session->backend != conn->context->backend)
        return omni_fail(err, OTLS_E_WRONG_BACKEND, OTLS_CODE_SESSION_REFUSED,
                         "the session is %s's, the context %s's",
                         otls_backend_name(session->backend),
                         otls_backend_name(conn->context->backend));
    if (session != NULL && !omni_session_wanted(&conn->context->settings, false))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_SESSION_REFUSED,
                         "resumption is off: call otls_context_set_session_cache_mode first");
    (void)otls_session_ref(session);
    otls_session_free(conn->sessions.offer);
    conn->sessions.offer = session;
    conn->sessions.chosen = true;
    return OTLS_OK;
}

otls_session *otls_connection_session(const otls_connection *conn)
{
    return otls_session_ref(conn->sessions.newest);
}

otls_session_fit otls_connection_session_fit(const otls_connection *conn)
{
    return (otls_session_fit)conn->sessions.fit;
}

otls_status otls_connection_set_server_port(otls_connection *conn, uint16_t port, otls_error *err)
{
    OMNI_TRY(still_new(conn, err));
    conn->sessions.port = port;
    return OTLS_OK;
}
