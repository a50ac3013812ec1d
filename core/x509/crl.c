/* SPDX-License-Identifier: MIT */
/* Decoding a CRL, RFC 5280 5.1, and looking for a serial number in it. */
#include "x509/crl.h"

#include "base/base.h"
#include "x509/der.h"
#include "x509/dn.h"
#include "x509/form.h"
#include "x509/oid.h"
#include "x509/parts.h"

#include <stdlib.h>

#define OID_NUMBER "\x55\x1d\x14"
#define OID_REASON_CODE "\x55\x1d\x15"
#define OID_DELTA_INDICATOR "\x55\x1d\x1b"
#define OID_DISTRIBUTION_POINT "\x55\x1d\x1c"
#define OID_CERTIFICATE_ISSUER "\x55\x1d\x1d"
#define OID_AUTHORITY_KEY_ID "\x55\x1d\x23"

enum { REMOVE_FROM_CRL = 8 };

bool omni_crl_reasons(otls_slice bits, uint16_t *reasons)
{
    otls_slice octets;
    unsigned unused;

    *reasons = 0;
    if (!omni_der_bits(bits, &octets, &unused))
        return false;
    for (unsigned bit = 0; bit < 9 && bit / 8 < octets.size; bit++)
        if ((octets.data[bit / 8] & (0x80u >> (bit % 8))) != 0)
            *reasons = (uint16_t)(*reasons | 1u << bit);
    *reasons &= OMNI_CRL_REASONS;
    return true;
}

/* 5.2.5: each field once and in order. */
static bool read_distribution_point(omni_crl *crl, otls_slice value)
{
    bool *const switches[] = {&crl->only_user, &crl->only_authority, NULL, &crl->indirect,
                              &crl->unusable /* attribute certificates */};
    omni_der point;
    omni_tlv part;

    crl->issuing_point = value;
    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &point))
        return false;
    if (omni_der_take(&point, OMNI_DER_CONTEXT_CONSTRUCTED(0), &part))
        crl->distribution_point = part.value;
    for (unsigned i = 0; i < OMNI_COUNT(switches); i++) {
        bool set = false;

        if (!omni_der_take(&point, OMNI_DER_CONTEXT(i + 1u), &part))
            continue;
        if (switches[i] == NULL ? !omni_crl_reasons(part.value, &crl->reasons)
                                : !omni_der_boolean(part.value, &set))
            return false;
        if (switches[i] != NULL)
            *switches[i] |= set;
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

static bool read_number(otls_slice *field, otls_slice value)
{
    omni_der der = omni_der_of(value);

    return omni_der_value(&der, OMNI_DER_INTEGER, field) && omni_der_at_end(&der) &&
           omni_der_integer_ok(*field) && (field->data[0] & 0x80) == 0;
}

static bool read_extension(omni_crl *crl, const omni_x509_extension *extension)
{
    const otls_slice oid = extension->oid, value = extension->value;

    if (OMNI_OID_IS(oid, OID_DELTA_INDICATOR)) {
        crl->delta = true;
        return read_number(&crl->base, value);
    }
    if (OMNI_OID_IS(oid, OID_NUMBER))
        return read_number(&crl->number, value);
    if (OMNI_OID_IS(oid, OID_DISTRIBUTION_POINT))
        return read_distribution_point(crl, value);
    if (OMNI_OID_IS(oid, OID_AUTHORITY_KEY_ID))
        return read_key_id(crl, value);
    crl->unusable |= extension->critical;
    return true;
}

static bool read_extensions(omni_crl *crl, otls_slice explicit_value)
{
    omni_x509_extension extension;
    omni_der list;

    if (!omni_der_only(explicit_value, OMNI_DER_SEQUENCE, &list))
        return false;
    crl->unusable |= omni_x509_extensions_twice(list); /* of two, each may be the one that is meant */
    while (!omni_der_at_end(&list))
        if (!omni_x509_extension_next(&list, &extension) || !read_extension(crl, &extension))
            return false;
    return true;
}

/* ---- entries ------------------------------------------------------------------------------- */

/* What the extensions of an entry say. */
typedef struct entry_words {
    otls_slice issuer; /* GeneralNames, content; data NULL = the one before */
    bool removed;
} entry_words;

static bool read_reason(otls_slice value, bool *removed)
{
    omni_der der = omni_der_of(value);
    otls_slice code;

    if (!omni_der_value(&der, OMNI_DER_ENUMERATED, &code) || !omni_der_at_end(&der))
        return false;
    *removed = code.size == 1 && code.data[0] == REMOVE_FROM_CRL;
    return true;
}

/* 5.3.3: "MUST include the DN". Of whom an entry without it speaks, nobody knows; `*named`: there is
 * one, and all of them are names. */
static bool read_issuer(otls_slice value, otls_slice *issuer, bool *named)
{
    bool whole = true, directory = false;
    omni_der names;
    omni_tlv name;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &names))
        return false;
    *issuer = (otls_slice){.data = names.at, .size = (size_t)(names.end - names.at)};
    while (whole && !omni_der_at_end(&names)) {
        whole = omni_der_next(&names, &name) && omni_x509_general_name_ok(&name);
        directory |= whole && name.tag == OMNI_DER_CONTEXT_CONSTRUCTED(4);
    }
    *named = whole && directory;
    return true;
}

/* Another critical extension, or another's certificate where the list has not said that there are
 * such, changes what the entries mean. */
static bool read_entry_extensions(omni_crl *crl, omni_der list, entry_words *out)
{
    omni_x509_extension extension;

    crl->unusable |= omni_x509_extensions_twice(list);
    while (!omni_der_at_end(&list)) {
        if (!omni_x509_extension_next(&list, &extension))
            return false;
        if (OMNI_OID_IS(extension.oid, OID_CERTIFICATE_ISSUER) && crl->indirect) {
            bool named;

            if (!read_issuer(extension.value, &out->issuer, &named))
                return false;
            crl->unusable |= !named;
        } else if (OMNI_OID_IS(extension.oid, OID_REASON_CODE)) {
            if (!read_reason(extension.value, &out->removed))
                return false;
        } else {
            crl->unusable |= extension.critical;
        }
    }
    return true;
}

static bool take_entry(omni_crl *crl, omni_der *list, omni_tlv *serial, entry_words *out)
{
    omni_der entry, extensions;
    omni_tlv date;
    int64_t when;

    *out = (entry_words){.removed = false};
    if (!omni_der_enter(list, OMNI_DER_SEQUENCE, &entry) ||
        !omni_der_take(&entry, OMNI_DER_INTEGER, serial) || !omni_der_integer_ok(serial->value) ||
        !omni_der_next(&entry, &date) || !omni_der_time(&date, &when))
        return false;
    if (omni_der_enter(&entry, OMNI_DER_SEQUENCE, &extensions) &&
        !read_entry_extensions(crl, extensions, out))
        return false;
    return omni_der_at_end(&entry);
}

/* Walks the entries; with an index, notes where their serials are. */
static bool read_entries(omni_crl *crl, uint32_t *index)
{
    omni_der list = omni_der_of(crl->entries);
    entry_words words;
    omni_tlv serial;

    for (crl->count = 0; !omni_der_at_end(&list); crl->count++) {
        if (!take_entry(crl, &list, &serial, &words) || crl->count == OMNI_CRL_ENTRY_LIMIT)
            return false;
        if (index != NULL)
            index[crl->count] = (uint32_t)(serial.whole.data - crl->entries.data);
    }
    return true;
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
    return omni_der_compare(serial_at(crl, a), serial_at(crl, b));
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
    (void)omni_x509_signature_algorithm(omni_der_of(algorithm.value), &crl->signature_algorithm);
    crl->issuer_hash = omni_dn_hash(crl->issuer);
    return read_entries(crl, NULL);
}

otls_status omni_crl_parse(omni_crl **out, uint8_t *block, size_t size, otls_error *err)
{
    omni_crl *crl = omni_calloc(1, sizeof(*crl));

    if (crl == NULL)
        return omni_fail_nomem(err);
    atomic_init(&crl->signer, NULL);
    crl->reasons = OMNI_CRL_REASONS;
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

/* Is the serial in the index? */
static bool listed(const omni_crl *crl, otls_slice serial)
{
    size_t low = 0, high = crl->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = omni_der_compare(serial_at(crl, crl->index[middle]), serial);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* 5.3.3: a directory name among the names of an entry's issuer. */
static bool names_issuer(otls_slice names, otls_slice issuer)
{
    omni_der list = omni_der_of(names);
    omni_tlv name;

    while (omni_der_next(&list, &name))
        if (name.tag == OMNI_DER_CONTEXT_CONSTRUCTED(4) && omni_dn_equal(name.value, issuer))
            return true;
    return false;
}

/* An issuer stands for all entries up to the next one, so they are walked; the index has told that
 * the serial is among them. The last entry about a certificate is the one that holds. Only a delta takes
 * something back (5.3.1). */
omni_crl_entry omni_crl_find(const omni_crl *crl, otls_slice issuer, otls_slice serial)
{
    omni_crl_entry found = OMNI_CRL_ABSENT;
    omni_crl notes = {.indirect = crl->indirect};
    omni_der list = omni_der_of(crl->entries);
    entry_words words;
    omni_tlv at;
    bool ours;

    if (!listed(crl, serial))
        return OMNI_CRL_ABSENT;
    if (!crl->indirect && !crl->delta)
        return OMNI_CRL_REVOKED;
    ours = omni_dn_equal(crl->issuer, issuer);
    while (take_entry(&notes, &list, &at, &words)) {
        if (words.issuer.data != NULL)
            ours = names_issuer(words.issuer, issuer);
        if (ours && omni_slice_equal(at.value, serial))
            found = words.removed && crl->delta ? OMNI_CRL_REMOVED : OMNI_CRL_REVOKED;
    }
    return found;
}
