/* SPDX-License-Identifier: MIT */
/* A signature of the benchmark's own authority, by OpenSSL. */
#include "native.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

size_t bench_sign_openssl(const char *key_file, const void *data, size_t size,
                          uint8_t out[BENCH_SIGNATURE_SIZE])
{
    BIO *file = BIO_new_file(key_file, "r");
    EVP_PKEY *key = file != NULL ? PEM_read_bio_PrivateKey(file, NULL, NULL, NULL) : NULL;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    size_t length = BENCH_SIGNATURE_SIZE;

    if (key == NULL || digest == NULL ||
        EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(digest, out, &length, data, size) != 1)
        length = 0;
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(key);
    BIO_free(file);
    return length;
}
