/* SPDX-License-Identifier: MIT */
#include "der_make.h"

#include "x509/der.h"
#include "x509/oid.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

static otls_slice slice(const uint8_t *data, size_t size)
{
    return (otls_slice){.data = data, .size = size};
}

/** One element and nothing behind it? */
static bool reads(const char *hex)
{
    uint8_t data[1024];
    omni_der der = omni_der_of(slice(data, der_make(hex, data, sizeof(data))));
    omni_tlv tlv;

    return omni_der_next(&der, &tlv) && omni_der_at_end(&der);
}

Test(der, lengths)
{
    cr_expect(reads("04 00"));
    cr_expect(reads("04 01 ff"));
    cr_expect(reads("30 {}"));
    cr_expect_not(reads(""), "nothing");
    cr_expect_not(reads("04"), "no length");
    cr_expect_not(reads("04 02 ff"), "cut off");
    cr_expect_not(reads("30 80 00 00"), "indefinite");
    cr_expect_not(reads("04 81 01 ff"), "long form where the short one fits");
    cr_expect_not(reads("04 82 00 01 ff"), "leading zero octet");
    cr_expect_not(reads("04 81"), "no long length");
    {
        static const uint8_t head[] = {4, 0x82, 0, 0x80}, good[] = {4, 0x81, 0x80};
        uint8_t data[4 + 0x80] = {0};
        omni_der der = omni_der_of(slice(data, sizeof(data)));
        omni_tlv tlv;

        memcpy(data, head, sizeof(head));
        cr_expect_not(omni_der_next(&der, &tlv), "a zero octet before a long length");
        der = omni_der_of(slice(data, 3 + 0x80));
        memcpy(data, good, sizeof(good));
        cr_expect(omni_der_next(&der, &tlv));
    }
    cr_expect_not(reads("04 85 00 00 00 00 01 ff"), "five length octets");
    cr_expect_not(reads("04 84 ff ff ff ff"), "far beyond the end");
    cr_expect_not(reads("1f 81 01 01 00"), "high tag number");
    cr_expect_not(reads("00 00"), "end of contents");
    cr_expect_not(reads("10 00"), "a SEQUENCE that is not constructed");
    cr_expect_not(reads("11 00"), "a SET that is not constructed");
}

Test(der, long_lengths)
{
    enum { SIZE = 70000 };
    static uint8_t data[SIZE + 8];
    omni_der der;
    omni_tlv tlv;

    memcpy(data, "\x04\x83\x01\x11\x70", 5);
    der = omni_der_of(slice(data, SIZE + 5));
    cr_assert(omni_der_next(&der, &tlv));
    cr_expect_eq(tlv.value.size, SIZE);
    cr_expect_eq(tlv.whole.size, SIZE + 5);
    cr_expect(omni_der_at_end(&der));
}

Test(der, a_failed_take_does_not_move)
{
    const uint8_t data[] = {0x02, 0x01, 0x05};
    omni_der der = omni_der_of(slice(data, sizeof(data)));
    otls_slice value;

    cr_expect_not(omni_der_value(&der, OMNI_DER_OID, &value));
    cr_expect(omni_der_value(&der, OMNI_DER_INTEGER, &value));
    cr_expect_eq(value.size, 1);
    cr_expect_not(omni_der_value(&der, OMNI_DER_INTEGER, &value));
    cr_expect_eq(omni_der_tag(&der), 0);
}

Test(der, absent_slices_are_empty)
{
    omni_der der = omni_der_of(slice(NULL, 0));
    omni_tlv tlv;

    cr_expect(omni_der_at_end(&der));
    cr_expect_not(omni_der_next(&der, &tlv));
}

static const struct number {
    const char *hex;
    int ok; /* 0 malformed, 1 negative, 2 not negative */
    uint32_t value;
    size_t bits;
} numbers[] = {
    {"", 0, 0, 0},
    {"00", 2, 0, 0},
    {"01", 2, 1, 1},
    {"7f", 2, 127, 7},
    {"0080", 2, 128, 8},
    {"80", 1, 0, 0},
    {"ff", 1, 0, 0},
    {"ff7f", 1, 0, 0},
    {"0001", 0, 0, 0},
    {"007f", 0, 0, 0},
    {"ff80", 0, 0, 0},
    {"ffff", 0, 0, 0},
    {"00ffffffff", 2, UINT32_MAX, 32},
    {"7fffffff", 2, 0x7fffffff, 31},
    {"0100000000", 2, UINT32_MAX, 33},
    {"010000000000", 2, UINT32_MAX, 41},
};

ParameterizedTestParameters(der, integers)
{
    static size_t indexes[sizeof(numbers) / sizeof(numbers[0])];

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, sizeof(numbers) / sizeof(numbers[0]));
}

ParameterizedTest(size_t *index, der, integers)
{
    const struct number *expected = &numbers[*index];
    uint8_t data[16];
    const otls_slice content = slice(data, der_make(expected->hex, data, sizeof(data)));
    uint32_t value = 0;
    size_t bits = 0;

    cr_expect_eq(omni_der_integer_ok(content), expected->ok != 0, "%s", expected->hex);
    cr_expect_eq(omni_der_unsigned(content, &value), expected->ok == 2, "%s", expected->hex);
    cr_expect_eq(omni_der_bit_length(content, &bits), expected->ok == 2, "%s", expected->hex);
    cr_expect_eq(value, expected->value, "%s", expected->hex);
    cr_expect_eq(bits, expected->bits, "%s", expected->hex);
}

Test(der, booleans)
{
    bool value = false;

    cr_expect(omni_der_boolean(slice((const uint8_t *)"\xff", 1), &value) && value);
    cr_expect(omni_der_boolean(slice((const uint8_t *)"\x00", 1), &value) && !value);
    cr_expect_not(omni_der_boolean(slice((const uint8_t *)"\x01", 1), &value));
    cr_expect_not(omni_der_boolean(slice((const uint8_t *)"", 0), &value));
    cr_expect_not(omni_der_boolean(slice((const uint8_t *)"\xff\xff", 2), &value));
}

Test(der, bit_strings)
{
    otls_slice octets;
    unsigned unused;

    cr_expect(omni_der_bits(slice((const uint8_t *)"\x03\xa8", 2), &octets, &unused));
    cr_expect_eq(unused, 3);
    cr_expect_eq(octets.size, 1);
    cr_expect(omni_der_bits(slice((const uint8_t *)"\x00", 1), &octets, &unused));
    cr_expect_not(omni_der_bits(slice((const uint8_t *)"", 0), &octets, &unused));
    cr_expect_not(omni_der_bits(slice((const uint8_t *)"\x08\x00", 2), &octets, &unused));
    cr_expect_not(omni_der_bits(slice((const uint8_t *)"\x01", 1), &octets, &unused));
    cr_expect_not(omni_der_bits(slice((const uint8_t *)"\x03\xa9", 2), &octets, &unused),
                  "padding that is not zero");
    cr_expect_not(omni_der_octets(slice((const uint8_t *)"\x03\xa8", 2), &octets));
}

static const struct moment {
    uint8_t tag;
    const char *text;
    bool ok;
    int64_t seconds;
} moments[] = {
    {OMNI_DER_UTC_TIME, "700101000000Z", true, 0},
    {OMNI_DER_UTC_TIME, "070509000000Z", true, 1178668800},
    {OMNI_DER_UTC_TIME, "500101000000Z", true, -631152000},
    {OMNI_DER_UTC_TIME, "491231235959Z", true, 2524607999},
    {OMNI_DER_GENERALIZED_TIME, "20500101000000Z", true, 2524608000},
    {OMNI_DER_GENERALIZED_TIME, "99991231235959Z", true, 253402300799},
    {OMNI_DER_GENERALIZED_TIME, "00000101000000Z", true, -62167219200},
    {OMNI_DER_GENERALIZED_TIME, "19000228235959Z", true, -2203891201},
    {OMNI_DER_GENERALIZED_TIME, "20000229000000Z", true, 951782400},
    {OMNI_DER_GENERALIZED_TIME, "19000229000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "010229000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "001301000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "000001000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "000132000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "000100000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "000101240000Z", false, 0},
    {OMNI_DER_UTC_TIME, "000101006000Z", false, 0},
    {OMNI_DER_UTC_TIME, "000101000060Z", false, 0},
    {OMNI_DER_UTC_TIME, "0001010000Z", false, 0},
    {OMNI_DER_UTC_TIME, "000101000000", false, 0},
    {OMNI_DER_UTC_TIME, "000101000000z", false, 0},
    {OMNI_DER_UTC_TIME, "000101000000+0100", false, 0},
    {OMNI_DER_UTC_TIME, "0001 1000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "00010:000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "0001010::000Z", false, 0},
    {OMNI_DER_UTC_TIME, "00010/000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "-10101000000Z", false, 0},
    {OMNI_DER_UTC_TIME, "20000101000000Z", false, 0},
    {OMNI_DER_GENERALIZED_TIME, "20000101000000.5Z", false, 0},
    {OMNI_DER_GENERALIZED_TIME, "200001010000Z", false, 0},
    {OMNI_DER_GENERALIZED_TIME, "000101000000Z", false, 0},
    {OMNI_DER_INTEGER, "000101000000Z", false, 0},
};

ParameterizedTestParameters(der, times)
{
    static size_t indexes[sizeof(moments) / sizeof(moments[0])];

    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, sizeof(moments) / sizeof(moments[0]));
}

ParameterizedTest(size_t *index, der, times)
{
    const struct moment *expected = &moments[*index];
    const omni_tlv tlv = {
        .tag = expected->tag,
        .value = {.data = (const uint8_t *)expected->text, .size = strlen(expected->text)}};
    int64_t seconds = 0;

    cr_expect_eq(omni_der_time(&tlv, &seconds), expected->ok, "%s", expected->text);
    cr_expect_eq(seconds, expected->seconds, "%s: %lld", expected->text, (long long)seconds);
}

Test(der, well_formed_is_bounded_and_does_not_recurse)
{
    enum { LEVELS = 100000 };
    static uint8_t data[LEVELS * 6];
    size_t start = sizeof(data);
    size_t length = 0;

    cr_expect(omni_der_well_formed(slice((const uint8_t *)"\x30\x04\x30\x00\x30\x00", 6), 2));
    cr_expect_not(omni_der_well_formed(slice((const uint8_t *)"\x30\x04\x30\x00\x30\x00", 6), 1));
    cr_expect_not(omni_der_well_formed(slice((const uint8_t *)"\x30\x04\x30\x80\x00\x00", 6), 8));
    cr_expect(omni_der_well_formed(slice((const uint8_t *)"", 0), 0));
    /* SEQUENCE in SEQUENCE in SEQUENCE ... */
    for (unsigned i = 0; i < LEVELS; i++) {
        uint8_t head[6] = {0x30};
        size_t octets = 0;

        if (length >= 0x80) {
            octets = length > 0xffff ? 3 : length > 0xff ? 2 : 1;
            for (size_t k = 0; k < octets; k++)
                head[2 + k] = (uint8_t)(length >> (8 * (octets - 1 - k)));
        }
        head[1] = octets != 0 ? (uint8_t)(0x80 | octets) : (uint8_t)length;
        start -= 2 + octets;
        memcpy(data + start, head, 2 + octets);
        length += 2 + octets;
    }
    cr_expect_not(omni_der_well_formed(slice(data + start, length), 1000000));
}

static const struct oid_text {
    const char *hex, *text;
} oid_texts[] = {
    {"550403", "2.5.4.3"},
    {"2a864886f70d01010b", "1.2.840.113549.1.1.11"},
    {"00", "0.0"},
    {"27", "0.39"},
    {"28", "1.0"},
    {"4f", "1.39"},
    {"50", "2.0"},
    {"8837", "2.999"},
    {"6983f8d5bac6cce5c1e5b7aebd88fcd3f1bf9c7f", "2.25.335409175304304240276515770071077867135"},
    {"8f ffff ffff ffff ff 7f", "2.1152921504606846895"},
    {"", "(bad OID)"},
    {"5504 80", "(bad OID)"},
    {"5504 8001", "(bad OID)"},
    {"55 83ffffffffffffffffffffffffffffffffff7f 01 ffffffffffffffffffffffffffffffffffffffff7f",
     "(bad OID)"},
};

Test(der, oid_texts)
{
    for (size_t i = 0; i < sizeof(oid_texts) / sizeof(oid_texts[0]); i++) {
        char text[OMNI_OID_TEXT_MAX];
        uint8_t data[80];
        const size_t size = der_make(oid_texts[i].hex, data, sizeof(data));

        omni_oid_dotted(slice(data, size), text);
        cr_expect_str_eq(text, oid_texts[i].text, "%s", oid_texts[i].hex);
    }
}

Test(der, oid_table_is_sorted_and_finds_itself)
{
    const omni_oid_name *entry;

    for (size_t i = 0; (entry = omni_oid_at(i)) != NULL; i++) {
        const otls_slice oid = slice((const uint8_t *)entry->bytes, entry->size);

        cr_expect_eq(omni_oid_find(oid), entry, "%s", entry->name);
        cr_expect(omni_oid_ok(oid));
    }
    cr_expect_null(omni_oid_find(slice((const uint8_t *)"\x2a\x03", 2)));
    cr_expect_null(omni_oid_find(slice((const uint8_t *)"", 0)));
}

Test(der, the_longest_oid_fits)
{
    uint8_t data[OMNI_OID_SIZE_MAX];
    char text[OMNI_OID_TEXT_MAX];

    memset(data, 0x7f, sizeof(data));
    omni_oid_dotted(slice(data, sizeof(data)), text);
    cr_expect_str_neq(text, "(bad OID)");
    cr_expect_lt(strlen(text), OMNI_OID_TEXT_MAX);
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = i % 19 == 18 || i + 1 == sizeof(data) ? 0x7f : 0xff;
    omni_oid_dotted(slice(data, sizeof(data)), text);
    cr_expect_str_neq(text, "(bad OID)");
    cr_expect_lt(strlen(text), OMNI_OID_TEXT_MAX);
}
