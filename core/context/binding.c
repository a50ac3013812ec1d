/* SPDX-License-Identifier: MIT */
/*
 * The hash that binds a session to what its peer was verified under. Whatever decides a verdict, or
 * says who we are, belongs in here: a session must not carry a verdict into another policy.
 */
#include "base/alloc.h"
#include "base/buffer.h"
#include "base/fail.h"
#include "context/context.h"
#include "trust/store.h"
#include "x509/crl.h"

#include <string.h>

#define TAG "omnitls session policy 1"

typedef struct hasher {
    const otls_crypto_ops *crypto;
    omni_buffer bytes;
    otls_error error;
    otls_status status;
} hasher;

static void add(hasher *h, const void *data, size_t size)
{
    if (h->status == OTLS_OK && size != 0 && !omni_buffer_append(&h->bytes, data, size))
        h->status = omni_fail_nomem(&h->error);
}

static void add_number(hasher *h, uint64_t value)
{
    uint8_t out[8];

    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    add(h, out, sizeof(out));
}

/* Of anything long its digest. */
static void add_digest(hasher *h, otls_slice of)
{
    uint8_t digest[32];

    if (h->status == OTLS_OK)
        h->status = h->crypto->digest(OTLS_HASH_SHA256, of.data, of.size, digest, &h->error);
    add(h, digest, sizeof(digest));
}

/* Anchors are kept sorted; CRLs in the order of their issuers. */
static void add_trust(hasher *h, const otls_trust *trust)
{
    add_number(h, trust != NULL ? trust->anchor_count : 0);
    for (size_t i = 0; trust != NULL && i < trust->anchor_count; i++) {
        add_digest(h, trust->anchors[i].der);
        add_number(h, trust->anchors[i].trusted_for);
    }
    add_number(h, trust != NULL ? trust->crl_count : 0);
    for (size_t i = 0; trust != NULL && i < trust->crl_count; i++)
        add_digest(h, trust->crls[i]->der);
}

/* Servers: sessions survive a new certificate. Clients: another identity is another user. */
static void add_identity(hasher *h, const omni_settings *settings)
{
    add_number(h, settings->identity_count);
    for (size_t i = 0; i < settings->identity_count; i++)
        add_digest(h, settings->identities[i]->chain[0]->x509.der);
}

static void add_verify(hasher *h, const omni_verify_settings *verify)
{
    add_number(h, verify->options);
    add_number(h, (uint64_t)verify->purpose);
    add_number(h, (uint64_t)verify->verifier);
    add_number(h, verify->max_certificates);
    add_number(h, verify->max_bytes);
    add_number(h, verify->pin_count);
    add(h, verify->pins, verify->pin_count * 32);
}

static void add_all(hasher *h, const omni_settings *settings, bool server)
{
    const bool verifies = !server || settings->verify_mode != OTLS_VERIFY_MODE_NONE;

    add(h, TAG, sizeof(TAG));
    add_number(h, server);
    add_number(h, server ? (uint64_t)settings->verify_mode : 0);
    add_number(h, settings->no_verify);
    add_number(h, settings->no_name_check);
    add_number(h, settings->calls.verify != NULL);
    add_number(h, settings->calls.verify_certificate != NULL);
    add_number(h, (uint64_t)settings->verify_depth);
    add_number(h, (uint64_t)settings->security_level);
    add_verify(h, &settings->verify);
    add_number(h, settings->ocsp);
    add_trust(h, verifies ? settings->trust : NULL);
    if (!server) {
        add_identity(h, settings);
        return;
    }
    add_number(h, settings->sessions.id_context_size);
    add(h, settings->sessions.id_context, settings->sessions.id_context_size);
}

otls_status omni_policy_hash(const otls_context *context, bool server,
                             uint8_t out[OMNI_BINDING_SIZE], otls_error *err)
{
    hasher h = {.crypto = OMNI_MODULE(context->backend)->crypto, .status = OTLS_OK};

    add_all(&h, &context->settings, server);
    if (h.status == OTLS_OK)
        h.status = h.crypto->digest(OTLS_HASH_SHA256, omni_buffer_front(&h.bytes),
                                    omni_buffer_size(&h.bytes), out, &h.error);
    omni_buffer_release(&h.bytes);
    if (h.status != OTLS_OK && err != NULL)
        *err = h.error;
    return h.status;
}
