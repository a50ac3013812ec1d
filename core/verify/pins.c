/* SPDX-License-Identifier: MIT */
/* Pinned keys, RFC 7469 2.6: one key of the path is among the pins. */
#include "base/base.h"
#include "verify/path.h"

enum { PIN_SIZE = 32 };

otls_status omni_pins_match(const omni_verify_request *request, const otls_certificate *cert,
                            bool *match, otls_error *err)
{
    uint8_t digest[64];

    OMNI_TRY(omni_digest(request->backend, OTLS_HASH_SHA256, cert->x509.spki, digest, err));
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
