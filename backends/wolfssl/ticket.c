/* SPDX-License-Identifier: MIT */
/*
 * Tickets are sealed with AES-256-GCM under keys that core rotates. wolfSSL's ticket says nothing
 * of the client's certificates: they go into core's cache, and the place where they stand there
 * goes into the ticket, behind what wolfSSL puts in. A ticket whose place is empty is refused while
 * it is opened, which makes a full handshake of it; later it would be too late.
 *
 * The nonce of a TLS 1.3 ticket (RFC 8446 4.6.1) goes on from one connection to the next that its ticket
 * resumed, and is one octet: later releases (5.9) fail a handshake whose ticket would have the 257th. So the
 * nonce goes into the ticket as well; behind the last one no more are sent, and its own is refused.
 */
#include "wolf.h"

#include <stdlib.h>

#define GCM_NONCE 12
#define GCM_TAG 16
#define NONCE_MAX 255
#define KEPT (WOLF_PLACE + 1) /* what goes behind wolfSSL's: place and nonce */

/* ---- the client's certificates ------------------------------------------------------------- */

static const uint8_t no_place[WOLF_PLACE];

/* From the connection's own generator: to make and test one costs more than a ticket. */
static bool random_bytes(const otls_backend_connection *conn, uint8_t *out, word32 size)
{
    WC_RNG *rng = wolfSSL_GetRNG(conn->ssl);
    otls_error err = OTLS_ERROR_INIT;

    return rng != NULL ? wc_RNG_GenerateBlock(rng, out, size) == 0
                       : wolf_crypto_ops.random(out, size, &err) == OTLS_OK;
}

void wolf_ticket_forget(otls_backend_connection *conn)
{
    free(conn->client_chain);
    conn->client_chain = NULL;
    conn->client_chain_size = 0;
    memset(conn->place, 0, sizeof(conn->place));
}

/* The certificates in a row. NULL: no memory, or wolfSSL dropped some. */
static uint8_t *chain_bytes(const otls_backend_connection *conn, size_t *size)
{
    WOLFSSL_X509_CHAIN *chain = wolfSSL_get_peer_chain(conn->ssl);
    const int count = chain != NULL ? wolfSSL_get_chain_count(chain) : 0;
    uint8_t *bytes, *at;

    *size = 0;
    if (count <= 0 || (size_t)count != conn->judged_count)
        return NULL;
    for (int i = 0; i < count; i++) {
        const int length = wolfSSL_get_chain_length(chain, i);

        if (length <= 0 || wolfSSL_get_chain_cert(chain, i) == NULL)
            return NULL;
        *size += KIT_CHAIN_HEAD + (size_t)length;
    }
    bytes = at = malloc(*size);
    for (int i = 0; bytes != NULL && i < count; i++) {
        const size_t length = (size_t)wolfSSL_get_chain_length(chain, i);

        at = kit_chain_head(at, length);
        memcpy(at, wolfSSL_get_chain_cert(chain, i), length);
        at += length;
    }
    return bytes;
}

/* Once per full handshake: all its tickets share the entry, and so do those of later resumptions. A
 * chain that could not be kept leaves a place where nothing is found. */
static otls_status keep_chain(otls_backend_connection *conn)
{
    uint8_t *bytes;
    size_t size;

    if (conn->kept || wolfSSL_session_reused(conn->ssl))
        return OTLS_OK;
    conn->kept = true;
    wolf_ticket_forget(conn);
    if (!conn->judged || conn->missing)
        return OTLS_OK;
    if (!random_bytes(conn, conn->place, sizeof(conn->place)))
        return OTLS_E_INTERNAL;
    bytes = chain_bytes(conn, &size);
    if (bytes != NULL)
        conn->core->ops->cache_store(conn->core, (otls_slice){conn->place, sizeof(conn->place)},
                                     (otls_slice){bytes, size});
    free(bytes);
    return OTLS_OK;
}

static bool fetch_chain(otls_backend_connection *conn)
{
    otls_slice found = {NULL, 0};

    if (memcmp(conn->place, no_place, sizeof(no_place)) == 0)
        return true;
    if (conn->core->ops->cache_fetch(conn->core, (otls_slice){conn->place, sizeof(conn->place)},
                                     &found) != OTLS_OK)
        return false;
    conn->client_chain = malloc(found.size);
    if (conn->client_chain == NULL)
        return false;
    memcpy(conn->client_chain, found.data, found.size);
    conn->client_chain_size = found.size;
    return true;
}

void wolf_ticket_chain(const otls_backend_connection *conn,
                       void (*emit)(void *user, otls_slice der), void *user)
{
    kit_chain_each((otls_slice){conn->client_chain, conn->client_chain_size}, emit, user);
}

/* ---- sealing and opening ------------------------------------------------------------------- */

static struct wolf_aead aead_of(const otls_ticket_key *key, const uint8_t *iv)
{
    return (struct wolf_aead){.key = key->aes,
                              .key_size = sizeof(key->aes),
                              .nonce = iv,
                              .head = key->name,
                              .head_size = sizeof(key->name)};
}

/* The nonce of the ticket that is sealed; below TLS 1.3 it has none. */
static uint8_t count_nonce(otls_backend_connection *conn)
{
    if (otls_version_before(wolf_version(conn->ssl), OTLS_TLS1_3))
        return 0;
    if (conn->next_nonce < NONCE_MAX)
        return conn->next_nonce++;
    (void)wolfSSL_no_ticket_TLSv13(conn->ssl);
    return NONCE_MAX;
}

/* `room` is what the engine's buffer takes. */
static int seal(otls_backend_connection *conn, otls_ticket_key *key, uint8_t *name, uint8_t *iv,
                uint8_t *tag, uint8_t *ticket, int *size, int room)
{
    struct wolf_aead aead;

    if (room - *size < KEPT || keep_chain(conn) != OTLS_OK ||
        conn->core->ops->ticket_key(conn->core, NULL, key, &(bool){false}) != OTLS_OK ||
        !random_bytes(conn, iv, GCM_NONCE))
        return WOLFSSL_TICKET_RET_FATAL;
    memcpy(name, key->name, sizeof(key->name));
    memset(iv + GCM_NONCE, 0, WOLFSSL_TICKET_IV_SZ - GCM_NONCE);
    memset(tag + GCM_TAG, 0, WOLFSSL_TICKET_MAC_SZ - GCM_TAG);
    memcpy(ticket + *size, conn->place, WOLF_PLACE);
    ticket[*size + WOLF_PLACE] = count_nonce(conn);
    *size += KEPT;
    aead = aead_of(key, iv);
    return wolf_aead_seal(&aead, ticket, (word32)*size, ticket, tag) == 0
               ? WOLFSSL_TICKET_RET_OK
               : WOLFSSL_TICKET_RET_FATAL;
}

/* A client may send several tickets: what counts is said by the last one that could be opened. */
static int open_ticket(otls_backend_connection *conn, otls_ticket_key *key, const uint8_t *name,
                       uint8_t *iv, uint8_t *tag, uint8_t *ticket, int *size)
{
    const int body = *size - KEPT;
    const struct wolf_aead aead = aead_of(key, iv);
    bool renew = false;
    uint8_t used;

    wolf_ticket_forget(conn);
    if (body <= 0 || conn->core->ops->ticket_key(conn->core, name, key, &renew) != OTLS_OK ||
        wolf_aead_open(&aead, ticket, (word32)*size, ticket, tag) != 0)
        return WOLFSSL_TICKET_RET_REJECT;
    memcpy(conn->place, ticket + body, WOLF_PLACE);
    used = ticket[body + WOLF_PLACE];
    if (used == NONCE_MAX || !fetch_chain(conn)) {
        kit_wipe(ticket, (size_t)*size);
        return WOLFSSL_TICKET_RET_REJECT;
    }
    conn->next_nonce = (uint8_t)(used + 1);
    *size = body;
    /* TLS 1.3 servers send a new ticket anyway, and since 5.7 take "renew it" for a refusal */
    return renew && otls_version_before(wolf_version(conn->ssl), OTLS_TLS1_3)
               ? WOLFSSL_TICKET_RET_CREATE
               : WOLFSSL_TICKET_RET_OK;
}

static int on_ticket(WOLFSSL *ssl, unsigned char *name, unsigned char *iv, unsigned char *mac,
                     int encrypt, unsigned char *ticket, int size, int *out_size, void *user)
{
    otls_backend_connection *conn = wolf_connection_of(ssl);
    otls_ticket_key key;
    int result;

    (void)user;
    if (conn == NULL || size <= 0)
        return WOLFSSL_TICKET_RET_FATAL;
    result = encrypt ? seal(conn, &key, name, iv, mac, ticket, &size, *out_size)
                     : open_ticket(conn, &key, name, iv, mac, ticket, &size);
    *out_size = size;
    kit_wipe(&key, sizeof(key));
    return result;
}

otls_status wolf_ticket_setup(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    const uint32_t week = 604800; /* RFC 8446 4.6.1 */
    const uint32_t hint = policy->session_lifetime < week ? policy->session_lifetime : week;

    if (!policy->server)
        return OTLS_OK;
    if (policy->no_tickets || !policy->resumption) {
        (void)wolfSSL_CTX_NoTicketTLSv12(ctx);
        (void)wolfSSL_CTX_no_ticket_TLSv13(ctx);
        return OTLS_OK;
    }
    /* A TLS 1.2 ticket of wolfSSL's knows nothing of the client's certificates; a session id finds
     * the session in core's cache, and the chain with it. */
    if (policy->request_peer != OTLS_REQUEST_NONE)
        (void)wolfSSL_CTX_NoTicketTLSv12(ctx);
    if (wolfSSL_CTX_set_TicketEncCb(ctx, on_ticket) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_TicketHint(ctx, (int)hint) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_num_tickets(ctx, policy->ticket_count) != WOLFSSL_SUCCESS)
        return wolf_error(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, 0,
                          "wolfSSL refused the ticket settings");
    return OTLS_OK;
}
