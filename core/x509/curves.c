/* SPDX-License-Identifier: MIT */
/*
 * y^2 = x^3 + ax + b modulo p, over words, the least first. Products are Montgomery's (x * y / R,
 * R = 2^(WORD_BITS * words)), so the equation is compared divided by R^2 and nothing has to be
 * brought into another form first: seven products, some 450 instructions each for P-256.
 */
#include "x509/curves.h"

#include "base/base.h"
#include "x509/der.h"

/* 32-bit words of the longest */
enum { TABLE_MAX = 17 };

/* IANA "TLS Supported Groups" */
struct omni_curve {
    const char *oid;
    uint8_t oid_size;
    uint8_t group;
    uint16_t bits;
    uint32_t p[TABLE_MAX], a[TABLE_MAX], b[TABLE_MAX], n[TABLE_MAX];
};

static const omni_curve curves[] = {
    {.oid = "\x2a\x86\x48\xce\x3d\x03\x01\x07",
     .oid_size = 8,
     .group = 23,
     .bits = 256, /* prime256v1 */
     .p = {0xffffffff, 0xffffffff, 0xffffffff, 0x00000000, 0x00000000, 0x00000000, 0x00000001,
           0xffffffff},
     .a = {0xfffffffc, 0xffffffff, 0xffffffff, 0x00000000, 0x00000000, 0x00000000, 0x00000001,
           0xffffffff},
     .b = {0x27d2604b, 0x3bce3c3e, 0xcc53b0f6, 0x651d06b0, 0x769886bc, 0xb3ebbd55, 0xaa3a93e7,
           0x5ac635d8},
     .n = {0xfc632551, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, 0xffffffff, 0xffffffff, 0x00000000,
           0xffffffff}},
    {.oid = "\x2b\x81\x04\x00\x22",
     .oid_size = 5,
     .group = 24,
     .bits = 384, /* secp384r1 */
     .p = {0xffffffff, 0x00000000, 0x00000000, 0xffffffff, 0xfffffffe, 0xffffffff, 0xffffffff,
           0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     .a = {0xfffffffc, 0x00000000, 0x00000000, 0xffffffff, 0xfffffffe, 0xffffffff, 0xffffffff,
           0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     .b = {0xd3ec2aef, 0x2a85c8ed, 0x8a2ed19d, 0xc656398d, 0x5013875a, 0x0314088f, 0xfe814112,
           0x181d9c6e, 0xe3f82d19, 0x988e056b, 0xe23ee7e4, 0xb3312fa7},
     .n = {0xccc52973, 0xecec196a, 0x48b0a77a, 0x581a0db2, 0xf4372ddf, 0xc7634d81, 0xffffffff,
           0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
    {.oid = "\x2b\x81\x04\x00\x23",
     .oid_size = 5,
     .group = 25,
     .bits = 521, /* secp521r1 */
     .p = {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
           0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
           0xffffffff, 0xffffffff, 0x000001ff},
     .a = {0xfffffffc, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
           0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
           0xffffffff, 0xffffffff, 0x000001ff},
     .b = {0x6b503f00, 0xef451fd4, 0x3d2c34f1, 0x3573df88, 0x3bb1bf07, 0x1652c0bd, 0xec7e937b,
           0x56193951, 0x8ef109e1, 0xb8b48991, 0x99b315f3, 0xa2da725b, 0xb68540ee, 0x929a21a0,
           0x8e1c9a1f, 0x953eb961, 0x00000051},
     .n = {0x91386409, 0xbb6fb71e, 0x899c47ae, 0x3bb5c9b8, 0xf709a5d0, 0x7fcc0148, 0xbf2f966b,
           0x51868783, 0xfffffffa, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
           0xffffffff, 0xffffffff, 0x000001ff}},
    {.oid = "\x2b\x81\x04\x00\x0a",
     .oid_size = 5,
     .group = 22,
     .bits = 256, /* secp256k1 */
     .p = {0xfffffc2f, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
           0xffffffff},
     .a = {0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000,
           0x00000000},
     .b = {0x00000007, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000,
           0x00000000},
     .n = {0xd0364141, 0xbfd25e8c, 0xaf48a03b, 0xbaaedce6, 0xfffffffe, 0xffffffff, 0xffffffff,
           0xffffffff}},
    {.oid = "\x2b\x81\x04\x00\x21",
     .oid_size = 5,
     .group = 21,
     .bits = 224, /* secp224r1 */
     .p = {0x00000001, 0x00000000, 0x00000000, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     .a = {0xfffffffe, 0xffffffff, 0xffffffff, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff},
     .b = {0x2355ffb4, 0x270b3943, 0xd7bfd8ba, 0x5044b0b7, 0xf5413256, 0x0c04b3ab, 0xb4050a85},
     .n = {0x5c5c2a3d, 0x13dd2945, 0xe0b8f03e, 0xffff16a2, 0xffffffff, 0xffffffff, 0xffffffff}},
    {.oid = "\x2a\x86\x48\xce\x3d\x03\x01\x01",
     .oid_size = 8,
     .group = 19,
     .bits = 192, /* prime192v1 */
     .p = {0xffffffff, 0xffffffff, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff},
     .a = {0xfffffffc, 0xffffffff, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff},
     .b = {0xc146b9b1, 0xfeb8deec, 0x72243049, 0x0fa7e9ab, 0xe59c80e7, 0x64210519},
     .n = {0xb4d22831, 0x146bc9b1, 0x99def836, 0xffffffff, 0xffffffff, 0xffffffff}},
    {.oid = "\x2b\x24\x03\x03\x02\x08\x01\x01\x07",
     .oid_size = 9,
     .group = 26,
     .bits = 256, /* brainpoolP256r1 */
     .p = {0x1f6e5377, 0x2013481d, 0xd5262028, 0x6e3bf623, 0x9d838d72, 0x3e660a90, 0xa1eea9bc,
           0xa9fb57db},
     .a = {0xf330b5d9, 0xe94a4b44, 0x26dc5c6c, 0xfb8055c1, 0x417affe7, 0xeef67530, 0xfc2c3057,
           0x7d5a0975},
     .b = {0xff8c07b6, 0x6bccdc18, 0x5cf7e1ce, 0x95841629, 0xbbd77cbf, 0xf330b5d9, 0xe94a4b44,
           0x26dc5c6c},
     .n = {0x974856a7, 0x901e0e82, 0xb561a6f7, 0x8c397aa3, 0x9d838d71, 0x3e660a90, 0xa1eea9bc,
           0xa9fb57db}},
    {.oid = "\x2b\x24\x03\x03\x02\x08\x01\x01\x0b",
     .oid_size = 9,
     .group = 27,
     .bits = 384, /* brainpoolP384r1 */
     .p = {0x3107ec53, 0x87470013, 0x901d1a71, 0xacd3a729, 0x7fb71123, 0x12b1da19, 0xed5456b4,
           0x152f7109, 0x50e641df, 0x0f5d6f7e, 0xa3386d28, 0x8cb91e82},
     .a = {0x22ce2826, 0x04a8c7dd, 0x503ad4eb, 0x8aa5814a, 0xba91f90f, 0x139165ef, 0x4fb22787,
           0xc2bea28e, 0xce05afa0, 0x3c72080a, 0x3d8c150c, 0x7bc382c6},
     .b = {0xfa504c11, 0x3ab78696, 0x95dbc994, 0x7cb43902, 0x3eeb62d5, 0x2e880ea5, 0x07dcd2a6,
           0x2fb77de1, 0x16f0447c, 0x8b39b554, 0x22ce2826, 0x04a8c7dd},
     .n = {0xe9046565, 0x3b883202, 0x6b7fc310, 0xcf3ab6af, 0xac0425a7, 0x1f166e6c, 0xed5456b3,
           0x152f7109, 0x50e641df, 0x0f5d6f7e, 0xa3386d28, 0x8cb91e82}},
    {.oid = "\x2b\x24\x03\x03\x02\x08\x01\x01\x0d",
     .oid_size = 9,
     .group = 28,
     .bits = 512, /* brainpoolP512r1 */
     .p = {0x583a48f3, 0x28aa6056, 0x2d82c685, 0x2881ff2f, 0xe6a380e6, 0xaecda12a, 0x9bc66842,
           0x7d4d9b00, 0x70330871, 0xd6639cca, 0xb3c9d20e, 0xcb308db3, 0x33c9fc07, 0x3fd4e6ae,
           0xdbe9c48b, 0xaadd9db8},
     .a = {0x77fc94ca, 0xe7c1ac4d, 0x2bf2c7b9, 0x7f1117a7, 0x8b9ac8b5, 0x0a2ef1c9, 0xa8253aa1,
           0x2ded5d5a, 0xea9863bc, 0xa83441ca, 0x3df91610, 0x94cbdd8d, 0xac234cc5, 0xe2327145,
           0x8b603b89, 0x7830a331},
     .b = {0x8016f723, 0x2809bd63, 0x5ebae5dd, 0x984050b7, 0xdc083e67, 0x77fc94ca, 0xe7c1ac4d,
           0x2bf2c7b9, 0x7f1117a7, 0x8b9ac8b5, 0x0a2ef1c9, 0xa8253aa1, 0x2ded5d5a, 0xea9863bc,
           0xa83441ca, 0x3df91610},
     .n = {0x9ca90069, 0xb5879682, 0x085ddadd, 0x1db1d381, 0x7fac1047, 0x41866119, 0x4ca92619,
           0x553e5c41, 0x70330870, 0xd6639cca, 0xb3c9d20e, 0xcb308db3, 0x33c9fc07, 0x3fd4e6ae,
           0xdbe9c48b, 0xaadd9db8}},
};

const omni_curve *omni_curve_of_oid(otls_slice oid)
{
    for (size_t i = 0; i < OMNI_COUNT(curves); i++)
        if (oid.size == curves[i].oid_size && memcmp(oid.data, curves[i].oid, oid.size) == 0)
            return &curves[i];
    return NULL;
}

const omni_curve *omni_curve_of_group(uint16_t group)
{
    for (size_t i = 0; i < OMNI_COUNT(curves); i++)
        if (curves[i].group == group)
            return &curves[i];
    return NULL;
}

uint8_t omni_curve_group(const omni_curve *curve)
{
    return curve->group;
}

uint16_t omni_curve_bits(const omni_curve *curve)
{
    return curve->bits;
}

size_t omni_curve_size(const omni_curve *curve)
{
    return (curve->bits + 7u) / 8;
}

/* As wide as the machine multiplies. */
#ifdef __SIZEOF_INT128__
typedef uint64_t word;
__extension__ typedef unsigned __int128 product;
#else
typedef uint32_t word;
typedef uint64_t product;
#endif

enum { WORD_BITS = 8 * sizeof(word), WORDS_MAX = (TABLE_MAX * 32 + WORD_BITS - 1) / WORD_BITS };

static size_t word_count(const omni_curve *curve)
{
    return (curve->bits + WORD_BITS - 1u) / WORD_BITS;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Out of the table of curves. */
static void unpack(word *out, size_t words, const uint32_t table[TABLE_MAX])
{
    enum { PARTS = sizeof(word) / sizeof(uint32_t) };

    for (size_t i = 0; i < words; i++) {
        out[i] = 0;
        for (size_t j = 0; j < PARTS && i * PARTS + j < TABLE_MAX; j++)
            out[i] |= (word)table[i * PARTS + j] << (32 * j);
    }
}

/* The word whose last octet is before `end`. */
static word load_word(const uint8_t *end)
{
    word value = 0;

    for (size_t i = sizeof(word); i > 0; i--)
        value = value << 8 | end[-(ptrdiff_t)i];
    return value;
}

/* Big-endian octets, not more than there are words for. */
static void load(word *out, size_t words, const uint8_t *octets, size_t size)
{
    size_t i = 0;

    for (; size >= sizeof(word); size -= sizeof(word))
        out[i++] = load_word(octets + size);
    for (; i < words; i++) {
        out[i] = 0;
        for (size_t j = 0; size > 0; j++)
            out[i] |= (word)octets[--size] << (8 * j);
    }
}

static bool below(const word *a, const word *b, size_t words)
{
    for (size_t i = words; i-- > 0;)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

static void subtract(word *a, const word *b, size_t words)
{
    word borrow = 0;

    for (size_t i = 0; i < words; i++) {
        const product value = (product)a[i] - b[i] - borrow;

        a[i] = (word)value;
        borrow = (word)(value >> WORD_BITS) & 1;
    }
}

/** A curve's field. */
typedef struct field {
    size_t words;
    word p[WORDS_MAX];
    word factor; /* -1/p modulo 2^WORD_BITS */
} field;

/* -1/p modulo 2^WORD_BITS: each step doubles the bits that are right, of which an odd number has
 * three. */
static word negative_inverse(word p)
{
    word inverse = p;

    for (unsigned right = 3; right < WORD_BITS; right *= 2)
        inverse *= 2 - p * inverse;
    return 0 - inverse;
}

/* Both below p. */
static void add(const field *f, word *a, const word *b)
{
    product carry = 0;

    for (size_t i = 0; i < f->words; i++) {
        carry += (product)a[i] + b[i];
        a[i] = (word)carry;
        carry >>= WORD_BITS;
    }
    if (carry != 0 || !below(a, f->p, f->words))
        subtract(a, f->p, f->words);
}

/* x * y / R modulo p; both below p. */
static void multiply(const field *f, word *out, const word *x, const word *y)
{
    const size_t words = f->words;
    word sum[WORDS_MAX + 2] = {0};

    for (size_t i = 0; i < words; i++) {
        product carry = 0;
        word quotient;

        for (size_t j = 0; j < words; j++) {
            carry += (product)x[i] * y[j] + sum[j];
            sum[j] = (word)carry;
            carry >>= WORD_BITS;
        }
        carry += sum[words];
        sum[words] = (word)carry;
        sum[words + 1] = (word)(carry >> WORD_BITS);
        quotient = sum[0] * f->factor;
        carry = ((product)quotient * f->p[0] + sum[0]) >> WORD_BITS;
        for (size_t j = 1; j < words; j++) {
            carry += (product)quotient * f->p[j] + sum[j];
            sum[j - 1] = (word)carry;
            carry >>= WORD_BITS;
        }
        carry += sum[words];
        sum[words - 1] = (word)carry;
        sum[words] = sum[words + 1] + (word)(carry >> WORD_BITS);
    }
    if (sum[words] != 0 || !below(sum, f->p, words))
        subtract(sum, f->p, words);
    memcpy(out, sum, words * sizeof(*out));
}

/* ---- points and scalars -----------------------------------------------------------------------
 */

bool omni_curve_has_point(const omni_curve *curve, const uint8_t *coordinates)
{
    static const word one[WORDS_MAX] = {1};
    const size_t size = omni_curve_size(curve), words = word_count(curve);
    word x[WORDS_MAX], y[WORDS_MAX], left[WORDS_MAX], right[WORDS_MAX], term[WORDS_MAX];
    field f = {.words = words};

    unpack(f.p, words, curve->p);
    load(x, words, coordinates, size);
    load(y, words, coordinates + size, size);
    if (!below(x, f.p, words) || !below(y, f.p, words))
        return false;
    f.factor = negative_inverse(f.p[0]);
    multiply(&f, term, y, y);
    multiply(&f, left, term, one);
    multiply(&f, right, x, x);
    unpack(term, words, curve->a);
    multiply(&f, term, term, one);
    add(&f, right, term);
    multiply(&f, right, right, x); /* (x^2 + a) x / R^2 */
    unpack(term, words, curve->b);
    multiply(&f, term, term, one);
    multiply(&f, term, term, one);
    add(&f, right, term);
    return memcmp(left, right, words * sizeof(*left)) == 0;
}

bool omni_curve_has_scalar(const omni_curve *curve, otls_slice number)
{
    const size_t words = word_count(curve);
    word value[WORDS_MAX], order[WORDS_MAX];
    size_t bits;

    if (!omni_der_bit_length(number, &bits) || bits == 0 || bits > curve->bits)
        return false;
    if (number.data[0] == 0) { /* what keeps it positive */
        number.data++;
        number.size--;
    }
    unpack(order, words, curve->n);
    load(value, words, number.data, number.size);
    return below(value, order, words);
}
