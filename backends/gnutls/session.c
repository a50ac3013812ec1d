/* SPDX-License-Identifier: MIT */
/* Resumption: tickets, the TLS 1.2 cache, sessions for core; and early data, which hangs on it. */
#include "gtls.h"

#include <time.h>

#define SKIPPED_BYTES 65536 /* early data that is not accepted */

/* ---- the server's cache (TLS 1.2 session ids) ---- */

static int cache_store(void *user, gnutls_datum_t id, gnutls_datum_t blob)
{
    const otls_backend_connection *conn = user;
    conn->core->ops->cache_store(conn->core, (otls_slice){id.data, id.size},
                                 (otls_slice){blob.data, blob.size});
    return 0;
}

static gnutls_datum_t cache_fetch(void *user, gnutls_datum_t id)
{
    const otls_backend_connection *conn = user;
    gnutls_datum_t out = {NULL, 0};
    otls_slice blob = {NULL, 0};
    if (conn->core->ops->cache_fetch(conn->core, (otls_slice){id.data, id.size}, &blob) != OTLS_OK)
        return out;
    out.data = blob.size > 0 ? gnutls_malloc(blob.size) : NULL;
    if (out.data != NULL) {
        memcpy(out.data, blob.data, blob.size);
        out.size = (unsigned)blob.size;
    }
    return out;
}

static int cache_remove(void *user, gnutls_datum_t id)
{
    const otls_backend_connection *conn = user;
    conn->core->ops->cache_remove(conn->core, (otls_slice){id.data, id.size});
    return 0;
}

/* ---- tickets ---- */

enum { EXTENSION_TICKET = 35, HELLO_ID = 2 + 32 };

/* Behind a list that has its length, in `bytes` octets, before it; NULL = not there. */
static const uint8_t *behind(const uint8_t *at, const uint8_t *end, size_t bytes)
{
    size_t size = 0;
    if (at == NULL || (size_t)(end - at) < bytes)
        return NULL;
    for (size_t i = 0; i < bytes; i++)
        size = size << 8 | at[i];
    return size <= (size_t)(end - at) - bytes ? at + bytes + size : NULL;
}

/* Is there a ticket in it? What cannot be read counts as one: GnuTLS will say what is wrong. */
static bool has_ticket(otls_slice hello)
{
    const uint8_t *const end = hello.data + hello.size;
    const uint8_t *at = hello.size > HELLO_ID ? hello.data + HELLO_ID : NULL;
    at = behind(behind(behind(at, end, 1), end, 2), end, 1);
    if (at == end)
        return false;
    if (behind(at, end, 2) != end)
        return true;
    for (at += 2; end - at >= 4;) {
        const uint8_t *const next = behind(at + 2, end, 2);
        if (next == NULL || (at[0] == 0 && at[1] == EXTENSION_TICKET && next != at + 4))
            return true;
        at = next;
    }
    return false;
}

/*
 * Clients may offer the session in use again (OpenSSL's do when they are asked), and GnuTLS fails when it
 * opens its ticket. So such a connection is done with tickets; one that offers none still gets a new
 * one, for which GnuTLS' clients wait.
 */
int gtls_hello_again(otls_backend_connection *conn, otls_slice hello)
{
    return conn->context->again != NULL && has_ticket(hello)
               ? gnutls_priority_set(conn->session, conn->context->again)
               : 0;
}

/* TLS 1.3 has no session id; as OpenSSL has it, it is the ticket's digest. No digest: no id. */
static void name_ticket(otls_backend_connection *conn, const gnutls_datum_t *message)
{
    const uint8_t *const end = message->data + message->size;
    const uint8_t *const nonce = message->size >= 8 ? message->data + 8 : NULL;
    const uint8_t *const ticket = behind(nonce, end, 1), *const after = behind(ticket, end, 2);
    conn->ticket_named =
        after != NULL && gtls_session_version(conn->session) == OTLS_TLS1_3 &&
        gnutls_hash_fast(GNUTLS_DIG_SHA256, ticket + 2, (size_t)(after - ticket) - 2,
                         conn->ticket_name) == 0;
}

/*
 * A NewSessionTicket: before it is parsed we see all of it, and it begins with the lifetime in both
 * versions; afterwards the session can be had.
 */
void gtls_ticket_seen(otls_backend_connection *conn, unsigned when, const gnutls_datum_t *message)
{
    if (when != GNUTLS_HOOK_PRE) {
        conn->ticket_arrived = true;
        return;
    }
    name_ticket(conn, message);
    if (message->size >= 4)
        conn->ticket_lifetime = (uint32_t)message->data[0] << 24 |
                                (uint32_t)message->data[1] << 16 | (uint32_t)message->data[2] << 8 |
                                message->data[3];
}

int gtls_session_send_tickets(otls_backend_connection *conn)
{
    const otls_policy *policy = conn->context->policy;
    int rc = GNUTLS_E_AGAIN;
    if (!conn->tickets || policy->ticket_count == 0 ||
        gnutls_protocol_get_version(conn->session) != GNUTLS_TLS1_3)
        return 0;
    for (unsigned round = 0; rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED; round++) {
        if (round == GTLS_ROUNDS)
            return GNUTLS_E_PUSH_ERROR;
        rc = gnutls_session_ticket_send(conn->session, policy->ticket_count, 0);
    }
    /* A client that offered no PSK mode cannot use tickets: that is no failure. */
    return rc == GNUTLS_E_INVALID_REQUEST ? 0 : rc;
}

/* What the ticket in hand allows; GnuTLS' "nothing was said" is the largest number. */
static size_t early_limit(const otls_backend_connection *conn)
{
    const size_t limit = gnutls_record_get_max_early_data_size(conn->session);
    return limit < UINT32_MAX ? limit : 0;
}

void gtls_session_notice(otls_backend_connection *conn)
{
    const otls_policy *policy = conn->context->policy;
    gnutls_datum_t blob = {NULL, 0};
    gnutls_datum_t id = {NULL, 0};
    const bool arrived = conn->ticket_arrived;
    conn->ticket_arrived = false;
    if (!arrived || policy->server || !policy->resumption)
        return;
    const uint16_t version = gtls_session_version(conn->session);
    const bool tls13 = version == OTLS_TLS1_3;
    const bool ticket = gnutls_session_get_flags(conn->session) & GNUTLS_SFLAGS_SESSION_TICKET;
    /* Without a ticket, TLS 1.3's answer is a dummy, and getting it would wait for the network. */
    if (tls13 && !ticket)
        return;
    if (gnutls_session_get_data2(conn->session, &blob) < 0)
        return;
    if (!tls13)
        (void)gnutls_session_get_id2(conn->session, &id);
    else if (conn->ticket_named)
        id = (gnutls_datum_t){conn->ticket_name, sizeof(conn->ticket_name)};
    const otls_native_session session = {
        .size = sizeof(session),
        .blob = {blob.data, blob.size},
        .version = version,
        .lifetime = ticket ? conn->ticket_lifetime : 0,
        .max_early_data = tls13 ? (uint32_t)early_limit(conn) : 0,
        .id = {id.data, id.size},
        .has_ticket = ticket,
    };
    if (ticket || id.size > 0)
        conn->core->ops->new_session(conn->core, &session);
    gnutls_memset(blob.data, 0, blob.size);
    gnutls_free(blob.data);
}

/* ---- early data ---- */

/** What stands before the binder in a key: when this context began to remember. */
#define RECORDING_START 12

/* Called by GnuTLS once per ClientHello with early data, on any thread; what it remembers, and for
 * how long, is core's, for every context that opens the ticket: without the time, which is this
 * context's own. An older core has no memory: nothing is accepted. */
static int remember(void *user, time_t expires, const gnutls_datum_t *key,
                    const gnutls_datum_t *data)
{
    const otls_policy *policy = user;
    uint8_t digest[32];

    (void)expires, (void)data;
    if (!KIT_HAS(policy, early_once) || key->size <= RECORDING_START ||
        gnutls_hash_fast(GNUTLS_DIG_SHA256, key->data + RECORDING_START,
                         key->size - RECORDING_START, digest) < 0 ||
        !policy->early_once(policy->early_user, digest, 0))
        return GNUTLS_E_DB_ENTRY_EXISTS;
    return 0;
}

otls_status gtls_early_context(otls_backend_context *context, otls_error *err)
{
    if (!context->policy->server || context->policy->max_early_data == 0)
        return OTLS_OK;
    const int rc = gnutls_anti_replay_init(&context->anti_replay);
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_INTERNAL), 0, rc, "no replay protection");
    gnutls_anti_replay_set_add_function(context->anti_replay, remember);
    gnutls_anti_replay_set_ptr(context->anti_replay, (void *)(uintptr_t)context->policy);
    return OTLS_OK;
}

otls_status gtls_write_early(otls_backend_connection *conn, const void *data, size_t size,
                             size_t *count, otls_error *err)
{
    const size_t limit = conn->may_resume ? early_limit(conn) : 0;
    const size_t room = limit > conn->early_size ? limit - conn->early_size : 0;
    const size_t taken = size < room ? size : room;
    if (conn->context->policy->max_early_data == 0 || taken == 0)
        return gtls_fail(err, OTLS_E_USAGE, OTLS_CODE_SESSION_REFUSED, 0,
                         "no session that allows more early data");
    /* 3.7 answers 0 for "all of it", newer ones a count. */
    const ssize_t rc = gnutls_record_send_early_data(conn->session, data, taken);
    if (rc < 0)
        return gtls_fail(err, gtls_category((int)rc, OTLS_E_USAGE), OTLS_CODE_SESSION_REFUSED,
                         (int)rc, "early data was not taken");
    *count = rc > 0 ? (size_t)rc : taken;
    conn->early_size += *count;
    return OTLS_OK;
}

otls_status gtls_read_early(otls_backend_connection *conn, void *out, size_t capacity,
                            size_t *count, otls_error *err)
{
    for (unsigned round = 0; round < 2; round++) {
        const ssize_t rc = gnutls_record_recv_early_data(conn->session, out, capacity);
        if (rc > 0) {
            *count = (size_t)rc;
            return OTLS_OK;
        }
        if (conn->established)
            return OTLS_CLOSED;
        /* Early data only comes in while the handshake is being read. */
        if (round == 0) {
            const otls_status status = gtls_handshake(conn, err);
            if (status < 0 || status == OTLS_WANT_ASYNC)
                return status;
        }
    }
    return OTLS_WANT_READ;
}

/* ---- per connection ---- */

unsigned gtls_session_lifetime(const otls_policy *policy)
{
    const unsigned week = 604800; /* RFC 8446 4.6.1; GnuTLS takes no more */
    if (policy->session_lifetime == 0)
        return gnutls_db_get_default_cache_expiration();
    return policy->session_lifetime < week ? policy->session_lifetime : week;
}

static int setup_server(otls_backend_connection *conn)
{
    const otls_policy *policy = conn->context->policy;
    int rc = 0;
    gnutls_db_set_cache_expiration(conn->session, (int)gtls_session_lifetime(policy));
    /* RFC 8446 4.2.10: what an earlier server's ticket made a client send is read past. Without
     * early data of our own the number says nothing else. */
    if (policy->max_early_data == 0)
        rc = gnutls_record_set_max_early_data_size(conn->session, SKIPPED_BYTES);
    if (rc < 0 || !policy->resumption)
        return rc;
    gnutls_db_set_ptr(conn->session, conn);
    gnutls_db_set_store_function(conn->session, cache_store);
    gnutls_db_set_retrieve_function(conn->session, cache_fetch);
    gnutls_db_set_remove_function(conn->session, cache_remove);
    if (!policy->no_tickets)
        rc = gtls_ticket_key(conn);
    if (rc == 0 && policy->max_early_data > 0) {
        gnutls_anti_replay_enable(conn->session, conn->context->anti_replay);
        rc = gnutls_record_set_max_early_data_size(conn->session, policy->max_early_data);
    }
    return rc;
}

otls_status gtls_session_setup(otls_backend_connection *conn, const otls_connection_setup *setup,
                               otls_error *err)
{
    int rc = 0;
    if (conn->context->policy->server) {
        rc = setup_server(conn);
    } else {
        /* A session that GnuTLS does not want leads to a full handshake, as on every engine. */
        if (setup->session.size > 0)
            conn->may_resume = gnutls_session_set_data(conn->session, setup->session.data,
                                                       setup->session.size) == 0;
    }
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_INTERNAL), 0, rc,
                         "resumption could not be set up");
    return OTLS_OK;
}
