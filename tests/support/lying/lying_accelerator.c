/* SPDX-License-Identifier: MIT */
#include "lying_accelerator.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT lying_accelerator lying_accelerator_control;
#define the lying_accelerator_control

/* False: the call is to fail with its status. */
static bool passes(lying_accelerator_call *call)
{
    const unsigned before = atomic_fetch_add(&call->calls, 1);

    return call->status == OTLS_OK || before < call->spared;
}

static otls_status start(otls_error *err)
{
    return the.truth->start(err);
}

static const char *version(void)
{
    return the.truth->version();
}

static otls_status gcm_new(otls_gcm_key **out, const uint8_t *key, size_t size, bool seal)
{
    otls_status status = the.gcm_new.status;

    *out = NULL;
    if (passes(&the.gcm_new))
        status = the.truth->gcm_new(out, key, size, seal);
    atomic_fetch_add(&the.alive, status == OTLS_OK);
    return status;
}

static void gcm_free(otls_gcm_key *key)
{
    atomic_fetch_sub(&the.alive, key != NULL);
    the.truth->gcm_free(key);
}

static otls_status gcm_seal(otls_gcm_key *key, const uint8_t *nonce, otls_slice head,
                            const uint8_t *in, size_t size, uint8_t *out, uint8_t *tag)
{
    return passes(&the.gcm_seal) ? the.truth->gcm_seal(key, nonce, head, in, size, out, tag)
                                 : the.gcm_seal.status;
}

static otls_status gcm_open(otls_gcm_key *key, const uint8_t *nonce, otls_slice head,
                            const uint8_t *in, size_t size, uint8_t *out, const uint8_t *tag)
{
    return passes(&the.gcm_open) ? the.truth->gcm_open(key, nonce, head, in, size, out, tag)
                                 : the.gcm_open.status;
}

static otls_status rsa_new(otls_rsa_key **out, otls_slice der, otls_error *err)
{
    otls_status status = the.rsa_new.status;

    *out = NULL;
    if (passes(&the.rsa_new))
        status = the.truth->rsa_new(out, der, err);
    else
        (void)otls_backend_fail(err, status, OTLS_CODE_NONE, LYING_ACCELERATOR, 0, "a lie");
    atomic_fetch_add(&the.alive, status == OTLS_OK);
    return status;
}

static void rsa_free(otls_rsa_key *key)
{
    atomic_fetch_sub(&the.alive, key != NULL);
    the.truth->rsa_free(key);
}

static otls_status rsa_sign(const otls_rsa_key *key, const otls_signature_algorithm *algorithm,
                            otls_slice digest, uint8_t *out, size_t capacity, size_t *length)
{
    return passes(&the.rsa_sign)
               ? the.truth->rsa_sign(key, algorithm, digest, out, capacity, length)
               : the.rsa_sign.status;
}

EXPORT const otls_accelerator otls_accelerator_module = {
    .magic = OTLS_ACCELERATOR_MAGIC,
    .abi_major = OTLS_ACCELERATOR_ABI_MAJOR,
    .abi_minor = OTLS_ACCELERATOR_ABI_MINOR,
    .size = sizeof(otls_accelerator),
    .name = LYING_ACCELERATOR,
    .description = "another accelerator, as the tests want it",
    .built_version = "0",
    .start = start,
    .version = version,
    .gcm_new = gcm_new,
    .gcm_free = gcm_free,
    .gcm_seal = gcm_seal,
    .gcm_open = gcm_open,
    .rsa_new = rsa_new,
    .rsa_free = rsa_free,
    .rsa_sign = rsa_sign,
};
