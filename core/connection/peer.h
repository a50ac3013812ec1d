/* SPDX-License-Identifier: MIT */
/** @file connection/peer.h Who the peer is: its certificates, its pre-shared key, its staple, and the verdict. */
#ifndef OMNI_CONNECTION_PEER_H
#define OMNI_CONNECTION_PEER_H

#include "connection/connection.h"

/* connection/verify.c */
otls_status omni_core_verify_peer(otls_core *core, const otls_slice *chain, size_t count,
                                  const otls_slice *staple, uint8_t *alert);
void omni_peer_clear(otls_connection *conn);
/** Does the chain begin with the certificate that the peer is known by? There is one. */
bool omni_peer_is(const otls_connection *conn, const otls_slice *chain, size_t count);
#define OMNI_ANOTHER_PEER "the peer changed its certificate in a renegotiation"
/** The verdict without a look at the chain: these flags, this alert. Returns OTLS_E_VERIFY. */
otls_status omni_peer_refuse(otls_connection *conn, uint32_t flags, uint8_t fitting, uint8_t *alert,
                             const char *text);
/** The same where nothing could be found out, for want of memory say: fails closed, and does not blame the peer. */
otls_status omni_peer_unjudged(otls_connection *conn, otls_status why, uint8_t *alert, const char *text);


/* connection/certificate_message.c */
void omni_core_certificate_message(otls_core *core, uint16_t version, otls_slice body, size_t size);
otls_status omni_core_certificate_refused(otls_core *core, uint8_t *alert);
void omni_certificate_message_drop(otls_connection *conn);
/**
 * The certificates of a Certificate message (RFC 5246 7.4.2, RFC 8446 4.4.2), borrowed from it: at
 * most `capacity` are stored, all are counted. `staple`: the OCSP response that came with the first one,
 * in TLS 1.3; its data are NULL when none did. False: it is not put together as it should be.
 */
bool omni_certificate_message_read(uint16_t version, otls_slice body, otls_slice *out,
                                   size_t capacity, size_t *count, otls_slice *staple);

/* connection/ask.c: the application's say in a verdict. OTLS_OK, E_VERIFY or WANT_ASYNC. */
otls_status omni_verdict_ask(otls_connection *conn, uint8_t *alert);


/* connection/ocsp.c */
otls_status omni_core_staple(otls_core *core, otls_slice *response);
/** Remember what came; false when there is no memory. `staple` NULL = nothing came. */
bool omni_staple_keep(otls_connection *conn, const otls_slice *staple);
/** Let the staple have its say in conn->verdict. */
otls_status omni_staple_judge(otls_connection *conn, const otls_slice *staple, otls_error *err);


/* connection/psk.c */
otls_status omni_core_psk_client(otls_core *core, const char *hint, char *identity,
                                 size_t identity_capacity, uint8_t *key, size_t key_capacity,
                                 size_t *key_length);
otls_status omni_core_psk_server(otls_core *core, const uint8_t *identity, size_t identity_size,
                                 uint8_t *key, size_t key_capacity, size_t *key_length);
/** What a server's first flight says of a pre-shared key (RFC 8446 4.2.11). */
typedef enum omni_psk_word {
    OMNI_PSK_UNTOLD = 0, /* there is no ServerHello in it */
    OMNI_PSK_LEFT,       /* none is used */
    OMNI_PSK_TAKEN
} omni_psk_word;
omni_psk_word omni_psk_in_flight(otls_slice flight);
/** Server, during the handshake, when core has given a key: this goes out. */
void omni_psk_watch(otls_connection *conn, const void *data, size_t size);
/** After the handshake: an engine's word that a key was used counts for no more than there is to see. */
void omni_psk_settle(otls_connection *conn);
/** Can the hello lead to a handshake with a pre-shared key in this version? */
bool omni_psk_fits(const otls_context *context, const otls_client_hello *hello, uint16_t version);
/** Did a key that core gave authenticate the peer, with nothing left to verify? */
bool omni_psk_authenticated(const otls_connection *conn);


/* connection/client_ca.c */
void omni_core_client_ca_names(otls_core *core, const otls_slice *names, size_t count);

#endif
