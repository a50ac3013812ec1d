/* SPDX-License-Identifier: MIT */
/*
 * What opens encrypted keys and PKCS #12 files: derivations and ciphers. OpenSSL 3 keeps RC2 in its
 * legacy provider; that is loaded into a library context of its own, so that nothing else in the
 * process comes to use it.
 */
#include "ossl.h"
#if OSSL_AT_LEAST_3
#include <openssl/provider.h>
#endif

otls_status ossl_pbkdf2(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                        uint8_t *out, size_t size, otls_error *err)
{
    const EVP_MD *md = ossl_md((uint8_t)hash);
    ERR_clear_error();
    if (md == NULL || rounds > INT32_MAX)
        return otls_backend_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, OSSL_NAME, 0,
                                 "no PBKDF2 with this hash");
    if (PKCS5_PBKDF2_HMAC((const char *)password.data, (int)password.size, salt.data,
                          (int)salt.size, (int)rounds, md, (int)size, out) == 1)
        return OTLS_OK;
    return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, "no key could be derived");
}

otls_status ossl_scrypt(otls_slice password, otls_slice salt, uint64_t n, uint32_t r, uint32_t p,
                        uint8_t *out, size_t size, otls_error *err)
{
    /* core bounds the memory; OpenSSL's own bound is below what its command can write */
    const uint64_t memory = UINT64_C(128) * r * (n + p + 2) + 1024;
    ERR_clear_error();
    if (EVP_PBE_scrypt((const char *)password.data, password.size, salt.data, salt.size, n, r, p,
                       memory, out, size) == 1)
        return OTLS_OK;
    return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, "no key could be derived");
}

static otls_status decrypt(const EVP_CIPHER *cipher, otls_slice key, const uint8_t *iv,
                           otls_slice data, uint8_t *out, otls_error *err)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int size = 0, rest = 0;
    bool ok = false;
    if (ctx != NULL && cipher != NULL && data.size <= INT32_MAX &&
        EVP_DecryptInit_ex(ctx, cipher, NULL, NULL, NULL) == 1 &&
        EVP_CIPHER_CTX_set_key_length(ctx, (int)key.size) == 1 &&
        (EVP_CIPHER_nid(cipher) != NID_rc2_cbc ||
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_SET_RC2_KEY_BITS, (int)key.size * 8, NULL) > 0) &&
        EVP_DecryptInit_ex(ctx, NULL, NULL, key.data, iv) == 1) {
        (void)EVP_CIPHER_CTX_set_padding(ctx, 0);
        ok = EVP_DecryptUpdate(ctx, out, &size, data.data, (int)data.size) == 1 &&
             EVP_DecryptFinal_ex(ctx, out + size, &rest) == 1 && size + rest == (int)data.size;
    }
    EVP_CIPHER_CTX_free(ctx);
    return ok ? OTLS_OK
              : ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, "OpenSSL lacks the cipher");
}

static otls_status decrypt_rc2(otls_slice key, const uint8_t *iv, otls_slice data, uint8_t *out,
                               otls_error *err)
{
#if OSSL_AT_LEAST_3
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *legacy = library != NULL ? OSSL_PROVIDER_load(library, "legacy") : NULL;
    EVP_CIPHER *cipher = legacy != NULL ? EVP_CIPHER_fetch(library, "RC2-CBC", NULL) : NULL;
    const otls_status status = decrypt(cipher, key, iv, data, out, err);
    EVP_CIPHER_free(cipher);
    if (legacy != NULL)
        (void)OSSL_PROVIDER_unload(legacy);
    OSSL_LIB_CTX_free(library);
    return status;
#else
    return decrypt(EVP_rc2_cbc(), key, iv, data, out, err);
#endif
}

otls_status ossl_decrypt_cbc(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                             otls_slice data, uint8_t *out, otls_error *err)
{
    ERR_clear_error();
    if (cipher == OTLS_CBC_RC2)
        return decrypt_rc2(key, iv, data, out, err);
    return decrypt(cipher == OTLS_CBC_3DES ? EVP_des_ede3_cbc()
                   : key.size == 16        ? EVP_aes_128_cbc()
                   : key.size == 24        ? EVP_aes_192_cbc()
                                           : EVP_aes_256_cbc(),
                   key, iv, data, out, err);
}
