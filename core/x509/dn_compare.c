/* SPDX-License-Identifier: MIT */
/*
 * Comparing names, RFC 5280 7.1, as the engines do it: character strings of any type are equal when
 * they have the same characters, ASCII letters in either case, runs of white space counting as one
 * blank and none at the ends. Everything else is compared octet by octet. omni_dn_equal and
 * omni_dn_canonical go through the same character source, so they cannot disagree.
 */
#include "base/base.h"
#include "x509/decode.h"
#include "x509/dn.h"

/** The characters of a string, folded. */
typedef struct folded {
    otls_slice rest;
    uint8_t tag;
    bool started;
} folded;

static bool is_blank(uint32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r');
}

/** The next folded character; false at the end. */
static bool folded_next(folded *string, uint32_t *out)
{
    omni_character c;
    bool blank = false;
    otls_slice before = string->rest;

    while (omni_string_next(string->tag, &string->rest, &c)) {
        if (is_blank(c.code)) {
            blank = true;
            before = string->rest;
            continue;
        }
        if (blank && string->started) {
            string->rest = before; /* give the blank first, this character next time */
            *out = ' ';
            string->started = false;
            return true;
        }
        string->started = true;
        *out = c.code >= 'A' && c.code <= 'Z' ? c.code + ('a' - 'A') : c.code;
        return true;
    }
    return false;
}

/** Character strings without undecodable bytes are compared as text, all else as octets. */
static bool is_text(const omni_tlv *value)
{
    otls_slice rest = value->value;
    omni_character c;

    if (!omni_string_ok(value))
        return false;
    while (omni_string_next(value->tag, &rest, &c)) {
        if (c.undecoded)
            return false;
    }
    return true;
}

static bool value_equal(const omni_tlv *a, const omni_tlv *b)
{
    folded left = {.rest = a->value, .tag = a->tag};
    folded right = {.rest = b->value, .tag = b->tag};
    bool more_left, more_right;
    uint32_t x, y;

    if (omni_slice_equal(a->whole, b->whole))
        return true;
    if (!is_text(a) || !is_text(b))
        return false;
    do {
        more_left = folded_next(&left, &x);
        more_right = folded_next(&right, &y);
    } while (more_left && more_right && x == y);
    return !more_left && !more_right;
}

static bool entry_equal(const omni_dn_entry *a, const omni_dn_entry *b)
{
    return omni_slice_equal(a->oid, b->oid) && value_equal(&a->value, &b->value);
}

/** The attributes of the next RDN; 0 at the end. */
static size_t take_rdn(omni_der *rdns, omni_dn_entry out[OMNI_RDN_ATTRIBUTES_MAX])
{
    omni_dn_cursor cursor = {.rdn = 1};
    const otls_slice nothing = {.data = NULL, .size = 0};
    size_t count = 0;

    cursor.rdns = omni_der_of(nothing);
    if (!omni_der_enter(rdns, OMNI_DER_SET, &cursor.attributes))
        return 0;
    while (count < OMNI_RDN_ATTRIBUTES_MAX && omni_dn_next(&cursor, &out[count]))
        count++;
    return count;
}

/** A SET has no order: each attribute of one must find its own partner in the other. */
static bool rdn_equal(const omni_dn_entry *a, const omni_dn_entry *b, size_t count)
{
    uint32_t taken = 0;

    for (size_t i = 0; i < count; i++) {
        size_t j = 0;

        while (j < count && ((taken & 1u << j) != 0 || !entry_equal(&a[i], &b[j])))
            j++;
        if (j == count)
            return false;
        taken |= 1u << j;
    }
    return true;
}

/** RDN by RDN, without a copy. `prefix`: `b` may go on behind the end of `a`. */
static bool rdns_agree(omni_der a, omni_der b, bool prefix)
{
    omni_dn_entry left[OMNI_RDN_ATTRIBUTES_MAX], right[OMNI_RDN_ATTRIBUTES_MAX];
    size_t count_a, count_b;

    for (;;) {
        if (prefix && omni_der_at_end(&a))
            return true;
        count_a = take_rdn(&a, left);
        count_b = take_rdn(&b, right);
        if (count_a != count_b || !rdn_equal(left, right, count_a))
            return false;
        if (count_a == 0)
            return omni_der_at_end(&a) && omni_der_at_end(&b);
    }
}

bool omni_dn_equal(otls_slice a, otls_slice b)
{
    omni_der rdns_a, rdns_b;

    if (omni_slice_equal(a, b))
        return true;
    return omni_der_only(a, OMNI_DER_SEQUENCE, &rdns_a) &&
           omni_der_only(b, OMNI_DER_SEQUENCE, &rdns_b) && rdns_agree(rdns_a, rdns_b, false);
}

/** Enter a Name that is well-formed and within the limits. */
static bool enter_name(otls_slice name, omni_der *rdns)
{
    return omni_der_only(name, OMNI_DER_SEQUENCE, rdns) &&
           omni_dn_ok((otls_slice){.data = rdns->at, .size = (size_t)(rdns->end - rdns->at)});
}

bool omni_dn_below(otls_slice base, otls_slice name, bool *below)
{
    omni_der rdns_base, rdns_name;

    if (!enter_name(base, &rdns_base) || !enter_name(name, &rdns_name))
        return false;
    *below = rdns_agree(rdns_base, rdns_name, true);
    return true;
}

static size_t put_u32(uint8_t *out, size_t value)
{
    for (size_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    return 4;
}

/** OID and value: sizes before contents, so that no two sequences run together. */
static size_t put_entry(const omni_dn_entry *entry, uint8_t *out)
{
    size_t size = 0;
    size_t size_at;

    out[size++] = (uint8_t)entry->oid.size; /* at most OMNI_OID_SIZE_MAX */
    memcpy(out + size, entry->oid.data, entry->oid.size);
    size += entry->oid.size;
    out[size++] = is_text(&entry->value) ? 1 : 0;
    size_at = size;
    size += 4;
    if (out[size_at - 1] == 0) {
        memcpy(out + size, entry->value.whole.data, entry->value.whole.size);
        size += entry->value.whole.size;
    } else {
        folded string = {.rest = entry->value.value, .tag = entry->value.tag};
        uint32_t code;

        while (folded_next(&string, &code)) {
            char utf8[4];
            const size_t length = omni_utf8_put(code, utf8);

            memcpy(out + size, utf8, length);
            size += length;
        }
    }
    put_u32(out + size_at, size - size_at - 4);
    return size;
}

static void reverse(uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        const uint8_t saved = data[i];

        data[i] = data[size - 1 - i];
        data[size - 1 - i] = saved;
    }
}

/** Move the last `tail` of `size` octets to the front. */
static void rotate(uint8_t *data, size_t size, size_t tail)
{
    reverse(data, size - tail);
    reverse(data + size - tail, tail);
    reverse(data, size);
}

static int compare_entries(otls_slice a, otls_slice b)
{
    const size_t common = a.size < b.size ? a.size : b.size;
    const int sign = memcmp(a.data, b.data, common);

    return sign != 0 ? sign : (a.size > b.size) - (a.size < b.size);
}

/** One RDN, its attributes sorted by their canonical octets. */
static size_t put_rdn(const omni_dn_entry *entries, size_t count, uint8_t *out)
{
    size_t sizes[OMNI_RDN_ATTRIBUTES_MAX];
    size_t total = 1;

    out[0] = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        const size_t size = put_entry(&entries[i], out + total);
        size_t place = i;
        size_t at = total;

        while (place > 0 && compare_entries((otls_slice){.data = out + total, .size = size},
                                            (otls_slice){.data = out + at - sizes[place - 1],
                                                         .size = sizes[place - 1]}) < 0) {
            sizes[place] = sizes[place - 1];
            at -= sizes[place - 1];
            place--;
        }
        sizes[place] = size;
        total += size;
        rotate(out + at, total - at, size);
    }
    return total;
}

otls_status omni_dn_canonical(otls_slice name, uint8_t **out, size_t *size, otls_error *err)
{
    omni_dn_entry entries[OMNI_RDN_ATTRIBUTES_MAX];
    omni_der rdns, content;
    size_t count;
    size_t used = 0;
    uint8_t *octets;

    if (!omni_der_only(name, OMNI_DER_SEQUENCE, &rdns) ||
        !omni_dn_ok((otls_slice){.data = rdns.at, .size = (size_t)(rdns.end - rdns.at)}))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "a name is malformed");
    content = rdns;
    /* one octet of a string becomes at most two, and our headers are no longer than DER's twice */
    octets = omni_malloc(2 * (size_t)(content.end - content.at) + 16);
    if (octets == NULL)
        return omni_fail_nomem(err);
    while ((count = take_rdn(&rdns, entries)) != 0)
        used += put_rdn(entries, count, octets + used);
    *out = octets;
    *size = used;
    return OTLS_OK;
}
