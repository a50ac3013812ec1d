/* SPDX-License-Identifier: MIT */
/**
 * @file options.h
 * Versions by name, options, the security level and Diffie-Hellman parameters of a context. The
 * same bits and levels on every engine. Setters of a sealed context answer OTLS_E_SEALED.
 */
#ifndef OMNITLS_OPTIONS_H
#define OMNITLS_OPTIONS_H

#include <omnitls/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- versions ---- */

/**
 * For otls_context_set_versions beside OTLS_TLS1_2 and the like: whatever the engine has and the
 * security level allows. OTLS_VERSION_DEFAULT
 * is TLS 1.2 as the lowest, the engine's newest as the highest.
 */
enum { OTLS_VERSION_DEFAULT = 0, OTLS_VERSION_LOWEST = 0x0001, OTLS_VERSION_HIGHEST = 0xffff };

/**
 * "TLSv1.2", "TLS1.2", "1.2" (any case), "lowest", "highest", "default". Any thread. Errors:
 * OTLS_E_CONFIG naming the word; with OTLS_CODE_OBSOLETE for SSLv2 and SSLv3 (RFC 6176, RFC 7568).
 */
OTLS_API otls_status otls_version_parse(const char *name, uint16_t *version, otls_error *err);
/** otls_context_set_versions with names; NULL = default. */
OTLS_API otls_status otls_context_set_versions_by_name(otls_context *context, const char *lowest,
                                                       const char *highest, otls_error *err);
/** What was set, OTLS_VERSION_... among it; otls_context_versions tells what it comes to. */
OTLS_API void otls_context_versions_set(const otls_context *context, uint16_t *lowest,
                                        uint16_t *highest);
/** Lowest and highest version that the running engine has. Any thread. */
OTLS_API void otls_backend_versions(const otls_backend *backend, uint16_t *lowest,
                                    uint16_t *highest);

/* ---- options ---- */

/** A set of bits; values never change. Those marked "always on" cannot be cleared. */
enum {
    OTLS_OPTION_NO_TICKET = 1 << 0,                /**< no session tickets, TLS 1.2 and 1.3; clients keep no session with one */
    OTLS_OPTION_NO_COMPRESSION = 1 << 1,           /**< always on (CRIME; RFC 7525 section 3.3) */
    OTLS_OPTION_CIPHER_SERVER_PREFERENCE = 1 << 2, /**< default; cleared: the client's order wins */
    OTLS_OPTION_SINGLE_DH_USE = 1 << 3,   /**< always on: a fresh key for every handshake */
    OTLS_OPTION_SINGLE_ECDH_USE = 1 << 4, /**< always on */
    OTLS_OPTION_NO_RENEGOTIATION = 1
                                   << 5, /**< default; clearing needs OTLS_FEATURE_RENEGOTIATION */
    OTLS_OPTION_IGNORE_UNEXPECTED_EOF = 1 << 6, /**< as otls_connection_set_ragged_eof_ok for all */
    OTLS_OPTION_NO_TLSV1_0 = 1 << 7,
    OTLS_OPTION_NO_TLSV1_1 = 1 << 8,
    OTLS_OPTION_NO_TLSV1_2 = 1 << 9,
    OTLS_OPTION_NO_TLSV1_3 = 1 << 10,
    OTLS_OPTION_NO_SSLV2 = 1 << 11, /**< always on */
    OTLS_OPTION_NO_SSLV3 = 1 << 12, /**< always on */
    /** The seeds' OP_ALL: workarounds for old peers' defects; there is none that is wanted. */
    OTLS_OPTION_ALL = 0,
    /** The seeds' OP_EPHEMERAL_RSA: export key exchange is gone. */
    OTLS_OPTION_EPHEMERAL_RSA = 0
};

/**
 * Switch options on; others stay. Errors: OTLS_E_CONFIG for unknown bits, and for version switches
 * that would leave a gap (1.1 off between 1.0 and 1.2) or nothing.
 */
OTLS_API otls_status otls_context_set_options(otls_context *context, uint32_t options,
                                              otls_error *err);
/** Switch options off. Errors: OTLS_E_UNSUPPORTED for one that is always on, or that the engine
 *  cannot do without. */
OTLS_API otls_status otls_context_clear_options(otls_context *context, uint32_t options,
                                                otls_error *err);
/** All that are on. */
OTLS_API uint32_t otls_context_options(const otls_context *context);
/** The bit of "no-ticket", "no-tlsv1.3" ...; 0 when there is none of this name. Any thread. */
OTLS_API uint32_t otls_option_find(const char *name);
/** "no-ticket" and the like for exactly one bit; "unknown" for others. Any thread. */
OTLS_API const char *otls_option_name(uint32_t option);

/* ---- security level ---- */

/**
 * 0..5, default 2: at least 0, 80, 112, 128, 192, 256 bits of security (NIST SP 800-57 part 1 table
 * 2) in certificates, keys, groups, signature digests and suites, ours and the peer's, on every
 * engine. Level 2: RSA and DH from 2048 bits, no SHA-1, no 3DES. Above level 0, nothing below TLS
 * 1.2; from level 3, forward secrecy only. What is too weak is left out of the lists; an identity
 * that is too weak fails otls_context_seal with OTLS_CODE_WEAK. A cipher expression's @SECLEVEL=n
 * sets it too. Errors: OTLS_E_CONFIG for another number.
 */
OTLS_API otls_status otls_context_set_security_level(otls_context *context, int level,
                                                     otls_error *err);
/** The level in force. */
OTLS_API int otls_context_security_level(const otls_context *context);

/* ---- key exchange ---- */

/**
 * Servers, TLS 1.2: the group of DHE suites, as PEM ("DH PARAMETERS") or DER (PKCS #3). Without it
 * the engine takes a group of RFC 7919 that fits the security level. Errors: OTLS_E_CREDENTIAL
 * naming file and fault, with OTLS_CODE_WEAK below 1024 bits or below the security level, or for an
 * even modulus or a trivial generator.
 */
OTLS_API otls_status otls_context_set_dh_params_file(otls_context *context, const char *path,
                                                     otls_error *err);
/** The same from memory. */
OTLS_API otls_status otls_context_set_dh_params_memory(otls_context *context,
                                                       const void *pem_or_der, size_t size,
                                                       otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
