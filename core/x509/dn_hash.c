/* SPDX-License-Identifier: MIT */
/*
 * A hash of a Name that is the same for names equal under RFC 5280 7.1. That comparison ignores
 * case, outer and repeated white space, and the kind of string; so the hash sees only the letters
 * and digits of ASCII, in lower case, whatever the encoding. Attributes of one RDN are a SET: their
 * hashes are added, so that their order does not matter.
 */
#include "base/base.h"
#include "x509/der.h"
#include "x509/dn.h"

static uint64_t hash_value(uint64_t hash, const omni_tlv *value)
{
    const size_t unit = value->tag == OMNI_DER_BMP_STRING         ? 2
                        : value->tag == OMNI_DER_UNIVERSAL_STRING ? 4
                                                                  : 1;
    const uint8_t *data = value->value.data;

    for (size_t i = unit; i <= value->value.size; i += unit) {
        unsigned c = data[i - 1];

        for (size_t high = i - unit; high < i - 1; high++)
            if (data[high] != 0)
                c = 0x80; /* not ASCII */
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            hash = omni_hash_mix(hash, c);
    }
    return hash;
}

static uint64_t hash_rdn(otls_slice set)
{
    uint64_t sum = 0;
    omni_der rdn = omni_der_of(set), attribute;
    omni_tlv type, value;

    while (omni_der_enter(&rdn, OMNI_DER_SEQUENCE, &attribute)) {
        uint64_t hash = OMNI_HASH_START;

        if (!omni_der_take(&attribute, OMNI_DER_OID, &type) || !omni_der_next(&attribute, &value))
            break;
        hash = omni_hash_bytes(hash, type.value.data, type.value.size);
        sum += hash_value(hash, &value);
    }
    return sum;
}

uint64_t omni_dn_hash(otls_slice name)
{
    uint64_t hash = OMNI_HASH_START;
    omni_der rdns;
    omni_tlv rdn;

    if (!omni_der_only(name, OMNI_DER_SEQUENCE, &rdns))
        return 0;
    while (omni_der_take(&rdns, OMNI_DER_SET, &rdn))
        hash = omni_hash_mix(hash, hash_rdn(rdn.value));
    return hash;
}
