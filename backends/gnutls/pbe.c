/* SPDX-License-Identifier: MIT */
/* What opens encrypted keys and PKCS #12 files: PBKDF2 and ciphers. GnuTLS has no scrypt. */
#include "gtls.h"

#include <gnutls/crypto.h>

otls_status gtls_pbkdf2(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                        uint8_t *out, size_t size, otls_error *err)
{
    static const gnutls_mac_algorithm_t macs[] = {
        GNUTLS_MAC_UNKNOWN, GNUTLS_MAC_SHA1,   GNUTLS_MAC_SHA224,
        GNUTLS_MAC_SHA256,  GNUTLS_MAC_SHA384, GNUTLS_MAC_SHA512};
    static const unsigned char nothing = 0;
    gnutls_datum_t key = gtls_datum(password), mixed = gtls_datum(salt);
    int rc = GNUTLS_E_UNKNOWN_HASH_ALGORITHM;
    if (key.data == NULL)
        key.data = (unsigned char *)(uintptr_t)&nothing;
    if (mixed.data == NULL)
        mixed.data = (unsigned char *)(uintptr_t)&nothing;
    if (hash > OTLS_SIG_HASH_NONE && hash <= OTLS_SIG_HASH_SHA512)
        rc = gnutls_pbkdf2(macs[hash], &key, &mixed, rounds, out, size);
    return rc < 0 ? gtls_fail(err, gtls_category(rc, OTLS_E_UNSUPPORTED), 0, rc,
                              "no key could be derived")
                  : OTLS_OK;
}

static gnutls_cipher_algorithm_t cipher_of(otls_cbc_cipher cipher, size_t key_size)
{
    switch (cipher) {
    case OTLS_CBC_AES:
        return key_size == 16   ? GNUTLS_CIPHER_AES_128_CBC
               : key_size == 24 ? GNUTLS_CIPHER_AES_192_CBC
                                : GNUTLS_CIPHER_AES_256_CBC;
    case OTLS_CBC_3DES:
        return GNUTLS_CIPHER_3DES_CBC;
    case OTLS_CBC_RC2:
        return key_size == 5 ? GNUTLS_CIPHER_RC2_40_CBC : GNUTLS_CIPHER_UNKNOWN;
    default:
        return GNUTLS_CIPHER_UNKNOWN;
    }
}

otls_status gtls_decrypt_cbc(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                             otls_slice data, uint8_t *out, otls_error *err)
{
    const gnutls_cipher_algorithm_t algorithm = cipher_of(cipher, key.size);
    const gnutls_datum_t secret = gtls_datum(key);
    const gnutls_datum_t start = {(unsigned char *)(uintptr_t)iv,
                                  cipher == OTLS_CBC_AES ? 16u : 8u};
    gnutls_cipher_hd_t handle = NULL;
    int rc = GNUTLS_E_UNKNOWN_CIPHER_TYPE;
    if (algorithm != GNUTLS_CIPHER_UNKNOWN)
        rc = gnutls_cipher_init(&handle, algorithm, &secret, &start);
    if (rc == 0)
        rc = gnutls_cipher_decrypt2(handle, data.data, data.size, out, data.size);
    if (handle != NULL)
        gnutls_cipher_deinit(handle);
    return rc < 0 ? gtls_fail(err, gtls_category(rc, OTLS_E_UNSUPPORTED), 0, rc,
                              "GnuTLS lacks the cipher")
                  : OTLS_OK;
}
