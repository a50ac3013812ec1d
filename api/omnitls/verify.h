/* SPDX-License-Identifier: MIT */
/**
 * @file verify.h
 * Verify a certificate chain, offline: the very function that the handshake uses, so the two cannot
 * differ, whichever engine checks the signatures.
 */
#ifndef OMNITLS_VERIFY_H
#define OMNITLS_VERIFY_H

#include <omnitls/trust.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the leaf is to be used for; RFC 5280 4.2.1.12. */
enum { OTLS_PURPOSE_SERVER = 1, OTLS_PURPOSE_CLIENT = 2, OTLS_PURPOSE_ANY = 3 };

/** Switches of a verification; a set. */
enum {
    /** Fall back to the subject's common name when there is no alternative name of the kind. */
    OTLS_VERIFY_OPTION_COMMON_NAME = 1 << 0,
    /** An anchor that is not self-signed ends a path as well. */
    OTLS_VERIFY_OPTION_PARTIAL_CHAIN = 1 << 1,
    /** Refuse what RFC 5280 forbids issuers to issue, even where validation could go on. */
    OTLS_VERIFY_OPTION_STRICT = 1 << 2,
    /** Prefer anchors to certificates that were sent. Always so here; accepted for completeness. */
    OTLS_VERIFY_OPTION_TRUSTED_FIRST = 1 << 3,
    /** The leaf must be covered by a usable CRL; a missing one is a failure. */
    OTLS_VERIFY_OPTION_CRL_LEAF = 1 << 4,
    /** Every certificate but the anchor must be covered by a usable CRL. */
    OTLS_VERIFY_OPTION_CRL_CHAIN = 1 << 5
};

/** Whose rules decide. */
enum {
    OTLS_VERIFIER_UNIFORM = 0, /**< omnitls' own: the same verdict on every engine */
    OTLS_VERIFIER_ENGINE = 1 /**< the engine's, mapped to the same flags; names and pins are ours */
};

/** Set `size` with OTLS_VERIFY_PARAMETERS_INIT; fields are only added at the end. */
typedef struct otls_verify_parameters {
    uint32_t size;               /**< sizeof(otls_verify_parameters) */
    int32_t purpose;             /**< OTLS_PURPOSE_... */
    const otls_backend *backend; /**< who checks the signatures; NULL = the default engine */
    const char *name;            /**< host name or IP address to match, NULL = none */
    int64_t time;                /**< seconds since 1970 */
    int32_t max_depth;           /**< certificates between leaf and anchor; -1 = 10 */
    int32_t security_level;      /**< 0..5 as in OpenSSL; -1 = 2 (112 bits) */
    uint32_t options;            /**< OTLS_VERIFY_OPTION_... */
    int32_t verifier;            /**< OTLS_VERIFIER_... */
    /**
     * `pin_count` times 32 bytes: SHA-256 of a SubjectPublicKeyInfo (RFC 7469 2.4). At least one
     * certificate of the verified chain must have one of these keys. NULL = no pins.
     */
    const uint8_t *pins;
    size_t pin_count;
} otls_verify_parameters;

/** A TLS server's chain, at a time that must still be set. */
#define OTLS_VERIFY_PARAMETERS_INIT                                                                \
    {                                                                                              \
        (uint32_t)sizeof(otls_verify_parameters), OTLS_PURPOSE_SERVER, NULL, NULL, 0, -1, -1, 0u,  \
            OTLS_VERIFIER_UNIFORM, NULL, 0                                                         \
    }

typedef struct otls_verdict otls_verdict;

/**
 * Verify `chain` (leaf first; further certificates in any order, as a help to find a path). OTLS_OK
 * whatever the verdict; it is in `*out`, to be freed with otls_verdict_free. Seals `trust` (NULL =
 * nothing is trusted). Any thread. Errors: OTLS_E_USAGE for a malformed name or parameter,
 * OTLS_E_NOMEM, OTLS_E_UNSUPPORTED when the engine has no verifier of its own.
 */
OTLS_API otls_status otls_trust_verify(otls_trust *trust, const otls_certificate *const *chain,
                                       size_t chain_count, const otls_verify_parameters *parameters,
                                       otls_verdict **out, otls_error *err);
/** 0 = accepted; else OTLS_VERIFY_..., at least the true cause. */
OTLS_API uint32_t otls_verdict_flags(const otls_verdict *verdict);
/** The failing certificate's depth, 0 = leaf; -1 = none, or not about one certificate. */
OTLS_API int32_t otls_verdict_depth(const otls_verdict *verdict);
/** The TLS alert that fits, OTLS_ALERT_...; -1 when accepted. */
OTLS_API int otls_verdict_alert(const otls_verdict *verdict);
/** A sentence for a person, naming the certificate; "" when accepted. Borrowed. */
OTLS_API const char *otls_verdict_text(const otls_verdict *verdict);
/** The verified chain, leaf to anchor; after a refusal, the path that got furthest. Borrowed. */
OTLS_API size_t otls_verdict_chain_count(const otls_verdict *verdict);
OTLS_API const otls_certificate *otls_verdict_chain(const otls_verdict *verdict, size_t index);
/** NULL is fine. */
OTLS_API void otls_verdict_free(otls_verdict *verdict);

#ifdef __cplusplus
}
#endif
#endif
