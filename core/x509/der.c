/* SPDX-License-Identifier: MIT */
#include "x509/der.h"

#include "x509/time.h"

bool omni_der_long_length(const omni_der *der, size_t *header, size_t *length)
{
    const size_t left = (size_t)(der->end - der->at);
    const size_t octets = der->at[1] & 0x7fu;
    size_t value = 0;

    /* 0 octets is the indefinite form; four are enough for anything we hold in memory */
    if (octets == 0 || octets > 4 || left - 2 < octets || der->at[2] == 0)
        return false;
    for (size_t i = 0; i < octets; i++)
        value = value << 8 | der->at[2 + i];
    if (value < 0x80)
        return false;
    *header = 2 + octets;
    *length = value;
    return true;
}

bool omni_der_only(otls_slice bytes, uint8_t tag, omni_der *inside)
{
    omni_der der = omni_der_of(bytes);

    return omni_der_enter(&der, tag, inside) && omni_der_at_end(&der);
}

bool omni_der_integer_ok(otls_slice content)
{
    if (content.size == 0)
        return false;
    if (content.size == 1)
        return true;
    /* nine equal leading bits mean one octet too many */
    return !(content.data[0] == 0x00 && content.data[1] < 0x80) &&
           !(content.data[0] == 0xff && content.data[1] >= 0x80);
}

bool omni_der_unsigned(otls_slice content, uint32_t *out)
{
    uint32_t value = 0;

    if (!omni_der_integer_ok(content) || content.data[0] >= 0x80)
        return false;
    if (content.size > 5 || (content.size == 5 && content.data[0] != 0)) {
        *out = UINT32_MAX;
        return true;
    }
    for (size_t i = 0; i < content.size; i++)
        value = value << 8 | content.data[i];
    *out = value;
    return true;
}

bool omni_der_boolean(otls_slice content, bool *out)
{
    if (content.size != 1 || (content.data[0] != 0x00 && content.data[0] != 0xff))
        return false;
    *out = content.data[0] != 0;
    return true;
}

bool omni_der_bits(otls_slice content, otls_slice *octets, unsigned *unused)
{
    unsigned padding;

    if (content.size == 0 || content.data[0] > 7)
        return false;
    padding = content.data[0];
    if (content.size == 1 && padding != 0)
        return false;
    if (padding != 0 && (content.data[content.size - 1] & ((1u << padding) - 1u)) != 0)
        return false;
    *octets = (otls_slice){.data = content.data + 1, .size = content.size - 1};
    *unused = padding;
    return true;
}

bool omni_der_octets(otls_slice content, otls_slice *octets)
{
    unsigned unused;

    return omni_der_bits(content, octets, &unused) && unused == 0;
}

bool omni_der_bit_length(otls_slice content, size_t *bits)
{
    size_t first = 0;
    size_t count;

    if (!omni_der_integer_ok(content) || content.data[0] >= 0x80)
        return false;
    while (first < content.size && content.data[first] == 0)
        first++;
    if (first == content.size) {
        *bits = 0;
        return true;
    }
    count = (content.size - first) * 8;
    for (unsigned top = content.data[first]; top < 0x80; top <<= 1)
        count--;
    *bits = count;
    return true;
}

/** Two decimal digits, or a value above 99. */
static unsigned two_digits(const uint8_t *at)
{
    const unsigned tens = at[0] - (unsigned)'0';
    const unsigned ones = at[1] - (unsigned)'0';

    return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100;
}

bool omni_der_time(const omni_tlv *time, int64_t *seconds)
{
    const uint8_t *at = time->value.data;
    const bool utc = time->tag == OMNI_DER_UTC_TIME;
    unsigned field[6];
    unsigned year;

    if (!utc && time->tag != OMNI_DER_GENERALIZED_TIME)
        return false;
    if (time->value.size != (utc ? 13u : 15u) || at[time->value.size - 1] != 'Z')
        return false;
    year = two_digits(at);
    if (year > 99)
        return false;
    if (utc) {
        year += year < 50 ? 2000 : 1900; /* RFC 5280 4.1.2.5.1 */
    } else {
        const unsigned rest = two_digits(at + 2);

        if (rest > 99)
            return false;
        year = year * 100 + rest;
        at += 2;
    }
    for (unsigned i = 0; i < 5; i++)
        field[i] = two_digits(at + 2 + 2 * i);
    return omni_time_make(seconds, (int)year, field[0], field[1], field[2], field[3], field[4]);
}

bool omni_der_well_formed(otls_slice bytes, unsigned depth)
{
    enum { DEPTH_MAX = 32 };
    const uint8_t *ends[DEPTH_MAX];
    omni_der der = omni_der_of(bytes);
    unsigned level = 0;
    omni_tlv tlv;

    if (depth > DEPTH_MAX)
        depth = DEPTH_MAX;
    for (;;) {
        while (omni_der_at_end(&der) && level > 0) {
            level--;
            der.end = ends[level];
        }
        if (omni_der_at_end(&der))
            return true;
        if (!omni_der_next(&der, &tlv))
            return false;
        if ((tlv.tag & 0x20) == 0)
            continue;
        if (level == depth)
            return false;
        /* step in: the rest of this level is read after the content's end */
        ends[level++] = der.end;
        der = omni_der_of(tlv.value);
    }
}

size_t omni_der_header(uint8_t out[OMNI_DER_HEADER_MAX], uint8_t tag, size_t size)
{
    size_t octets = 0, used = 2;

    out[0] = tag;
    out[1] = (uint8_t)size;
    if (size < 0x80)
        return used;
    while (octets < sizeof(size) && size >> (8 * octets) != 0)
        octets++;
    out[1] = (uint8_t)(0x80 | octets);
    while (octets > 0)
        out[used++] = (uint8_t)(size >> (8 * --octets));
    return used;
}

void omni_der_put(omni_der_writer *writer, const void *data, size_t size)
{
    writer->full = writer->full || size > (size_t)(writer->at - writer->begin);
    if (writer->full)
        return;
    writer->at -= size;
    memcpy(writer->at, data, size);
}

void omni_der_wrap(omni_der_writer *writer, uint8_t tag, const uint8_t *end)
{
    uint8_t head[OMNI_DER_HEADER_MAX];

    omni_der_put(writer, head, omni_der_header(head, tag, (size_t)(end - writer->at)));
}

void omni_der_put_element(omni_der_writer *writer, uint8_t tag, const void *data, size_t size)
{
    const uint8_t *const end = writer->at;

    omni_der_put(writer, data, size);
    omni_der_wrap(writer, tag, end);
}
