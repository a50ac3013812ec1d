/* SPDX-License-Identifier: MIT */
/**
 * @file psk.h
 * External pre-shared keys: TLS 1.2 by PSK cipher suites (RFC 4279, RFC 5489; select them with
 * otls_context_set_ciphers, "PSK" or "ECDHE-PSK-..."), TLS 1.3 by any suite with SHA-256 (RFC 8446
 * section 4.2.11), with forward secrecy. Who knows the key is authenticated by it; a server that
 * has a key for every client needs no identity.
 */
#ifndef OMNITLS_PSK_H
#define OMNITLS_PSK_H

#include <omnitls/connection.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Identities have 1 to 127 bytes without NUL, keys 1 to 64 bytes: what every engine takes. */
#define OTLS_PSK_IDENTITY_MAX 127
#define OTLS_PSK_KEY_MAX 64

/** An identity and its key, to be filled by a callback. Core wipes it. */
typedef struct otls_psk {
    char identity[OTLS_PSK_IDENTITY_MAX + 1]; /**< NUL-terminated */
    uint8_t key[OTLS_PSK_KEY_MAX];
    size_t key_size;
} otls_psk;

/**
 * Client: which identity and key? `hint` is what a TLS 1.2 server sent; NULL: none. OTLS_OK with
 * `*out` filled, or anything else: no key for this server; the handshake then goes on with
 * certificates, if it can. May be called more than once in a handshake, from the connection's
 * thread.
 */
typedef otls_status (*otls_psk_client_callback)(otls_connection *conn, const char *hint,
                                                otls_psk *out, void *user);
/**
 * Server: the key of `identity` (not NUL-terminated, at most OTLS_PSK_IDENTITY_MAX bytes). OTLS_OK
 * with key and key_size filled, or anything else: unknown. An answer must take the same time
 * whether the identity is known or not, or it tells strangers which ones exist.
 */
typedef otls_status (*otls_psk_server_callback)(otls_connection *conn, const uint8_t *identity,
                                                size_t size, otls_psk *out, void *user);

/**
 * NULL = no pre-shared keys. A client that offers keys needs no server name, unless the server
 * answers with a certificate. Errors: OTLS_E_SEALED, OTLS_E_USAGE for the other side's context,
 * OTLS_E_UNSUPPORTED where the engine lacks both OTLS_FEATURE_PSK_12 and _13.
 */
OTLS_API otls_status otls_context_set_psk_client_callback(otls_context *context,
                                                 otls_psk_client_callback callback, void *user,
                                                 otls_error *err);
/** Server: who knows the keys of identities. NULL and errors as for clients. */
OTLS_API otls_status otls_context_set_psk_server_callback(otls_context *context,
                                                 otls_psk_server_callback callback, void *user,
                                                 otls_error *err);
/** TLS 1.2 servers: what clients get to choose their identity by, at most OTLS_PSK_IDENTITY_MAX
 *  bytes; NULL = none. Errors: OTLS_E_SEALED, OTLS_E_CONFIG. */
OTLS_API otls_status otls_context_set_psk_hint(otls_context *context, const char *hint,
                                               otls_error *err);
/** Was this handshake authenticated by a pre-shared key? */
OTLS_API bool otls_connection_psk_used(const otls_connection *conn);

#ifdef __cplusplus
}
#endif
#endif
