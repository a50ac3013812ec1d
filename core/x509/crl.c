/* SPDX-License-Identifier: MIT */
/* Decoding a CRL, RFC 5280 5.1, and looking for a serial number in it. */
#include "x509/crl.h"

#include "base/base.h"
#include "x509/der.h"
#include "x509/dn.h"
#include "x509/oid.h"
#include "x509/parts.h"

#include <stdlib.h>

#define OID_DELTA_INDICATOR "\x55\x1d\x1b"
#define OID_DISTRIBUTION_POINT "\x55\x1d\x1c"
#define OID_AUTHORITY_KEY_ID "\x55\x1d\x23"

static bool read_distribution_point(omni_crl *crl, otls_slice value)
{
    omni_der point;
    omni_tlv part;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &point))
        return false;
    while (omni_der_next(&point, &part)) {
        bool set = false;

        if (part.tag == OMNI_DER_CONTEXT_CONSTRUCTED(0)) {
            crl->distribution_point = part.value;
            continue;
        }
        if (part.tag == OMNI_DER_CONTEXT(3)) { /* only some reasons */
            crl->unusable = true;
            continue;
        }
        if (!omni_der_boolean(part.value, &set))
            return false;
        if (part.tag == OMNI_DER_CONTEXT(1))
            crl->only_user = set;
        else if (part.tag == OMNI_DER_CONTEXT(2))
            crl->only_authority = set;
        else /* indirect, or for attribute certificates */
            crl->unusable |= set;
    }
    return omni_der_at_end(&point);
}

static bool read_key_id(omni_crl *crl, otls_slice value)
{
    omni_der sequence;
    omni_tlv part;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &sequence))
        return false;
    if (omni_der_take(&sequence, OMNI_DER_CONTEXT(0), &part))
        crl->authority_key_id = part.value;
    return true;
}

static bool read_extension(omni_crl *crl, omni_der *extension)
{
    otls_slice oid, value, critical_bytes;
    bool critical = false;

    if (!omni_der_value(extension, OMNI_DER_OID, &oid))
        return false;
    if (omni_der_value(extension, OMNI_DER_BOOLEAN, &critical_bytes) &&
        !omni_der_boolean(critical_bytes, &critical))
        return false;
    if (!omni_der_value(extension, OMNI_DER_OCTET_STRING, &value) || !omni_der_at_end(extension))
        return false;
    if (OMNI_OID_IS(oid, OID_DELTA_INDICATOR))
        crl->delta = true;
    else if (OMNI_OID_IS(oid, OID_DISTRIBUTION_POINT))
        return read_distribution_point(crl, value);
    else if (OMNI_OID_IS(oid, OID_AUTHORITY_KEY_ID))
        return read_key_id(crl, value);
    else if (critical)
        crl->unusable = true;
    return true;
}

static bool read_extensions(omni_crl *crl, otls_slice explicit_value)
{
    omni_der list, extension;

    if (!omni_der_only(explicit_value, OMNI_DER_SEQUENCE, &list))
        return false;
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &extension))
        if (!read_extension(crl, &extension))
            return false;
    return omni_der_at_end(&list);
}

/* A critical entry extension (certificateIssuer, above all) changes what the entries mean. */
static bool read_entry_extensions(omni_crl *crl, omni_der *list)
{
    omni_der extension;
    otls_slice oid, bytes;
    bool critical;

    while (omni_der_enter(list, OMNI_DER_SEQUENCE, &extension)) {
        critical = false;
        if (!omni_der_value(&extension, OMNI_DER_OID, &oid))
            return false;
        if (omni_der_value(&extension, OMNI_DER_BOOLEAN, &bytes) &&
            !omni_der_boolean(bytes, &critical))
            return false;
        crl->unusable |= critical;
    }
    return omni_der_at_end(list);
}

/* Walks the entries; with an index, notes where their serials are. */
static bool read_entries(omni_crl *crl, uint32_t *index)
{
    omni_der list = omni_der_of(crl->entries), entry, extensions;
    omni_tlv serial, date;

    crl->count = 0;
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &entry)) {
        int64_t when;

        if (!omni_der_take(&entry, OMNI_DER_INTEGER, &serial) || !omni_der_next(&entry, &date) ||
            !omni_der_time(&date, &when))
            return false;
        if (omni_der_enter(&entry, OMNI_DER_SEQUENCE, &extensions) &&
            !read_entry_extensions(crl, &extensions))
            return false;
        if (!omni_der_at_end(&entry) || crl->count == OMNI_CRL_ENTRY_LIMIT)
            return false;
        if (index != NULL)
            index[crl->count] = (uint32_t)(serial.whole.data - crl->entries.data);
        crl->count++;
    }
    return omni_der_at_end(&list);
}

static int compare_serials(otls_slice a, otls_slice b)
{
    if (a.size != b.size)
        return a.size < b.size ? -1 : 1;
    return memcmp(a.data, b.data, a.size);
}

static otls_slice serial_at(const omni_crl *crl, uint32_t offset)
{
    omni_der at = {.at = crl->entries.data + offset, .end = crl->entries.data + crl->entries.size};
    otls_slice serial = {.data = NULL, .size = 0};

    (void)omni_der_value(&at, OMNI_DER_INTEGER, &serial);
    return serial;
}

static int serial_order(const omni_crl *crl, uint32_t a, uint32_t b)
{
    return compare_serials(serial_at(crl, a), serial_at(crl, b));
}

/* Heap sort: qsort takes no argument to carry the list, and its worst case is not bounded. */
static void sift(const omni_crl *crl, uint32_t *index, size_t root, size_t count)
{
    for (;;) {
        size_t child = 2 * root + 1;
        const uint32_t saved = index[root];

        if (child >= count)
            return;
        if (child + 1 < count && serial_order(crl, index[child], index[child + 1]) < 0)
            child++;
        if (serial_order(crl, saved, index[child]) >= 0)
            return;
        index[root] = index[child];
        index[child] = saved;
        root = child;
    }
}

static void sort_index(const omni_crl *crl, uint32_t *index, size_t count)
{
    for (size_t root = count / 2; root-- > 0;)
        sift(crl, index, root, count);
    for (size_t end = count; end > 1;) {
        const uint32_t saved = index[0];

        index[0] = index[--end];
        index[end] = saved;
        sift(crl, index, 0, end);
    }
}

/* tbsCertList, 5.1.2 */
static bool read_tbs(omni_crl *crl, omni_der *tbs, otls_slice *inner_algorithm)
{
    omni_tlv part, time;
    uint32_t version = 0;

    if (omni_der_take(tbs, OMNI_DER_INTEGER, &part) &&
        (!omni_der_unsigned(part.value, &version) || version != 1))
        return false;
    if (!omni_der_take(tbs, OMNI_DER_SEQUENCE, &part))
        return false;
    *inner_algorithm = part.whole;
    if (!omni_der_take(tbs, OMNI_DER_SEQUENCE, &part))
        return false;
    crl->issuer = part.whole;
    if (!omni_der_next(tbs, &time) || !omni_der_time(&time, &crl->this_update))
        return false;
    crl->next_update = INT64_MAX;
    if (omni_der_tag(tbs) == OMNI_DER_UTC_TIME || omni_der_tag(tbs) == OMNI_DER_GENERALIZED_TIME)
        if (!omni_der_next(tbs, &time) || !omni_der_time(&time, &crl->next_update))
            return false;
    if (omni_der_take(tbs, OMNI_DER_SEQUENCE, &part))
        crl->entries = part.value;
    if (omni_der_take(tbs, OMNI_DER_CONTEXT_CONSTRUCTED(0), &part) &&
        (version != 1 || !read_extensions(crl, part.value)))
        return false;
    return omni_der_at_end(tbs);
}

static bool read_crl(omni_crl *crl)
{
    omni_der list, tbs;
    omni_tlv whole_tbs, algorithm, bits;
    otls_slice inner;

    if (!omni_der_only(crl->der, OMNI_DER_SEQUENCE, &list) ||
        !omni_der_take(&list, OMNI_DER_SEQUENCE, &whole_tbs) ||
        !omni_der_take(&list, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_der_take(&list, OMNI_DER_BIT_STRING, &bits) || !omni_der_at_end(&list) ||
        !omni_der_octets(bits.value, &crl->signature))
        return false;
    crl->tbs = whole_tbs.whole;
    tbs = omni_der_of(whole_tbs.value);
    if (!read_tbs(crl, &tbs, &inner) || !omni_slice_equal(inner, algorithm.whole))
        return false;
    omni_x509_signature_algorithm(omni_der_of(algorithm.value), &crl->signature_algorithm);
    crl->issuer_hash = omni_dn_hash(crl->issuer);
    return read_entries(crl, NULL);
}

otls_status omni_crl_parse(omni_crl **out, uint8_t *block, size_t size, otls_error *err)
{
    omni_crl *crl = omni_calloc(1, sizeof(*crl));

    if (crl == NULL)
        return omni_fail_nomem(err);
    atomic_init(&crl->signer, NULL);
    crl->der = (otls_slice){.data = block, .size = size};
    if (size > UINT32_MAX || !read_crl(crl)) {
        omni_crl_free(crl);
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "not a DER certificate revocation list");
    }
    crl->index = omni_malloc(crl->count * sizeof(*crl->index));
    if (crl->index == NULL) {
        omni_crl_free(crl);
        return omni_fail_nomem(err);
    }
    (void)read_entries(crl, crl->index);
    sort_index(crl, crl->index, crl->count);
    crl->block = block;
    *out = crl;
    return OTLS_OK;
}

void omni_crl_free(omni_crl *crl)
{
    if (crl == NULL)
        return;
    omni_free(atomic_load_explicit(&crl->signer, memory_order_acquire));
    omni_free(crl->index);
    omni_free(crl->block);
    omni_free(crl);
}

bool omni_crl_has(const omni_crl *crl, otls_slice serial)
{
    size_t low = 0, high = crl->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_serials(serial_at(crl, crl->index[middle]), serial);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
