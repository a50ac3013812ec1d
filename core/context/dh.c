/* SPDX-License-Identifier: MIT */
/*
 * Diffie-Hellman parameters: PKCS #3 section 9, DHParameter ::= SEQUENCE { prime INTEGER, base
 * INTEGER, privateValueLength INTEGER OPTIONAL }.
 */
#include "base/alloc.h"
#include "base/fail.h"
#include "base/files.h"
#include "context/options.h"
#include "x509/der.h"
#include "x509/strength.h"

#include <string.h>

#define MODULUS_BITS_MIN 1024u
#define MODULUS_BITS_MAX 16384u
#define SOURCE_LIMIT ((size_t)64 * 1024)

static otls_slice without_zeros(otls_slice number)
{
    while (number.size > 0 && number.data[0] == 0) {
        number.data++;
        number.size--;
    }
    return number;
}

bool omni_dh_params_parse(otls_slice der, otls_slice *p, otls_slice *g)
{
    omni_der body;
    otls_slice length;
    size_t bits;

    if (!omni_der_only(der, OMNI_DER_SEQUENCE, &body) ||
        !omni_der_value(&body, OMNI_DER_INTEGER, p) || !omni_der_bit_length(*p, &bits) ||
        !omni_der_value(&body, OMNI_DER_INTEGER, g) || !omni_der_bit_length(*g, &bits))
        return false;
    if (!omni_der_at_end(&body) &&
        (!omni_der_value(&body, OMNI_DER_INTEGER, &length) || !omni_der_bit_length(length, &bits)))
        return false;
    *p = without_zeros(*p);
    *g = without_zeros(*g);
    return omni_der_at_end(&body);
}

static unsigned bits_of(otls_slice number)
{
    unsigned bits = (unsigned)number.size * 8;

    for (unsigned top = number.size > 0 ? number.data[0] : 0; top != 0 && top < 0x80; top <<= 1)
        bits--;
    return bits;
}

/* 1 < g < p - 1; p is odd, so p - 1 differs from it in the last bit only. */
static bool generator_ok(otls_slice p, otls_slice g)
{
    if (g.size == 0 || (g.size == 1 && g.data[0] == 1))
        return false;
    if (g.size != p.size)
        return g.size < p.size;
    for (size_t i = 0; i < p.size; i++) {
        const uint8_t limit = i + 1 == p.size ? (uint8_t)(p.data[i] - 1) : p.data[i];

        if (g.data[i] != limit)
            return g.data[i] < limit;
    }
    return false;
}

otls_status omni_dh_params_check(otls_slice p, otls_slice g, int level, const char *what,
                                 otls_error *err)
{
    const unsigned bits = p.size <= MODULUS_BITS_MAX / 8 ? bits_of(p) : MODULUS_BITS_MAX + 1;

    if (bits > MODULUS_BITS_MAX)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "%s: a modulus of more than %u bits", what, MODULUS_BITS_MAX);
    if (bits < MODULUS_BITS_MIN || omni_strength_of_modulus(bits) < omni_strength_of_level(level))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WEAK,
                         "%s: a modulus of %u bits is too weak for security level %d", what, bits,
                         level);
    if ((p.data[p.size - 1] & 1) == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WEAK, "%s: the modulus is even", what);
    if (!generator_ok(p, g))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WEAK,
                         "%s: the generator is not between 1 and the modulus less one", what);
    return OTLS_OK;
}

/* ---- the setters ---- */

typedef struct reading {
    otls_slice found;
    uint8_t copy[MODULUS_BITS_MAX / 4 + 64]; /* modulus, generator, heads */
    bool too_long;
} reading;

static otls_status keep(reading *r, otls_slice der)
{
    r->too_long = der.size > sizeof(r->copy);
    if (r->too_long)
        return OTLS_OK;
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
    OMNI_TRY(omni_dh_params_check(p, g, context->settings.security_level, what, err));
    copy = omni_memdup(r.found.data, r.found.size);
    if (copy == NULL)
        return omni_fail_nomem(err);
    omni_free(context->settings.dh_params);
    context->settings.dh_params = copy;
    context->settings.dh_params_size = r.found.size;
    return OTLS_OK;
}

static otls_status usable(const otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (otls_backend_supports(context->backend, OTLS_FEATURE_DHE, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, context->backend, OTLS_FEATURE_DHE);
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
