/* SPDX-License-Identifier: MIT */
/**
 * @file client_auth.h
 * Who the peer is: a say in the verdict on its certificates, the authorities a server asks for, and
 * certificates asked for after the handshake.
 */
#ifndef OMNITLS_CLIENT_AUTH_H
#define OMNITLS_CLIENT_AUTH_H

#include <omnitls/connection.h>
#include <omnitls/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Called for every certificate of the path that was found, from the one nearest to the anchor
 * (highest `depth`) down to the leaf (0), with what is wrong with it: OTLS_VERIFY_..., 0 = nothing.
 * After a path that leads nowhere, these are the certificates that were put together. OTLS_OK keeps
 * the verdict; OTLS_OK with `*accepted` set to exactly `flags` forgives them for this certificate,
 * any other value forgives nothing. Anything else refuses, OTLS_VERIFY_REFUSED, and the certificates
 * below are not asked about. Called on the connection's thread, in full handshakes only.
 */
typedef otls_status (*otls_verify_certificate_callback)(otls_connection *conn,
                                                        const otls_certificate *certificate,
                                                        int32_t depth, uint32_t flags,
                                                        uint32_t *accepted, void *user);
/** NULL = none. Errors: OTLS_E_SEALED. */
OTLS_API otls_status otls_context_set_verify_certificate_callback(
    otls_context *context, otls_verify_certificate_callback callback, void *user, otls_error *err);

/**
 * Called once with the whole verdict (after the callback for each certificate, whose decisions it
 * shows), also when verification is off (flags NOT_CHECKED). OTLS_OK keeps the verdict; OTLS_OK
 * with
 * `*accepted` set to exactly otls_verdict_flags(verdict) accepts the chain in spite of them.
 * OTLS_WANT_ASYNC: not yet; the handshake answers the same and the next call of it asks again. Only
 * where the engine can wait (OTLS_FEATURE_ASYNC_VERIFY; "partly" = clients only), never after the
 * handshake; elsewhere the handshake fails with OTLS_E_UNSUPPORTED. Anything else refuses:
 * OTLS_VERIFY_REFUSED.
 */
typedef otls_status (*otls_verify_callback)(otls_connection *conn, const otls_verdict *verdict,
                                            uint32_t *accepted, void *user);
/** NULL = none. Errors: OTLS_E_SEALED. */
OTLS_API otls_status otls_context_set_verify_callback(otls_context *context,
                                                      otls_verify_callback callback, void *user,
                                                      otls_error *err);

/** The same for one connection, before its handshake: see otls_connection_own_context. */
OTLS_API otls_status otls_connection_set_verify_callback(otls_connection *conn,
                                                         otls_verify_callback callback, void *user,
                                                         otls_error *err);

/* ---- the authorities that a server asks for (RFC 8446 section 4.2.4, RFC 5246 section 7.4.4) ----
 *
 * A hint that helps the client to choose; what is accepted is decided by trust alone. Sent in
 * TLS 1.2 and, where the engine has OTLS_FEATURE_CLIENT_CA_NAMES_13, in TLS 1.3: elsewhere a
 * TLS 1.3 client just gets no hint, and a context that allows TLS 1.3 only refuses the names with
 * OTLS_E_UNSUPPORTED. All names together are at most 65,535 bytes (OTLS_E_CONFIG, OTLS_CODE_LIMIT).
 * Names that are added one by one go out as often as they were added; of a file or a trust store only
 * those that are not there yet. Errors also: OTLS_E_SEALED, OTLS_E_USAGE for a client's context. */

/** The certificate's subject. */
OTLS_API otls_status otls_context_add_client_ca(otls_context *context,
                                                const otls_certificate *certificate,
                                                otls_error *err);
/** The subjects of all certificates in a PEM bundle or DER file. */
OTLS_API otls_status otls_context_add_client_ca_file(otls_context *context, const char *path,
                                                     otls_error *err);
/** A bare Name in DER, as otls_context_client_ca gives them; OTLS_E_CREDENTIAL when it is none. */
OTLS_API otls_status otls_context_add_client_ca_name(otls_context *context, const void *der,
                                                     size_t size, otls_error *err);
/** The subjects of all anchors. Copies them; nothing is trusted by this. */
OTLS_API otls_status otls_context_add_client_ca_trust(otls_context *context,
                                                      const otls_trust *trust, otls_error *err);
/** No names. */
OTLS_API otls_status otls_context_clear_client_ca(otls_context *context, otls_error *err);
/** How many names a server of this context would send. */
OTLS_API size_t otls_context_client_ca_count(const otls_context *context);
/** The `index`-th Name in DER; borrowed; NULL past the end. */
OTLS_API const uint8_t *otls_context_client_ca(const otls_context *context, size_t index,
                                               size_t *size);
/**
 * Client: the names that the server sent with its request; none where it sent none or the engine
 * does not tell (see above). Server: those of its context.
 */
OTLS_API size_t otls_connection_client_ca_count(const otls_connection *conn);
/** The `index`-th of them in DER; borrowed from the connection; NULL past the end. */
OTLS_API const uint8_t *otls_connection_client_ca(const otls_connection *conn, size_t index,
                                                  size_t *size);
/** A Name in DER as RFC 4514 text; free with otls_string_free. OTLS_E_CREDENTIAL when malformed. */
OTLS_API otls_status otls_name_text(const void *der, size_t size, char **out, otls_error *err);

/* ---- after the handshake (RFC 8446 section 4.6.2) ---- */

/**
 * TLS 1.3. Client: say that a certificate may be asked for later; it is sent during reads. Server:
 * do not ask in the handshake, otls_connection_request_client_certificate will; verify mode
 * REQUIRED then means that the answer to such a request must be a certificate. TLS 1.2 has no such
 * thing: there the mode counts in the handshake, as ever. Errors: OTLS_E_SEALED, OTLS_E_UNSUPPORTED
 * where the engine lacks OTLS_FEATURE_POST_HANDSHAKE_AUTH.
 */
OTLS_API otls_status otls_context_set_post_handshake_auth(otls_context *context, bool on,
                                                          otls_error *err);
/** The same for one connection, before its handshake: see otls_connection_own_context. */
OTLS_API otls_status otls_connection_set_post_handshake_auth(otls_connection *conn, bool on,
                                                             otls_error *err);
/**
 * Server, TLS 1.3, after the handshake: ask for the client's certificate. The answer arrives during
 * reads; a refused one is their failure. Until then otls_connection_peer_chain_count is 0. Errors:
 * OTLS_E_USAGE for clients, TLS 1.2, a context that did not announce it, a client that did not offer
 * it, or has not answered the last request yet (OTLS_CODE_NOT_YET); OTLS_E_UNSUPPORTED the second time where the
 * engine can ask once (the feature is "partly").
 */
OTLS_API otls_status otls_connection_request_client_certificate(otls_connection *conn,
                                                                otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
