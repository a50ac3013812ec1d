/* SPDX-License-Identifier: MIT */
#include "x509/dh.h"

#include "base/base.h"
#include "x509/der.h"
#include "x509/strength.h"

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
    const unsigned bits = p.size <= OMNI_DH_MODULUS_BITS_MAX / 8 ? bits_of(p) : OMNI_DH_MODULUS_BITS_MAX + 1;

    if (bits > OMNI_DH_MODULUS_BITS_MAX)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "%s: a modulus of more than %u bits", what, OMNI_DH_MODULUS_BITS_MAX);
    if (bits < OMNI_DH_MODULUS_BITS_MIN || omni_strength_of_modulus(bits) < omni_strength_of_level(level))
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
