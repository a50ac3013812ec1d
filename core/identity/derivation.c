/* SPDX-License-Identifier: MIT */
/*
 * Counts of key derivations (RFC 8018 5.2, A.2, A.3; RFC 7292 4 and C; RFC 7914 7). Engines differ
 * in the BER they take, so this reads more than any of them: lengths in any form, octets in pieces,
 * and what stands inside octets.
 */
#include "identity/derivation.h"

#include "base/base.h"
#include "x509/x509.h"
#include <omnitls/key.h>

#include <stdatomic.h>
#include <string.h>

/** A certificate in a bag in contents in a PFX needs 22. */
#define DEPTH_MAX 48
#define CONSTRUCTED 0x20
#define PIECES (OMNI_DER_OCTET_STRING | CONSTRUCTED)
#define CONTEXT_0 0xa0

static atomic_uint_least64_t limit = OTLS_KEY_DERIVATION_LIMIT;

void otls_key_set_derivation_limit(uint64_t count)
{
    atomic_store_explicit(&limit, count != 0 ? count : OTLS_KEY_DERIVATION_LIMIT,
                          memory_order_relaxed);
}

uint64_t otls_key_derivation_limit(void)
{
    return atomic_load_explicit(&limit, memory_order_relaxed);
}

typedef struct survey {
    uint64_t total; /* stays at UINT64_MAX once there */
    bool shallow;   /* only how far elements reach: nothing is looked at */
    bool too_deep, bad_key, no_memory;
} survey;

/** The first elements inside another one. */
typedef struct children {
    struct {
        uint8_t tag;
        otls_slice value;
    } at[6];
    size_t count;
} children;

/* A number that an engine might read; what is negative or too long is more than any limit. */
static uint64_t number(otls_slice value)
{
    uint64_t out = 0;

    if (value.size > 0 && value.data[0] >= 0x80)
        return UINT64_MAX;
    for (size_t i = 0; i < value.size; i++) {
        if (out > UINT64_MAX >> 8)
            return UINT64_MAX;
        out = out << 8 | value.data[i];
    }
    return out;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

static void add(survey *s, uint64_t count)
{
    s->total = count > UINT64_MAX - s->total ? UINT64_MAX : s->total + count;
}

static const uint8_t *walk(survey *s, const uint8_t *at, const uint8_t *end, unsigned depth,
                           children *list);

static children list_of(otls_slice value)
{
    survey ignored = {.shallow = true};
    children list = {.count = 0};

    if (value.size > 0)
        (void)walk(&ignored, value.data, value.data + value.size, 0, &list);
    return list;
}

static bool is(const children *list, size_t index, uint8_t tag)
{
    return index < list->count && list->at[index].tag == tag;
}

/* SEQUENCE { salt, count, ... }; scrypt's: { salt, N, r, p, ... } */
static void add_parameters(survey *s, otls_slice value, bool scrypt)
{
    const children list = list_of(value);

    if (!is(&list, 1, OMNI_DER_INTEGER))
        return;
    if (!scrypt)
        add(s, number(list.at[1].value));
    else if (is(&list, 2, OMNI_DER_INTEGER) && is(&list, 3, OMNI_DER_INTEGER))
        add(s, times(times(number(list.at[1].value), number(list.at[2].value)),
                     number(list.at[3].value)));
}

/* MacData ::= SEQUENCE { DigestInfo, salt OCTET STRING, count INTEGER }; no count is one. */
static void add_mac(survey *s, const children *list)
{
    const children info = list_of(list->at[0].value);
    const children algorithm =
        list_of(is(&info, 0, OMNI_DER_SEQUENCE) ? info.at[0].value : (otls_slice){NULL, 0});

    if (is(&algorithm, 0, OMNI_DER_OID) && is(&info, 1, OMNI_DER_OCTET_STRING))
        add(s, number(list->at[2].value));
}

static bool begins(otls_slice oid, const char *prefix, size_t size)
{
    return oid.size > size && memcmp(oid.data, prefix, size) == 0;
}

static void look_at(survey *s, const children *list)
{
    static const char pkcs5[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x05";
    static const char pkcs12[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01";

    if (is(list, 0, OMNI_DER_SEQUENCE) && list->count >= 3 && is(list, 2, OMNI_DER_INTEGER))
        add_mac(s, list);
    if (!is(list, 0, OMNI_DER_OID) || list->count < 2)
        return;
    const otls_slice oid = list->at[0].value;

    if (begins(oid, pkcs5, sizeof(pkcs5) - 1) || begins(oid, pkcs12, sizeof(pkcs12) - 1))
        add_parameters(s, list->at[1].value, false);
    else if (OMNI_OID_IS(oid, "\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"))
        add_parameters(s, list->at[1].value, true);
    /* keyBag: engines that fail to read the key go on with what they have */
    else if (OMNI_OID_IS(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01") &&
             is(list, 1, CONTEXT_0) && !omni_der_well_formed(list->at[1].value, DEPTH_MAX))
        s->bad_key = true;
}

/** One element's head. `*size` is what is there of its content; false at the end of contents, or
 *  when there is no element. */
static bool head(const uint8_t **at, const uint8_t *end, uint8_t *tag, size_t *size,
                 bool *indefinite)
{
    const uint8_t *here = *at;
    size_t length;

    if (end - here < 2 || (here[0] == 0 && here[1] == 0))
        return false;
    *tag = *here++;
    if ((*tag & 0x1f) == 0x1f) {
        while (here < end && *here >= 0x80)
            here++;
        if (end - here < 2)
            return false;
        here++;
    }
    length = *here++;
    *indefinite = length == 0x80 && (*tag & CONSTRUCTED) != 0;
    if (length > 0x80) {
        size_t octets = length & 0x7f;

        for (length = 0; octets > 0 && here < end; octets--, here++)
            length = length > SIZE_MAX >> 8 ? SIZE_MAX : length << 8 | *here;
    }
    *size = *indefinite || length > (size_t)(end - here) ? (size_t)(end - here) : length;
    *at = here;
    return true;
}

/* Octets in pieces, put together; the pieces may be in pieces. */
static size_t join(const uint8_t *at, const uint8_t *end, uint8_t *out)
{
    size_t used = 0, size;
    uint8_t tag;
    bool open;

    for (;;) {
        while (end - at >= 2 && at[0] == 0 && at[1] == 0)
            at += 2;
        if (!head(&at, end, &tag, &size, &open))
            return used;
        if ((tag & CONSTRUCTED) != 0)
            continue;
        if (tag == OMNI_DER_OCTET_STRING) {
            memcpy(out + used, at, size);
            used += size;
        }
        at += size;
    }
}

static void walk_joined(survey *s, const uint8_t *at, size_t size, unsigned depth)
{
    uint8_t *joined = omni_malloc(size + 1);

    if (joined == NULL) {
        s->no_memory = true;
        return;
    }
    (void)walk(s, joined, joined + join(at, at + size, joined), depth, NULL);
    omni_wipe(joined, size);
    omni_free(joined);
}

/** A constructed element's content, of `size` octets or (`open`) to the end of contents. Returns
 *  where that is. */
static const uint8_t *inside(survey *s, uint8_t tag, const uint8_t *at, size_t size, bool open,
                             unsigned depth)
{
    survey extent = {.shallow = true};
    children list = {.count = 0};
    const uint8_t *stop = at + size;

    if (s->shallow || tag == PIECES) {
        if (open)
            stop = walk(&extent, at, stop, depth, NULL);
        if (!s->shallow)
            walk_joined(s, at, (size_t)(stop - at), depth);
        return stop;
    }
    stop = walk(s, at, stop, depth, &list);
    if (tag == OMNI_DER_SEQUENCE)
        look_at(s, &list);
    return open ? stop : at + size;
}

/** Every element from `at` to `end`, or to the end of contents; returns where that is. */
static const uint8_t *walk(survey *s, const uint8_t *at, const uint8_t *end, unsigned depth,
                           children *list)
{
    uint8_t tag;
    size_t size;
    bool open;

    while (head(&at, end, &tag, &size, &open)) {
        const uint8_t *const content = at;
        const bool constructed = (tag & CONSTRUCTED) != 0;
        const bool octets = tag == OMNI_DER_OCTET_STRING && size > 1 && !s->shallow &&
                            content[0] == OMNI_DER_SEQUENCE;

        at += size;
        if ((constructed || octets) && depth == DEPTH_MAX)
            s->too_deep = true;
        else if (constructed)
            at = inside(s, tag, content, size, open, depth + 1);
        else if (octets)
            (void)walk(s, content, content + size, depth + 1, NULL);
        if (list != NULL && list->count < sizeof(list->at) / sizeof(list->at[0])) {
            list->at[list->count].tag = tag;
            list->at[list->count++].value = (otls_slice){content, (size_t)(at - content)};
        }
        if (open && end - at >= 2 && at[0] == 0 && at[1] == 0)
            at += 2;
    }
    return at;
}

otls_status omni_derivation_check(otls_slice file, const char *what, otls_error *err)
{
    uint64_t total = 0;

    return omni_derivation_add(&total, file, what, err);
}

otls_status omni_derivation_add(uint64_t *total, otls_slice file, const char *what, otls_error *err)
{
    const uint64_t most = otls_key_derivation_limit();
    survey s = {.total = *total};

    if (file.size != 0)
        (void)walk(&s, file.data, file.data + file.size, 0, NULL);
    if (s.no_memory)
        return omni_fail_nomem(err);
    *total = s.total;
    if (s.total > most)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "%s: deriving its keys would take more than %llu rounds "
                         "(otls_key_set_derivation_limit)",
                         what, (unsigned long long)most);
    if (s.bad_key || s.too_deep)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "%s: %s", what,
                         s.bad_key ? "a private key in it is no DER" : "is nested too deep");
    return OTLS_OK;
}
