/* SPDX-License-Identifier: MIT */
/**
 * @file verify.h
 * Verify a certificate chain, offline: the very function that the handshake uses, so the two cannot
 * differ, whichever engine checks the signatures.
 */
#ifndef OMNITLS_VERIFY_H
#define OMNITLS_VERIFY_H

#include <omnitls/context.h>
#include <omnitls/trust.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the leaf is to be used for; RFC 5280 4.2.1.12. With an extended key usage, the leaf names
 * the purpose itself (anyExtendedKeyUsage alone is refused), its authorities the purpose or "any".
 */
enum { OTLS_PURPOSE_SERVER = 1, OTLS_PURPOSE_CLIENT = 2, OTLS_PURPOSE_ANY = 3 };

/** Switches of a verification; a set. */
enum {
    /** Fall back to the subject's common name when there is no dNSName and no iPAddress. Then, and
     *  only then, constraints on DNS names hold it, too (RFC 5280 4.2.1.10). */
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
    OTLS_VERIFY_OPTION_CRL_CHAIN = 1 << 5,
    /** "w*.example.org" stands for "www.example.org" (RFC 9525 forbids it). */
    OTLS_VERIFY_OPTION_PARTIAL_WILDCARDS = 1 << 6,
    /**
     * The leaf's key must be allowed to sign (RFC 8446 4.4.2.2, RFC 5246 7.4.2); without it, any
     * use in some handshake will do. Handshakes set it themselves, unless RSA key exchange is
     * offered.
     */
    OTLS_VERIFY_OPTION_SIGNATURE = 1 << 7,
    /** The path must be valid for a policy of the user's set: initial-explicit-policy, RFC 5280 6.1.1. */
    OTLS_VERIFY_OPTION_EXPLICIT_POLICY = 1 << 8,
    /** anyPolicy stands for nothing: initial-any-policy-inhibit. */
    OTLS_VERIFY_OPTION_INHIBIT_ANY = 1 << 9,
    /** No authority may map policies: initial-policy-mapping-inhibit. */
    OTLS_VERIFY_OPTION_INHIBIT_MAPPING = 1 << 10,
    /** What the anchor's certificate says of policies binds, too (RFC 5937 3.2); without it, RFC 5280
     *  6.1.1 (d) leaves it out. */
    OTLS_VERIFY_OPTION_ANCHOR_POLICIES = 1 << 11,
    /** What the CA/Browser Forum's Baseline Requirements ask of servers on the public web, as far as a
     *  verifier sees it; for clients of that web. docs/verification.md lists these rules and those of
     *  _STRICT; neither is about anchors. */
    OTLS_VERIFY_OPTION_WEBPKI = 1 << 12
};

/** More policies in an initial set are refused. */
#define OTLS_POLICIES_MAX 64

/*
 * What a peer may present. The default is what every engine can take in a handshake: a list that is
 * longer or larger is refused with OTLS_VERIFY_LIMIT, whichever engine, and offline as well.
 */
#define OTLS_CHAIN_CERTIFICATES 9       /**< certificates, the leaf among them */
#define OTLS_CHAIN_BYTES 16384          /**< of all their encodings */
#define OTLS_CHAIN_CERTIFICATES_MAX 100 /**< as far as they can be raised */
#define OTLS_CHAIN_BYTES_MAX 196608

/** Octets of the nonce of an OCSP request and its response, RFC 9654 2.1. */
#define OTLS_OCSP_NONCE_SIZE 32 /**< as a client should choose it */
#define OTLS_OCSP_NONCE_MAX 128 /**< as long as it may be */

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
    uint32_t max_certificates; /**< presented; 0 = OTLS_CHAIN_CERTIFICATES */
    uint32_t max_bytes;        /**< presented; 0 = OTLS_CHAIN_BYTES */
    /**
     * user-initial-policy-set (RFC 5280 6.1.1 (c)): `policy_count` object identifiers in dotted decimal;
     * NULL = any-policy. It decides only where a policy is required, by
     * OTLS_VERIFY_OPTION_EXPLICIT_POLICY or by an authority.
     */
    const char *const *policies;
    size_t policy_count;
    /** An OCSP response about the leaf, DER, as a handshake would staple it; NULL = none. One that is not
     *  good is a fault (RFC 6960 3.2), as is a certificate that demands one (RFC 7633) and comes without
     *  only in a handshake. */
    const void *ocsp_response;
    size_t ocsp_response_size;
    /** The nonce of the request that the response must answer (otls_ocsp_request_nonce), 1 to
     *  OTLS_OCSP_NONCE_MAX octets: a response without it, or with another one, may be an old one, and is no
     *  answer (RFC 9654 2.1): OTLS_VERIFY_STAPLE and OTLS_VERIFY_REVOCATION_UNKNOWN. NULL = none was sent,
     *  and any in the response is passed over. Without a response: OTLS_E_USAGE. */
    const void *ocsp_nonce;
    size_t ocsp_nonce_size;
} otls_verify_parameters;

/** A TLS server's chain, at a time that must still be set. */
#define OTLS_VERIFY_PARAMETERS_INIT                                                                \
    {                                                                                              \
        (uint32_t)sizeof(otls_verify_parameters), OTLS_PURPOSE_SERVER, NULL, NULL, 0, -1, -1, 0u,  \
            OTLS_VERIFIER_UNIFORM, NULL, 0, 0, 0, NULL, 0, NULL, 0, NULL, 0                                          \
    }

typedef struct otls_verdict otls_verdict;

/**
 * Verify `chain` (leaf first; further certificates in any order, as a help to find a path; NULL for
 * one that could not be decoded, which is refused as malformed). OTLS_OK
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
/** The rule that the sentence is about, as "RFC 5280 4.2.1.6" (BR: the CA/Browser Forum's Baseline
 *  Requirements); "" when accepted. Borrowed. */
OTLS_API const char *otls_verdict_rule(const otls_verdict *verdict);
/** What who runs the server, or trusts the wrong anchors, can do about it; "" when accepted. Borrowed. */
OTLS_API const char *otls_verdict_advice(const otls_verdict *verdict);

/** What a verdict cost: counts, which the limits of the verifier are about. */
typedef struct otls_verify_work {
    uint32_t size;             /**< sizeof(otls_verify_work), set by the caller */
    uint32_t signatures;       /**< signatures that the engine was asked to check */
    uint32_t expansions;       /**< steps from a certificate to a possible issuer */
    uint32_t name_comparisons; /**< of a name with a name constraint */
    uint32_t signatures_max, expansions_max, name_comparisons_max; /**< above which it is LIMIT */
} otls_verify_work;

/** Fills as much of `out` as its `size` says. All 0 where nothing had to be searched. */
OTLS_API void otls_verdict_work(const otls_verdict *verdict, otls_verify_work *out);
/** The verified chain, leaf to anchor; after a refusal, the path to an anchor that was refused, if
 *  there was one. Borrowed. */
OTLS_API size_t otls_verdict_chain_count(const otls_verdict *verdict);
/** The `index`-th of it, 0 = leaf; borrowed; NULL past the end. */
OTLS_API const otls_certificate *otls_verdict_chain(const otls_verdict *verdict, size_t index);
/**
 * The path that the verdict is about, leaf first: the verified one, or what was put together of a refused
 * chain, whether it leads to an anchor or not. 0 where nobody looked for a path: with verification off, and
 * for what is refused as presented, because of its number, size or form, or because there is none.
 */
OTLS_API size_t otls_verdict_path_count(const otls_verdict *verdict);
/** The `index`-th of it, 0 = leaf; borrowed; NULL past the end. */
OTLS_API const otls_certificate *otls_verdict_path(const otls_verdict *verdict, size_t index);
/** What was found to be wrong with it: OTLS_VERIFY_..., 0 = nothing, or past the end. Causes that are about
 *  no single certificate are the leaf's. What a callback for certificates forgave is gone, what one for the
 *  whole verdict forgave still stands here. */
OTLS_API uint32_t otls_verdict_path_flags(const otls_verdict *verdict, size_t index);
/**
 * The policies that an accepted path is valid for, of those that the user asked for: RFC 5280 6.1.6, the
 * user-constrained policy set. Dotted decimal, borrowed; "2.5.29.32.0" stands for any. NULL past the end;
 * none after a refusal.
 */
OTLS_API size_t otls_verdict_policy_count(const otls_verdict *verdict);
/** The `index`-th of them in dotted decimal; borrowed from the verdict; NULL past the end. */
OTLS_API const char *otls_verdict_policy(const otls_verdict *verdict, size_t index);
/** NULL is fine. */
OTLS_API void otls_verdict_free(otls_verdict *verdict);

/* ---- asking a responder ---------------------------------------------------------------------- */

/** What to ask with. Set `size` with OTLS_OCSP_REQUEST_PARAMETERS_INIT; fields are only added at the end. */
typedef struct otls_ocsp_request_parameters {
    uint32_t size;               /**< sizeof(otls_ocsp_request_parameters) */
    otls_hash hash;              /**< that names the issuer; SHA-1 is the one that every responder knows */
    const otls_backend *backend; /**< makes hashes and random octets; NULL = the default engine */
    const void *nonce;           /**< `nonce_size` octets; NULL = random ones */
    size_t nonce_size;           /**< 1 to OTLS_OCSP_NONCE_MAX; 0 = no nonce, for responders that keep answers */
} otls_ocsp_request_parameters;

/** A random nonce of OTLS_OCSP_NONCE_SIZE octets. */
#define OTLS_OCSP_REQUEST_PARAMETERS_INIT                                                          \
    {                                                                                              \
        (uint32_t)sizeof(otls_ocsp_request_parameters), OTLS_HASH_SHA1, NULL, NULL,                \
            OTLS_OCSP_NONCE_SIZE                                                                   \
    }

/** A request to an OCSP responder about one certificate. */
typedef struct otls_ocsp_request otls_ocsp_request;

/**
 * Ask about `cert`, which `issuer` issued (RFC 6960 4.1.1), unsigned. `parameters` NULL: as initialised. To
 * be sent as application/ocsp-request; the answer, with the nonce, goes to otls_trust_verify. The caller
 * frees it with otls_ocsp_request_free; neither certificate is kept. Any thread. Errors: OTLS_E_USAGE for a
 * nonce or a hash that cannot be, OTLS_E_CREDENTIAL where the issuer has another name than the certificate
 * says, OTLS_E_NOMEM, or what the engine answers.
 */
OTLS_API otls_status otls_ocsp_request_new(otls_ocsp_request **out, const otls_certificate *cert,
                                           const otls_certificate *issuer,
                                           const otls_ocsp_request_parameters *parameters,
                                           otls_error *err);
/** OCSPRequest as DER. Borrowed from the request. */
OTLS_API const uint8_t *otls_ocsp_request_der(const otls_ocsp_request *request, size_t *size);
/** Its nonce; NULL and 0 when it has none. Borrowed from the request. */
OTLS_API const uint8_t *otls_ocsp_request_nonce(const otls_ocsp_request *request, size_t *size);
/** NULL is fine. */
OTLS_API void otls_ocsp_request_free(otls_ocsp_request *request);

/* ---- the same for the peers of a context ---------------------------------------------------- */

/*
 * Settings of both sides: a client's verification of servers, a server's of client certificates
 * (names are the client's alone). Setters answer OTLS_E_SEALED once the context is in use; getters
 * may be called on any thread then. A session is bound to all of them: none is resumed under other
 * settings. otls_context_copy copies them.
 */

/** More pins than this are refused. */
#define OTLS_PINS_MAX 64

/**
 * Replace the set of OTLS_VERIFY_OPTION_CRL_LEAF, _CRL_CHAIN, _STRICT, _WEBPKI, _PARTIAL_CHAIN,
 * _EXPLICIT_POLICY, _INHIBIT_ANY, _INHIBIT_MAPPING, _ANCHOR_POLICIES and _TRUSTED_FIRST. Default: TRUSTED_FIRST, which cannot be switched off: the search tries every path
 * anyway. Lists come from the context's trust (otls_trust_add_crl_file). Errors: OTLS_E_CONFIG for
 * any other bit; those about names have the setters below; OTLS_E_USAGE for lists or a policy while
 * nothing is verified (insecure.h).
 */
OTLS_API otls_status otls_context_set_verify_flags(otls_context *context, uint32_t options,
                                                   otls_error *err);
/** The set in force, TRUSTED_FIRST always among it. */
OTLS_API uint32_t otls_context_verify_flags(const otls_context *context);
/** Clients: match the subject's common name when the certificate has no dNSName and no iPAddress.
 *  Default off, RFC 9525 section 1.2 gave it up. */
OTLS_API otls_status otls_context_set_common_name_fallback(otls_context *context, bool on,
                                                           otls_error *err);
/** Is the common name matched? */
OTLS_API bool otls_context_common_name_fallback(const otls_context *context);
/** Clients: a wildcard may be a part of the leftmost label, "w*.example.org". Default off, RFC 9525
 *  section 6.3 forbids it. */
OTLS_API otls_status otls_context_set_partial_wildcards(otls_context *context, bool on,
                                                        otls_error *err);
/** Are partial wildcards taken? */
OTLS_API bool otls_context_partial_wildcards(const otls_context *context);
/** Put the name check back that insecure.h switched off. Errors: OTLS_E_USAGE for false (insecure.h
 *  has that), on a server, and while nothing is verified: no name would be matched before
 *  otls_context_set_verify_mode has put that back. */
OTLS_API otls_status otls_context_set_check_hostname(otls_context *context, bool on,
                                                     otls_error *err);
/** Will clients of this context match the server's name? */
OTLS_API bool otls_context_check_hostname(const otls_context *context);
/**
 * What the peer's leaf must be for: OTLS_PURPOSE_..., 0 = by the role (default): a client wants a
 * server's, a server a client's. OTLS_PURPOSE_ANY on a server lets services present the one
 * certificate they have to each other. RFC 5280 4.2.1.12. Errors: OTLS_E_USAGE.
 */
OTLS_API otls_status otls_context_set_verify_purpose(otls_context *context, int purpose,
                                                     otls_error *err);
/**
 * Whose rules decide, OTLS_VERIFIER_UNIFORM (default) or _ENGINE. With the engine's, names, pins
 * and the shape of the verdict stay ours; what is accepted then depends on the engine. Errors:
 * OTLS_E_USAGE; OTLS_E_UNSUPPORTED where the engine lacks OTLS_FEATURE_ENGINE_VERIFIER.
 */
OTLS_API otls_status otls_context_set_verifier(otls_context *context, int verifier,
                                               otls_error *err);
/** Whose rules decide: OTLS_VERIFIER_... */
OTLS_API int otls_context_verifier(const otls_context *context);
/**
 * Keys of which one must be in the verified chain: `count` times 32 bytes, SHA-256 of a
 * SubjectPublicKeyInfo (RFC 7469 2.4; otls_certificate_pin has it in base64). Copies, replaces what
 * was there; count 0 = no pins (default). Errors: OTLS_E_CONFIG above OTLS_PINS_MAX.
 */
OTLS_API otls_status otls_context_set_pins(otls_context *context, const uint8_t *pins, size_t count,
                                           otls_error *err);
/**
 * user-initial-policy-set of RFC 5280 6.1.1 (c), as in otls_verify_parameters. Copies, replaces what was
 * there; count 0 = any-policy (default). Errors: OTLS_E_USAGE for what is no object identifier,
 * OTLS_E_CONFIG above OTLS_POLICIES_MAX; OTLS_E_USAGE while nothing is verified (insecure.h).
 */
OTLS_API otls_status otls_context_set_policies(otls_context *context, const char *const *policies,
                                               size_t count, otls_error *err);
/**
 * How many certificates a peer may present, and of how many bytes together; 0 = the default, up to
 * OTLS_CHAIN_CERTIFICATES_MAX and OTLS_CHAIN_BYTES_MAX. More is refused with OTLS_VERIFY_LIMIT.
 * Errors: OTLS_E_CONFIG above these; OTLS_E_UNSUPPORTED above the default where the engine lacks
 * OTLS_FEATURE_LONG_CHAINS. (SSL_CTX_set_max_cert_list)
 */
OTLS_API otls_status otls_context_set_chain_limits(otls_context *context, size_t certificates,
                                                   size_t bytes, otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
