/* SPDX-License-Identifier: MIT */
/* What core opens encrypted keys and PKCS #12 files with: it reads the files, this does the sums. */
#include "mbed.h"

#include <mbedtls/aes.h>
#include <mbedtls/des.h>

enum { AES_BLOCK = 16, DES_BLOCK = 8 };

otls_status mbed_pbkdf2(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                        uint8_t *out, size_t size, otls_error *err)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(mbed_sig_hash(hash));
    int rc;

    if (info == NULL)
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "mbed TLS has no such digest");
    rc = mbed_release_pbkdf2(info, password, salt, rounds, out, size);
    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, mbed_category(rc, OTLS_E_INTERNAL), OTLS_CODE_NONE, rc,
                               "no key could be derived");
}

static int decrypt_aes(otls_slice key, const uint8_t *iv, otls_slice data, uint8_t *out)
{
    uint8_t chain[AES_BLOCK]; /* mbed TLS writes into it */
    mbedtls_aes_context aes;
    int rc;

    memcpy(chain, iv, sizeof(chain));
    mbedtls_aes_init(&aes);
    rc = mbedtls_aes_setkey_dec(&aes, key.data, (unsigned)key.size * 8);
    if (rc == 0)
        rc = mbedtls_aes_crypt_cbc(&aes, MBEDTLS_AES_DECRYPT, data.size, chain, data.data, out);
    mbedtls_aes_free(&aes);
    return rc;
}

static int decrypt_3des(otls_slice key, const uint8_t *iv, otls_slice data, uint8_t *out)
{
    uint8_t chain[DES_BLOCK];
    mbedtls_des3_context des;
    int rc;

    memcpy(chain, iv, sizeof(chain));
    mbedtls_des3_init(&des);
    rc = mbedtls_des3_set3key_dec(&des, key.data);
    if (rc == 0)
        rc = mbedtls_des3_crypt_cbc(&des, MBEDTLS_DES_DECRYPT, data.size, chain, data.data, out);
    mbedtls_des3_free(&des);
    return rc;
}

otls_status mbed_decrypt_cbc(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                             otls_slice data, uint8_t *out, otls_error *err)
{
    int rc;

    if (cipher != OTLS_CBC_AES && cipher != OTLS_CBC_3DES)
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "mbed TLS has no RC2");
    rc = cipher == OTLS_CBC_AES ? decrypt_aes(key, iv, data, out)
                                : decrypt_3des(key, iv, data, out);
    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, mbed_category(rc, OTLS_E_INTERNAL), OTLS_CODE_NONE, rc,
                               "what is encrypted could not be decrypted");
}
