/* SPDX-License-Identifier: MIT */
/* One step of a path: is a certificate its own issuer, and is a signature by the next one good? */
#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

bool omni_self_issued(const omni_x509 *cert)
{
    return omni_dn_equal(cert->subject, cert->issuer);
}

bool omni_self_signed(const omni_x509 *cert)
{
    return omni_self_issued(cert) &&
           (cert->authority_key_id.data == NULL || cert->subject_key_id.data == NULL ||
            omni_slice_equal(cert->authority_key_id, cert->subject_key_id));
}

static otls_status key_of(omni_search *search, const omni_path_step *step,
                          const otls_native_public_key **key, otls_error *err)
{
    const omni_verify_request *request = search->request;
    const omni_x509 *cert = &step->certificate->x509;

    if (step->anchor != NULL || search->sent_key[step->sent] == NULL) {
        OMNI_TRY(omni_trust_kept_key(request->trust, request->backend, step->anchor, cert, key, err));
        if (*key != NULL)
            return OTLS_OK;
        OMNI_TRY(omni_public_key_import(search->crypto, cert, &search->sent_key[step->sent], err));
    }
    *key = search->sent_key[step->sent];
    return OTLS_OK;
}

int omni_path_strength(const omni_search *search)
{
    const int given = search->request->security_level;

    return omni_strength_of_level(given < 0 ? OMNI_VERIFY_DEFAULT_LEVEL : given);
}

/*
 * What is too weak for the level and cannot be checked on every engine is checked on none, or one
 * engine would say that it is weak, and another that it cannot be checked. What all of them can
 * check is checked: whoever forgives weakness must know that the signature is good.
 */
static bool not_worth_asking(const omni_search *search, const omni_x509 *issuer,
                             const otls_signature_algorithm *algorithm)
{
    const int wanted = omni_path_strength(search);
    const int key = omni_strength_of_key(issuer);

    return !omni_signature_common(issuer, algorithm) &&
           ((key >= 0 && key < wanted) || omni_strength_of_hash(algorithm->hash) < wanted);
}

otls_status omni_path_signature(omni_search *search, const omni_path_step *issuer,
                                const otls_signature_algorithm *algorithm, otls_slice data,
                                otls_slice signature, otls_error *err)
{
    const otls_native_public_key *key = NULL;
    const uint8_t fault = issuer->certificate->x509.key_fault;

    search->by = OMNI_VERIFY_NAME;
    if (fault != OMNI_KEY_FAULT_NONE) /* too large to be computed with, or no key at all */
        return omni_fail(err, omni_key_malformed(fault) ? OTLS_E_VERIFY : OTLS_E_UNSUPPORTED,
                         OTLS_CODE_NONE, "the issuer %s", omni_key_fault_words(fault));
    OMNI_TRY(omni_signature_fits(&issuer->certificate->x509, algorithm, signature, err));
    if (not_worth_asking(search, &issuer->certificate->x509, algorithm))
        return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_WEAK,
                         "the signature is too weak for the security level");
    search->by = otls_backend_name(search->request->backend);
    search->signature_count++;
    OMNI_TRY(key_of(search, issuer, &key, err));
    return omni_crypto_verify(search->crypto, key, algorithm, data, signature, err);
}
