/* SPDX-License-Identifier: MIT */
#include "raw_peer.h"

#include "corpus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void must(int result, const char *what)
{
    if (result < 0)
        corpus_die(what, gnutls_strerror(result));
}

/* ---- the network ----------------------------------------------------------------------------- */

static void put(raw_pipe *pipe, const void *data, size_t size)
{
    if (pipe->end + size > pipe->capacity) {
        pipe->capacity = (pipe->end + size) * 2;
        pipe->data = realloc(pipe->data, pipe->capacity);
        if (pipe->data == NULL)
            corpus_die("network", "out of memory");
    }
    memcpy(pipe->data + pipe->end, data, size);
    pipe->end += size;
}

static size_t take(raw_pipe *pipe, void *out, size_t capacity)
{
    const size_t have = pipe->end - pipe->start;
    const size_t size = have < capacity ? have : capacity;

    if (size != 0)
        memcpy(out, pipe->data + pipe->start, size);
    pipe->start += size;
    return size;
}

static ssize_t push(gnutls_transport_ptr_t user, const void *data, size_t size)
{
    raw_peer *peer = user;

    put(&peer->out, data, size);
    return (ssize_t)size;
}

static ssize_t pull(gnutls_transport_ptr_t user, void *out, size_t capacity)
{
    raw_peer *peer = user;
    const size_t size = take(&peer->in, out, capacity);

    if (size != 0)
        return (ssize_t)size;
    gnutls_transport_set_errno(peer->session, EAGAIN);
    return -1;
}

static otls_status other_read(void *user, void *out, size_t capacity, size_t *count)
{
    raw_peer *peer = user;

    *count = take(&peer->out, out, capacity);
    return *count != 0 ? OTLS_OK : OTLS_WANT_READ;
}

/*
 * OpenSSL and wolfSSL have no key to send with when a TLS 1.3 server's certificate is refused: the
 * alert goes out in the clear, which GnuTLS does not read.
 */
static void see_alert(raw_peer *peer, const uint8_t *record, size_t size)
{
    if (size >= 7 && record[size - 7] == 21 && record[size - 4] == 0 && record[size - 3] == 2 &&
        record[size - 2] == 2)
        peer->clear_alert = record[size - 1];
}

static otls_status other_write(void *user, const void *data, size_t size, size_t *count)
{
    raw_peer *peer = user;

    put(&peer->in, data, size);
    see_alert(peer, peer->in.data, peer->in.end);
    *count = size;
    return OTLS_OK;
}

otls_transport raw_transport(raw_peer *peer)
{
    return (otls_transport){.read = other_read, .write = other_write, .user = peer};
}

/* ---- what is presented ----------------------------------------------------------------------- */

void raw_chain_load(raw_chain *chain, const char *certificates, const char *key)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    const gnutls_datum_t key_text = {(unsigned char *)(uintptr_t)key, (unsigned)strlen(key)};

    memset(chain, 0, sizeof(*chain));
    must(gnutls_privkey_init(&chain->key), "key");
    must(gnutls_privkey_import_x509_raw(chain->key, &key_text, GNUTLS_X509_FMT_PEM, NULL, 0),
         "key");
    must(gnutls_pubkey_init(&chain->public_key), "public key");
    must(gnutls_pubkey_import_privkey(chain->public_key, chain->key, 0, 0), "public key");
    for (const char *at = strstr(certificates, begin); at != NULL; at = strstr(at + 1, begin)) {
        const gnutls_datum_t text = {(unsigned char *)(uintptr_t)at, (unsigned)strlen(at)};
        gnutls_pcert_st *cert = &chain->certs[chain->count];

        if (chain->count++ == RAW_CHAIN_MAX)
            corpus_die("chain", "too long");
        must(gnutls_pem_base64_decode2("CERTIFICATE", &text, &cert->cert), "PEM");
        cert->type = GNUTLS_CRT_X509;
        cert->pubkey = chain->public_key; /* looked at in the leaf only */
    }
}

static char *read_file(const char *pki, const char *name, const char *ending)
{
    char path[4096], *text;

    (void)snprintf(path, sizeof(path), "%s/%s.%s", pki, name, ending);
    text = corpus_read_file(path);
    if (text == NULL)
        corpus_die(path, "missing");
    return text;
}

void raw_chain_load_files(raw_chain *chain, const char *pki, const char *name)
{
    char *certificates = read_file(pki, name, "pem"), *key = read_file(pki, name, "key");

    raw_chain_load(chain, certificates, key);
    free(certificates);
    free(key);
}

void raw_chain_free(raw_chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++)
        gnutls_free(chain->certs[i].cert.data);
    gnutls_pubkey_deinit(chain->public_key);
    gnutls_privkey_deinit(chain->key);
}

static int retrieve(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                    const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                    gnutls_pcert_st **certs, unsigned *count, gnutls_privkey_t *key)
{
    raw_peer *peer = gnutls_session_get_ptr(session);

    (void)names;
    (void)name_count;
    (void)algorithms;
    (void)algorithm_count;
    *certs = peer->chain->certs;
    *count = peer->chain->count;
    *key = peer->chain->key;
    return 0;
}

/* ---- the peer -------------------------------------------------------------------------------- */

void raw_open(raw_peer *peer, raw_chain *chain, bool server, uint16_t version)
{
    const char *priority = version == OTLS_TLS1_3
                               ? "NORMAL:-VERS-ALL:+VERS-TLS1.3:+SIGN-RSA-SHA1"
                               : "NORMAL:-VERS-ALL:+VERS-TLS1.2:+RSA:+SIGN-RSA-SHA1";

    memset(peer, 0, sizeof(*peer));
    peer->chain = chain;
    peer->alert = peer->clear_alert = -1;
    peer->status = GNUTLS_E_AGAIN;
    must(gnutls_certificate_allocate_credentials(&peer->credentials), "credentials");
    gnutls_certificate_set_retrieve_function2(peer->credentials, retrieve);
    must(gnutls_init(&peer->session, (server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK |
                                         GNUTLS_NO_TICKETS),
         "session");
    must(gnutls_priority_set_direct(peer->session, priority, NULL), priority);
    must(gnutls_credentials_set(peer->session, GNUTLS_CRD_CERTIFICATE, peer->credentials),
         "credentials");
    gnutls_session_set_ptr(peer->session, peer);
    gnutls_handshake_set_timeout(peer->session, 0);
    gnutls_handshake_set_max_packet_length(peer->session, 16 * 1024 * 1024);
    gnutls_transport_set_ptr(peer->session, peer);
    gnutls_transport_set_push_function(peer->session, push);
    gnutls_transport_set_pull_function(peer->session, pull);
}

void raw_close(raw_peer *peer)
{
    gnutls_deinit(peer->session);
    gnutls_certificate_free_credentials(peer->credentials);
    free(peer->in.data);
    free(peer->out.data);
}

bool raw_step(raw_peer *peer)
{
    uint8_t byte;
    int result;

    if (peer->status != 0) {
        result = gnutls_handshake(peer->session);
        if (result == 0 || gnutls_error_is_fatal(result))
            peer->status = result;
    } else {
        result = (int)gnutls_record_recv(peer->session, &byte, 1);
    }
    if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
        peer->alert = (int)gnutls_alert_get(peer->session);
    else if (result == GNUTLS_E_DECRYPTION_FAILED)
        peer->alert = peer->clear_alert;
    return result >= 0 || !gnutls_error_is_fatal(result);
}
