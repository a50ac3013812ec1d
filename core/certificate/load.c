/* SPDX-License-Identifier: MIT */
/* Certificates from files and bundles, and the conversions between DER and PEM. */
#include "base/base.h"
#include "certificate/parts.h"

/** More than any bundle has; what is above costs memory only. */
#define LIST_MAX 65536u

typedef struct certificate_list {
    otls_certificate **items;
    size_t count, capacity;
} certificate_list;

/** Takes the reference over, also when it fails. */
static otls_status list_add(certificate_list *list, otls_certificate *cert, otls_error *err)
{
    if (list->count == LIST_MAX) {
        otls_certificate_free(cert);
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "more than %u certificates in one bundle", LIST_MAX);
    }
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity != 0 ? list->capacity * 2 : 8;
        otls_certificate **items = omni_realloc(list->items, capacity * sizeof(*items));

        if (items == NULL) {
            otls_certificate_free(cert);
            return omni_fail_nomem(err);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = cert;
    return OTLS_OK;
}

static otls_status add_block(const omni_pem_block *block, void *user, otls_error *err)
{
    otls_certificate *cert;
    otls_slice der;

    OMNI_TRY(omni_pem_certificate(block, &der, err));
    if (der.data == NULL)
        return OTLS_OK;
    OMNI_TRY(otls_certificate_from_der(&cert, der.data, der.size, err));
    return list_add(user, cert, err);
}

void otls_certificate_list_free(otls_certificate **list, size_t count)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        otls_certificate_free(list[i]);
    omni_free(list);
}

otls_status otls_certificate_list_from_pem(otls_certificate ***out, size_t *count, const void *pem,
                                           size_t size, otls_error *err)
{
    certificate_list list = {.items = NULL};
    otls_status status;

    if (out == NULL || count == NULL || (pem == NULL && size != 0))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no PEM text, or nowhere to put it");
    *out = NULL;
    *count = 0;
    status = omni_pem_each((otls_slice){.data = pem, .size = size}, add_block, &list, NULL, err);
    if (status == OTLS_OK && list.count == 0)
        status = omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                           "there is no certificate in the PEM text");
    if (status != OTLS_OK) {
        otls_certificate_list_free(list.items, list.count);
        return status;
    }
    *out = list.items;
    *count = list.count;
    return OTLS_OK;
}

/** Put the file's name in front of what went wrong in it. */
static otls_status in_file(otls_status status, const char *path, otls_error *err)
{
    otls_error report = omni_error_of(err);
    char text[sizeof(report.text)];

    if (status == OTLS_OK)
        return status;
    memcpy(text, report.text, sizeof(text));
    (void)snprintf(report.text, sizeof(report.text), "%.90s: %.96s", path, text);
    omni_error_give(err, &report);
    return status;
}

/** DER starts with a SEQUENCE's tag, which is '0' in ASCII; a PEM text may start with that too. */
static bool looks_like_der(const uint8_t *data, size_t size)
{
    return size > 1 && data[0] == OMNI_DER_SEQUENCE && data[1] >= 0x80;
}

static otls_status list_from_der(otls_certificate ***out, size_t *count, const uint8_t *der,
                                 size_t size, otls_error *err)
{
    certificate_list list = {.items = NULL};
    otls_certificate *cert;

    OMNI_TRY(otls_certificate_from_der(&cert, der, size, err));
    OMNI_TRY(list_add(&list, cert, err));
    *out = list.items;
    *count = list.count;
    return OTLS_OK;
}

otls_status otls_certificate_list_from_file(otls_certificate ***out, size_t *count,
                                            const char *path, otls_error *err)
{
    unsigned char *data;
    otls_status status;
    size_t size;

    if (out == NULL || count == NULL || path == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no path, or nowhere to put it");
    *out = NULL;
    *count = 0;
    OMNI_TRY(omni_file_read(path, &data, &size, err));
    if (looks_like_der(data, size))
        status = list_from_der(out, count, data, size, err);
    else
        status = otls_certificate_list_from_pem(out, count, data, size, err);
    omni_free(data);
    return in_file(status, path, err);
}

otls_status otls_certificate_from_file(otls_certificate **out, const char *path, otls_error *err)
{
    unsigned char *data;
    otls_status status;
    size_t size;

    if (out == NULL || path == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no path, or nowhere to put it");
    *out = NULL;
    OMNI_TRY(omni_file_read(path, &data, &size, err));
    if (looks_like_der(data, size))
        status = otls_certificate_from_der(out, data, size, err);
    else
        status = otls_certificate_from_pem(out, data, size, err);
    omni_free(data);
    return in_file(status, path, err);
}

otls_status otls_der_to_pem(const void *der, size_t size, char **out, otls_error *err)
{
    if (out == NULL || (der == NULL && size != 0))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no DER, or nowhere to put it");
    *out = NULL;
    return omni_pem_encode("CERTIFICATE", (otls_slice){.data = der, .size = size}, out, err);
}

/** Where the first certificate's bytes go. */
typedef struct der_sink {
    uint8_t *data;
    size_t size;
} der_sink;

static otls_status take_der(const omni_pem_block *block, void *user, otls_error *err)
{
    der_sink *sink = user;
    otls_slice der;

    OMNI_TRY(omni_pem_certificate(block, &der, err));
    if (der.data == NULL)
        return OTLS_OK;
    sink->data = omni_memdup(der.data, der.size);
    if (sink->data == NULL)
        return omni_fail_nomem(err);
    sink->size = der.size;
    return OTLS_CLOSED; /* the first is enough */
}

otls_status otls_pem_to_der(const void *pem, size_t size, uint8_t **out, size_t *length,
                            otls_error *err)
{
    der_sink sink = {.data = NULL};
    otls_status status;

    if (out == NULL || length == NULL || (pem == NULL && size != 0))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no PEM text, or nowhere to put it");
    *out = NULL;
    *length = 0;
    status = omni_pem_each((otls_slice){.data = pem, .size = size}, take_der, &sink, NULL, err);
    if (sink.data == NULL)
        return status != OTLS_OK ? status
                                 : omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                                             "there is no certificate in the PEM text");
    *out = sink.data;
    *length = sink.size;
    return OTLS_OK;
}
