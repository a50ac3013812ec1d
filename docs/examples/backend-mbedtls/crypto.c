/* SPDX-License-Identifier: MIT */
/* Random bytes, digests, and the table of all that is done with keys. */
#include "mbed.h"

#include <errno.h>
#include <sys/random.h>

int mbed_rng(void *unused, unsigned char *out, size_t size)
{
    (void)unused;
    while (size > 0) {
        const ssize_t got = getrandom(out, size, 0);

        if (got <= 0 && errno != EINTR)
            return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
        if (got > 0) {
            out += got;
            size -= (size_t)got;
        }
    }
    return 0;
}

void mbed_wipe(void *data, size_t size)
{
    mbedtls_platform_zeroize(data, size);
}

static otls_status random_bytes(void *out, size_t size, otls_error *err)
{
    const int rc = mbed_rng(NULL, out, size);

    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, rc,
                               "the operating system gave no random bytes");
}

static otls_status digest(otls_hash hash, const void *data, size_t size, uint8_t *out,
                          otls_error *err)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(mbed_hash(hash));
    const int rc = info != NULL ? mbedtls_md(info, data, size, out) : MBEDTLS_ERR_MD_BAD_INPUT_DATA;

    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, info == NULL ? OTLS_E_UNSUPPORTED : OTLS_E_INTERNAL,
                               OTLS_CODE_NONE, rc, "mbed TLS has no such digest");
}

const otls_crypto_ops mbed_crypto_ops = {
    .size = sizeof(otls_crypto_ops),
    .random = random_bytes,
    .digest = digest,
    .private_key_import = mbed_private_key_import,
    .private_key_free = mbed_private_key_free,
    .private_key_public = mbed_private_key_public,
    .public_key_import = mbed_public_key_import,
    .public_key_free = mbed_public_key_free,
    .verify = mbed_verify,
    .sign = mbed_sign,
    .private_key_from_callback = mbed_signer_new,
    .pbkdf2 = mbed_pbkdf2,
    .decrypt_cbc = mbed_decrypt_cbc,
};
