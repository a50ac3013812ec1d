/* SPDX-License-Identifier: MIT */
/* What opens encrypted keys and PKCS #12 files: derivations and ciphers, as far as it was built. */
#include "wolf.h"

#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/des3.h>
#include <wolfssl/wolfcrypt/pwdbased.h>
#ifdef WC_RC2
#include <wolfssl/wolfcrypt/rc2.h>
#endif

static const uint8_t nothing;

static otls_status answer(int result, otls_error *err)
{
    if (result == 0)
        return OTLS_OK;
    return wolf_error(err, result == MEMORY_E ? OTLS_E_NOMEM : OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                      result, "wolfSSL cannot undo this encryption");
}

static int hash_type(otls_sig_hash hash)
{
    switch (hash) {
    case OTLS_SIG_HASH_SHA1:
        return WC_SHA;
#ifdef WOLFSSL_SHA224
    case OTLS_SIG_HASH_SHA224:
        return WC_SHA224;
#endif
    case OTLS_SIG_HASH_SHA256:
        return WC_SHA256;
#ifdef WOLFSSL_SHA384
    case OTLS_SIG_HASH_SHA384:
        return WC_SHA384;
#endif
#ifdef WOLFSSL_SHA512
    case OTLS_SIG_HASH_SHA512:
        return WC_SHA512;
#endif
    default:
        return WC_HASH_TYPE_NONE;
    }
}

otls_status wolf_pbkdf2(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                        uint8_t *out, size_t size, otls_error *err)
{
    const int type = hash_type(hash);
    int result = HASH_TYPE_E;
    if (type != WC_HASH_TYPE_NONE && rounds <= INT32_MAX)
        result = wc_PBKDF2(out, password.size != 0 ? password.data : &nothing, (int)password.size,
                           salt.size != 0 ? salt.data : &nothing, (int)salt.size, (int)rounds,
                           (int)size, type);
    return answer(result, err);
}

#ifdef HAVE_SCRYPT
otls_status wolf_scrypt(otls_slice password, otls_slice salt, uint64_t n, uint32_t r, uint32_t p,
                        uint8_t *out, size_t size, otls_error *err)
{
    int cost = 0;
    while (cost < 63 && UINT64_C(1) << cost < n)
        cost++;
    return answer(wc_scrypt(out, password.size != 0 ? password.data : &nothing, (int)password.size,
                            salt.size != 0 ? salt.data : &nothing, (int)salt.size, cost, (int)r,
                            (int)p, (int)size),
                  err);
}
#endif

static int decrypt_aes(otls_slice key, const uint8_t *iv, otls_slice data, uint8_t *out)
{
    Aes aes;
    int result = wc_AesInit(&aes, NULL, INVALID_DEVID);
    if (result != 0)
        return result;
    result = wc_AesSetKey(&aes, key.data, (word32)key.size, iv, AES_DECRYPTION);
    if (result == 0)
        result = wc_AesCbcDecrypt(&aes, out, data.data, (word32)data.size);
    wc_AesFree(&aes);
    kit_wipe(&aes, sizeof(aes));
    return result;
}

static int decrypt_3des(otls_slice key, const uint8_t *iv, otls_slice data, uint8_t *out)
{
#ifdef NO_DES3
    (void)key, (void)iv, (void)data, (void)out;
    return NOT_COMPILED_IN;
#else
    Des3 des;
    int result = wc_Des3Init(&des, NULL, INVALID_DEVID);
    if (result != 0)
        return result;
    result = wc_Des3_SetKey(&des, key.data, iv, DES_DECRYPTION);
    if (result == 0)
        result = wc_Des3_CbcDecrypt(&des, out, data.data, (word32)data.size);
    wc_Des3Free(&des);
    kit_wipe(&des, sizeof(des));
    return result;
#endif
}

/* RFC 2268; every bit of the key counts (RFC 7292 B.1 has keys of 40 and of 128). */
static int decrypt_rc2(otls_slice key, const uint8_t *iv, otls_slice data, uint8_t *out)
{
#ifndef WC_RC2
    (void)key, (void)iv, (void)data, (void)out;
    return NOT_COMPILED_IN;
#else
    Rc2 rc2;
    int result = wc_Rc2SetKey(&rc2, key.data, (word32)key.size, iv, (word32)key.size * 8);
    if (result == 0)
        result = wc_Rc2CbcDecrypt(&rc2, out, data.data, (word32)data.size);
    kit_wipe(&rc2, sizeof(rc2));
    return result;
#endif
}

otls_status wolf_decrypt_cbc(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                             otls_slice data, uint8_t *out, otls_error *err)
{
    switch (cipher) {
    case OTLS_CBC_AES:
        return answer(decrypt_aes(key, iv, data, out), err);
    case OTLS_CBC_3DES:
        return answer(decrypt_3des(key, iv, data, out), err);
    default:
        return answer(decrypt_rc2(key, iv, data, out), err);
    }
}
