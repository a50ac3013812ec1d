/* SPDX-License-Identifier: MIT */
/*
 * Sessions. mbed TLS serialises the keys and the peer's leaf, but neither the version, nor whether
 * the extended master secret was used, nor the rest of the chain: these stand before and behind,
 * and the leaf is left out of its own part.
 */
#include "mbed.h"

/* format, extended, version, suite, size of mbed TLS' part */
#define NAME_SIZE 32
enum { FORMAT = 1, HEAD = 1 + 1 + 2 + 2 + 4 };

void mbed_session_clear(mbed_session *session)
{
    free(session->chain);
    *session = (mbed_session){.chain = NULL};
}

/* ---- packing ---- */

static void put_head(uint8_t *out, const otls_backend_connection *conn,
                     const mbedtls_ssl_session *session, size_t native)
{
    const uint16_t version = mbed_version(conn);

    out[0] = FORMAT;
    out[1] = conn->extended;
    out[2] = (uint8_t)(version >> 8);
    out[3] = (uint8_t)version;
    out[4] = (uint8_t)(session->ciphersuite >> 8);
    out[5] = (uint8_t)session->ciphersuite;
    for (int i = 0; i < 4; i++)
        out[6 + i] = (uint8_t)(native >> (24 - 8 * i));
}

uint8_t *mbed_session_pack(const otls_backend_connection *conn, const mbedtls_ssl_session *session,
                           size_t *size)
{
    /* core keeps a client's chain itself, and a server's stands behind, leaf and all */
    const size_t behind = conn->context->policy->server ? conn->resumed.chain_size : 0;
    mbedtls_ssl_session bare = *session;
    size_t native = 0;
    uint8_t *blob;

    bare.peer_cert = NULL;
    mbed_release_session_clock(&bare, true);
    (void)mbedtls_ssl_session_save(&bare, NULL, 0, &native);
    if (native == 0)
        return NULL;
    blob = malloc(HEAD + native + behind);
    if (blob == NULL)
        return NULL;
    put_head(blob, conn, session, native);
    if (mbedtls_ssl_session_save(&bare, blob + HEAD, native, &native) != 0) {
        free(blob);
        return NULL;
    }
    if (behind > 0)
        memcpy(blob + HEAD + native, conn->resumed.chain, behind);
    *size = HEAD + native + behind;
    return blob;
}

bool mbed_session_unpack(otls_slice blob, mbedtls_ssl_session *session, mbed_session *ours)
{
    size_t native;

    *ours = (mbed_session){.chain = NULL};
    mbedtls_ssl_session_init(session);
    if (blob.size < HEAD || blob.data[0] != FORMAT)
        return false;
    native = (size_t)blob.data[6] << 24 | (size_t)blob.data[7] << 16 | (size_t)blob.data[8] << 8 |
             blob.data[9];
    if (native > blob.size - HEAD)
        return false;
    ours->extended = blob.data[1] != 0;
    ours->version = (uint16_t)(blob.data[2] << 8 | blob.data[3]);
    ours->suite = (uint16_t)(blob.data[4] << 8 | blob.data[5]);
    ours->chain_size = blob.size - HEAD - native;
    if (ours->chain_size > 0)
        ours->chain = malloc(ours->chain_size);
    if ((ours->chain_size > 0 && ours->chain == NULL) ||
        mbedtls_ssl_session_load(session, blob.data + HEAD, native) != 0) {
        mbed_session_clear(ours);
        mbedtls_ssl_session_free(session);
        return false;
    }
    mbed_release_session_clock(session, false);
    if (ours->chain_size > 0)
        memcpy(ours->chain, blob.data + HEAD + native, ours->chain_size);
    return true;
}

bool mbed_session_fits(const otls_backend_connection *conn)
{
    const mbed_session *session = &conn->resumed;

    return session->version == mbed_version(conn) &&
           (session->extended || session->version >= OTLS_TLS1_3 || !conn->offered_extended);
}

void mbed_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user)
{
    const uint8_t *at = conn->resumed.chain;
    size_t left = conn->resumed.chain_size;

    while (left > MBED_HEAD) {
        const size_t size = (size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2];

        if (size > left - MBED_HEAD)
            return;
        emit(user, (otls_slice){at + MBED_HEAD, size});
        at += MBED_HEAD + size;
        left -= MBED_HEAD + size;
    }
}

/* ---- a server's cache ---- */

int mbed_cache_set(otls_backend_connection *conn, otls_slice id, const mbedtls_ssl_session *session)
{
    size_t size = 0;
    uint8_t *blob = mbed_session_pack(conn, session, &size);

    if (blob == NULL)
        return 0; /* a session that is not kept is no failure */
    conn->core->ops->cache_store(conn->core, id, (otls_slice){blob, size});
    mbed_wipe(blob, size);
    free(blob);
    return 0;
}

/* Called when version and suite are chosen; anything but 0 is a full handshake. */
int mbed_cache_get(otls_backend_connection *conn, otls_slice id, mbedtls_ssl_session *session)
{
    otls_slice blob = {NULL, 0};
    mbedtls_ssl_session found;

    if (conn->core->ops->cache_fetch(conn->core, id, &blob) != OTLS_OK)
        return 1;
    mbed_session_clear(&conn->resumed);
    if (!mbed_session_unpack(blob, &found, &conn->resumed))
        return 1;
    if (!mbed_session_fits(conn) ||
        conn->resumed.suite != (uint16_t)conn->ssl.session_negotiate->ciphersuite) {
        mbedtls_ssl_session_free(&found);
        mbed_session_clear(&conn->resumed);
        return 1;
    }
    mbedtls_ssl_session_free(session);
    *session = found;
    return 0;
}

/* ---- a client's session ---- */

/* In TLS 1.3 an id is the connection's and names none of its sessions: the digest of the ticket
 * does. */
static otls_slice id_of(uint16_t version, const mbedtls_ssl_session *session,
                        uint8_t name[NAME_SIZE])
{
    if (version < OTLS_TLS1_3)
        return (otls_slice){session->id, session->id_len};
    return mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), session->ticket,
                      session->ticket_len, name) == 0
               ? (otls_slice){name, NAME_SIZE}
               : (otls_slice){NULL, 0};
}

void mbed_session_notice(otls_backend_connection *conn)
{
    const otls_policy *policy = conn->context->policy;
    mbedtls_ssl_session session;
    otls_native_session native = {.size = sizeof(native), .version = mbed_version(conn)};
    uint8_t *blob = NULL, name[NAME_SIZE];
    size_t size = 0;

    if (policy->server || !policy->resumption ||
        (!conn->ticket && (conn->reused || mbed_version(conn) >= OTLS_TLS1_3)))
        return;
    mbedtls_ssl_session_init(&session);
    if (mbedtls_ssl_get_session(&conn->ssl, &session) == 0 &&
        (session.ticket_len > 0 || session.id_len > 0))
        blob = mbed_session_pack(conn, &session, &size);
    if (blob != NULL) {
        native.blob = (otls_slice){blob, size};
        native.has_ticket = session.ticket_len > 0;
        native.lifetime = native.has_ticket ? session.ticket_lifetime : 0;
        native.id = id_of(native.version, &session, name);
        conn->core->ops->new_session(conn->core, &native);
        mbed_wipe(blob, size);
        free(blob);
    }
    mbedtls_ssl_session_free(&session);
}

static otls_status offer(otls_backend_connection *conn, const otls_connection_setup *setup,
                         otls_error *err)
{
    mbedtls_ssl_session session;
    int rc;

    if (!mbed_session_unpack(setup->session, &session, &conn->resumed))
        return mbed_fail(err, OTLS_E_CONFIG, OTLS_CODE_SESSION_REFUSED, 0,
                         "mbed TLS cannot read the session");
    if (!mbed_release_may_offer(conn->context->policy, conn->resumed.version)) {
        mbedtls_ssl_session_free(&session);
        mbed_session_clear(&conn->resumed);
        return OTLS_OK; /* a full handshake */
    }
    rc = mbed_release_session_name(&session, setup->server_name)
             ? mbedtls_ssl_set_session(&conn->ssl, &session)
             : MBEDTLS_ERR_SSL_ALLOC_FAILED;
    mbedtls_ssl_session_free(&session);
    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, mbed_category(rc, OTLS_E_CONFIG), OTLS_CODE_SESSION_REFUSED, rc,
                               "mbed TLS cannot use the session");
}

otls_status mbed_session_setup(otls_backend_connection *conn, const otls_connection_setup *setup,
                               otls_error *err)
{
    const otls_policy *policy = conn->context->policy;

    if (!policy->server)
        return setup->session.size > 0 ? offer(conn, setup, err) : OTLS_OK;
    if (!policy->resumption)
        return OTLS_OK;
    mbed_release_set_cache(conn);
    if (!policy->no_tickets && !setup->by_id)
        mbed_ticket_setup(conn);
    return OTLS_OK;
}
