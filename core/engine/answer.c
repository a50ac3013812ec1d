/* SPDX-License-Identifier: MIT */
/*
 * What an engine is asked about a certificate: a digest, a key, a signature. It answers with a status and
 * nothing else: its words are native_text, and a status that the question does not have is a defect of
 * the engine, never a verdict about the peer.
 */
#include "engine/engine.h"

#include "base/base.h"

#include <string.h>

/* `refusal`: the status with which it may say no; OTLS_OK: it may not. */
static otls_status held(otls_status status, otls_status refusal)
{
    switch (status) {
    case OTLS_OK:
    case OTLS_E_UNSUPPORTED:
    case OTLS_E_NOMEM:
    case OTLS_E_BACKEND:
        return status;
    default:
        return status == refusal ? status : OTLS_E_INTERNAL;
    }
}

static otls_status fail(otls_error *err, otls_status status, const otls_error *said,
                        const char *question)
{
    const char *words = said->native_text[0] != '\0' ? said->native_text : said->text;
    otls_error report = OTLS_ERROR_INIT;

    (void)omni_fail(&report, status, OTLS_CODE_NONE, "%s",
                    status == OTLS_E_NOMEM ? "out of memory" : question);
    report.native = said->native;
    report.backend = said->backend;
    memcpy(report.native_text, words, sizeof(report.native_text) - 1);
    omni_error_give(err, &report);
    return status;
}

otls_status omni_digest(const otls_backend *backend, otls_hash hash, otls_slice data, uint8_t *out,
                        otls_error *err)
{
    const bool was_short = omni_os_memory_short(); /* an engine may be waiting for this answer */
    const otls_crypto_ops *crypto = OMNI_MODULE(backend)->crypto;
    otls_error said = OTLS_ERROR_INIT; /* a slot always has a report to fill */
    otls_status status;

    if (out != data.data) /* what was there before is no digest; some are made in place */
        memset(out, 0, omni_hash_size((unsigned)hash));
    status = held(OMNI_ENGINE_GET(&said, crypto->digest(hash, data.data, data.size, out, &said)), OTLS_OK);
    if (was_short)
        omni_os_memory_set(true);
    return status == OTLS_OK ? status : fail(err, status, &said, "the engine makes no digest");
}

otls_status omni_crypto_key(const otls_crypto_ops *crypto, otls_slice spki,
                            otls_native_public_key **out, otls_error *err)
{
    otls_native_public_key *key = NULL;
    otls_error said = OTLS_ERROR_INIT;
    otls_status status =
        held(OMNI_ENGINE_ASK(&said, crypto->public_key_import(&key, spki, &said)), OTLS_E_CREDENTIAL);

    if (omni_engine_fell_short(status) && key != NULL) {
        crypto->public_key_free(key);
        status = omni_fail_nomem(&said);
    }
    if (status == OTLS_OK && key == NULL)
        status = OTLS_E_INTERNAL;
    *out = status == OTLS_OK ? key : NULL;
    return status == OTLS_OK ? status : fail(err, status, &said, "the engine takes no such key");
}

otls_status omni_crypto_verify(const otls_crypto_ops *crypto, const otls_native_public_key *key,
                               const otls_signature_algorithm *algorithm, otls_slice data,
                               otls_slice signature, otls_error *err)
{
    otls_error said = OTLS_ERROR_INIT;
    const otls_status status =
        held(OMNI_ENGINE_ASK(&said, crypto->verify(key, algorithm, data, signature, &said)), OTLS_E_VERIFY);

    return status == OTLS_OK
               ? status
               : fail(err, status, &said,
                      status == OTLS_E_VERIFY ? "the signature is not good"
                                              : "the engine cannot check a signature");
}
