/* SPDX-License-Identifier: MIT */
/**
 * @file error.h
 * Status values, the error report, alerts and verification flags.
 *
 * One pattern for everything that can fail: `otls_status f(object, ..., otls_error *err)`. `err` may
 * be NULL; when it is not, a failing call fills it completely and a succeeding call leaves it alone.
 */
#ifndef OMNITLS_ERROR_H
#define OMNITLS_ERROR_H

#include <omnitls/export.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Zero: done. Positive: not an error, but not done either. Negative: a failure's category. */
typedef enum otls_status {
    OTLS_OK = 0,
    OTLS_WANT_READ = 1,      /**< call again when the transport can be read */
    OTLS_WANT_WRITE = 2,     /**< call again when the transport can be written */
    OTLS_WANT_ASYNC = 3,     /**< a callback answered "pending": call again when it can answer */
    OTLS_CLOSED = 4,         /**< the peer sent close_notify; never a bare end of file */
    OTLS_E_USAGE = -1,       /**< the call itself is wrong: argument, order, state */
    OTLS_E_UNSUPPORTED = -2, /**< this engine, as built and running, cannot do it */
    OTLS_E_NOMEM = -3,
    OTLS_E_IO = -4,        /**< the transport failed; see system_error */
    OTLS_E_TRUNCATED = -5, /**< the transport ended without close_notify */
    OTLS_E_PROTOCOL = -6,  /**< the peer broke the protocol, or nothing was shared */
    OTLS_E_ALERT = -7,     /**< the peer sent a fatal alert */
    OTLS_E_VERIFY = -8,    /**< the peer's certificate was not accepted */
    OTLS_E_CREDENTIAL = -9, /**< a certificate or key of ours cannot be used */
    OTLS_E_CONFIG = -10,    /**< a setting is malformed or leaves nothing to negotiate */
    OTLS_E_BACKEND = -11,   /**< no such engine, or it cannot be loaded */
    OTLS_E_WRONG_BACKEND = -12, /**< objects of two engines were mixed */
    OTLS_E_SEALED = -13,        /**< the context is in use and can no longer be changed */
    OTLS_E_TIMEOUT = -14,
    OTLS_E_INTERNAL = -15 /**< a defect of ours or of the engine; please report it */
} otls_status;

/** What exactly went wrong, where the category alone is not enough. Values are never reused. */
typedef enum otls_code {
    OTLS_CODE_NONE = 0,
    OTLS_CODE_FILE_NOT_FOUND = 1,
    OTLS_CODE_FILE_IS_DIRECTORY = 2,
    OTLS_CODE_FILE_UNREADABLE = 3,
    OTLS_CODE_FILE_EMPTY = 4,
    OTLS_CODE_FILE_TOO_LARGE = 5,
    OTLS_CODE_BAD_PEM = 6,
    OTLS_CODE_BAD_DER = 7,
    OTLS_CODE_NO_CERTIFICATE = 8,
    OTLS_CODE_NO_KEY = 9,
    OTLS_CODE_KEY_MISMATCH = 10, /**< the private key does not belong to the certificate */
    OTLS_CODE_WRONG_PASSWORD = 11,
    OTLS_CODE_PASSWORD_NEEDED = 12,
    OTLS_CODE_EMPTY_PASSWORD = 13,
    OTLS_CODE_KEY_UNSUPPORTED = 14,
    OTLS_CODE_NOT_TLS = 15,           /**< the peer does not speak TLS */
    OTLS_CODE_NO_SHARED_VERSION = 16,
    OTLS_CODE_NO_SHARED_SUITE = 17,
    OTLS_CODE_NO_SHARED_GROUP = 18,
    OTLS_CODE_NO_SHARED_ALPN = 19,
    OTLS_CODE_NO_SUITE_LEFT = 20,     /**< the cipher expression selects nothing */
    OTLS_CODE_OUTSIDE_POLICY = 21,    /**< the engine negotiated what the policy forbids */
    OTLS_CODE_PEER_CERTIFICATE_MISSING = 22,
    OTLS_CODE_NO_SERVER_NAME = 23,    /**< a verifying client has no name to verify against */
    OTLS_CODE_NO_IDENTITY = 24,       /**< a server has nothing to present */
    OTLS_CODE_LIMIT = 25,             /**< a length, depth or count over its bound */
    OTLS_CODE_REFUSED_BY_CALLBACK = 26,
    OTLS_CODE_NAME_LOOKUP = 27,
    OTLS_CODE_OBSOLETE = 28,          /**< refused by design: SSLv2, SSLv3, NPN, EGD ... */
    OTLS_CODE_WEAK = 29,              /**< below the security level */
    OTLS_CODE_SESSION_REFUSED = 30,
    OTLS_CODE_AFTER_CLOSE = 31,       /**< a write after our own close_notify */
    OTLS_CODE_RENEGOTIATION = 32,
    OTLS_CODE_CHAIN_ORDER = 33 /**< a chain that is not leaf first, each certified by the next */
} otls_code;

/** Why a chain was refused; a set. At least the true cause is set, others may be. */
enum {
    OTLS_VERIFY_EXPIRED = 1u << 0,
    OTLS_VERIFY_NOT_YET_VALID = 1u << 1,
    OTLS_VERIFY_UNKNOWN_CA = 1u << 2,      /**< no path to a trust anchor */
    OTLS_VERIFY_SELF_SIGNED = 1u << 3,     /**< an untrusted self-signed certificate */
    OTLS_VERIFY_BAD_SIGNATURE = 1u << 4,
    OTLS_VERIFY_NAME_MISMATCH = 1u << 5,   /**< not the host or address asked for */
    OTLS_VERIFY_REVOKED = 1u << 6,
    OTLS_VERIFY_REVOCATION_UNKNOWN = 1u << 7, /**< asked for, but no usable CRL or response */
    OTLS_VERIFY_WRONG_PURPOSE = 1u << 8,
    OTLS_VERIFY_NOT_CA = 1u << 9,          /**< an issuer that may not issue */
    OTLS_VERIFY_PATH_LENGTH = 1u << 10,
    OTLS_VERIFY_NAME_CONSTRAINT = 1u << 11,
    OTLS_VERIFY_POLICY = 1u << 12,
    OTLS_VERIFY_CRITICAL_EXTENSION = 1u << 13, /**< critical and not understood */
    OTLS_VERIFY_WEAK = 1u << 14,           /**< digest or key below the security level */
    OTLS_VERIFY_MALFORMED = 1u << 15,
    OTLS_VERIFY_DEPTH = 1u << 16,          /**< longer than the permitted depth */
    OTLS_VERIFY_LIMIT = 1u << 17,          /**< the path search budget was used up */
    OTLS_VERIFY_MISSING = 1u << 18,        /**< no certificate where one is required */
    OTLS_VERIFY_PIN_MISMATCH = 1u << 19,
    OTLS_VERIFY_STAPLE = 1u << 20,         /**< stapled response absent or bad where it must be good */
    OTLS_VERIFY_REFUSED = 1u << 21,        /**< the application's callback said no */
    OTLS_VERIFY_NOT_CHECKED = 1u << 22     /**< nothing was verified (verify mode none) */
};

/** TLS alert descriptions, RFC 8446 section 6 and RFC 5246 section 7.2. */
enum {
    OTLS_ALERT_CLOSE_NOTIFY = 0,
    OTLS_ALERT_UNEXPECTED_MESSAGE = 10,
    OTLS_ALERT_BAD_RECORD_MAC = 20,
    OTLS_ALERT_RECORD_OVERFLOW = 22,
    OTLS_ALERT_HANDSHAKE_FAILURE = 40,
    OTLS_ALERT_BAD_CERTIFICATE = 42,
    OTLS_ALERT_UNSUPPORTED_CERTIFICATE = 43,
    OTLS_ALERT_CERTIFICATE_REVOKED = 44,
    OTLS_ALERT_CERTIFICATE_EXPIRED = 45,
    OTLS_ALERT_CERTIFICATE_UNKNOWN = 46,
    OTLS_ALERT_ILLEGAL_PARAMETER = 47,
    OTLS_ALERT_UNKNOWN_CA = 48,
    OTLS_ALERT_ACCESS_DENIED = 49,
    OTLS_ALERT_DECODE_ERROR = 50,
    OTLS_ALERT_DECRYPT_ERROR = 51,
    OTLS_ALERT_PROTOCOL_VERSION = 70,
    OTLS_ALERT_INSUFFICIENT_SECURITY = 71,
    OTLS_ALERT_INTERNAL_ERROR = 80,
    OTLS_ALERT_INAPPROPRIATE_FALLBACK = 86,
    OTLS_ALERT_USER_CANCELED = 90,
    OTLS_ALERT_NO_RENEGOTIATION = 100,
    OTLS_ALERT_MISSING_EXTENSION = 109,
    OTLS_ALERT_UNSUPPORTED_EXTENSION = 110,
    OTLS_ALERT_UNRECOGNIZED_NAME = 112,
    OTLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE = 113,
    OTLS_ALERT_UNKNOWN_PSK_IDENTITY = 115,
    OTLS_ALERT_CERTIFICATE_REQUIRED = 116,
    OTLS_ALERT_NO_APPLICATION_PROTOCOL = 120
};

/** The caller's report; fixed size, no allocation, copied freely. */
typedef struct otls_error {
    uint32_t size;          /**< sizeof(otls_error), set by OTLS_ERROR_INIT */
    int32_t status;         /**< category, an otls_status below 0; 0 = nothing reported yet */
    int32_t code;           /**< an otls_code */
    uint32_t verify_flags;  /**< OTLS_VERIFY_...; at least the true cause is set */
    int32_t verify_depth;   /**< 0 = leaf; -1 = not about a certificate */
    int32_t alert;          /**< alert description, -1 = none */
    int32_t alert_received; /**< 1 if the peer sent it, 0 if we did */
    int32_t system_error;   /**< errno or its like, 0 = none */
    int64_t native;         /**< the engine's own code, 0 = none */
    const char *backend;    /**< static storage, NULL = the core */
    char native_text[128];  /**< library: function: reason; UTF-8, NUL-terminated */
    char text[192];         /**< one sentence for a person, names the file or value */
} otls_error;

/** Every otls_error starts as this. Valid in C99 and C++. */
#define OTLS_ERROR_INIT                                                                            \
    {                                                                                              \
        (uint32_t)sizeof(otls_error), 0, 0, 0u, -1, -1, 0, 0, 0, NULL, {0}, { 0 }                  \
    }

/** "OTLS_E_VERIFY" and the like; static storage, never NULL. Any thread. */
OTLS_API const char *otls_status_name(otls_status status);
/** "certificate_expired" and the like (RFC 8446 names); "unknown" for others. Any thread. */
OTLS_API const char *otls_alert_name(int alert);
/** "unknown CA" and the like for exactly one OTLS_VERIFY_ flag; "unknown" for others. Any thread. */
OTLS_API const char *otls_verify_flag_name(uint32_t flag);
/** "wrong password" and the like; static storage, never NULL. Any thread. */
OTLS_API const char *otls_code_name(int32_t code);

#ifdef __cplusplus
}
#endif
#endif
