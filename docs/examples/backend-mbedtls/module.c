/* SPDX-License-Identifier: MIT */
/* What this module is; the table below is all that it exports. */
#include "mbed.h"

static char running[16]; /* written by start alone, before any thread knows this engine */

static otls_status start(otls_error *err)
{
    int rc;

    mbedtls_version_get_string(running);
    /* the fields that we look at have other places in another release */
    if (mbedtls_version_get_number() >> 16 != MBEDTLS_VERSION_NUMBER >> 16)
        return mbed_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, 0,
                         "the mbed TLS that is running is another release than this module was "
                         "built for: build it again");
    if (mbedtls_version_check_feature("MBEDTLS_THREADING_C") != 0)
        return mbed_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, 0,
                         "this mbed TLS was built without MBEDTLS_THREADING_C: threads that share "
                         "a key would corrupt it");
    if (mbedtls_version_check_feature("MBEDTLS_SSL_KEEP_PEER_CERTIFICATE") != 0)
        return mbed_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, 0,
                         "this mbed TLS was built without MBEDTLS_SSL_KEEP_PEER_CERTIFICATE: the "
                         "peer's chain could not be verified");
    rc = mbed_release_start();
    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, rc, "mbed TLS did not start");
}

static const char *version(void)
{
    return running;
}

static uint32_t version_number(void)
{
    return mbedtls_version_get_number();
}

OTLS_BACKEND_EXPORT const otls_backend_module OTLS_BACKEND_SYMBOL = {
    .magic = OTLS_BACKEND_MAGIC,
    .abi_major = OTLS_BACKEND_ABI_MAJOR,
    .abi_minor = OTLS_BACKEND_ABI_MINOR,
    .size = sizeof(otls_backend_module),
    .name = MBED_NAME,
    .description = "mbed TLS",
    .built_version = MBEDTLS_VERSION_STRING,
    .start = start,
    .version = version,
    .version_number = version_number,
    .supports = mbed_supports,
    .crypto = &mbed_crypto_ops,
    .context = &mbed_context_ops,
    .connection = &mbed_connection_ops,
};
