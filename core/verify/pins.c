/* SPDX-License-Identifier: MIT */
/* Pinned keys, RFC 7469 2.6: one key of the path is among the pins. */
#include "verify/path.h"

#include "base/fail.h"

enum { PIN_SIZE = 32 };

otls_status omni_pins_match(const omni_verify_request *request, const otls_certificate *cert,
                            bool *match, otls_error *err)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(request->backend)->crypto;
    const otls_slice spki = cert->x509.spki;
    otls_error native = OTLS_ERROR_INIT;
    uint8_t digest[64];
    const otls_status status =
        crypto->digest(OTLS_HASH_SHA256, spki.data, spki.size, digest, &native);

    if (status != OTLS_OK) {
        if (err != NULL)
            *err = native;
        return status;
    }
    for (size_t i = 0; i < request->pin_count && !*match; i++)
        *match = memcmp(request->pins + i * PIN_SIZE, digest, PIN_SIZE) == 0;
    return OTLS_OK;
}

otls_status omni_path_check_pins(const omni_search *search, omni_findings *findings,
                                 otls_error *err)
{
    const omni_verify_request *request = search->request;
    bool match = false;

    if (request->pins == NULL || request->pin_count == 0)
        return OTLS_OK;
    for (size_t depth = 0; depth < search->length && !match; depth++)
        OMNI_TRY(omni_pins_match(request, omni_path_at(search, depth), &match, err));
    if (!match)
        omni_findings_add(findings, OTLS_VERIFY_PIN_MISMATCH, 0, omni_path_at(search, 0), NULL);
    return OTLS_OK;
}
