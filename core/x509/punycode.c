/* SPDX-License-Identifier: MIT */
#include "x509/punycode.h"

/* RFC 3492 5 */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST = 0x80 };

static uint32_t digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0') + 26;
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? (uint32_t)(c - 'a') : BASE;
}

/* 6.1 */
static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
    uint32_t k = 0;

    delta /= first ? DAMP : 2;
    delta += delta / count;
    for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* 6.2, one number of as many digits as it has, added to `*sum`. */
static bool read_number(otls_slice text, size_t *at, uint32_t bias, uint32_t *sum)
{
    uint32_t weight = 1;

    for (uint32_t k = BASE;; k += BASE) {
        const uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        const uint32_t value = *at < text.size ? digit(text.data[*at]) : BASE;

        if (value >= BASE || value > (UINT32_MAX - *sum) / weight)
            return false;
        *sum += value * weight;
        ++*at;
        if (value < t)
            return true;
        weight *= BASE - t; /* the sum is full before it is: no bias of 32 bits is above 204 */
    }
}

static bool is_scalar(uint32_t code)
{
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

bool omni_punycode_ok(otls_slice text)
{
    uint32_t code = FIRST, bias = FIRST_BIAS, place = 0, count;
    size_t at = text.size;

    while (at != 0 && text.data[at - 1] != '-')
        at--;
    count = at != 0 ? (uint32_t)at - 1 : 0; /* what is ASCII stands before the last hyphen, in full */
    if (at == 1)
        return false;
    while (at < text.size) {
        const uint32_t before = place;

        if (!read_number(text, &at, bias, &place))
            return false;
        count++;
        bias = adapt(place - before, count, before == 0);
        if (place / count > UINT32_MAX - code)
            return false;
        code += place / count;
        if (!is_scalar(code))
            return false;
        place = place % count + 1;
    }
    return count != 0;
}
