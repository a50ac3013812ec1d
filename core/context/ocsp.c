/* SPDX-License-Identifier: MIT */
/* The settings about OCSP stapling. */
#include "context/ocsp.h"

#include "base/base.h"
#include "context/context.h"
#include "trust/trust.h"
#include "x509/x509.h"

#include <string.h>

struct omni_staple {
    atomic_uint references;
    omni_staple *next;
    otls_identity *identity; /* NULL = any */
    size_t size;             /* 0 = none from here on */
    uint8_t der[];
};

omni_staple *omni_staple_ref(omni_staple *list)
{
    if (list != NULL)
        omni_references_take(&list->references);
    return list;
}

void omni_staple_free(omni_staple *list)
{
    while (list != NULL && omni_references_drop(&list->references)) {
        omni_staple *next = list->next;

        otls_identity_free(list->identity);
        omni_free(list);
        list = next;
    }
}

static const omni_staple *newest(const omni_staple *list, const otls_identity *identity)
{
    while (list != NULL && list->identity != identity)
        list = list->next;
    return list;
}

otls_slice omni_staple_find(const omni_staple *list, const otls_identity *identity)
{
    const omni_staple *found = newest(list, identity);

    if (found == NULL || found->size == 0)
        found = newest(list, NULL);
    return found != NULL ? (otls_slice){found->der, found->size} : (otls_slice){NULL, 0};
}

/* One more in front of `next`, whose reference moves along; NULL: no memory, and nothing has moved. */
static omni_staple *grow(omni_staple *next, otls_identity *identity, otls_slice der)
{
    omni_staple *staple = omni_malloc(sizeof(*staple) + der.size);

    if (staple == NULL)
        return NULL;
    atomic_init(&staple->references, 1);
    staple->next = next;
    staple->identity = otls_identity_ref(identity);
    staple->size = der.size;
    if (der.size != 0)
        memcpy(staple->der, der.data, der.size);
    return staple;
}

static otls_status push(otls_context *context, otls_identity *identity, otls_slice der,
                        otls_error *err)
{
    omni_staple **list = &context->settings.present.staples;
    omni_staple *grown = grow(*list, identity, der);

    if (grown == NULL)
        return omni_fail_nomem(err);
    *list = grown;
    return OTLS_OK;
}

/* What is in force of a list, without an identity's: newest last. False: no memory. */
static bool kept_of(omni_staple **out, const omni_staple *list, const otls_identity *without)
{
    for (const omni_staple *at = list; at != NULL; at = at->next) {
        omni_staple *grown;

        if (at->identity == without || at != newest(list, at->identity))
            continue;
        grown = grow(*out, at->identity, (otls_slice){at->der, at->size});
        if (grown == NULL)
            return false;
        *out = grown;
    }
    return true;
}

/* One response for each identity is left, so that their order does not matter any more. */
otls_status omni_staple_forget(omni_staple **list, const otls_identity *identity, otls_error *err)
{
    omni_staple *kept = NULL;

    if (newest(*list, identity) == NULL)
        return OTLS_OK;
    if (!kept_of(&kept, *list, identity)) {
        omni_staple_free(kept);
        return omni_fail_nomem(err);
    }
    omni_staple_free(*list);
    *list = kept;
    return OTLS_OK;
}

/* A server with a staple that every client will refuse is better told now. */
static otls_status check(const otls_identity *identity, otls_slice der, otls_error *err)
{
    omni_ocsp_single single;
    omni_ocsp response;
    omni_der list;

    OMNI_TRY(omni_ocsp_parse(&response, der, err));
    if (response.response_status != OMNI_OCSP_SUCCESSFUL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NONE,
                         "the OCSP response only reports an error of the responder (%u)",
                         response.response_status);
    list = omni_der_of(response.singles);
    while (identity != NULL && omni_ocsp_single_next(&list, &single))
        if (omni_slice_equal(single.serial, identity->chain[0]->x509.serial))
            return OTLS_OK;
    return identity == NULL ? OTLS_OK
                            : omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_MISMATCH,
                                        "the OCSP response is about another certificate");
}

typedef struct pem_work {
    otls_context *context;
    otls_identity *identity;
    bool done;
} pem_work;

static otls_status take(otls_context *context, otls_identity *identity, otls_slice der,
                        otls_error *err)
{
    OMNI_TRY(check(identity, der, err));
    return push(context, identity, der, err);
}

static otls_status take_block(const omni_pem_block *block, void *user, otls_error *err)
{
    pem_work *work = user;

    if (work->done || !omni_pem_label_is(block, "OCSP RESPONSE"))
        return OTLS_OK;
    work->done = true;
    return take(work->context, work->identity, block->der, err);
}

static otls_status server_setting(const otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role == OTLS_CLIENT)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "a client staples no OCSP response");
    OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_OCSP_STAPLE_SERVER, err));
    return OTLS_OK;
}

otls_status otls_context_set_ocsp_response(otls_context *context, otls_identity *identity,
                                           const void *data, size_t size, otls_error *err)
{
    const otls_slice bytes = {.data = data, .size = size};
    pem_work work = {.context = context, .identity = identity};
    size_t count;

    OMNI_TRY(server_setting(context, err));
    if (size == 0)
        return push(context, identity, bytes, err);
    if (data == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no OCSP response given");
    if (bytes.data[0] == OMNI_DER_SEQUENCE)
        return take(context, identity, bytes, err);
    OMNI_TRY(omni_pem_each(bytes, take_block, &work, &count, err));
    return work.done ? OTLS_OK
                     : omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                                 "neither a DER nor a PEM OCSP response");
}

otls_status otls_context_set_ocsp_response_file(otls_context *context, otls_identity *identity,
                                                const char *path, otls_error *err)
{
    unsigned char *data;
    otls_status status;
    size_t size;

    OMNI_TRY(server_setting(context, err));
    if (path == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no file given");
    OMNI_TRY(omni_file_read(path, &data, &size, err));
    status = otls_context_set_ocsp_response(context, identity, data, size, err);
    omni_free(data);
    if (status != OTLS_OK)
        omni_trust_name_file(path, err);
    return status;
}

otls_status otls_context_set_ocsp_callback(otls_context *context, otls_ocsp_callback callback,
                                           void *user, otls_error *err)
{
    OMNI_TRY(server_setting(context, err));
    context->settings.present.ocsp_callback = callback;
    context->settings.present.ocsp_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_ocsp(otls_context *context, otls_ocsp_mode mode, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (mode != OTLS_OCSP_OFF && mode != OTLS_OCSP_IF_PRESENT && mode != OTLS_OCSP_REQUIRED)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no OCSP mode", (int)mode);
    if (context->role == OTLS_SERVER && mode != OTLS_OCSP_OFF)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a server asks its clients for no OCSP response");
    OMNI_TRY(omni_context_may_demand(context,
                                     mode == OTLS_OCSP_REQUIRED ? "a stapled OCSP response" : NULL, err));
    if (mode != OTLS_OCSP_OFF)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_OCSP_STAPLE_CLIENT, err));
    context->settings.verdict.ocsp = (uint8_t)mode;
    return OTLS_OK;
}
