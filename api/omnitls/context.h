/* SPDX-License-Identifier: MIT */
/**
 * @file context.h
 * A context: role, policy, identities, trust and callbacks. Set up by one thread, sealed by its
 * first connection (or otls_context_seal), then shared freely by any number of threads. Setters of
 * a sealed context answer OTLS_E_SEALED; otls_context_copy gives an unsealed copy.
 *
 * Defaults: TLS 1.2 and 1.3, authenticated encryption with forward secrecy only, clients verify
 * chain and name, servers ask for no certificate.
 */
#ifndef OMNITLS_CONTEXT_H
#define OMNITLS_CONTEXT_H

#include <omnitls/identity.h>
#include <omnitls/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_context otls_context;

/** The side of a connection; EITHER: each connection takes one (otls_connection_set_role). */
typedef enum otls_role { OTLS_CLIENT = 1, OTLS_SERVER = 2, OTLS_EITHER = 3 } otls_role;

/** On a server: ask for a client certificate? */
typedef enum otls_verify_mode {
    OTLS_VERIFY_MODE_NONE = 0,
    OTLS_VERIFY_MODE_OPTIONAL = 1,
    OTLS_VERIFY_MODE_REQUIRED = 2
} otls_verify_mode;

/** A context for `backend` (NULL: otls_backend_find's choice). */
OTLS_API otls_status otls_context_new(otls_context **out, const otls_backend *backend,
                                      otls_role role, otls_error *err);
/** An unsealed copy sharing trust and identities: change it, then swap it in (hot reload). */
OTLS_API otls_status otls_context_copy(otls_context **out, const otls_context *context,
                                       otls_error *err);
/** Take another reference; NULL is fine. Any thread. */
OTLS_API otls_context *otls_context_ref(otls_context *context);
/** Give a reference back; connections hold their own. NULL is fine. Any thread. */
OTLS_API void otls_context_free(otls_context *context);
/** Translate the policy to the engine now, so that a fault in it shows here. Idempotent. */
OTLS_API otls_status otls_context_seal(otls_context *context, otls_error *err);

/** Its engine. Any thread. */
OTLS_API const otls_backend *otls_context_backend(const otls_context *context);
/** The side that it was made for. Any thread. */
OTLS_API otls_role otls_context_role(const otls_context *context);

/** Lowest and highest version, OTLS_TLS1_2 ...; more words and names in options.h. */
OTLS_API otls_status otls_context_set_versions(otls_context *context, uint16_t lowest,
                                               uint16_t highest, otls_error *err);
/** One end alone, as programs set them: in between the lowest may be above the highest; what is still
 *  so when the context is sealed is OTLS_E_CONFIG. */
OTLS_API otls_status otls_context_set_min_version(otls_context *context, uint16_t lowest,
                                                  otls_error *err);
/** The other end; see otls_context_set_min_version. */
OTLS_API otls_status otls_context_set_max_version(otls_context *context, uint16_t highest,
                                                  otls_error *err);
/** What is in force, OTLS_TLS1_2 ... */
OTLS_API void otls_context_versions(const otls_context *context, uint16_t *lowest,
                                    uint16_t *highest);
/** TLS 1.2 and below, an OpenSSL cipher list ("ECDHE+AESGCM:!aRSA"); replaces the list. */
OTLS_API otls_status otls_context_set_ciphers(otls_context *context, const char *openssl_expression,
                                              otls_error *err);
/** TLS 1.3 suites by name, separated by colons ("TLS_AES_128_GCM_SHA256"), in preference order. */
OTLS_API otls_status otls_context_set_tls13_suites(otls_context *context, const char *names,
                                                    otls_error *err);
/**
 * Groups by name, separated by colons ("X25519:P-256"), in preference order. A client offers them in this
 * order, with its half of the key exchange for the first. A server takes, in TLS 1.3, what the client has
 * sent such a half for if it has it, else (and below TLS 1.3) the first of its own that the client has,
 * or the other way round without OTLS_OPTION_CIPHER_SERVER_PREFERENCE. RFC 8446 4.2.7, 4.2.8.
 */
OTLS_API otls_status otls_context_set_groups(otls_context *context, const char *names,
                                             otls_error *err);
/**
 * Let another library do what the engine is slow at: "libcrypto" (OpenSSL's, a module of its own, loaded
 * by this call and never otherwise) for AES-GCM on wolfSSL, and for signatures with RSA keys on wolfSSL
 * and GnuTLS. NULL, the default: none. What is negotiated, verified and reported does not change. It is a
 * second cryptographic library in the process, which gets the keys: see docs/dependencies.md. A key in
 * a context that also allows key exchange by RSA stays with the engine, as one that is held elsewhere
 * does. Errors: OTLS_E_UNSUPPORTED without OTLS_FEATURE_ACCELERATION, OTLS_E_BACKEND when the module does
 * not load, naming its file.
 */
OTLS_API otls_status otls_context_set_acceleration(otls_context *context, const char *name,
                                                   otls_error *err);
/** What was set; NULL: none. Static storage. */
OTLS_API const char *otls_context_acceleration(const otls_context *context);
/** Signature algorithms by RFC 8446 name, separated by colons. */
OTLS_API otls_status otls_context_set_signature_algorithms(otls_context *context, const char *names,
                                                           otls_error *err);
/** The suites in force, TLS 1.3 first, as IANA ids; returns how many there are. */
OTLS_API size_t otls_context_suites(const otls_context *context, uint16_t *out, size_t capacity);

/** Whom to believe. Takes a reference and seals the trust object. */
OTLS_API otls_status otls_context_set_trust(otls_context *context, otls_trust *trust,
                                            otls_error *err);
/** Whom the context believes; borrowed, NULL = nobody. */
OTLS_API otls_trust *otls_context_trust(const otls_context *context);
/**
 * Something to present; up to 65,536 on servers (RSA + ECDSA, many names). A client is shown the first
 * that it can use and that bears the name it asked for, else the first that it can use. Of the first 32
 * sealing makes the engine's part, so that what the engine refuses is told there; of the others it is
 * made when a client first asks for one (what is refused then ends that handshake), and kept for the 512
 * that were asked for lately. Takes a reference. A renewed one takes its predecessor's place: the identity whose leaf has the same kind of key and the same
 * subjectAltName (without one: the same subject). A client's context presents one, the last added.
 */
OTLS_API otls_status otls_context_add_identity(otls_context *context, otls_identity *identity,
                                               otls_error *err);
/**
 * `with` in the place of `before`, whatever names they have (hot reload: on a copy, which is then
 * sealed and swapped in). The OCSP responses set for `before` go with it. OTLS_E_USAGE with
 * OTLS_CODE_NO_IDENTITY when the context does not have `before`; OTLS_E_WRONG_BACKEND; OTLS_E_SEALED.
 */
OTLS_API otls_status otls_context_replace_identity(otls_context *context,
                                                   const otls_identity *before,
                                                   otls_identity *with, otls_error *err);
/** No longer present it, and forget the OCSP responses set for it. Errors as for replacing. */
OTLS_API otls_status otls_context_remove_identity(otls_context *context,
                                                  const otls_identity *identity, otls_error *err);
/** Present nothing. */
OTLS_API otls_status otls_context_clear_identities(otls_context *context, otls_error *err);
/** What is presented, in the order of preference; borrowed, NULL past the end. */
OTLS_API size_t otls_context_identity_count(const otls_context *context);
/** The `index`-th of them, in the order in which they were added; borrowed; NULL past the end. */
OTLS_API otls_identity *otls_context_identity(const otls_context *context, size_t index);
/** Servers: ask for a client certificate. Clients always verify (REQUIRED, which also takes back
 *  otls_context_insecure_no_verify); see insecure.h. More about verification in verify.h. */
OTLS_API otls_status otls_context_set_verify_mode(otls_context *context, otls_verify_mode mode,
                                                  otls_error *err);
/** What is in force. Of a context of both sides the weaker: NONE while its clients do not verify. */
OTLS_API otls_verify_mode otls_context_verify_mode(const otls_context *context);
/** How many certificates may stand between leaf and trust anchor (default 10). */
OTLS_API otls_status otls_context_set_verify_depth(otls_context *context, int depth,
                                                   otls_error *err);
/** How many certificates may stand between leaf and anchor. */
OTLS_API int otls_context_verify_depth(const otls_context *context);
/** Application protocols (RFC 7301), most wanted first; a server chooses by its own order. Names have
 *  1 to 255 bytes; E_UNSUPPORTED where the engine lacks OTLS_FEATURE_LONG_ALPN or _ALPN_COMMA, or a
 *  client's OTLS_FEATURE_LONG_HELLOS and they have more than 8 KiB together. */
OTLS_API otls_status otls_context_set_alpn(otls_context *context, const char *const *names,
                                           size_t count, otls_error *err);
/** Server: refuse with alert 120 when nothing is shared (default), or go on without ALPN. */
OTLS_API otls_status otls_context_set_alpn_required(otls_context *context, bool required,
                                                    otls_error *err);
/** Whose time it is: seconds since 1970. NULL: the system's clock. Called on the verifying thread. */
OTLS_API otls_status otls_context_set_clock_callback(otls_context *context, int64_t (*now)(void *user),
                                            void *user, otls_error *err);
/** NSS key log lines without newline (RFC 9850). Unsupported where the engine has no key log. */
typedef void (*otls_key_log_callback)(const char *line, void *user);
/** Each line to `callback`; NULL = none. Whoever has the lines reads all traffic. Errors: OTLS_E_SEALED,
 *  OTLS_E_UNSUPPORTED where the engine has no OTLS_FEATURE_KEY_LOG. */
OTLS_API otls_status otls_context_set_key_log_callback(otls_context *context, otls_key_log_callback callback,
                                              void *user, otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
