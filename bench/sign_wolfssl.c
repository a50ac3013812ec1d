/* SPDX-License-Identifier: MIT */
/* A signature of the benchmark's own authority, by wolfSSL. */
#include "native.h"

#define WOLFSSL_OPTIONS_IGNORE_SYS
#include <wolfssl/options.h>

#include <stdio.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/sha256.h>

/* A PEM file of a PKCS #8 key, as the older wolfSSL wants it: the key alone. Returns its size. */
static int key_load(const char *file, unsigned char *der, int capacity)
{
    unsigned char pem[2048];
    FILE *stream = fopen(file, "rb");
    const size_t size = stream != NULL ? fread(pem, 1, sizeof(pem), stream) : 0;

    if (stream != NULL)
        (void)fclose(stream);
    return size != 0 ? wc_KeyPemToDer(pem, (int)size, der, capacity, NULL) : 0;
}

static bool key_read(const char *file, ecc_key *key)
{
    unsigned char der[1024];
    const int size = key_load(file, der, sizeof(der));
    word32 at = 0;

    return size > 0 && wc_EccPrivateKeyDecode(der, &at, key, (word32)size) == 0;
}

size_t bench_sign_wolfssl(const char *key_file, const void *data, size_t size,
                          uint8_t out[BENCH_SIGNATURE_SIZE])
{
    unsigned char digest[WC_SHA256_DIGEST_SIZE];
    word32 length = BENCH_SIGNATURE_SIZE;
    ecc_key key;
    WC_RNG random;
    bool good;

    if (wc_ecc_init(&key) != 0)
        return 0;
    if (wc_InitRng(&random) != 0) {
        (void)wc_ecc_free(&key);
        return 0;
    }
    good = key_read(key_file, &key) && wc_Sha256Hash(data, (word32)size, digest) == 0 &&
           wc_ecc_set_rng(&key, &random) == 0 &&
           wc_ecc_sign_hash(digest, sizeof(digest), out, &length, &random, &key) == 0;
    (void)wc_FreeRng(&random);
    (void)wc_ecc_free(&key);
    return good ? length : 0;
}
