/* SPDX-License-Identifier: MIT */
/* The Diffie-Hellman group of a server: read from a file or memory, PEM or DER. */
#include "context/context.h"

#include "base/base.h"
#include "x509/x509.h"
#include <omnitls/options.h>

#include <string.h>

#define SOURCE_LIMIT ((size_t)64 * 1024)

typedef struct reading {
    otls_slice found;
    uint8_t copy[OMNI_DH_MODULUS_BITS_MAX / 4 + 64]; /* modulus, generator, heads */
    bool too_long;
} reading;

static otls_status keep(reading *r, otls_slice der)
{
    r->too_long = der.size > sizeof(r->copy);
    if (r->too_long)
        return OTLS_OK;
    if (der.size != 0) /* a block with headers has none */
        memcpy(r->copy, der.data, der.size);
    r->found = (otls_slice){r->copy, der.size};
    return OTLS_OK;
}

static otls_status each_block(const omni_pem_block *block, void *user, otls_error *err)
{
    reading *r = user;

    (void)err;
    return r->found.data == NULL && omni_pem_label_is(block, "DH PARAMETERS") ? keep(r, block->der)
                                                                              : OTLS_OK;
}

static otls_status read_parameters(reading *r, otls_slice bytes, const char *what, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    size_t blocks;

    if (bytes.size > 1 && bytes.data[0] == OMNI_DER_SEQUENCE)
        (void)keep(r, bytes);
    else if (omni_pem_each(bytes, each_block, r, &blocks, &inner) != OTLS_OK)
        return omni_fail(err, OTLS_E_CREDENTIAL, inner.code, "%s: %s", what, inner.text);
    if (r->too_long)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "%s: the parameters are too long",
                         what);
    if (r->found.data == NULL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM, "%s: holds no DH PARAMETERS",
                         what);
    return OTLS_OK;
}

static otls_status set(otls_context *context, otls_slice bytes, const char *what, otls_error *err)
{
    reading r = {.found = {NULL, 0}};
    otls_slice p, g;
    uint8_t *copy;

    if (bytes.data == NULL || bytes.size == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM, "%s: is empty", what);
    if (bytes.size > SOURCE_LIMIT)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "%s: larger than %zu bytes", what,
                         SOURCE_LIMIT);
    OMNI_TRY(read_parameters(&r, bytes, what, err));
    if (!omni_dh_params_parse(r.found, &p, &g))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "%s: is no DER of Diffie-Hellman parameters", what);
    OMNI_TRY(omni_dh_params_check(p, g, context->settings.verdict.security_level, what, err));
    copy = omni_memdup(r.found.data, r.found.size);
    if (copy == NULL)
        return omni_fail_nomem(err);
    omni_free(context->settings.offer.dh_params);
    context->settings.offer.dh_params = copy;
    context->settings.offer.dh_params_size = r.found.size;
    return OTLS_OK;
}

static otls_status usable(const otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_DHE, err));
    return OTLS_OK;
}

otls_status otls_context_set_dh_params_memory(otls_context *context, const void *pem_or_der,
                                              size_t size, otls_error *err)
{
    OMNI_TRY(usable(context, err));
    return set(context, (otls_slice){pem_or_der, size}, "DH parameters in memory", err);
}

otls_status otls_context_set_dh_params_file(otls_context *context, const char *path,
                                            otls_error *err)
{
    unsigned char *data;
    size_t size;
    otls_status status;

    OMNI_TRY(usable(context, err));
    OMNI_TRY(omni_file_read(path, &data, &size, err));
    status = set(context, (otls_slice){data, size}, path, err);
    omni_free(data);
    return status;
}
