/* SPDX-License-Identifier: MIT */
/*
 * Another library's RSA: to the engine it is a key that signs by callback, as one in a token is, so no
 * engine needs more for it than to hand out the encoding. AES-GCM is the engines' part.
 */
#include "context/acceleration.h"

#include "base/base.h"
#include "context/context.h"
#include "engine/engine.h"

otls_status otls_context_set_acceleration(otls_context *context, const char *name, otls_error *err)
{
    const otls_accelerator *found = NULL;

    OMNI_TRY(omni_context_unsealed(context, err));
    if (name != NULL) {
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_ACCELERATION, err));
        OMNI_TRY(omni_accelerator_find(&found, name, err));
    }
    context->settings.offer.accelerator = found;
    return OTLS_OK;
}

const char *otls_context_acceleration(const otls_context *context)
{
    const otls_accelerator *accelerator = context->settings.offer.accelerator;

    return accelerator != NULL ? accelerator->name : NULL;
}

/* What the engine asks; any thread, and several at once. */
static otls_status sign(const otls_signature_algorithm *algorithm, const uint8_t *data, size_t size,
                        uint8_t *out, size_t capacity, size_t *length, void *user)
{
    const omni_accelerated_key *key = user;

    return key->by->rsa_sign(key->rsa, algorithm, (otls_slice){data, size}, out, capacity, length);
}

/* Key exchange by RSA: the key would have to decrypt. */
static bool decrypts(const otls_policy *policy)
{
    for (size_t i = 0; i < policy->suite_count; i++)
        if (policy->suites[i]->kx == OTLS_KX_RSA || policy->suites[i]->kx == OTLS_KX_RSA_PSK)
            return true;
    return false;
}

static bool may_be_accelerated(const otls_policy *policy, const otls_backend *backend,
                               const otls_identity *identity)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(backend)->crypto;

    return policy->accelerator != NULL && identity != NULL && !identity->key->elsewhere &&
           OMNI_HAS(crypto, private_key_accelerate) &&
           OMNI_HAS(crypto, private_key_from_callback) &&
           otls_backend_supports(backend, OTLS_FEATURE_SIGN_CALLBACK, NULL) != OTLS_NO &&
           !(policy->server && decrypts(policy));
}

static otls_status make_signer(omni_accelerated_key *key, const otls_backend *backend,
                               const otls_identity *identity, otls_error *err)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(backend)->crypto;
    otls_slice spki;
    otls_status status;

    OMNI_TRY(omni_key_spki(identity->key, &spki, err));
    status = crypto->private_key_from_callback(&key->signer, spki, sign, key, err);
    omni_free((void *)spki.data);
    return status;
}

otls_status omni_accelerate_key(omni_accelerated_key *key, otls_policy *policy,
                                const otls_backend *backend, const otls_identity *identity,
                                otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    if (!may_be_accelerated(policy, backend, identity))
        return OTLS_OK;
    key->by = policy->accelerator;
    status = OMNI_ENGINE_ASK(&inner, OMNI_MODULE(backend)->crypto->private_key_accelerate(
                                         policy->key, key->by, &key->rsa, &inner));
    if (status == OTLS_E_UNSUPPORTED) /* no RSA: the engine's own it is */
        return OTLS_OK;
    if (status == OTLS_OK)
        status = OMNI_ENGINE_ASK(&inner, make_signer(key, backend, identity, &inner));
    if (status == OTLS_OK)
        policy->key = key->signer;
    else
        omni_error_give(err, &inner);
    return status;
}

void omni_accelerated_key_clear(omni_accelerated_key *key, const otls_backend *backend)
{
    if (key->signer != NULL)
        OMNI_MODULE(backend)->crypto->private_key_free(key->signer);
    if (key->rsa != NULL)
        key->by->rsa_free(key->rsa);
    *key = (omni_accelerated_key){0};
}
