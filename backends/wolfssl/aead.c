/* SPDX-License-Identifier: MIT */
/* AES with a tag, for records and tickets. */
#include "wolf.h"

#include <wolfssl/wolfcrypt/aes.h>

enum { NONCE = 12, SHORT_TAG = 8 };

static word32 tag_size(const struct wolf_aead *aead)
{
    return aead->short_tag ? SHORT_TAG : WOLF_RECORD_TAG;
}

static int set_key(Aes *aes, const struct wolf_aead *aead)
{
#ifdef HAVE_AESCCM
    if (aead->ccm)
        return wc_AesCcmSetKey(aes, aead->key, aead->key_size);
#endif
    return aead->ccm ? NOT_COMPILED_IN : wc_AesGcmSetKey(aes, aead->key, aead->key_size);
}

static int begin(Aes *aes, const struct wolf_aead *aead)
{
    int result = wc_AesInit(aes, NULL, INVALID_DEVID);

    if (result != 0)
        return result;
    result = set_key(aes, aead);
    if (result != 0)
        wc_AesFree(aes);
    return result;
}

int wolf_aead_seal(const struct wolf_aead *aead, const uint8_t *in, word32 size, uint8_t *out,
                   uint8_t *tag)
{
    Aes aes;
    int result = begin(&aes, aead);

    if (result != 0)
        return result;
#ifdef HAVE_AESCCM
    if (aead->ccm)
        result = wc_AesCcmEncrypt(&aes, out, in, size, aead->nonce, NONCE, tag, tag_size(aead),
                                  aead->head, aead->head_size);
    else
#endif
        result = wc_AesGcmEncrypt(&aes, out, in, size, aead->nonce, NONCE, tag, tag_size(aead),
                                  aead->head, aead->head_size);
    wc_AesFree(&aes);
    return result;
}

int wolf_aead_open(const struct wolf_aead *aead, const uint8_t *in, word32 size, uint8_t *out,
                   const uint8_t *tag)
{
    Aes aes;
    int result = begin(&aes, aead);

    if (result != 0)
        return result;
#ifdef HAVE_AESCCM
    if (aead->ccm)
        result = wc_AesCcmDecrypt(&aes, out, in, size, aead->nonce, NONCE, tag, tag_size(aead),
                                  aead->head, aead->head_size);
    else
#endif
        result = wc_AesGcmDecrypt(&aes, out, in, size, aead->nonce, NONCE, tag, tag_size(aead),
                                  aead->head, aead->head_size);
    wc_AesFree(&aes);
    return result;
}
