/* SPDX-License-Identifier: MIT */
/**
 * @file raw_peer.h
 * A TLS peer that presents any bytes as its certificates, over a network of two buffers: GnuTLS'
 * library, used directly. It verifies nothing. One thread.
 */
#ifndef OTLS_TEST_RAW_PEER_H
#define OTLS_TEST_RAW_PEER_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <omnitls/connection.h>

enum { RAW_CHAIN_MAX = 128 };

typedef struct raw_pipe {
    uint8_t *data;
    size_t start, end, capacity;
} raw_pipe;

/** What is presented: certificates as they are, and the leaf's key. */
typedef struct raw_chain {
    gnutls_pcert_st certs[RAW_CHAIN_MAX];
    unsigned count;
    gnutls_privkey_t key;
    gnutls_pubkey_t public_key;
} raw_chain;

typedef struct raw_peer {
    raw_pipe in, out; /* as the raw peer sees them */
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    raw_chain *chain;
    int status;      /* of its handshake; 0 = done */
    int alert;       /* received; -1 = none */
    int clear_alert; /* the last thing that came, if it was an alert in the clear */
} raw_peer;

/** From PEM texts; NULL members never. Ends the program on failure. */
void raw_chain_load(raw_chain *chain, const char *certificates, const char *key);
/** The same from PKI/NAME.pem and PKI/NAME.key. */
void raw_chain_load_files(raw_chain *chain, const char *pki, const char *name);
void raw_chain_free(raw_chain *chain);

void raw_open(raw_peer *peer, raw_chain *chain, bool server, uint16_t version);
void raw_close(raw_peer *peer);
/** The other end, for otls_connection_new. */
otls_transport raw_transport(raw_peer *peer);
/** Go on with the handshake, or once that is done, read. True while it is not over. */
bool raw_step(raw_peer *peer);

#endif
