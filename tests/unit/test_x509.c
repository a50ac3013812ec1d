/* SPDX-License-Identifier: MIT */
#include "der_make.h"

#include "x509/x509.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define SAN_LOCALHOST "30{06{551d11} 04{30{82{'localhost'}}}}"
#define CA_TRUE "30{06{551d13} 01{ff} 04{30{01{ff}}}}"

static otls_status parse(const cert_parts *parts, omni_x509 *out, otls_error *err)
{
    static uint8_t der[8192];

    return omni_x509_parse(out, (otls_slice){.data = der, .size = cert_make(parts, der, 8192)},
                           err);
}

Test(x509, a_plain_certificate)
{
    const cert_parts parts = {.extensions = SAN_LOCALHOST CA_TRUE};
    otls_error err = OTLS_ERROR_INIT;
    omni_x509 cert;

    cr_assert_eq(parse(&parts, &cert, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(cert.version, 3);
    cr_expect_eq(cert.serial.size, 1);
    cr_expect_eq(cert.not_before, 1577836800);
    cr_expect_eq(cert.not_after, 1893456000);
    cr_expect_eq(cert.key_type, OMNI_KEY_ED25519);
    cr_expect_eq(cert.key_bits, 256);
    cr_expect_eq(cert.signature_algorithm.kind, OTLS_SIG_ED25519);
    cr_expect_eq(cert.signature.size, 5);
    cr_expect_eq(cert.tbs.data[0], 0x30);
    cr_expect_eq(cert.is_ca, 1);
    cr_expect_eq(cert.path_length, -1);
    cr_expect_eq(cert.subject_alt_name_count, 1);
    cr_expect_eq(cert.malformed_extension, 0);
    cr_expect_eq(cert.unknown_critical, 0);
    cr_expect_eq(cert.algorithm_mismatch, 0);
    cr_expect_eq(cert.has_key_usage, 0);
}

/* `fault` NULL: accepted; else the sentence that must be in the report */
static const struct field {
    const char *name;
    cert_parts parts;
    const char *fault;
} fields[] = {
    {"v1", {.version = ""}, NULL},
    {"v2", {.version = "a0{02{01}}"}, NULL},
    {"v1 written out", {.version = "a0{02{00}}"}, "version"},
    {"v4", {.version = "a0{02{03}}"}, "version"},
    {"negative version", {.version = "a0{02{ff}}"}, "version"},
    {"two versions", {.version = "a0{02{02}02{02}}"}, "version"},
    {"v1 with extensions", {.version = "", .extensions = CA_TRUE}, "not version 3"},
    {"v2 with extensions", {.version = "a0{02{01}}", .extensions = CA_TRUE}, "not version 3"},
    {"negative serial", {.serial = "02{80}"}, NULL},
    {"zero serial", {.serial = "02{00}"}, NULL},
    {"empty serial", {.serial = "02{}"}, "serialNumber"},
    {"padded serial", {.serial = "02{0001}"}, "serialNumber"},
    {"serial of another type", {.serial = "04{01}"}, "serialNumber"},
    {"long serial", {.serial = "02{0102030405060708091011121314151617181920212223}"}, NULL},
    {"empty subject", {.subject = "30{}"}, NULL},
    {"multi-valued RDN", {.subject = "30{31{30{06{550403}0c{'a'}}30{06{550403}0c{'b'}}}}"}, NULL},
    {"empty RDN", {.subject = "30{31{}}"}, "subject"},
    {"attribute without value", {.subject = "30{31{30{06{550403}}}}"}, "subject"},
    {"attribute with two values", {.subject = "30{31{30{06{550403}0c{}0c{}}}}"}, "subject"},
    {"attribute with a bad OID", {.subject = "30{31{30{06{5504 80}0c{}}}}"}, "subject"},
    {"RDN as a SEQUENCE", {.subject = "30{30{30{06{550403}0c{}}}}"}, "subject"},
    {"UTF-8 cut off", {.subject = "30{31{30{06{550403}0c{c3}}}}"}, "subject"},
    {"UTF-8 overlong", {.subject = "30{31{30{06{550403}0c{c080}}}}"}, "subject"},
    {"UTF-8 surrogate", {.subject = "30{31{30{06{550403}0c{eda080}}}}"}, "subject"},
    {"UTF-8 beyond Unicode", {.subject = "30{31{30{06{550403}0c{f4908080}}}}"}, "subject"},
    {"BMP of odd size", {.subject = "30{31{30{06{550403}1e{0041 00}}}}"}, "subject"},
    {"BMP surrogate", {.subject = "30{31{30{06{550403}1e{d83d de00}}}}"}, "subject"},
    {"Universal of odd size", {.subject = "30{31{30{06{550403}1c{0041}}}}"}, "subject"},
    {"attribute as OCTET STRING", {.subject = "30{31{30{06{550403}04{'a'}}}}"}, "subject"},
    {"attribute as a SEQUENCE", {.subject = "30{31{30{06{550410}30{0c{'a'}}}}}"}, NULL},
    {"attribute as an empty SEQUENCE", {.subject = "30{31{30{06{550403}30{}}}}"}, NULL},
    {"attribute as a broken SEQUENCE",
     {.subject = "30{31{30{06{550410}30{0c 05 'a'}}}}"},
     "subject"},
    {"attribute as a SET", {.subject = "30{31{30{06{550410}31{0c{'a'}}}}}"}, "subject"},
    {"bits with padding", {.subject = "30{31{30{06{550403}03{01 ff}}}}"}, "subject"},
    {"algorithm with two parameters", {.algorithm = "30{06{2a0304}05{}05{}}"}, "ignature"},
    {"algorithm with a bad NULL", {.algorithm = "30{06{2a0304}05{00}}"}, "ignature"},
    {"algorithm with indefinite parameters",
     {.algorithm = "30{06{2a0304}30 80 00 00}"},
     "ignature"},
    {"algorithm without OID", {.algorithm = "30{05{}}"}, "ignature"},
    {"issuer cut off", {.issuer = "30 82 ffff"}, "issuer"},
    {"issuer of indefinite length", {.issuer = "30 80 00 00"}, "issuer"},
    {"one time", {.validity = "30{17{'200101000000Z'}}"}, "validity"},
    {"three times",
     {.validity = "30{17{'200101000000Z'}17{'200101000000Z'}17{'200101000000Z'}}"},
     "validity"},
    {"30 February", {.validity = "30{17{'200230000000Z'}17{'200101000000Z'}}"}, "notBefore"},
    {"month 13", {.validity = "30{17{'200101000000Z'}17{'201301000000Z'}}"}, "notAfter"},
    {"time with a zone", {.validity = "30{17{'2001010000+0100'}17{'200101000000Z'}}"}, "notBefore"},
    {"end before start", {.validity = "30{18{'99991231235959Z'}17{'500101000000Z'}}"}, NULL},
    {"key without algorithm", {.spki = "30{30{}03{00 00}}"}, "subjectPublicKeyInfo"},
    {"short Ed25519 key", {.spki = "30{30{06{2b6570}}03{00 0011}}"}, "public key"},
    {"Ed25519 with parameters",
     {.spki = "30{30{06{2b6570}05{}}03{00 00112233445566778899aabbccddeeff"
              "00112233445566778899aabbccddeeff}}"},
     "public key"},
    {"unknown key", {.spki = "30{30{06{2a0304}}03{00}}"}, NULL},
    {"key bits not whole octets", {.spki = "30{30{06{2a0304}}03{01 80}}"}, "subjectPublicKeyInfo"},
    {"RSA of nonsense", {.spki = "30{30{06{2a864886f70d010101}05{}}03{00 1234}}"}, "public key"},
    {"RSA negative",
     {.spki = "30{30{06{2a864886f70d010101}05{}}03{00 30{02{80}02{03}}}}"},
     "public key"},
    {"RSA zero",
     {.spki = "30{30{06{2a864886f70d010101}05{}}03{00 30{02{00}02{03}}}}"},
     "public key"},
    {"EC without a point",
     {.spki = "30{30{06{2a8648ce3d0201}06{2b81040022}}03{00}}"},
     "public key"},
    {"EC without a curve", {.spki = "30{30{06{2a8648ce3d0201}}03{00 04}}"}, "public key"},
    {"unique identifiers", {.tail = "81{00 01}82{00 02}"}, NULL},
    {"unique identifiers swapped", {.tail = "82{00 01}81{00 02}"}, "unknown"},
    {"unique identifier in v1", {.version = "", .tail = "81{00 01}"}, "unique"},
    {"something else at the end", {.tail = "04{}"}, "unknown"},
    {"no extension in the list", {.tail = "a3{30{}}"}, "extensions"},
    {"two lists", {.tail = "a3{30{" CA_TRUE "}30{" CA_TRUE "}}"}, "extensions"},
    {"extension without value", {.extensions = "30{06{551d13}}"}, "extension"},
    {"extension with a rest", {.extensions = "30{06{551d13}04{}04{}}"}, "extension"},
    {"critical FALSE written out", {.extensions = "30{06{551d13}01{00}04{30{}}}"}, NULL},
    {"critical 1", {.extensions = "30{06{551d13}01{01}04{30{}}}"}, "extension"},
    {"signature bits not whole octets", {.signature = "03{01 80}"}, "signatureValue"},
    {"something after the signature", {.signature = "03{00 01}05{}"}, "signatureValue"},
    {"signature of another type", {.signature = "04{00 01}"}, "signatureValue"},
    {"no inner algorithm", {.algorithm = "05{}", .outer = "30{06{2b6570}}"}, "signature"},
};

ParameterizedTestParameters(x509, fields)
{
    static size_t indexes[COUNT(fields)];

    for (size_t i = 0; i < COUNT(fields); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, COUNT(fields));
}

ParameterizedTest(size_t *index, x509, fields)
{
    const struct field *expected = &fields[*index];
    otls_error err = OTLS_ERROR_INIT;
    omni_x509 cert;
    const otls_status status = parse(&expected->parts, &cert, &err);

    if (expected->fault == NULL) {
        cr_expect_eq(status, OTLS_OK, "%s: %s", expected->name, err.text);
        return;
    }
    cr_expect_eq(status, OTLS_E_CREDENTIAL, "%s was accepted", expected->name);
    cr_expect_eq(err.code, OTLS_CODE_BAD_DER, "%s", expected->name);
    cr_expect_not_null(strstr(err.text, expected->fault), "%s: %s", expected->name, err.text);
}

static const struct extension {
    const char *name, *extensions;
    int malformed, unknown_critical;
} extensions[] = {
    {"usual", SAN_LOCALHOST CA_TRUE, 0, 0},
    {"twice the same", CA_TRUE CA_TRUE, 1, 0},
    {"twice the same unknown", "30{06{2a0304}04{}}30{06{2a0304}04{}}", 1, 0},
    {"two unknown", "30{06{2a0304}04{}}30{06{2a0305}04{}}", 0, 0},
    {"unknown and critical", "30{06{2a0304}01{ff}04{}}", 0, 1},
    {"CT poison", "30{06{2b06010401d679020403}01{ff}04{05{}}}", 0, 1},
    {"basicConstraints with a rest", "30{06{551d13}04{30{}05{}}}", 1, 0},
    {"basicConstraints cA 1", "30{06{551d13}04{30{01{01}}}}", 1, 0},
    {"cA FALSE written out", "30{06{551d13}04{30{01{00}}}}", 0, 0},
    {"negative path length", "30{06{551d13}04{30{01{ff}02{ff}}}}", 1, 0},
    {"key usage empty", "30{06{551d0f}04{03{00}}}", 1, 0},
    {"key usage without bits", "30{06{551d0f}04{03{07 00}}}", 1, 0},
    {"key usage of another type", "30{06{551d0f}04{02{01}}}", 1, 0},
    {"key usage", "30{06{551d0f}01{ff}04{03{0780}}}", 0, 0},
    {"no alternative name", "30{06{551d11}04{30{}}}", 1, 0},
    {"alternative names cut off", "30{06{551d11}04{30{82 05 'ab'}}}", 1, 0},
    {"unknown kind of name", "30{06{551d11}04{30{89{}}}}", 1, 0},
    {"name of the wrong form", "30{06{551d11}04{30{a2{}}}}", 1, 0},
    {"directory name of nonsense", "30{06{551d11}04{30{a4{04{}}}}}", 1, 0},
    {"other name without type", "30{06{551d11}04{30{a0{0c{}}}}}", 1, 0},
    {"registered ID of nonsense", "30{06{551d11}04{30{88{80}}}}", 1, 0},
    {"all kinds of names",
     "30{06{551d11}04{30{a0{06{2a03}a0{0c{'x'}}}81{'a@b'}82{'c'}a3{}a4{30{}}a5{}86{'u:'}"
     "87{7f000001}88{2a03}}}}",
     0, 0},
    {"no extended key usage", "30{06{551d25}04{30{}}}", 1, 0},
    {"extended key usage with a bad OID", "30{06{551d25}04{30{06{80}}}}", 1, 0},
    {"policies of another type", "30{06{551d20}04{04{}}}", 1, 0},
    {"key identifier of another type", "30{06{551d0e}04{30{}}}", 1, 0},
    {"TLS features", "30{06{2b06010505070118}04{30{02{05}}}}", 0, 0},
    {"TLS features of another type", "30{06{2b06010505070118}04{02{05}}}", 1, 0},
    {"inhibitAnyPolicy negative", "30{06{551d36}04{02{ff}}}", 1, 0},
    {"name constraints critical", "30{06{551d1e}01{ff}04{30{}}}", 0, 0},
};

ParameterizedTestParameters(x509, extensions)
{
    static size_t indexes[COUNT(extensions)];

    for (size_t i = 0; i < COUNT(extensions); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, COUNT(extensions));
}

ParameterizedTest(size_t *index, x509, extensions)
{
    const struct extension *expected = &extensions[*index];
    const cert_parts parts = {.extensions = expected->extensions};
    otls_error err = OTLS_ERROR_INIT;
    omni_x509 cert;

    cr_assert_eq(parse(&parts, &cert, &err), OTLS_OK, "%s: %s", expected->name, err.text);
    cr_expect_eq(cert.malformed_extension, expected->malformed, "%s", expected->name);
    cr_expect_eq(cert.unknown_critical, expected->unknown_critical, "%s", expected->name);
}

Test(x509, extension_values)
{
    const cert_parts parts = {.extensions = "30{06{551d13}01{ff}04{30{01{ff}02{03}}}}"
                                            "30{06{551d0f}01{ff}04{03{07 8680}}}"
                                            "30{06{551d0e}04{04{aabb}}}"
                                            "30{06{551d23}04{30{80{ccdd}}}}"
                                            "30{06{2b06010505070118}04{30{02{11}02{05}}}}"};
    omni_x509 cert;

    cr_assert_eq(parse(&parts, &cert, NULL), OTLS_OK);
    cr_expect_eq(cert.path_length, 3);
    cr_expect_eq(cert.basic_constraints_critical, 1);
    cr_expect_eq(cert.key_usage, OTLS_KU_DIGITAL_SIGNATURE | OTLS_KU_KEY_CERT_SIGN |
                                     OTLS_KU_CRL_SIGN | OTLS_KU_DECIPHER_ONLY);
    cr_expect_eq(cert.subject_key_id.size, 2);
    cr_expect_eq(cert.subject_key_id.data[0], 0xaa);
    cr_expect_eq(cert.authority_key_id.data[1], 0xdd);
    cr_expect_eq(cert.must_staple, 1);
}

Test(x509, the_first_of_two_counts)
{
    const cert_parts parts = {.extensions = "30{06{551d13}04{30{}}}" CA_TRUE};
    omni_x509 cert;

    cr_assert_eq(parse(&parts, &cert, NULL), OTLS_OK);
    cr_expect_eq(cert.is_ca, 0);
    cr_expect_eq(cert.malformed_extension, 1);
}

static const struct algorithm {
    const char *identifier;
    otls_signature_algorithm expected;
} algorithms[] = {
    {"30{06{2a864886f70d01010b}05{}}", {.kind = OTLS_SIG_RSA_PKCS1, .hash = OTLS_SIG_HASH_SHA256}},
    {"30{06{2a864886f70d01010b}}", {.kind = OTLS_SIG_RSA_PKCS1, .hash = OTLS_SIG_HASH_SHA256}},
    {"30{06{2a864886f70d010105}05{}}", {.kind = OTLS_SIG_RSA_PKCS1, .hash = OTLS_SIG_HASH_SHA1}},
    {"30{06{2a864886f70d01010b}02{01}}", {.kind = 0}},
    {"30{06{2a864886f70d010104}05{}}", {.kind = 0}}, /* MD5 */
    {"30{06{2a8648ce3d040303}}", {.kind = OTLS_SIG_ECDSA, .hash = OTLS_SIG_HASH_SHA384}},
    {"30{06{2b6571}}", {.kind = OTLS_SIG_ED448}},
    {"30{06{2b6571}05{}}", {.kind = 0}},
    {"30{06{2a864886f70d01010a}30{}}",
     {.kind = OTLS_SIG_RSA_PSS,
      .hash = OTLS_SIG_HASH_SHA1,
      .mgf_hash = OTLS_SIG_HASH_SHA1,
      .salt_length = 20}},
    {"30{06{2a864886f70d01010a}30{a0{30{06{608648016503040202}05{}}}"
     "a1{30{06{2a864886f70d010108}30{06{608648016503040203}}}}a2{02{30}}a3{02{01}}}}",
     {.kind = OTLS_SIG_RSA_PSS,
      .hash = OTLS_SIG_HASH_SHA384,
      .mgf_hash = OTLS_SIG_HASH_SHA512,
      .salt_length = 48}},
    {"30{06{2a864886f70d01010a}30{a3{02{02}}}}", {.kind = 0}},
    {"30{06{2a864886f70d01010a}30{a2{02{ff}}}}", {.kind = 0}},
    {"30{06{2a864886f70d01010a}30{a2{02{20}}a0{30{06{608648016503040202}}}}}", {.kind = 0}},
    {"30{06{2a864886f70d01010a}}", {.kind = 0}},
    /* RSA without its NULL: RFC 4055 5 has that taken, but RFC 3279 2.2.1 is SHA-1's */
    {"30{06{2a864886f70d01010b}}", {.kind = OTLS_SIG_RSA_PKCS1, .hash = OTLS_SIG_HASH_SHA256}},
    {"30{06{2a864886f70d010105}}", {.kind = 0}},
    {"30{06{2a864886f70d010105}05{}}", {.kind = OTLS_SIG_RSA_PKCS1, .hash = OTLS_SIG_HASH_SHA1}},
};

Test(x509, signature_algorithms)
{
    for (size_t i = 0; i < COUNT(algorithms); i++) {
        const cert_parts parts = {.algorithm = algorithms[i].identifier};
        const otls_signature_algorithm *expected = &algorithms[i].expected;
        omni_x509 cert;

        cr_assert_eq(parse(&parts, &cert, NULL), OTLS_OK, "%zu", i);
        cr_expect_eq(cert.signature_algorithm.kind, expected->kind, "%zu", i);
        cr_expect_eq(cert.signature_algorithm.hash, expected->hash, "%zu", i);
        cr_expect_eq(cert.signature_algorithm.mgf_hash, expected->mgf_hash, "%zu", i);
        cr_expect_eq(cert.signature_algorithm.salt_length, expected->salt_length, "%zu", i);
    }
}

Test(x509, algorithm_fields_that_differ_are_noticed)
{
    const cert_parts parts = {.outer = "30{06{2a864886f70d01010b}05{}}"};
    omni_x509 cert;

    cr_assert_eq(parse(&parts, &cert, NULL), OTLS_OK);
    cr_expect_eq(cert.algorithm_mismatch, 1);
    cr_expect_eq(cert.signature_algorithm.kind, OTLS_SIG_RSA_PKCS1);
}

Test(x509, every_truncation_and_every_extra_byte_is_refused)
{
    const cert_parts parts = {.extensions = SAN_LOCALHOST CA_TRUE};
    uint8_t der[1024];
    const size_t size = cert_make(&parts, der, sizeof(der) - 1);
    omni_x509 cert;

    for (size_t cut = 0; cut < size; cut++) {
        /* an exact copy, so that a read past the end is seen */
        uint8_t *copy = malloc(cut != 0 ? cut : 1);

        memcpy(copy, der, cut);
        cr_expect_eq(omni_x509_parse(&cert, (otls_slice){.data = copy, .size = cut}, NULL),
                     OTLS_E_CREDENTIAL, "%zu of %zu bytes", cut, size);
        free(copy);
    }
    der[size] = 0;
    cr_expect_eq(omni_x509_parse(&cert, (otls_slice){.data = der, .size = size + 1}, NULL),
                 OTLS_E_CREDENTIAL);
}

/** `count` times `item` as the extension's alternative names. */
static size_t make_many(const char *before, const char *item, size_t count, const char *after,
                        bool as_tail, uint8_t **der)
{
    const size_t room = strlen(before) + strlen(item) * count + strlen(after) + 1;
    char *text = malloc(room);
    char *at = text;
    size_t size;

    cr_assert_not_null(text);
    at = stpcpy(at, before);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, item);
    strcpy(at, after);
    *der = malloc(room + 4096);
    cr_assert_not_null(*der);
    const cert_parts parts = {.extensions = as_tail ? NULL : text,
                              .subject = as_tail ? text : NULL};
    size = cert_make(&parts, *der, room + 4096);
    free(text);
    return size;
}

Test(x509, ten_thousand_names)
{
    uint8_t *der;
    const size_t size =
        make_many("30{06{551d11} 04{30{", "82{'host.example'}", 10000, "}}}", false, &der);
    otls_error err = OTLS_ERROR_INIT;
    omni_x509 cert;

    cr_assert_eq(omni_x509_parse(&cert, (otls_slice){.data = der, .size = size}, &err), OTLS_OK,
                 "%s", err.text);
    cr_expect_eq(cert.subject_alt_name_count, 10000);
    free(der);
}

Test(x509, limits)
{
    static uint8_t large[OMNI_CERTIFICATE_SIZE_MAX + 1];
    otls_error err = OTLS_ERROR_INIT;
    omni_x509 cert;
    uint8_t *der;
    size_t size;

    cr_expect_eq(omni_x509_parse(&cert, (otls_slice){.data = large, .size = sizeof(large)}, &err),
                 OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_LIMIT);
    size = make_many("", "30{06{551d13}04{}}", 129, "", false, &der);
    cr_expect_eq(omni_x509_parse(&cert, (otls_slice){.data = der, .size = size}, &err),
                 OTLS_OK, "%s", err.text); /* a verdict says what is wrong, and that it is a bound */
    cr_expect_eq(cert.form_fault, OMNI_FORM_FAULT_SIZE);
    cr_expect(cert.malformed_extension);
    free(der);
}

/* Policies and mappings are compared with one another: a chain full of them took seconds. */
Test(x509, policy_limits)
{
    static const struct {
        const char *before, *item;
        size_t count;
        uint8_t fault;
    } cases[] = {
        {"30{06{551d20} 04{30{", "30{06{2a0304}}", 256, OMNI_FORM_FAULT_NONE},
        {"30{06{551d20} 04{30{", "30{06{2a0304}}", 257, OMNI_FORM_FAULT_SIZE},
        {"30{06{551d21} 04{30{", "30{06{2a0304}06{2a0305}}", 256, OMNI_FORM_FAULT_NONE},
        {"30{06{551d21} 04{30{", "30{06{2a0304}06{2a0305}}", 257, OMNI_FORM_FAULT_SIZE},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        omni_x509 cert;
        uint8_t *der;
        const size_t size = make_many(cases[i].before, cases[i].item, cases[i].count, "}}}", false, &der);

        cr_assert_eq(omni_x509_parse(&cert, (otls_slice){.data = der, .size = size}, NULL), OTLS_OK, "%zu", i);
        cr_expect_eq(cert.form_fault, cases[i].fault, "%zu", i);
        cr_expect_not(cert.malformed_extension, "%zu", i);
        free(der);
    }
}

Test(x509, name_limits)
{
    static const struct {
        const char *before, *item, *after;
        size_t count;
        uint8_t fault;
    } cases[] = {
        {"30{", "31{30{06{550403}0c{'a'}}}", "}", 60, OMNI_FORM_FAULT_NONE},
        {"30{31{", "30{06{550403}0c{'a'}}", "}}", 16, OMNI_FORM_FAULT_NONE},
        {"30{31{", "30{06{550403}0c{'a'}}", "}}", 17, OMNI_FORM_FAULT_SIZE},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t *der;
        omni_x509 cert;
        const size_t size =
            make_many(cases[i].before, cases[i].item, cases[i].count, cases[i].after, true, &der);

        cr_expect_eq(omni_x509_parse(&cert, (otls_slice){.data = der, .size = size}, NULL),
                     OTLS_OK, "%zu", i);
        cr_expect_eq(cert.form_fault, cases[i].fault, "%zu", i);
        free(der);
    }
}

/* two names, and whether RFC 5280 7.1 has them equal */
static const struct pair {
    const char *a, *b;
    bool equal;
} pairs[] = {
    {"30{}", "30{}", true},
    {"30{}", "30{31{30{06{550403}0c{'a'}}}}", false},
    {"30{31{30{06{550403}0c{'Test CA'}}}}", "30{31{30{06{550403}13{'test  ca'}}}}", true},
    {"30{31{30{06{550403}0c{' a b '}}}}", "30{31{30{06{550403}16{'A\tB'}}}}", true},
    {"30{31{30{06{550403}0c{'ab'}}}}", "30{31{30{06{550403}0c{'a b'}}}}", false},
    {"30{31{30{06{550403}0c{'a'}}}}", "30{31{30{06{55040a}0c{'a'}}}}", false},
    {"30{31{30{06{550403}0c{c3a9}}}}", "30{31{30{06{550403}14{e9}}}}", true},
    {"30{31{30{06{550403}0c{c3a9}}}}", "30{31{30{06{550403}1e{00e9}}}}", true},
    {"30{31{30{06{550403}0c{c3a9}}}}", "30{31{30{06{550403}1c{000000e9}}}}", true},
    {"30{31{30{06{550403}0c{'a' 00}}}}", "30{31{30{06{550403}0c{'a'}}}}", false},
    {"30{31{30{06{550403}0c{}}}}", "30{31{30{06{550403}0c{'  '}}}}", true},
    {"30{31{30{06{550403}03{00 'a'}}}}", "30{31{30{06{550403}0c{'a'}}}}", false},
    {"30{31{30{06{550410}30{0c{'a'}}}}}", "30{31{30{06{550410}30{0c{'a'}}}}}", true},
    {"30{31{30{06{550410}30{0c{'a'}}}}}", "30{31{30{06{550410}30{0c{'A'}}}}}", false},
    {"30{31{30{06{550410}30{0c{'a'}}}}}", "30{31{30{06{550410}30{13{'a'}}}}}", false},
    {"30{31{30{06{550403}0c{'a'}}30{06{55040a}0c{'B'}}}}",
     "30{31{30{06{55040a}0c{'b'}}30{06{550403}0c{'A'}}}}", true},
    {"30{31{30{06{550403}0c{'a'}}30{06{55040a}0c{'b'}}}}",
     "30{31{30{06{550403}0c{'a'}}}31{30{06{55040a}0c{'b'}}}}", false},
    {"30{31{30{06{550403}0c{'a'}}}31{30{06{55040a}0c{'b'}}}}",
     "30{31{30{06{55040a}0c{'b'}}}31{30{06{550403}0c{'a'}}}}", false},
    {"30{31{30{06{550403}0c{'a'}}30{06{550403}0c{'a'}}}}",
     "30{31{30{06{550403}0c{'a'}}30{06{550403}0c{'b'}}}}", false},
};

ParameterizedTestParameters(x509, names_compare)
{
    static size_t indexes[COUNT(pairs)];

    for (size_t i = 0; i < COUNT(pairs); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, COUNT(pairs));
}

ParameterizedTest(size_t *index, x509, names_compare)
{
    const struct pair *expected = &pairs[*index];
    uint8_t a[256], b[256];
    const otls_slice left = {.data = a, .size = der_make(expected->a, a, sizeof(a))};
    const otls_slice right = {.data = b, .size = der_make(expected->b, b, sizeof(b))};
    uint8_t *x, *y;
    size_t x_size, y_size;

    cr_expect_eq(omni_dn_equal(left, right), expected->equal, "%zu", *index);
    cr_expect_eq(omni_dn_equal(right, left), expected->equal, "%zu", *index);
    cr_assert_eq(omni_dn_canonical(left, &x, &x_size, NULL), OTLS_OK);
    cr_assert_eq(omni_dn_canonical(right, &y, &y_size, NULL), OTLS_OK);
    cr_expect_eq(x_size == y_size && memcmp(x, y, x_size) == 0, expected->equal, "%zu", *index);
    free(x);
    free(y);
}

Test(x509, a_malformed_name_has_no_canonical_form)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t *out;
    size_t size;

    cr_expect_eq(
        omni_dn_canonical((otls_slice){.data = (const uint8_t *)"\x30\x01\x31", .size = 3}, &out,
                            &size, &err),
        OTLS_E_CREDENTIAL);
}

#define P256 "06{2a8648ce3d030107}"
#define X "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" /* the generator's */
#define Y "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define EC(parameters, point) "30{30{06{2a8648ce3d0201}" parameters "}03{00 " point "}}"
#define RSA(kind, parameters, modulus, exponent)                                                   \
    "30{30{06{2a864886f70d0101" kind "}" parameters "}03{00 30{02{" modulus "}02{" exponent "}}}}"

static const struct {
    const char *spki;
    uint8_t fault;
} faulty_keys[] = {
    {EC(P256, "04" X Y), OMNI_KEY_FAULT_NONE},
    {EC(P256, "04" X X), OMNI_KEY_FAULT_OFF_CURVE},
    {EC(P256, "04" X), OMNI_KEY_FAULT_POINT_SIZE},
    {EC(P256, "04" X Y "00"), OMNI_KEY_FAULT_POINT_SIZE},
    {EC(P256, "02" X), OMNI_KEY_FAULT_COMPRESSED},
    {EC(P256, "03" X), OMNI_KEY_FAULT_COMPRESSED},
    {EC(P256, "03" X "00"), OMNI_KEY_FAULT_POINT_SIZE},
    {EC(P256, "06" X Y), OMNI_KEY_FAULT_POINT},
    {EC(P256, "07" X Y), OMNI_KEY_FAULT_POINT},
    {EC(P256, "00"), OMNI_KEY_FAULT_POINT},
    {EC("30{02{01}}", "04" X Y), OMNI_KEY_FAULT_CURVE_SPELT_OUT},
    {EC("05{}", "04" X Y), OMNI_KEY_FAULT_CURVE_IMPLICIT},
    {EC("06{2b81040010}", "04" X Y), OMNI_KEY_FAULT_CURVE_UNKNOWN},
    {RSA("01", "05{}", "7f", "03"), OMNI_KEY_FAULT_NONE},
    {RSA("01", "05{}", "7f", "01"), OMNI_KEY_FAULT_EXPONENT},
    {RSA("01", "05{}", "7f", "04"), OMNI_KEY_FAULT_EXPONENT},
    {RSA("01", "05{}", "7e", "03"), OMNI_KEY_FAULT_MODULUS},
    {RSA("01", "", "7f", "03"), OMNI_KEY_FAULT_PARAMETERS},
    {RSA("01", "30{}", "7f", "03"), OMNI_KEY_FAULT_PARAMETERS},
    {RSA("01", "", "7f", "04"), OMNI_KEY_FAULT_EXPONENT},
    {RSA("0a", "", "7f", "03"), OMNI_KEY_FAULT_NONE},
    {RSA("0a", "30{}", "7f", "03"), OMNI_KEY_FAULT_NONE},
    {RSA("0a", "05{}", "7f", "03"), OMNI_KEY_FAULT_PARAMETERS},
    {"30{30{06{2a8648ce380401} 30{ 02{7f} 02{03} 02{02} }}03{00 02{05}}}", OMNI_KEY_FAULT_DSA},
};

Test(x509, keys_that_no_engine_is_asked_about)
{
    for (size_t i = 0; i < sizeof(faulty_keys) / sizeof(faulty_keys[0]); i++) {
        const cert_parts parts = {.spki = faulty_keys[i].spki};
        omni_x509 cert;

        cr_assert_eq(parse(&parts, &cert, NULL), OTLS_OK, "row %zu", i);
        cr_expect_eq(cert.key_fault, faulty_keys[i].fault, "row %zu: %d", i, cert.key_fault);
        cr_expect_eq(omni_key_fault_words(cert.key_fault) != NULL, cert.key_fault != 0);
        cr_expect_eq(omni_key_fault_section(cert.key_fault) != NULL, cert.key_fault != 0);
    }
}
