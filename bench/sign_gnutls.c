/* SPDX-License-Identifier: MIT */
/* A signature of the benchmark's own authority, by GnuTLS. */
#include "native.h"

#include <gnutls/abstract.h>

size_t bench_sign_gnutls(const char *key_file, const void *data, size_t size,
                         uint8_t out[BENCH_SIGNATURE_SIZE])
{
    const gnutls_datum_t text = {.data = (unsigned char *)(uintptr_t)data, .size = (unsigned)size};
    gnutls_datum_t pem = {.data = NULL}, signature = {.data = NULL};
    gnutls_privkey_t key;
    size_t length = 0;

    if (gnutls_privkey_init(&key) != 0)
        return 0;
    if (gnutls_load_file(key_file, &pem) == 0 &&
        gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0) == 0 &&
        gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &text, &signature) == 0 &&
        signature.size <= BENCH_SIGNATURE_SIZE) {
        length = signature.size;
        memcpy(out, signature.data, length);
    }
    gnutls_free(pem.data);
    gnutls_free(signature.data);
    gnutls_privkey_deinit(key);
    return length;
}
