/* SPDX-License-Identifier: MIT */
/**
 * @file x509/der.h
 * Reading DER (X.690): a cursor over borrowed bytes. Strict: definite lengths in the fewest octets,
 * one-octet tags, minimal integers, 00/FF booleans. Nothing here allocates or recurses; every
 * function takes time linear in the bytes it looks at. False means "not that, or not DER": the
 * cursor then stands where it stood. Any thread.
 */
#ifndef OMNI_X509_DER_H
#define OMNI_X509_DER_H

#include <omnitls/backend.h>
#include <stdbool.h>

enum {
    OMNI_DER_BOOLEAN = 0x01,
    OMNI_DER_INTEGER = 0x02,
    OMNI_DER_BIT_STRING = 0x03,
    OMNI_DER_OCTET_STRING = 0x04,
    OMNI_DER_NULL = 0x05,
    OMNI_DER_OID = 0x06,
    OMNI_DER_ENUMERATED = 0x0a,
    OMNI_DER_UTF8_STRING = 0x0c,
    OMNI_DER_NUMERIC_STRING = 0x12,
    OMNI_DER_PRINTABLE_STRING = 0x13,
    OMNI_DER_TELETEX_STRING = 0x14,
    OMNI_DER_IA5_STRING = 0x16,
    OMNI_DER_UTC_TIME = 0x17,
    OMNI_DER_GENERALIZED_TIME = 0x18,
    OMNI_DER_VISIBLE_STRING = 0x1a,
    OMNI_DER_GENERAL_STRING = 0x1b,
    OMNI_DER_UNIVERSAL_STRING = 0x1c,
    OMNI_DER_BMP_STRING = 0x1e,
    OMNI_DER_SEQUENCE = 0x30,
    OMNI_DER_SET = 0x31
};

/** Context-specific tags: primitive [n] and constructed [n]. */
#define OMNI_DER_CONTEXT(n) ((uint8_t)(0x80u | (n)))
#define OMNI_DER_CONTEXT_CONSTRUCTED(n) ((uint8_t)(0xa0u | (n)))

typedef struct omni_der {
    const uint8_t *at, *end;
} omni_der;

typedef struct omni_tlv {
    uint8_t tag;
    otls_slice whole; /* tag, length and content */
    otls_slice value; /* content */
} omni_tlv;

static inline omni_der omni_der_of(otls_slice bytes)
{
    static const uint8_t nothing = 0;

    /* a pointer that may be added to, even for an absent slice */
    if (bytes.data == NULL)
        return (omni_der){.at = &nothing, .end = &nothing};
    return (omni_der){.at = bytes.data, .end = bytes.data + bytes.size};
}

static inline bool omni_der_at_end(const omni_der *der)
{
    return der->at == der->end;
}

/** The next tag, 0 at the end (0 is no tag that can be read). */
static inline uint8_t omni_der_tag(const omni_der *der)
{
    return der->at != der->end ? *der->at : 0;
}

/** The octets after the first length octet, when it is not the length itself. */
bool omni_der_long_length(const omni_der *der, size_t *header, size_t *length);

/** The next element, whatever it is. */
static inline bool omni_der_next(omni_der *der, omni_tlv *out)
{
    const size_t left = (size_t)(der->end - der->at);
    size_t header = 2;
    size_t length;

    if (left < 2 || (der->at[0] & 0x1f) == 0x1f || der->at[0] == 0)
        return false;
    if ((der->at[0] | 1) == 0x11) /* a SEQUENCE or SET is constructed (X.690 8.9.1, 8.11.1) */
        return false;
    length = der->at[1];
    if (length >= 0x80 && !omni_der_long_length(der, &header, &length))
        return false;
    if (length > left - header)
        return false;
    out->tag = der->at[0];
    out->whole = (otls_slice){.data = der->at, .size = header + length};
    out->value = (otls_slice){.data = der->at + header, .size = length};
    der->at += header + length;
    return true;
}

/** The next element if it has this tag. */
static inline bool omni_der_take(omni_der *der, uint8_t tag, omni_tlv *out)
{
    return omni_der_tag(der) == tag && omni_der_next(der, out);
}

/** The next element's content if it has this tag. */
static inline bool omni_der_value(omni_der *der, uint8_t tag, otls_slice *out)
{
    omni_tlv tlv;

    if (!omni_der_take(der, tag, &tlv))
        return false;
    *out = tlv.value;
    return true;
}

/** Step into the next element if it has this tag. */
static inline bool omni_der_enter(omni_der *der, uint8_t tag, omni_der *inside)
{
    omni_tlv tlv;

    if (!omni_der_take(der, tag, &tlv))
        return false;
    *inside = omni_der_of(tlv.value);
    return true;
}

/** `bytes` is exactly one element with this tag; step into it. */
bool omni_der_only(otls_slice bytes, uint8_t tag, omni_der *inside);

static inline bool omni_slice_equal(otls_slice a, otls_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/** The largest head that omni_der_header writes. */
#define OMNI_DER_HEADER_MAX (2u + sizeof(size_t))
/** Identifier and length octets of an element with `size` octets of content; returns how many. */
size_t omni_der_header(uint8_t out[OMNI_DER_HEADER_MAX], uint8_t tag, size_t size);

/** DER written from its end, so that what an element holds is there before its length is needed. */
typedef struct omni_der_writer {
    uint8_t *begin, *at; /* room; what has been written begins at `at` */
    bool full;           /* something did not fit, and nothing was written since */
} omni_der_writer;

/** Put octets before what has been written. */
void omni_der_put(omni_der_writer *writer, const void *data, size_t size);
/** What has been written before `end` becomes the content of an element. */
void omni_der_wrap(omni_der_writer *writer, uint8_t tag, const uint8_t *end);
/** A whole element. */
void omni_der_put_element(omni_der_writer *writer, uint8_t tag, const void *data, size_t size);
/** Positive INTEGERs' content in the order of their size: below, equal to or above 0. */
static inline int omni_der_compare(otls_slice a, otls_slice b)
{
    if (a.size != b.size)
        return a.size < b.size ? -1 : 1;
    return memcmp(a.data, b.data, a.size);
}
/** INTEGER content: at least one octet, in the fewest octets. */
bool omni_der_integer_ok(otls_slice content);
/** INTEGER content as a number that is not negative; saturates at UINT32_MAX. */
bool omni_der_unsigned(otls_slice content, uint32_t *out);
/** BOOLEAN content: exactly 00 or FF. */
bool omni_der_boolean(otls_slice content, bool *out);
/** BIT STRING content: the octets and how many bits of the last one are padding, which is zero. */
bool omni_der_bits(otls_slice content, otls_slice *octets, unsigned *unused);
/** The same, whole octets only. */
bool omni_der_octets(otls_slice content, otls_slice *octets);
/** How many bits a positive INTEGER has, 0 for zero; false when negative or malformed. */
bool omni_der_bit_length(otls_slice content, size_t *bits);
/** UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 allows them: seconds, "Z", no fraction. */
bool omni_der_time(const omni_tlv *time, int64_t *seconds);
/** Every constructed element inside is well-formed too, at most `depth` levels deep. */
bool omni_der_well_formed(otls_slice bytes, unsigned depth);

#endif
