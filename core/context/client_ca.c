/* SPDX-License-Identifier: MIT */
/* The names of client authorities that a server sends. */
#include "base/base.h"
#include "context/context.h"
#include "trust/trust.h"
#include "x509/x509.h"

/* Is there a version left in which the engine sends them? */
static otls_status sent_somewhere(const otls_context *context, otls_error *err)
{
    const otls_backend *backend = context->backend;
    const uint16_t lowest = context->settings.offer.lowest;

    OMNI_TRY(omni_backend_require(backend, OTLS_FEATURE_CLIENT_CA_NAMES, err));
    return lowest == OTLS_TLS1_3
               ? omni_backend_require(backend, OTLS_FEATURE_CLIENT_CA_NAMES_13, err)
               : OTLS_OK;
}

otls_status omni_client_ca_check(const otls_context *context, otls_error *err)
{
    return context->settings.present.client_ca.count != 0 ? sent_somewhere(context, err) : OTLS_OK;
}

static otls_status may_add(const otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role == OTLS_CLIENT)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a client does not ask for client certificates");
    return sent_somewhere(context, err);
}

otls_status otls_context_add_client_ca(otls_context *context, const otls_certificate *certificate,
                                       otls_error *err)
{
    OMNI_TRY(may_add(context, err));
    if (certificate == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    return omni_dn_list_add(&context->settings.present.client_ca, certificate->x509.subject, err);
}

otls_status otls_context_add_client_ca_name(otls_context *context, const void *der, size_t size,
                                            otls_error *err)
{
    OMNI_TRY(may_add(context, err));
    OMNI_TRY(omni_dn_check(der, size, err));
    return omni_dn_list_add(&context->settings.present.client_ca, (otls_slice){der, size}, err);
}

/* Of what is gathered from files and stores each name goes out once, as OpenSSL has it; what the
 * caller names one by one is the caller's. */
static otls_status add_trust(otls_context *context, const otls_trust *trust, otls_error *err)
{
    omni_dn_list *const there = &context->settings.present.client_ca;
    omni_dn_list names = {0};
    otls_status status = OTLS_OK;

    for (size_t i = 0; i < trust->anchor_count && status == OTLS_OK; i++) {
        const otls_slice subject = trust->anchors[i].subject;

        if (omni_anchor_is_for(&trust->anchors[i], OTLS_PURPOSE_CLIENT) &&
            !omni_dn_list_has(there, subject) && !omni_dn_list_has(&names, subject))
            status = omni_dn_list_add(&names, subject, err);
    }
    if (status == OTLS_OK)
        status = omni_dn_list_add_all(there, &names, err);
    omni_dn_list_clear(&names);
    return status;
}

otls_status otls_context_add_client_ca_trust(otls_context *context, const otls_trust *trust,
                                             otls_error *err)
{
    OMNI_TRY(may_add(context, err));
    if (trust == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no trust store given");
    return add_trust(context, trust, err);
}

otls_status otls_context_add_client_ca_file(otls_context *context, const char *path,
                                            otls_error *err)
{
    otls_trust *trust;
    otls_status status;

    OMNI_TRY(may_add(context, err));
    OMNI_TRY(otls_trust_new(&trust, err));
    status = otls_trust_add_file(trust, path, err);
    if (status == OTLS_OK && trust->anchor_count == 0)
        status = omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                           "%s: there is no certificate", path);
    if (status == OTLS_OK)
        status = add_trust(context, trust, err);
    otls_trust_free(trust);
    return status;
}

otls_status otls_context_clear_client_ca(otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    omni_dn_list_clear(&context->settings.present.client_ca);
    return OTLS_OK;
}

otls_status omni_client_ca_set(otls_context *context, const otls_certificate *const *certificates,
                               size_t count, otls_error *err)
{
    omni_dn_list before = context->settings.present.client_ca;
    otls_status status = omni_context_unsealed(context, err);

    if (status != OTLS_OK)
        return status;
    context->settings.present.client_ca = (omni_dn_list){0};
    for (size_t i = 0; i < count && status == OTLS_OK; i++)
        status = otls_context_add_client_ca(context, certificates[i], err);
    omni_dn_list_clear(status == OTLS_OK ? &before : &context->settings.present.client_ca);
    if (status != OTLS_OK)
        context->settings.present.client_ca = before;
    return status;
}

size_t otls_context_client_ca_count(const otls_context *context)
{
    return context->settings.present.client_ca.count;
}

const uint8_t *otls_context_client_ca(const otls_context *context, size_t index, size_t *size)
{
    return omni_dn_list_at(&context->settings.present.client_ca, index, size);
}
