/* SPDX-License-Identifier: MIT */
/* OpenSSL's libcrypto as an accelerator: the table. */
#include "crypto.h"

#include <openssl/crypto.h>
#include <openssl/opensslv.h>

static otls_status start(otls_error *err)
{
    const unsigned long running = OpenSSL_version_num() >> 28;

    if (running != OPENSSL_VERSION_NUMBER >> 28)
        return otls_backend_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, LCR_NAME, 0,
                                 "built for OpenSSL %lu, but OpenSSL %lu is running",
                                 OPENSSL_VERSION_NUMBER >> 28, running);
    /* it reads no file: what openssl.cnf says would be read here */
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
        return otls_backend_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, LCR_NAME, 0,
                                 "libcrypto cannot be started");
    return OTLS_OK;
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#define BUILT_VERSION OPENSSL_VERSION_STR
static const char *version(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}
#else
#define BUILT_VERSION "1.1.1"
static const char *version(void)
{
    return BUILT_VERSION;
}
#endif

OTLS_BACKEND_EXPORT const otls_accelerator OTLS_ACCELERATOR_SYMBOL = {
    .magic = OTLS_ACCELERATOR_MAGIC,
    .abi_major = OTLS_ACCELERATOR_ABI_MAJOR,
    .abi_minor = OTLS_ACCELERATOR_ABI_MINOR,
    .size = sizeof(otls_accelerator),
    .name = LCR_NAME,
    .description = "AES-GCM and RSA of OpenSSL's libcrypto",
    .built_version = BUILT_VERSION,
    .start = start,
    .version = version,
    .gcm_new = lcr_gcm_new,
    .gcm_free = lcr_gcm_free,
    .gcm_seal = lcr_gcm_seal,
    .gcm_open = lcr_gcm_open,
    .rsa_new = lcr_rsa_new,
    .rsa_free = lcr_rsa_free,
    .rsa_sign = lcr_rsa_sign,
};
