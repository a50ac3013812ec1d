/* SPDX-License-Identifier: MIT */
#include "fake_engine.h"

#include "base/alloc.h"

#include <stdlib.h>

unsigned fake_signature_checks;
int fake_digest_byte = -1;

static otls_status fake_digest(otls_hash hash, const void *data, size_t size, uint8_t *out,
                               otls_error *err)
{
    static const uint8_t sizes[] = {0, 20, 32, 48, 64};
    const int first = size != 0 ? *(const uint8_t *)data : 0;

    (void)err;
    memset(out, fake_digest_byte >= 0 ? fake_digest_byte : first, sizes[hash]);
    return OTLS_OK;
}

static otls_status fake_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    (void)spki;
    (void)err;
    *out = (otls_native_public_key *)omni_malloc(1);
    return *out != NULL ? OTLS_OK : OTLS_E_NOMEM;
}

static void fake_free(otls_native_public_key *key)
{
    omni_free(key);
}

static otls_status fake_verify(const otls_native_public_key *key,
                               const otls_signature_algorithm *algorithm, otls_slice data,
                               otls_slice signature, otls_error *err)
{
    (void)key;
    (void)algorithm;
    (void)data;
    (void)err;
    fake_signature_checks++;
    return signature.size != 0 && (signature.data[signature.size - 1] & 7) == 0 ? OTLS_E_VERIFY
                                                                                : OTLS_OK;
}

static const otls_crypto_ops fake_crypto = {
    .size = sizeof(fake_crypto),
    .digest = fake_digest,
    .public_key_import = fake_import,
    .public_key_free = fake_free,
    .verify = fake_verify,
};
static const otls_backend_module fake_module = {
    .magic = OTLS_BACKEND_MAGIC, .name = "fake", .crypto = &fake_crypto};
const otls_backend fake_engine = {.module = &fake_module, .index = 0};

void must(bool condition)
{
    if (!condition)
        abort();
}
