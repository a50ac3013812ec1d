/* SPDX-License-Identifier: MIT */
/*
 * What an OCSP response says about one certificate, RFC 6960 3.2: it names the certificate, is
 * signed by the issuer or by somebody the issuer appointed, and is current.
 */
#include "base/base.h"
#include "engine/engine.h"
#include "trust/trust.h"
#include "verify/verify.h"
#include "x509/x509.h"

#define OID_OCSP_SIGNING "\x2b\x06\x01\x05\x05\x07\x03\x09"
#define HASH_MAX 4

/** The issuer's two hashes, by otls_hash, made when first needed. */
typedef struct issuer_hashes {
    uint8_t name[HASH_MAX + 1][64], key[HASH_MAX + 1][64];
    bool made[HASH_MAX + 1];
} issuer_hashes;

otls_slice omni_ocsp_key_bits(const omni_x509 *cert)
{
    otls_slice octets = {.data = NULL, .size = 0};
    omni_tlv algorithm, bits;
    omni_der spki;

    if (omni_der_only(cert->spki, OMNI_DER_SEQUENCE, &spki) &&
        omni_der_take(&spki, OMNI_DER_SEQUENCE, &algorithm) &&
        omni_der_take(&spki, OMNI_DER_BIT_STRING, &bits))
        (void)omni_der_octets(bits.value, &octets);
    return octets;
}

static otls_status digest(const omni_ocsp_question *question, uint8_t hash, otls_slice bytes,
                          uint8_t out[64], otls_error *err)
{
    return omni_digest(question->backend, (otls_hash)hash, bytes, out, err);
}

static otls_status make_hashes(const omni_ocsp_question *question, uint8_t hash,
                               issuer_hashes *hashes, otls_error *err)
{
    if (hashes->made[hash])
        return OTLS_OK;
    /* 4.1.1: the name as it stands in the certificate that is asked about */
    OMNI_TRY(digest(question, hash, question->cert->issuer, hashes->name[hash], err));
    OMNI_TRY(digest(question, hash, omni_ocsp_key_bits(question->issuer), hashes->key[hash], err));
    hashes->made[hash] = true;
    return OTLS_OK;
}

static bool is_digest(otls_slice bytes, const uint8_t *expected, size_t size)
{
    return bytes.size == size && memcmp(bytes.data, expected, size) == 0;
}

static otls_status names_certificate(const omni_ocsp_question *question,
                                     const omni_ocsp_single *single, issuer_hashes *hashes,
                                     bool *same, otls_error *err)
{
    const uint8_t hash = single->hash;

    *same = false;
    if (hash == 0 || !omni_slice_equal(single->serial, question->cert->serial))
        return OTLS_OK;
    OMNI_TRY(make_hashes(question, hash, hashes, err));
    *same = is_digest(single->name_hash, hashes->name[hash], omni_hash_size(hash)) &&
            is_digest(single->key_hash, hashes->key[hash], omni_hash_size(hash));
    return OTLS_OK;
}

/* The newest answer about the certificate; of two equally new ones the worse. */
static otls_status find_single(const omni_ocsp_question *question, const omni_ocsp *response,
                               omni_ocsp_single *out, bool *found, otls_error *err)
{
    omni_der list = omni_der_of(response->singles);
    issuer_hashes hashes = {.made = {false}};
    omni_ocsp_single single;

    *found = false;
    while (omni_ocsp_single_next(&list, &single)) {
        bool same;

        OMNI_TRY(names_certificate(question, &single, &hashes, &same, err));
        if (!same || (*found && (single.this_update < out->this_update ||
                                 (single.this_update == out->this_update &&
                                  single.status == OMNI_OCSP_GOOD))))
            continue;
        *out = single;
        *found = true;
    }
    return OTLS_OK;
}

/* ---- the signer ---------------------------------------------------------------------------- */

/* An anchor's key, and an intermediate's that is remembered, lie in the trust store; any other one is
 * imported, and the caller's: `*own`. */
static otls_status key_of(const omni_ocsp_question *question, const omni_x509 *signer,
                          const otls_native_public_key **out, otls_native_public_key **own,
                          otls_error *err)
{
    const omni_anchor *anchor = omni_trust_find_der(question->trust, signer, OTLS_PURPOSE_ANY);

    *own = NULL;
    OMNI_TRY(omni_trust_kept_key(question->trust, question->backend, anchor, signer, out, err));
    if (*out != NULL)
        return OTLS_OK;
    OMNI_TRY(omni_public_key_import(OMNI_MODULE(question->backend)->crypto, signer, own, err));
    *out = *own;
    return OTLS_OK;
}

/* Is the signature that of `signer`'s key? */
static otls_status signature_good(const omni_ocsp_question *question, const omni_x509 *signer,
                                  const otls_signature_algorithm *algorithm, otls_slice data,
                                  otls_slice signature, bool *good, otls_error *err)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(question->backend)->crypto;
    const otls_native_public_key *key = NULL;
    otls_native_public_key *own = NULL;
    otls_error native = OTLS_ERROR_INIT;
    otls_status status = OTLS_E_UNSUPPORTED;

    *good = false;
    if (algorithm->kind != 0 && signer->key_fault == OMNI_KEY_FAULT_NONE &&
        omni_signature_fits(signer, algorithm, signature, NULL) == OTLS_OK)
        status = key_of(question, signer, &key, &own, &native);
    if (status == OTLS_OK)
        status = omni_crypto_verify(crypto, key, algorithm, data, signature, &native);
    if (own != NULL)
        crypto->public_key_free(own);
    *good = status == OTLS_OK;
    if (omni_crypto_answered(status))
        return OTLS_OK;
    omni_error_give(err, &native);
    return status;
}

static int wanted_strength(const omni_ocsp_question *question)
{
    return omni_strength_of_level(question->security_level >= 0 ? question->security_level
                                                                : OMNI_VERIFY_DEFAULT_LEVEL);
}

static bool strong(const omni_ocsp_question *question, const otls_signature_algorithm *algorithm)
{
    return omni_strength_of_hash(algorithm->hash) >= wanted_strength(question);
}

static bool strong_key(const omni_ocsp_question *question, const omni_x509 *cert)
{
    const int strength = omni_strength_of_key(cert);

    return strength < 0 || strength >= wanted_strength(question);
}

/* Is this the certificate that the response names as its signer's? */
static otls_status is_responder(const omni_ocsp_question *question, const omni_ocsp *response,
                                const omni_x509 *cert, bool *same, otls_error *err)
{
    uint8_t hash[64];

    if (response->by_name.data != NULL) {
        *same = omni_dn_equal(response->by_name, cert->subject);
        return OTLS_OK;
    }
    *same = false;
    OMNI_TRY(digest(question, OTLS_HASH_SHA1, omni_ocsp_key_bits(cert), hash, err));
    *same = is_digest(response->by_key, hash, 20);
    return OTLS_OK;
}

static bool appointed(const omni_x509 *cert)
{
    omni_der list = omni_der_of(cert->extended_key_usage);
    otls_slice oid;

    while (omni_der_value(&list, OMNI_DER_OID, &oid))
        if (OMNI_OID_IS(oid, OID_OCSP_SIGNING))
            return true;
    return false;
}

/* 4.2.2.2: issued directly by the certificate's issuer, for signing responses; and valid. */
static bool may_respond(const omni_ocsp_question *question, const omni_x509 *cert)
{
    return appointed(cert) && !cert->malformed_extension && !cert->unknown_critical &&
           !cert->algorithm_mismatch && cert->not_before <= question->time &&
           question->time <= cert->not_after &&
           (!cert->has_key_usage || (cert->key_usage & OTLS_KU_DIGITAL_SIGNATURE) != 0) &&
           omni_dn_equal(cert->issuer, question->issuer->subject);
}

static otls_status signed_by_delegate(const omni_ocsp_question *question, const omni_ocsp *response,
                                      otls_slice der, omni_ocsp_result *result, otls_error *err)
{
    omni_x509 cert;
    bool good = false;

    if (omni_x509_parse(&cert, der, NULL) != OTLS_OK || !may_respond(question, &cert))
        return OTLS_OK;
    OMNI_TRY(is_responder(question, response, &cert, &good, err));
    if (good)
        OMNI_TRY(signature_good(question, question->issuer, &cert.signature_algorithm, cert.tbs,
                                cert.signature, &good, err));
    if (good)
        OMNI_TRY(signature_good(question, &cert, &response->signature_algorithm, response->tbs,
                                response->signature, &good, err));
    if (good)
        *result = strong_key(question, &cert) && strong(question, &cert.signature_algorithm)
                      ? OMNI_OCSP_RESULT_GOOD
                      : OMNI_OCSP_RESULT_WEAK;
    return OTLS_OK;
}

static otls_status find_signer(const omni_ocsp_question *question, const omni_ocsp *response,
                               omni_ocsp_result *result, otls_error *err)
{
    omni_der list = omni_der_of(response->certificates);
    bool good;
    omni_tlv cert;

    *result = OMNI_OCSP_RESULT_SIGNER;
    OMNI_TRY(is_responder(question, response, question->issuer, &good, err));
    if (good)
        OMNI_TRY(signature_good(question, question->issuer, &response->signature_algorithm,
                                response->tbs, response->signature, &good, err));
    if (good)
        *result = OMNI_OCSP_RESULT_GOOD;
    for (unsigned i = 0; i < OMNI_OCSP_CERTIFICATES_MAX && *result == OMNI_OCSP_RESULT_SIGNER &&
                         omni_der_take(&list, OMNI_DER_SEQUENCE, &cert);
         i++)
        OMNI_TRY(signed_by_delegate(question, response, cert.whole, result, err));
    if (*result == OMNI_OCSP_RESULT_GOOD && !strong(question, &response->signature_algorithm))
        *result = OMNI_OCSP_RESULT_WEAK;
    return OTLS_OK;
}

/* ---- the answer ---------------------------------------------------------------------------- */

static omni_ocsp_result judge_single(const omni_ocsp_single *single, int64_t now)
{
    int64_t end = single->next_update;

    if (end == INT64_MAX)
        end = single->this_update + OMNI_OCSP_AGE_MAX;
    if (single->this_update > now + OMNI_OCSP_SKEW)
        return OMNI_OCSP_RESULT_EARLY;
    if (end < now - OMNI_OCSP_SKEW)
        return OMNI_OCSP_RESULT_LATE;
    if (single->status == OMNI_OCSP_GOOD)
        return OMNI_OCSP_RESULT_GOOD;
    return single->status == OMNI_OCSP_REVOKED ? OMNI_OCSP_RESULT_REVOKED
                                               : OMNI_OCSP_RESULT_UNKNOWN;
}

/* RFC 9654 2.1: without the nonce it may be an old answer, kept by somebody. The last to be asked, or who
 * forgives that would not hear that a certificate is revoked. */
static omni_ocsp_result judge_nonce(const omni_ocsp_question *question, const omni_ocsp *response)
{
    if (question->nonce.data == NULL)
        return OMNI_OCSP_RESULT_GOOD;
    if (response->nonce.data == NULL)
        return OMNI_OCSP_RESULT_NO_NONCE;
    return omni_slice_equal(response->nonce, question->nonce) ? OMNI_OCSP_RESULT_GOOD
                                                              : OMNI_OCSP_RESULT_OTHER_NONCE;
}

otls_status omni_ocsp_check(const omni_ocsp_question *question, omni_ocsp_result *result,
                            otls_error *err)
{
    omni_ocsp_single single = {.status = OMNI_OCSP_UNKNOWN};
    omni_ocsp response;
    bool found;

    *result = OMNI_OCSP_RESULT_MALFORMED;
    if (omni_ocsp_parse(&response, question->response, NULL) != OTLS_OK)
        return OTLS_OK;
    *result = OMNI_OCSP_RESULT_FAILED;
    if (response.response_status != OMNI_OCSP_SUCCESSFUL)
        return OTLS_OK;
    *result = OMNI_OCSP_RESULT_OTHER;
    OMNI_TRY(find_single(question, &response, &single, &found, err));
    if (!found || response.unusable || single.unusable)
        return OTLS_OK;
    OMNI_TRY(find_signer(question, &response, result, err));
    if (*result == OMNI_OCSP_RESULT_GOOD)
        *result = judge_single(&single, question->time);
    if (*result == OMNI_OCSP_RESULT_GOOD)
        *result = judge_nonce(question, &response);
    return OTLS_OK;
}
