/* SPDX-License-Identifier: MIT */
/**
 * @file engine.h
 * Engines: which TLS libraries there are, what they are, what they can do.
 *
 * An otls_backend lives as long as the process and never changes; any thread may use it.
 */
#ifndef OMNITLS_ENGINE_H
#define OMNITLS_ENGINE_H

#include <omnitls/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_backend otls_backend;

/** TLS versions as they are on the wire (RFC 5246, RFC 8446). */
enum { OTLS_TLS1_0 = 0x0301, OTLS_TLS1_1 = 0x0302, OTLS_TLS1_2 = 0x0303, OTLS_TLS1_3 = 0x0304 };

/** What otls_backend_supports answers. */
typedef enum otls_support { OTLS_NO = 0, OTLS_PARTLY = 1, OTLS_YES = 2 } otls_support;

/** Everything optional. "No" means the setter fails with OTLS_E_UNSUPPORTED. Values never change.
 */
typedef enum otls_feature {
    OTLS_FEATURE_TLS1_0 = 1,
    OTLS_FEATURE_TLS1_1 = 2,
    OTLS_FEATURE_TLS1_2 = 3,
    OTLS_FEATURE_TLS1_3 = 4,
    OTLS_FEATURE_KEY_LOG = 5,
    OTLS_FEATURE_EARLY_DATA = 6,
    OTLS_FEATURE_POST_HANDSHAKE_AUTH = 7,
    OTLS_FEATURE_KEY_UPDATE = 8,
    OTLS_FEATURE_RENEGOTIATION = 9,
    OTLS_FEATURE_CLIENT_CA_NAMES = 10,    /**< in TLS 1.2; partly: servers only */
    OTLS_FEATURE_CLIENT_CA_NAMES_13 = 11, /**< certificate_authorities in TLS 1.3 */
    OTLS_FEATURE_OCSP_STAPLE_SERVER = 12,
    OTLS_FEATURE_OCSP_STAPLE_CLIENT = 13,
    OTLS_FEATURE_PSK_12 = 14,
    OTLS_FEATURE_PSK_13 = 15,
    OTLS_FEATURE_SIGN_CALLBACK = 16,
    OTLS_FEATURE_PKCS12 = 17,
    OTLS_FEATURE_PKCS12_LEGACY = 18,
    OTLS_FEATURE_EXPORTER = 19,
    OTLS_FEATURE_TLS_UNIQUE = 20,
    OTLS_FEATURE_MASTER_SECRET = 21,
    OTLS_FEATURE_DHE = 22,
    OTLS_FEATURE_STATIC_RSA = 23,
    OTLS_FEATURE_GROUP_X448 = 24,
    OTLS_FEATURE_GROUP_FFDHE = 25,
    OTLS_FEATURE_GROUP_X25519MLKEM768 = 26,
    OTLS_FEATURE_RESUMPTION_12 = 27,
    OTLS_FEATURE_RESUMPTION_13 = 28,
    OTLS_FEATURE_SESSION_TICKETS = 29,
    OTLS_FEATURE_TICKET_KEYS = 30,
    OTLS_FEATURE_ENGINE_VERIFIER = 31,
    OTLS_FEATURE_ASYNC_VERIFY = 32, /**< partly: clients only */
    OTLS_FEATURE_ALLOCATOR = 33,
    OTLS_FEATURE_LONG_ALPN = 34, /**< more than 8 names, or names over 32 bytes */
    OTLS_FEATURE_ED25519 = 35,
    OTLS_FEATURE_ED448 = 36,
    OTLS_FEATURE_INFO_CALLBACK = 37,
    OTLS_FEATURE_COMPRESSION = 38,
    OTLS_FEATURE_ALPN_COMMA = 39, /**< a client may offer names with a comma in them */
    /** peers may present more certificates, or larger ones, than OTLS_CHAIN_CERTIFICATES and _BYTES
     */
    OTLS_FEATURE_LONG_CHAINS = 40,
    OTLS_FEATURE_UNDERSCORE_NAMES = 41, /**< servers take a server name with an underscore in it */
    OTLS_FEATURE_MESSAGE_CALLBACK = 42, /**< partly: not every message; the reason says which */
    /** servers take a ClientHello with more than 150 cipher suites or longer than 18 KB, clients send
     *  one that needs more than a record */
    OTLS_FEATURE_LONG_HELLOS = 43,
    /** another library's AES-GCM and RSA in place of the engine's: otls_context_set_acceleration; partly:
     *  not both */
    OTLS_FEATURE_ACCELERATION = 44,
    OTLS_FEATURE_COUNT = 45
} otls_feature;

/**
 * Find an engine by name ("openssl", "wolfssl", "gnutls"), loading its module if need be.
 * NULL: the application's default if set, the environment's OMNITLS_BACKEND (ignored when
 * privileges were raised), the build's default, then the first that loads. Any thread.
 * Errors: OTLS_E_BACKEND, the text says what was tried and why each failed.
 */
OTLS_API otls_status otls_backend_find(const otls_backend **out, const char *name_or_null,
                                       otls_error *err);
/** Make `backend` the answer of otls_backend_find(NULL); NULL undoes it. Any thread. */
OTLS_API void otls_backend_set_default(const otls_backend *backend);
/** Store up to `capacity` of the engines that can be loaded; returns how many there are. */
OTLS_API size_t otls_backend_list(const otls_backend **out, size_t capacity);
/** "openssl"; static storage. */
OTLS_API const char *otls_backend_name(const otls_backend *backend);
/** One line about the engine; static storage. */
OTLS_API const char *otls_backend_description(const otls_backend *backend);
/** The running library's version, "3.0.16"; static storage. */
OTLS_API const char *otls_backend_version(const otls_backend *backend);
/** The version of the headers the backend was compiled with; static storage. */
OTLS_API const char *otls_backend_built_version(const otls_backend *backend);
/** Running version as 0xMMNNPP00.
 */
OTLS_API uint32_t otls_backend_version_number(const otls_backend *backend);
/** Can this engine, as built and running, do it? `*why` (if not NULL) gets a static sentence. */
OTLS_API otls_support otls_backend_supports(const otls_backend *backend, otls_feature feature,
                                            const char **why);
/** "tls1.3", "key-log" ...; NULL for a value that is no feature. */
OTLS_API const char *otls_feature_name(otls_feature feature);
/**
 * Is the accelerator of that name ("libcrypto") to be had in this process? Loads its module, as
 * otls_context_set_acceleration would: `*version` gets the running library's, "3.0.16", static storage.
 * Any thread. Errors: OTLS_E_BACKEND, the text names the file or says where it was looked for.
 */
OTLS_API otls_status otls_acceleration_version(const char *name, const char **version,
                                               otls_error *err);
/** The version of these headers as 0xMMNNPP, for #if; the library's own may be newer. */
#define OTLS_VERSION_NUM 0x000200
/** The running library's version, "0.2.0". Any thread. */
OTLS_API const char *otls_version(void);

#ifdef __cplusplus
}
#endif
#endif
