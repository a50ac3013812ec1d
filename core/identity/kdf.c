/* SPDX-License-Identifier: MIT */
/* Derivations that are made of digests alone: PKCS #12's, and HMAC for its MAC. */
#include "identity/pbe.h"

#include "base/base.h"
#include "engine/engine.h"

#include <string.h>

#define DIGEST_MAX 64u
#define BLOCK_MAX 128u

static size_t block_size(otls_hash hash)
{
    return omni_hash_size(hash) > 32 ? 128 : 64;
}

/* `size` octets of copies of `of`; nothing for an empty one. */
static void repeat(uint8_t *out, size_t size, otls_slice of)
{
    for (size_t i = 0; i < size; i++)
        out[i] = of.data[i % of.size];
}

static size_t rounded(size_t size, size_t block)
{
    return (size + block - 1) / block * block;
}

/* Step 6 C: each block of I becomes I + B + 1, modulo 2^(8v). */
static void add_block(uint8_t *block, size_t size, const uint8_t *b)
{
    unsigned carry = 1;

    for (size_t i = size; i > 0; i--) {
        carry += (unsigned)block[i - 1] + b[i - 1];
        block[i - 1] = (uint8_t)carry;
        carry >>= 8;
    }
}

typedef struct derivation {
    const otls_backend *backend;
    otls_hash hash;
    uint32_t rounds;
    uint8_t *input; /* D, S and P, one behind the other */
    size_t input_size, block, digest;
} derivation;

static otls_status derive(const derivation *d, uint8_t *out, size_t size, otls_error *err)
{
    uint8_t a[DIGEST_MAX], b[BLOCK_MAX];
    otls_status status = OTLS_OK;

    while (size > 0 && status == OTLS_OK) {
        const size_t part = size < d->digest ? size : d->digest;

        status = omni_digest(d->backend, d->hash, (otls_slice){d->input, d->input_size}, a, err);
        for (uint32_t i = 1; i < d->rounds && status == OTLS_OK; i++)
            status = omni_digest(d->backend, d->hash, (otls_slice){a, d->digest}, a, err);
        memcpy(out, a, part);
        out += part;
        size -= part;
        repeat(b, d->block, (otls_slice){a, d->digest});
        for (size_t at = d->block; at < d->input_size; at += d->block)
            add_block(d->input + at, d->block, b);
    }
    omni_wipe(a, sizeof(a));
    omni_wipe(b, sizeof(b));
    return status;
}

otls_status omni_kdf_pkcs12(const otls_backend *backend, otls_hash hash, uint8_t id,
                            otls_slice password, otls_slice salt, uint32_t rounds, uint8_t *out,
                            size_t size, otls_error *err)
{
    const size_t block = block_size(hash);
    const size_t salt_size = rounded(salt.size, block);
    const size_t password_size = rounded(password.size, block);
    derivation d = {.backend = backend,
                    .hash = hash,
                    .rounds = rounds,
                    .block = block,
                    .digest = omni_hash_size(hash),
                    .input_size = block + salt_size + password_size};
    otls_status status;

    d.input = omni_malloc(d.input_size);
    if (d.input == NULL)
        return omni_fail_nomem(err);
    memset(d.input, id, block);
    repeat(d.input + block, salt_size, salt);
    repeat(d.input + block + salt_size, password_size, password);
    status = derive(&d, out, size, err);
    omni_wipe(d.input, d.input_size);
    omni_free(d.input);
    return status;
}

/* One pass: the digest of the key, each octet changed by `with`, and of what follows. */
static otls_status pass(const otls_backend *backend, otls_hash hash, const uint8_t *key,
                        uint8_t with, otls_slice data, uint8_t *out, otls_error *err)
{
    const size_t block = block_size(hash);
    uint8_t *all = omni_malloc(block + data.size);
    otls_status status;

    if (all == NULL)
        return omni_fail_nomem(err);
    for (size_t i = 0; i < block; i++)
        all[i] = key[i] ^ with;
    if (data.size != 0)
        memcpy(all + block, data.data, data.size);
    status = omni_digest(backend, hash, (otls_slice){all, block + data.size}, out, err);
    omni_wipe(all, block);
    omni_free(all);
    return status;
}

otls_status omni_hmac(const otls_backend *backend, otls_hash hash, otls_slice key, otls_slice data,
                      uint8_t *out, size_t *size, otls_error *err)
{
    uint8_t padded[BLOCK_MAX] = {0}, inner[DIGEST_MAX];
    otls_status status = OTLS_OK;

    *size = omni_hash_size(hash);
    if (key.size > block_size(hash))
        status = omni_digest(backend, hash, key, padded, err);
    else if (key.size != 0)
        memcpy(padded, key.data, key.size);
    if (status == OTLS_OK)
        status = pass(backend, hash, padded, 0x36, data, inner, err);
    if (status == OTLS_OK)
        status = pass(backend, hash, padded, 0x5c, (otls_slice){inner, *size}, out, err);
    omni_wipe(padded, sizeof(padded));
    return status;
}
