/* SPDX-License-Identifier: MIT */
#include "der_make.h"

#include <criterion/criterion.h>
#include <omnitls/certificate.h>
#include <omnitls/parity.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static otls_certificate *make(const cert_parts *parts)
{
    static uint8_t der[16384];
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *cert = NULL;

    cr_assert_eq(otls_certificate_from_der(&cert, der, cert_make(parts, der, sizeof(der)), &err),
                 OTLS_OK, "%s", err.text);
    return cert;
}

Test(certificate, references_and_equality)
{
    const cert_parts parts = {.version = NULL};
    const cert_parts other = {.serial = "02{0c}"};
    otls_certificate *a = make(&parts);
    otls_certificate *b = make(&parts);
    otls_certificate *c = make(&other);

    cr_expect_eq(otls_certificate_ref(a), a);
    otls_certificate_free(a);
    cr_expect_eq(otls_certificate_version(a), 3);
    cr_expect(otls_certificate_equal(a, b));
    cr_expect_not(otls_certificate_equal(a, c));
    cr_expect_not(otls_certificate_equal(a, NULL));
    cr_expect_null(otls_certificate_ref(NULL));
    otls_certificate_free(NULL);
    otls_certificate_free(a);
    otls_certificate_free(b);
    otls_certificate_free(c);
}

static const struct name {
    const char *der, *text;
} names[] = {
    {"30{}", ""},
    {"30{31{30{06{550406}13{'DE'}}}31{30{06{550403}0c{'a'}}}}", "CN=a,C=DE"},
    {"30{31{30{06{550403}0c{'a'}}30{06{55040b}0c{'b'}}}}", "CN=a+OU=b"},
    {"30{31{30{06{550403}0c{' a '}}}}", "CN=\\ a\\ "},
    {"30{31{30{06{550403}0c{'#a'}}}}", "CN=\\#a"},
    {"30{31{30{06{550403}0c{'a,b+c\"d<e>f;g' 5c 'h=i'}}}}", "CN=a\\,b\\+c\\\"d\\<e\\>f\\;g\\\\h=i"},
    {"30{31{30{06{550403}0c{'a' 00 'b' 0a 1b 7f}}}}", "CN=a\\00b\\0A\\1B\\7F"},
    {"30{31{30{06{550403}0c{c3a9}}}}", "CN=\xc3\xa9"},
    {"30{31{30{06{550403}0c{e280ae 'x'}}}}", "CN=\\E2\\80\\AEx"}, /* right-to-left override */
    {"30{31{30{06{550403}0c{c285}}}}", "CN=\\C2\\85"},
    {"30{31{30{06{550403}14{e9}}}}", "CN=\xc3\xa9"},
    {"30{31{30{06{550403}13{e9}}}}", "CN=\\E9"},
    {"30{31{30{06{550403}1c{0001f600}}}}", "CN=\xf0\x9f\x98\x80"},
    {"30{31{30{06{550403}03{00 'a'}}}}", "CN=#03020061"},
    {"30{31{30{06{550410}30{0c{'a'}0c{'b'}}}}}", "postalAddress=#30060C01610C0162"},
    {"30{31{30{06{2a0304}0c{'a'}}}}", "1.2.3.4=#0C0161"},
};

Test(certificate, names_as_text)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        const cert_parts parts = {.subject = names[i].der};
        otls_certificate *cert = make(&parts);

        cr_expect_str_eq(otls_certificate_subject(cert), names[i].text, "%s: %s", names[i].der,
                         otls_certificate_subject(cert));
        cr_expect_eq(otls_certificate_subject(cert), otls_certificate_subject(cert));
        cr_expect_str_eq(otls_certificate_issuer(cert), "CN=issuer");
        otls_certificate_free(cert);
    }
}

static const struct serial {
    const char *der, *text;
} serials[] = {
    {"02{00}", "00"},    {"02{0b}", "0B"},          {"02{0080}", "80"},    {"02{0100}", "0100"},
    {"02{ff}", "-01"},   {"02{80}", "-80"},         {"02{ff00}", "-0100"}, {"02{8000}", "-8000"},
    {"02{ff7f}", "-81"}, {"02{fe00ff}", "-01FF01"},
};

Test(certificate, serial_numbers)
{
    for (size_t i = 0; i < COUNT(serials); i++) {
        const cert_parts parts = {.serial = serials[i].der};
        otls_certificate *cert = make(&parts);

        cr_expect_str_eq(otls_certificate_serial(cert), serials[i].text);
        otls_certificate_free(cert);
    }
}

#define ALL_NAMES                                                                                  \
    "30{06{551d11}04{30{a0{06{2a03}a0{0c{'x' 0a}}} 81{'a@b'} 82{'host' 00} a3{02{01}}"             \
    "a4{30{31{30{06{550403}0c{'d'}}}}} a5{} 86{'https://x/'} 87{7f000001} 87{0102}"                \
    "87{20010db8000000000000000000000001} 87{00010000000000010000000000000001} 88{2a0304}}}}"

static const char *const all_texts[] = {"other:1.2.3;x\\x0A", "email:a@b",     "DNS:host\\x00",
                                        "X400:#020101",       "DirName:CN=d",  "EDIParty:#",
                                        "URI:https://x/",     "IP:127.0.0.1",  "IP:#0102",
                                        "IP:2001:db8::1",     "IP:1:0:0:1::1", "RID:1.2.3.4"};

Test(certificate, alternative_names)
{
    const cert_parts parts = {.extensions = ALL_NAMES};
    otls_certificate *cert = make(&parts);
    otls_error err = OTLS_ERROR_INIT;
    otls_san_kind kind;
    char **list;
    size_t count;
    size_t size;

    cr_assert_eq(otls_certificate_san_count(cert), COUNT(all_texts));
    cr_assert_eq(otls_certificate_strings(cert, OTLS_FIELD_SUBJECT_ALT_NAMES, &list, &count, &err),
                 OTLS_OK);
    cr_assert_eq(count, COUNT(all_texts));
    for (size_t i = 0; i < count; i++) {
        char *text;

        cr_assert_eq(otls_certificate_san_text(cert, i, &text, &err), OTLS_OK);
        cr_expect_str_eq(text, all_texts[i]);
        cr_expect_str_eq(list[i], all_texts[i]);
        otls_string_free(text);
    }
    cr_expect_null(list[count]);
    otls_memory_free(list);
    cr_expect_eq(memcmp(otls_certificate_san(cert, 2, &kind, &size), "host", 5), 0);
    cr_expect_eq(kind, OTLS_SAN_DNS);
    cr_expect_eq(size, 5);
    cr_expect_null(otls_certificate_san(cert, COUNT(all_texts), &kind, &size));
    otls_certificate_free(cert);
}

Test(certificate, many_names_by_index)
{
    enum { NAMES = 10000 };
    const size_t room = 300000;
    char *text = malloc(room);
    uint8_t *der = malloc(room);
    const cert_parts parts = {.extensions = text};
    otls_certificate *cert;
    char *at;

    cr_assert(text != NULL && der != NULL);
    at = stpcpy(text, "30{06{551d11}04{30{");
    for (unsigned i = 0; i < NAMES; i++)
        at += sprintf(at, "82{'h%04u.example'}", i);
    strcpy(at, "}}}");
    cr_assert_eq(otls_certificate_from_der(&cert, der, cert_make(&parts, der, room), NULL),
                 OTLS_OK);
    for (unsigned i = 0; i < NAMES; i += 7) {
        otls_san_kind kind;
        size_t size;
        const uint8_t *name = otls_certificate_san(cert, i, &kind, &size);
        char expected[32];

        (void)snprintf(expected, sizeof(expected), "h%04u.example", i);
        cr_assert(size == strlen(expected) && memcmp(name, expected, size) == 0, "%u", i);
    }
    cr_expect_eq(otls_match_hostname(cert, "h9999.example", 0, NULL), OTLS_OK);
    otls_certificate_free(cert);
    free(der);
    free(text);
}

Test(certificate, attributes)
{
    const cert_parts parts = {
        .subject =
            "30{31{30{06{550406}13{'DE'}}} 31{30{06{550403}0c{'a' 01}}30{06{2a03}03{00 ff}}}}"};
    otls_certificate *cert = make(&parts);
    otls_name_attribute attribute;
    char *text;

    cr_expect_eq(otls_certificate_name_count(cert, OTLS_NAME_SUBJECT), 3);
    cr_expect_eq(otls_certificate_name_count(cert, OTLS_NAME_ISSUER), 1);
    cr_assert_eq(
        otls_certificate_name_attribute(cert, OTLS_NAME_SUBJECT, 1, &attribute, &text, NULL),
        OTLS_OK);
    cr_expect_eq(attribute.rdn, 1);
    cr_expect_str_eq(attribute.oid, "2.5.4.3");
    cr_expect_str_eq(attribute.short_name, "CN");
    cr_expect_str_eq(attribute.long_name, "commonName");
    cr_expect_eq(attribute.string_type, 12);
    cr_expect_eq(attribute.value_size, 2);
    cr_expect_str_eq(text, "a\\x01");
    otls_string_free(text);
    cr_assert_eq(
        otls_certificate_name_attribute(cert, OTLS_NAME_SUBJECT, 2, &attribute, NULL, NULL),
        OTLS_OK);
    cr_expect_eq(attribute.rdn, 1);
    cr_expect_str_eq(attribute.oid, "1.2.3");
    cr_expect_null(attribute.short_name);
    cr_expect_eq(
        otls_certificate_name_attribute(cert, OTLS_NAME_SUBJECT, 3, &attribute, &text, NULL),
        OTLS_E_USAGE);
    otls_certificate_free(cert);
}

#define EVERYTHING                                                                                 \
    "30{06{551d13}01{ff}04{30{01{ff}02{02}}}} 30{06{551d0f}04{03{02 04}}}"                         \
    "30{06{551d25}04{30{06{2b06010505070301}06{2a03}}}} 30{06{551d0e}04{04{0a0b}}}"                \
    "30{06{551d23}04{30{80{0c0d}}}} 30{06{551d20}04{30{30{06{2a0304}}}}}"                          \
    "30{06{551d1e}04{30{a0{30{82{'.example'}}30{87{0a000000ff000000}}}a1{30{81{'bad'}}}}}}"        \
    "30{06{551d1f}04{30{30{a0{a0{86{'http://c/'}}}}}}}"                                            \
    "30{06{2b06010505070101}04{30{30{06{2b06010505073001}86{'http://o/'}}"                         \
    "30{06{2b06010505073002}86{'http://i/'}}30{06{2b06010505073001}82{'no'}}}}}"                   \
    "30{06{2b06010505070118}04{30{02{05}}}} 30{06{2a0305}01{ff}04{aabb}}"

static const struct list {
    otls_certificate_field field;
    const char *items; /* each followed by a bar */
} lists[] = {
    {OTLS_FIELD_SUBJECT_ALT_NAMES, ""},
    {OTLS_FIELD_EXTENDED_KEY_USAGE, "1.3.6.1.5.5.7.3.1|1.2.3|"},
    {OTLS_FIELD_OCSP, "http://o/|"},
    {OTLS_FIELD_CA_ISSUERS, "http://i/|"},
    {OTLS_FIELD_CRLS, "http://c/|"},
    {OTLS_FIELD_POLICIES, "1.2.3.4|"},
    {OTLS_FIELD_PERMITTED_NAMES, "DNS:.example|IP:10.0.0.0/255.0.0.0|"},
    {OTLS_FIELD_EXCLUDED_NAMES, "email:bad|"},
    {OTLS_FIELD_EXTENSIONS,
     "2.5.29.19|2.5.29.15|2.5.29.37|2.5.29.14|2.5.29.35|2.5.29.32|2.5.29.30|2.5.29.31|"
     "1.3.6.1.5.5.7.1.1|1.3.6.1.5.5.7.1.24|1.2.3.5|"},
};

Test(certificate, lists)
{
    const cert_parts parts = {.extensions = EVERYTHING};
    otls_certificate *cert = make(&parts);

    for (size_t i = 0; i < COUNT(lists); i++) {
        char joined[512] = "";
        char **list;
        size_t count;

        cr_assert_eq(otls_certificate_strings(cert, lists[i].field, &list, &count, NULL), OTLS_OK);
        for (size_t k = 0; k < count; k++)
            strcat(strcat(joined, list[k]), "|");
        cr_expect_str_eq(joined, lists[i].items);
        otls_memory_free(list);
    }
    otls_certificate_free(cert);
}

Test(certificate, single_values)
{
    const cert_parts parts = {.extensions = EVERYTHING};
    otls_certificate *cert = make(&parts);
    char algorithm[OTLS_OID_TEXT_SIZE];
    bool critical = false;
    unsigned usage;
    size_t size;

    cr_expect(otls_certificate_is_ca(cert));
    cr_expect_eq(otls_certificate_path_length(cert), 2);
    cr_expect(otls_certificate_key_usage(cert, &usage));
    cr_expect_eq(usage, OTLS_KU_KEY_CERT_SIGN);
    cr_expect(otls_certificate_must_staple(cert));
    cr_expect_eq(otls_certificate_subject_key_id(cert, &size)[1], 0x0b);
    cr_expect_eq(otls_certificate_authority_key_id(cert, &size)[1], 0x0d);
    cr_expect_str_eq(otls_certificate_key_type(cert), "ED25519");
    cr_expect_eq(otls_certificate_key_bits(cert), 256);
    cr_expect_null(otls_certificate_key_curve(cert));
    otls_certificate_signature_algorithm(cert, algorithm);
    cr_expect_str_eq(algorithm, "ED25519");
    cr_expect_eq(otls_certificate_extension(cert, "1.2.3.5", &critical, &size)[1], 0xbb);
    cr_expect(critical);
    cr_expect_eq(size, 2);
    cr_expect_null(otls_certificate_extension(cert, "1.2.3.6", NULL, &size));
    cr_expect_str_eq(otls_oid_name_of("1.3.6.1.5.5.7.3.1"), "TLS Web Server Authentication");
    cr_expect_null(otls_oid_name_of("1.2.3"));
    otls_certificate_free(cert);
}

Test(certificate, a_malformed_list_is_an_error_and_not_half_shown)
{
    const cert_parts parts = {
        .extensions =
            "30{06{2b06010505070101}04{30{30{06{2b06010505073001}86{'http://o/'}}04{}}}}"};
    otls_certificate *cert = make(&parts);
    otls_error err = OTLS_ERROR_INIT;
    char **list;
    size_t count;
    char *json;

    cr_expect_eq(otls_certificate_strings(cert, OTLS_FIELD_OCSP, &list, &count, &err),
                 OTLS_E_CREDENTIAL);
    cr_assert_eq(otls_certificate_json(cert, &json, NULL), OTLS_OK);
    cr_expect_null(strstr(json, "OCSP"));
    otls_string_free(json);
    otls_certificate_free(cert);
}

Test(certificate, json)
{
    const cert_parts parts = {.serial = "02{00ff}",
                              .subject =
                                  "30{31{30{06{550406}13{'DE'}}30{06{550403}0c{'a\"b' 5c 0a}}}}",
                              .validity = "30{17{'500509000000Z'}18{'20500101000000Z'}}",
                              .extensions = ALL_NAMES};
    otls_certificate *cert = make(&parts);
    char *json;

    cr_assert_eq(otls_certificate_json(cert, &json, NULL), OTLS_OK);
    cr_expect_str_eq(
        json,
        "{\"subject\": [[[\"countryName\", \"DE\"], [\"commonName\", "
        "\"a\\\"b\\\\\\u000a\"]]], "
        "\"issuer\": [[[\"commonName\", \"issuer\"]]], \"version\": 3, \"serialNumber\": \"FF\", "
        "\"notBefore\": \"May  9 00:00:00 1950 GMT\", \"notAfter\": \"Jan  1 00:00:00 2050 GMT\", "
        "\"subjectAltName\": [[\"othername\", \"<unsupported>\"], [\"email\", \"a@b\"], "
        "[\"DNS\", \"host\\u0000\"], [\"X400Name\", \"<unsupported>\"], "
        "[\"DirName\", [[[\"commonName\", \"d\"]]]], [\"EdiPartyName\", \"<unsupported>\"], "
        "[\"URI\", \"https://x/\"], [\"IP Address\", \"127.0.0.1\"], "
        "[\"IP Address\", \"<invalid>\"], [\"IP Address\", \"2001:DB8:0:0:0:0:0:1\"], "
        "[\"IP Address\", \"1:0:0:1:0:0:0:1\"], [\"Registered ID\", \"1.2.3.4\"]]}");
    otls_string_free(json);
    otls_certificate_free(cert);
}

Test(certificate, text_shows_everything_and_nothing_unprintable)
{
    static const char *const lines[] = {"Subject: CN=\\1B[2J",
                                        "Serial number: 0B",
                                        "Basic constraints: CA, path length 2",
                                        "Key usage: keyCertSign",
                                        "http://o/",
                                        "Must staple: yes",
                                        "Warning: a critical",
                                        "1.2.3.5, critical, 2 bytes",
                                        "1.3.6.1.5.5.7.3.1 (TLS Web Server Authentication)"};
    const cert_parts parts = {.subject = "30{31{30{06{550403}0c{1b '[2J'}}}}",
                              .extensions = EVERYTHING};
    otls_certificate *cert = make(&parts);
    char *text;

    cr_assert_eq(otls_certificate_text(cert, &text, NULL), OTLS_OK);
    for (size_t i = 0; i < COUNT(lines); i++)
        cr_expect_not_null(strstr(text, lines[i]), "%s", lines[i]);
    for (const char *at = text; *at != '\0'; at++)
        cr_expect(*at == '\n' || ((unsigned char)*at >= 0x20 && *at != 0x7f));
    otls_string_free(text);
    otls_certificate_free(cert);
}

Test(certificate, pem_and_der)
{
    const cert_parts parts = {.version = NULL};
    otls_certificate *cert = make(&parts);
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *again, **list;
    const uint8_t *der;
    size_t size, length, count;
    uint8_t *bytes;
    char *pem, *same;
    char twice[4096];

    der = otls_certificate_der(cert, &size);
    cr_assert_eq(otls_certificate_pem(cert, &pem, NULL), OTLS_OK);
    cr_assert_eq(otls_der_to_pem(der, size, &same, NULL), OTLS_OK);
    cr_expect_str_eq(pem, same);
    cr_assert_eq(otls_certificate_from_pem(&again, pem, strlen(pem), NULL), OTLS_OK);
    cr_expect(otls_certificate_equal(cert, again));
    otls_certificate_free(again);
    cr_assert_eq(otls_pem_to_der(pem, strlen(pem), &bytes, &length, NULL), OTLS_OK);
    cr_expect(length == size && memcmp(bytes, der, size) == 0);
    (void)snprintf(twice, sizeof(twice), "%s-----BEGIN X-----\nAQID\n-----END X-----\n%s", pem,
                   pem);
    cr_assert_eq(otls_certificate_list_from_pem(&list, &count, twice, strlen(twice), NULL),
                 OTLS_OK);
    cr_expect_eq(count, 2);
    otls_certificate_list_free(list, count);
    (void)snprintf(twice, sizeof(twice),
                   "%s-----BEGIN CERTIFICATE-----\nAQID\n"
                   "-----END CERTIFICATE-----\n",
                   pem);
    cr_expect_eq(otls_certificate_list_from_pem(&list, &count, twice, strlen(twice), &err),
                 OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_BAD_DER);
    cr_expect_eq(otls_certificate_from_pem(&again, "x", 1, &err), OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_NO_CERTIFICATE);
    otls_memory_free(bytes);
    otls_string_free(same);
    otls_string_free(pem);
    otls_certificate_free(cert);
}

Test(certificate, files)
{
    const cert_parts parts = {.version = NULL};
    otls_certificate *cert = make(&parts);
    char path[] = "/tmp/omnitls-test-XXXXXX";
    const int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *again, **list;
    const uint8_t *der;
    size_t size, count;

    cr_assert_not_null(file);
    der = otls_certificate_der(cert, &size);
    cr_assert_eq(fwrite(der, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(otls_certificate_from_file(&again, path, &err), OTLS_OK, "%s", err.text);
    cr_expect(otls_certificate_equal(cert, again));
    cr_assert_eq(otls_certificate_list_from_file(&list, &count, path, &err), OTLS_OK);
    cr_expect_eq(count, 1);
    otls_certificate_list_free(list, count);
    otls_certificate_free(again);
    remove(path);
    cr_expect_eq(otls_certificate_from_file(&again, path, &err), OTLS_E_IO);
    cr_expect_eq(err.code, OTLS_CODE_FILE_NOT_FOUND);
    cr_expect_not_null(strstr(err.text, path));
    otls_certificate_free(cert);
}

Test(certificate, fingerprints_and_pin)
{
    /* computed by "openssl dgst" over the same bytes */
    static const char sha256[] = "d5763acdb48b7ae1cb434a3abe6479f99ff94a87c49ec2b54ff4c7bf053f2e9d";
    const cert_parts parts = {.version = NULL};
    otls_certificate *cert = make(&parts);
    const otls_backend *backend;
    otls_error err = OTLS_ERROR_INIT;
    uint8_t out[64];
    char hex[65];
    char pin[64];
    size_t length;

    cr_assert_eq(otls_backend_find(&backend, NULL, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(
        otls_certificate_fingerprint(cert, backend, OTLS_HASH_SHA256, out, 64, &length, &err),
        OTLS_OK, "%s", err.text);
    cr_assert_eq(length, 32);
    for (size_t i = 0; i < length; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned)out[i]);
    cr_expect_str_eq(hex, sha256);
    cr_expect_eq(otls_certificate_fingerprint(cert, NULL, OTLS_HASH_SHA512, out, 63, &length, &err),
                 OTLS_E_USAGE);
    cr_expect_eq(otls_certificate_fingerprint(cert, NULL, OTLS_HASH_SHA1, out, 20, &length, NULL),
                 OTLS_OK);
    cr_expect_eq(length, 20);
    cr_assert_eq(otls_certificate_pin(cert, NULL, pin, &err), OTLS_OK);
    cr_expect_str_eq(pin, "5DgePCJgHZPzCQJvy4yJcHDj6+H5OUvCCVbbJtzd0JI=");
    otls_certificate_free(cert);
}

static const struct moment {
    const char *text;
    int64_t seconds;
    bool ok;
} moments[] = {
    {"May  9 00:00:00 2007 GMT", 1178668800, true},
    {"Jan  5 09:34:43 2018 GMT", 1515144883, true},
    {"Jan 05 09:34:43 2018 GMT", 1515144883, true},
    {"JaN  5 09:34:43 2018 GmT", 1515144883, true},
    {"Dec 31 23:59:60 2008 GMT", 1230768000, true},
    {"Jan  1 00:00:00 2009 GMT", 1230768000, true},
    {"Jan  5 09:34:61 2018 GMT", 1515144901, true},
    {"Jan  5 09:34:62 2018 GMT", 0, false},
    {"Dec 31 23:59:59 9999 GMT", 253402300799, true},
    {"Jan  1 00:00:00 1950 GMT", -631152000, true},
    {"Jan  5 09:34 2018 GMT", 0, false},
    {"Jan  5 09:34:43 2018", 0, false},
    {"Jan  5 09:34:43 2018 UTC", 0, false},
    {"Jan 35 09:34:43 2018 GMT", 0, false},
    {"Feb 30 09:34:43 2018 GMT", 0, false},
    {"Jon  5 09:34:43 2018 GMT", 0, false},
    {"Jan  5 24:00:00 2018 GMT", 0, false},
    {"Jan  5 09:60:43 2018 GMT", 0, false},
    {"Jan  5 09:34:43 2018 GMT ", 0, false},
    {"Jan  5 09:34:43 18 GMT", 0, false},
    {"Jan", 0, false},
    {"", 0, false},
};

Test(certificate, times)
{
    for (size_t i = 0; i < COUNT(moments); i++) {
        int64_t seconds = 0;
        const otls_status status = otls_cert_time_to_seconds(moments[i].text, &seconds, NULL);

        cr_expect_eq(status, moments[i].ok ? OTLS_OK : OTLS_E_USAGE, "%s", moments[i].text);
        cr_expect(!moments[i].ok || seconds == moments[i].seconds, "%s", moments[i].text);
    }
    cr_expect_eq(otls_cert_time_to_seconds(NULL, &(int64_t){0}, NULL), OTLS_E_USAGE);
}

Test(certificate, every_day_survives_the_round_trip)
{
    for (int64_t day = -354285; day < 2932896; day += 13) { /* years 1000 to 9999 */
        char text[OTLS_TIME_TEXT_SIZE];
        int64_t seconds;

        otls_time_text(day * 86400 + 86399, text);
        cr_assert_eq(otls_cert_time_to_seconds(text, &seconds, NULL), OTLS_OK, "%s", text);
        cr_assert_eq(seconds, day * 86400 + 86399, "%s", text);
    }
}

Test(certificate, host_names)
{
    const cert_parts parts = {.extensions =
                                  "30{06{551d11}04{30{82{'www.example.org'}87{7f000001}}}}"};
    otls_certificate *cert = make(&parts);
    otls_error err = OTLS_ERROR_INIT;

    cr_expect_eq(otls_match_hostname(cert, "WWW.example.org.", 0, &err), OTLS_OK);
    cr_expect_eq(otls_match_hostname(cert, "127.0.0.1", 0, &err), OTLS_OK);
    cr_expect_eq(otls_match_hostname(cert, "example.org", 0, &err), OTLS_E_VERIFY);
    cr_expect_eq(err.verify_flags, OTLS_VERIFY_NAME_MISMATCH);
    cr_expect_eq(err.verify_depth, 0);
    cr_expect_str_eq(err.text, "the certificate is not for example.org but for "
                               "DNS:www.example.org, IP:127.0.0.1");
    cr_expect_eq(otls_match_hostname(cert, "", 0, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_match_hostname(cert, "a", 4, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_match_hostname(NULL, "a", 0, &err), OTLS_E_USAGE);
    otls_certificate_free(cert);
}
