/* SPDX-License-Identifier: MIT */
/* The names of client authorities: what a server sends, what a client was sent. */
#include "base/alloc.h"
#include "base/fail.h"
#include "connection/connection.h"
#include "trust/store.h"
#include "x509/decode.h"
#include "x509/dn.h"

/* Is there a version left in which the engine sends them? */
static otls_status sent_somewhere(const otls_context *context, otls_error *err)
{
    const otls_backend *backend = context->backend;
    const uint16_t lowest = context->settings.lowest;

    if (otls_backend_supports(backend, OTLS_FEATURE_CLIENT_CA_NAMES, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, backend, OTLS_FEATURE_CLIENT_CA_NAMES);
    if (lowest == OTLS_TLS1_3 &&
        otls_backend_supports(backend, OTLS_FEATURE_CLIENT_CA_NAMES_13, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, backend, OTLS_FEATURE_CLIENT_CA_NAMES_13);
    return OTLS_OK;
}

otls_status omni_client_ca_check(const otls_context *context, otls_error *err)
{
    return context->settings.calls.client_ca.count != 0 ? sent_somewhere(context, err) : OTLS_OK;
}

static otls_status may_add(const otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role == OTLS_CLIENT)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "a client does not ask for client certificates");
    return sent_somewhere(context, err);
}

otls_status otls_context_add_client_ca(otls_context *context, const otls_certificate *certificate,
                                       otls_error *err)
{
    OMNI_TRY(may_add(context, err));
    if (certificate == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    return omni_dn_list_add(&context->settings.calls.client_ca, certificate->x509.subject, err);
}

static otls_status add_trust(otls_context *context, const otls_trust *trust, otls_error *err)
{
    omni_dn_list names = {0};
    otls_status status = OTLS_OK;

    for (size_t i = 0; i < trust->anchor_count && status == OTLS_OK; i++)
        if (omni_anchor_is_for(&trust->anchors[i], OTLS_PURPOSE_CLIENT))
            status = omni_dn_list_add(&names, trust->anchors[i].subject, err);
    if (status == OTLS_OK)
        status = omni_dn_list_add_all(&context->settings.calls.client_ca, &names, err);
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
    if (status == OTLS_OK)
        status = add_trust(context, trust, err);
    otls_trust_free(trust);
    return status;
}

otls_status otls_context_clear_client_ca(otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    omni_dn_list_clear(&context->settings.calls.client_ca);
    return OTLS_OK;
}

static const uint8_t *name_at(const omni_dn_list *list, size_t index, size_t *size)
{
    *size = index < list->count ? list->names[index].size : 0;
    return index < list->count ? list->names[index].data : NULL;
}

size_t otls_context_client_ca_count(const otls_context *context)
{
    return context->settings.calls.client_ca.count;
}

const uint8_t *otls_context_client_ca(const otls_context *context, size_t index, size_t *size)
{
    return name_at(&context->settings.calls.client_ca, index, size);
}

static const omni_dn_list *list_of(const otls_connection *conn)
{
    return conn->server ? &conn->context->settings.calls.client_ca : &conn->calls.client_ca;
}

size_t otls_connection_client_ca_count(const otls_connection *conn)
{
    return list_of(conn)->count;
}

const uint8_t *otls_connection_client_ca(const otls_connection *conn, size_t index, size_t *size)
{
    return name_at(list_of(conn), index, size);
}

void omni_core_client_ca_names(otls_core *core, const otls_slice *names, size_t count)
{
    otls_connection *conn = (otls_connection *)(void *)core;

    omni_dn_list_clear(&conn->calls.client_ca);
    /* a hint: what does not fit, or finds no memory, is left out */
    for (size_t i = 0; i < count; i++)
        (void)omni_dn_list_add(&conn->calls.client_ca, names[i], NULL);
}

otls_status otls_name_text(const void *der, size_t size, char **out, otls_error *err)
{
    omni_text text = {0};
    omni_der name;
    omni_tlv whole;

    *out = NULL;
    name = (omni_der){.at = der, .end = (const uint8_t *)der + size};
    if (der == NULL || !omni_der_take(&name, OMNI_DER_SEQUENCE, &whole) || name.at != name.end ||
        !omni_dn_ok(whole.value))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "this is no distinguished name in DER");
    omni_text_dn(&text, whole.whole);
    return omni_text_finish(&text, out, err);
}
