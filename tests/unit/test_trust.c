/* SPDX-License-Identifier: MIT */
/* The trust store: what goes in, what is refused, what is found, what stays the same once sealed.
 */
#include "base/alloc.h"
#include "base/files.h"
#include "engine/engine.h"
#include "trust/trust.h"
#include "verify/verify.h"
#include "x509/der.h"
#include "x509/pem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PKI(file) OTLS_TEST_PKI "/" file

typedef struct text {
    unsigned char *data;
    size_t size;
} text;

static text read_text(const char *path)
{
    text out = {NULL, 0};
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(omni_file_read(path, &out.data, &out.size, &err), OTLS_OK, "%s", err.text);
    return out;
}

static otls_trust *new_trust(void)
{
    otls_trust *trust = NULL;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    return trust;
}

static otls_certificate *read_certificate(const char *path)
{
    text pem = read_text(path);
    otls_certificate *cert = NULL;

    cr_assert_eq(otls_certificate_from_pem(&cert, pem.data, pem.size, NULL), OTLS_OK);
    omni_free(pem.data);
    return cert;
}

Test(trust, file_memory_der_and_object_are_one_anchor)
{
    otls_trust *trust = new_trust();
    text pem = read_text(PKI("root.pem"));
    otls_certificate *cert = read_certificate(PKI("root.pem"));
    size_t size;
    const uint8_t *der = otls_certificate_der(cert, &size);

    cr_expect_eq(otls_trust_count(trust), 0);
    cr_assert_eq(otls_trust_add_file(trust, PKI("root.pem"), NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_memory(trust, pem.data, pem.size, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_memory(trust, der, size, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_certificate(trust, cert, NULL), OTLS_OK);
    cr_expect_eq(otls_trust_count(trust), 1);
    cr_expect(otls_certificate_equal(otls_trust_certificate(trust, 0), cert));
    cr_expect_null(otls_trust_certificate(trust, 1));
    otls_certificate_free(cert);
    omni_free(pem.data);
    otls_trust_free(trust);
}

Test(trust, broken_input_adds_nothing)
{
    otls_trust *trust = new_trust();
    text pem = read_text(PKI("root.pem"));
    otls_certificate *cert = read_certificate(PKI("root.pem"));
    otls_error err = OTLS_ERROR_INIT;
    size_t size;
    const uint8_t *der = otls_certificate_der(cert, &size);
    char *bundle = malloc(2 * pem.size + 200);

    /* a good certificate, then a broken one */
    memcpy(bundle, pem.data, pem.size);
    strcpy(bundle + pem.size, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    cr_expect_eq(otls_trust_add_memory(trust, bundle, strlen(bundle), &err), OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_BAD_DER);
    strcpy(bundle + pem.size, "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n");
    cr_expect_eq(otls_trust_add_memory(trust, bundle, strlen(bundle), &err), OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_BAD_PEM);
    cr_expect_eq(otls_trust_add_memory(trust, der, size - 1, &err), OTLS_E_CREDENTIAL);
    cr_expect_eq(otls_trust_add_memory(trust, "no certificate", 14, &err), OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_NO_CERTIFICATE);
    cr_expect_eq(otls_trust_add_memory(trust, NULL, 0, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_trust_count(trust), 0);
    free(bundle);
    otls_certificate_free(cert);
    omni_free(pem.data);
    otls_trust_free(trust);
}

/* What is not understood in OpenSSL's annex is no trust: the block is refused by name. */
Test(trust, malformed_annexes)
{
    static const struct {
        const char *annex;
        size_t size;
        int trusted_for; /* -1 = malformed */
    } rows[] = {
        {"", 0, OMNI_TRUSTED_FOR_ALL},
        {"\x30\x00", 2, OMNI_TRUSTED_FOR_ALL},
        {"\x30\x02\x30\x00", 4, OMNI_TRUSTED_FOR_ALL}, /* an empty list is none */
        {"\x30\x08\x30\x06\x06\x04\x55\x1d\x25\x00", 10, OMNI_TRUSTED_FOR_ALL},
        {"\x30\x08\xa0\x06\x06\x04\x55\x1d\x25\x00", 10, 0},
        {"\x30\x07\x30\x05\x06\x03\x2a\x03\x04", 9, 0}, /* trusted for something else */
        {"\x30\x07\xa0\x05\x06\x03\x2a\x03\x04", 9,
         OMNI_TRUSTED_FOR_ALL & ~OMNI_TRUSTED_FOR(OTLS_PURPOSE_ANY)},
        {"\x30\x05\x0c\x01\x61\x04\x00", 7, OMNI_TRUSTED_FOR_ALL},
        {"\x30\x04\x30\x02\x05\x00", 6, -1},     /* a list of NULL */
        {"\x30\x04\xa0\x02\x05\x00", 6, -1},     /* NULL refused */
        {"\x30\x05\x04\x00\x0c\x01\x61", 7, -1}, /* key identifier before alias */
        {"\x30\x04\xa0\x00\x30\x00", 6, -1},     /* lists in the wrong order */
        {"\x30\x02\x06\x00", 4, -1},
        {"\x30\x00\x00", 3, -1},
        {"\x31\x00", 2, -1},
        {"\x30", 1, -1},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t block[32] = {0x30, 0x01, 0x00}, trusted_for;
        otls_slice cert;
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;

        memcpy(block + 3, rows[i].annex, rows[i].size);
        status =
            omni_trust_aux_parse((otls_slice){block, 3 + rows[i].size}, &cert, &trusted_for, &err);
        cr_expect_eq(status, rows[i].trusted_for < 0 ? OTLS_E_CREDENTIAL : OTLS_OK, "row %zu", i);
        if (status == OTLS_OK)
            cr_expect_eq(trusted_for, rows[i].trusted_for, "row %zu: %d", i, trusted_for);
        else
            cr_expect(err.code == OTLS_CODE_BAD_DER &&
                      strstr(err.text, "TRUSTED CERTIFICATE") != NULL);
    }
}

/* A store that holds bundles must not hold what surrounds the certificates in them. */
Test(trust, descriptions_are_not_kept)
{
    static const char about[] = "Some authority, and all that openssl x509 -text says about it.\n";
    otls_trust *trust = new_trust();
    text root = read_text(PKI("root.pem")), other = read_text(PKI("int.pem"));
    otls_certificate *certs[] = {read_certificate(PKI("root.pem")),
                                 read_certificate(PKI("int.pem"))};
    const size_t room = root.size + other.size + 200 * sizeof(about);
    char *bundle = malloc(room), *at = bundle;

    memcpy(at, root.data, root.size);
    at += root.size;
    for (size_t i = 0; i < 200; i++, at += sizeof(about) - 1)
        memcpy(at, about, sizeof(about) - 1);
    memcpy(at, other.data, other.size);
    at += other.size;
    cr_assert_eq(otls_trust_add_memory(trust, bundle, (size_t)(at - bundle), NULL), OTLS_OK);
    cr_assert_eq(otls_trust_count(trust), 2);
    for (size_t i = 0; i < 2; i++) {
        const omni_anchor *found = omni_trust_find_der(trust, &certs[i]->x509, OTLS_PURPOSE_ANY);

        cr_assert_not_null(found);
        cr_expect(omni_slice_equal(found->subject, certs[i]->x509.subject));
        /* one behind the other */
        cr_expect_eq(found->der.data, trust->blocks[0] + i * certs[0]->x509.der.size);
    }
    otls_certificate_free(certs[0]);
    otls_certificate_free(certs[1]);
    free(bundle);
    omni_free(root.data);
    omni_free(other.data);
    otls_trust_free(trust);
}

Test(trust, a_key_beside_the_certificates_is_not_kept)
{
    otls_trust *trust = new_trust();
    text key = read_text(PKI("root.key")), root = read_text(PKI("root.pem"));
    text other = read_text(PKI("int.pem"));
    const size_t size = key.size + root.size + other.size;
    uint8_t *bundle = malloc(size);

    memcpy(bundle, key.data, key.size);
    memcpy(bundle + key.size, root.data, root.size);
    memcpy(bundle + key.size + root.size, other.data, other.size);
    cr_assert_eq(otls_trust_add_memory(trust, bundle, size, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_count(trust), 2);
    /* the block is as it was read, but for the key up to the end of its last line */
    cr_assert_gt(trust->anchors[0].der.data, trust->blocks[0] + key.size);
    cr_assert_gt(trust->anchors[1].der.data, trust->blocks[0] + key.size);
    for (size_t i = 0; i < key.size - 2; i++)
        cr_expect_eq(trust->blocks[0][i], 0, "%zu", i);
    free(bundle);
    omni_free(key.data);
    omni_free(root.data);
    omni_free(other.data);
    otls_trust_free(trust);
}

Test(trust, a_key_is_no_anchor)
{
    otls_trust *trust = new_trust();
    otls_error err = OTLS_ERROR_INIT;

    cr_expect_eq(otls_trust_add_file(trust, PKI("root.key"), &err), OTLS_E_CREDENTIAL);
    cr_expect_not_null(strstr(err.text, "root.key"), "%s", err.text);
    cr_expect_eq(otls_trust_add_file(trust, PKI("no-such-file.pem"), &err), OTLS_E_IO);
    cr_expect_eq(err.code, OTLS_CODE_FILE_NOT_FOUND);
    cr_expect_eq(otls_trust_count(trust), 0);
    otls_trust_free(trust);
}

static void copy_file(const char *from, const char *directory, const char *name)
{
    text data = read_text(from);
    char path[512];
    FILE *stream;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    stream = fopen(path, "wb");
    cr_assert_not_null(stream);
    cr_assert_eq(fwrite(data.data, 1, data.size, stream), data.size);
    fclose(stream);
    omni_free(data.data);
}

static void remove_files(const char *directory, const char *const *names, size_t count)
{
    char path[512];

    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
}

Test(trust, directory_takes_certificates_by_name)
{
    static const char *const names[] = {"a.pem", "01234567.0", "readme.txt", "0123456g.0"};
    char directory[] = "/tmp/omnitls-trust-XXXXXX";
    otls_trust *trust = new_trust();

    cr_assert_not_null(mkdtemp(directory));
    copy_file(PKI("root.pem"), directory, names[0]);
    copy_file(PKI("other-root.pem"), directory, names[1]);
    copy_file(PKI("root.key"), directory, names[2]); /* not read, or it would be an error */
    copy_file(PKI("root.key"), directory, names[3]);
    cr_expect_eq(otls_trust_add_directory(trust, directory, NULL), OTLS_OK);
    cr_expect_eq(otls_trust_count(trust), 2);
    remove_files(directory, names, 4);
    otls_trust_free(trust);
}

/* What is in use can be copied, and the copy added to; what an anchor is not trusted for stays so. */
Test(trust, copies)
{
    otls_trust *trust = new_trust(), *copy = NULL, *empty = NULL;
    otls_trust_statistics counts = {.size = sizeof(counts)};
    otls_certificate *root = read_certificate(PKI("root.pem"));
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_trust_copy(&empty, trust, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_trust_count(empty), 0);
    cr_assert_eq(otls_trust_add_file(trust, PKI("root.reject-server.pem"), &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, PKI("other-root.pem"), &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_crl_file(trust, PKI("int.crl"), &err), OTLS_OK);
    omni_trust_seal(trust);
    cr_assert_eq(otls_trust_copy(&copy, trust, &err), OTLS_OK, "%s", err.text);
    otls_trust_free(trust);
    otls_trust_stats(copy, &counts);
    cr_expect_eq(counts.certificates, 2);
    cr_expect_eq(counts.crls, 1);
    cr_expect_null(omni_trust_find_der(copy, &root->x509, OTLS_PURPOSE_SERVER));
    cr_expect_not_null(omni_trust_find_der(copy, &root->x509, OTLS_PURPOSE_CLIENT));
    cr_expect_eq(otls_trust_add_file(copy, PKI("int.pem"), &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_trust_count(copy), 3);
    cr_expect_eq(otls_trust_copy(&trust, NULL, &err), OTLS_E_USAGE);
    otls_certificate_free(root);
    otls_trust_free(copy);
    otls_trust_free(empty);
}

static void write_file(const char *directory, const char *name, const text *parts, size_t count)
{
    char path[160];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "wb");
    cr_assert_not_null(file, "%s", path);
    for (size_t i = 0; i < count; i++)
        fwrite(parts[i].data, 1, parts[i].size, file);
    fclose(file);
}

static otls_trust_statistics stats_of(const otls_trust *trust)
{
    otls_trust_statistics counts = {.size = sizeof(counts)};

    otls_trust_stats(trust, &counts);
    return counts;
}

static otls_status keep_der(const omni_pem_block *block, void *user, otls_error *err)
{
    text *out = user;

    (void)err;
    cr_assert_leq(block->der.size, out->size);
    memcpy(out->data, block->der.data, block->der.size);
    out->size = block->der.size;
    return OTLS_OK;
}

/* The one block of a PEM text. */
static size_t decode(uint8_t *out, size_t room, text pem)
{
    text der = {out, room};
    size_t blocks = 0;

    cr_assert_eq(omni_pem_each((otls_slice){(const uint8_t *)pem.data, pem.size}, keep_der, &der,
                               &blocks, NULL),
                 OTLS_OK);
    cr_assert_eq(blocks, 1);
    return der.size;
}

/* Bundles of certificates and revocation lists, in PEM, and in DER one behind the other. */
Test(trust, certificates_and_lists_in_one_file)
{
    const text root = read_text(PKI("root.pem")), crl = read_text(PKI("int.crl"));
    const text der = read_text(PKI("der/root.der")), other = read_text(PKI("der/int.der"));
    const text key = read_text(PKI("root.key")), cut = {der.data, der.size - 1};
    uint8_t list[8192]; /* an old list, whose times are UTCTime */
    const text crl_der = {list, decode(list, sizeof(list), crl)};
    const struct {
        const char *name;
        text parts[3];
        size_t certificates, crls;
        otls_status status;
    } rows[] = {
        {"both", {root, crl, key}, 1, 1, OTLS_OK},
        {"lists alone", {crl, key, {NULL, 0}}, 0, 1, OTLS_OK},
        {"neither", {key, {NULL, 0}, {NULL, 0}}, 0, 0, OTLS_E_CREDENTIAL},
        {"DER in a row", {der, other, {NULL, 0}}, 2, 0, OTLS_OK},
        {"a certificate and a list, DER in a row", {der, crl_der, {NULL, 0}}, 1, 1, OTLS_OK},
        {"a list alone, DER", {crl_der, {NULL, 0}, {NULL, 0}}, 0, 1, OTLS_OK},
        {"DER in a row, the second cut short", {other, cut, {NULL, 0}}, 0, 0, OTLS_E_CREDENTIAL},
    };
    char directory[] = "/tmp/omnitls-trust-XXXXXX", path[160];
    static const char *const names[] = {"bundle"};

    cr_assert_not_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/bundle", directory);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        otls_trust *trust = new_trust();
        otls_error err = OTLS_ERROR_INIT;

        write_file(directory, "bundle", rows[i].parts, 3);
        cr_expect_eq(otls_trust_add_file(trust, path, &err), rows[i].status, "%s: %s", rows[i].name,
                     err.text);
        cr_expect_eq(stats_of(trust).certificates, rows[i].certificates, "%s", rows[i].name);
        cr_expect_eq(stats_of(trust).crls, rows[i].crls, "%s", rows[i].name);
        if (rows[i].status != OTLS_OK)
            cr_expect_not_null(strstr(err.text, "bundle"), "%s", err.text);
        otls_trust_free(trust);
    }
    remove_files(directory, names, 1);
    omni_free(root.data);
    omni_free(crl.data);
    omni_free(der.data);
    omni_free(other.data);
    omni_free(key.data);
}

/* What is of no use in a directory does not spoil it; what is broken does, by our rule. */
Test(trust, directories_of_all_kinds)
{
    const text root = read_text(PKI("root.pem")), crl = read_text(PKI("int.crl"));
    const text key = read_text(PKI("root.key")), nothing = {NULL, 0};
    const text broken = {(unsigned char *)"-----BEGIN CERTIFICATE-----\nAAAA\n"
                                          "-----END CERTIFICATE-----\n", 60};
    const struct {
        const char *names[3];
        text files[3];
        otls_status any, hashed;
        size_t certificates, crls; /* by our rule */
    } rows[] = {
        {{"a.pem", "b.pem", "c.pem"}, {root, nothing, key}, OTLS_OK, OTLS_E_CREDENTIAL, 1, 0},
        {{"0123abcd.0", "0123abcd.r0", "c.pem"}, {root, crl, key}, OTLS_OK, OTLS_OK, 1, 1},
        {{"0123abcd.0", "0123abcd.1", "c.pem"}, {root, broken, key}, OTLS_E_CREDENTIAL, OTLS_OK, 0, 0},
        {{"a.pem", "b.pem", "c.txt"}, {nothing, key, root}, OTLS_E_CREDENTIAL, OTLS_E_CREDENTIAL, 0, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        otls_trust *any = new_trust(), *hashed = new_trust();
        char directory[] = "/tmp/omnitls-trust-XXXXXX";
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_not_null(mkdtemp(directory));
        for (size_t k = 0; k < 3; k++)
            write_file(directory, rows[i].names[k], &rows[i].files[k], 1);
        cr_expect_eq(otls_trust_add_directory(any, directory, &err), rows[i].any, "row %zu: %s", i,
                     err.text);
        cr_expect_eq(otls_trust_add_hashed_directory(hashed, directory, &err), rows[i].hashed,
                     "row %zu: %s", i, err.text);
        cr_expect_eq(stats_of(any).certificates, rows[i].certificates, "row %zu", i);
        cr_expect_eq(stats_of(any).crls, rows[i].crls, "row %zu", i);
        if (rows[i].hashed == OTLS_OK)
            cr_expect_eq(otls_trust_count(hashed), 1, "row %zu", i);
        remove_files(directory, rows[i].names, 3);
        otls_trust_free(any);
        otls_trust_free(hashed);
    }
    omni_free(root.data);
    omni_free(crl.data);
    omni_free(key.data);
}

/* A directory of SSL_CERT_DIR that is missing does not hide the others. */
Test(trust, environment_with_a_missing_directory)
{
    char directory[] = "/tmp/omnitls-trust-XXXXXX", list[160];
    static const char *const names[] = {"0123abcd.0"};
    otls_trust *trust = new_trust();
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_not_null(mkdtemp(directory));
    copy_file(PKI("root.pem"), directory, names[0]);
    snprintf(list, sizeof(list), "/nonexistent/a:%s:/nonexistent/b", directory);
    cr_assert_eq(unsetenv("SSL_CERT_FILE"), 0);
    cr_assert_eq(setenv("SSL_CERT_DIR", list, 1), 0);
    cr_expect_eq(otls_trust_add_system(trust, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_trust_count(trust), 1);
    cr_assert_eq(setenv("SSL_CERT_DIR", "/nonexistent/a:/nonexistent/b", 1), 0);
    cr_expect_eq(otls_trust_add_system(trust, &err), OTLS_E_IO, "nothing at all is told");
    cr_expect_not_null(strstr(err.text, "/nonexistent/b"), "%s", err.text);
    remove_files(directory, names, 1);
    otls_trust_free(trust);
}

Test(trust, environment_replaces_the_system)
{
    otls_trust *trust = new_trust();
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(setenv("SSL_CERT_FILE", PKI("root.pem"), 1), 0);
    cr_assert_eq(unsetenv("SSL_CERT_DIR"), 0);
    cr_assert_eq(otls_trust_add_system(trust, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_trust_count(trust), 1);
    cr_assert_eq(setenv("SSL_CERT_FILE", "/nonexistent/bundle.pem", 1), 0);
    cr_expect_eq(otls_trust_add_system(trust, &err), OTLS_E_IO, "a wrong setting is told");
    cr_expect_eq(otls_trust_count(trust), 1);
    otls_trust_free(trust);
}

Test(trust, sealed_is_sealed)
{
    otls_trust *trust = new_trust();
    text pem = read_text(PKI("root.pem"));
    otls_error err = OTLS_ERROR_INIT;

    omni_trust_seal(trust);
    omni_trust_seal(trust);
    cr_expect_eq(otls_trust_add_memory(trust, pem.data, pem.size, &err), OTLS_E_SEALED);
    cr_expect_eq(otls_trust_add_file(trust, PKI("root.pem"), &err), OTLS_E_SEALED);
    cr_expect_eq(otls_trust_add_directory(trust, OTLS_TEST_PKI, &err), OTLS_E_SEALED);
    cr_expect_eq(otls_trust_add_system(trust, &err), OTLS_E_SEALED);
    cr_expect_eq(otls_trust_add_crl_memory(trust, pem.data, pem.size, &err), OTLS_E_SEALED);
    cr_expect_eq(otls_trust_count(trust), 0);
    omni_free(pem.data);
    otls_trust_free(trust);
}

Test(trust, statistics)
{
    otls_trust *trust = new_trust();
    otls_trust_statistics counts = {.size = sizeof(counts)};

    cr_assert_eq(otls_trust_add_file(trust, PKI("root.pem"), NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, PKI("int.pem"), NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, PKI("server-noint.pem"), NULL), OTLS_OK);
    otls_trust_stats(trust, &counts);
    cr_expect_eq(counts.certificates, 3);
    cr_expect_eq(counts.authorities, 2);
    cr_expect_eq(counts.crls, 0);
    otls_trust_free(trust);
}

Test(trust, null_is_harmless)
{
    otls_trust_statistics counts = {.size = sizeof(counts), .certificates = 7};

    otls_trust_free(NULL);
    omni_trust_seal(NULL);
    cr_expect_null(otls_trust_ref(NULL));
    cr_expect_eq(otls_trust_count(NULL), 0);
    cr_expect_null(otls_trust_certificate(NULL, 0));
    otls_trust_stats(NULL, &counts);
    cr_expect_eq(counts.certificates, 0);
    cr_expect_eq(otls_trust_new(NULL, NULL), OTLS_E_USAGE);
    cr_expect_eq(otls_trust_add_file(NULL, "x", NULL), OTLS_E_USAGE);
}

/* ---- the index ----------------------------------------------------------------------------- */

/* CN=<value> with one string type; `tag` 0x0c UTF8, 0x13 printable, 0x1e BMP. */
static size_t make_name(uint8_t *out, uint8_t tag, const char *value)
{
    const size_t unit = tag == 0x1e ? 2 : 1, size = strlen(value) * unit;
    const uint8_t head[] = {0x30,
                            (uint8_t)(size + 11),
                            0x31,
                            (uint8_t)(size + 9),
                            0x30,
                            (uint8_t)(size + 7),
                            0x06,
                            3,
                            0x55,
                            4,
                            3,
                            tag,
                            (uint8_t)size};

    memcpy(out, head, sizeof(head));
    for (size_t i = 0; value[i] != '\0'; i++) {
        if (unit == 2)
            out[sizeof(head) + 2 * i] = 0;
        out[sizeof(head) + unit * i + unit - 1] = (uint8_t)value[i];
    }
    return sizeof(head) + size;
}

static const struct {
    uint8_t tag_a, tag_b;
    const char *a, *b;
    bool equal;
} names[] = {
    {0x0c, 0x0c, "Some Authority", "Some Authority", true},
    {0x0c, 0x13, "Some Authority", "some  AUTHORITY", true},
    {0x0c, 0x1e, "Some Authority", "Some Authority", true},
    {0x1e, 0x13, " Some Authority ", "Some Authority", true},
    {0x0c, 0x0c, "Some Authority", "Some Authorit", false},
    {0x0c, 0x0c, "Some Authority", "Some Authority 2", false},
};

Test(trust, equal_names_have_equal_hashes)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint8_t a[128], b[128];
        const otls_slice left = {.data = a, .size = make_name(a, names[i].tag_a, names[i].a)};
        const otls_slice right = {.data = b, .size = make_name(b, names[i].tag_b, names[i].b)};

        cr_expect_eq(omni_dn_equal(left, right), names[i].equal, "row %zu", i);
        cr_expect_eq(omni_dn_hash(left) == omni_dn_hash(right), names[i].equal, "row %zu", i);
    }
}

Test(trust, hash_of_garbage_is_harmless)
{
    static const uint8_t bytes[] = {0x30, 0x07, 0x31, 0x05, 0x30, 0x03, 0x06, 0x01, 0x55};

    for (size_t size = 0; size <= sizeof(bytes); size++) {
        uint8_t *exact = malloc(size + 1);

        memcpy(exact, bytes, size);
        (void)omni_dn_hash((otls_slice){.data = exact, .size = size});
        cr_expect_eq(omni_dn_hash((otls_slice){.data = exact, .size = size}),
                     omni_dn_hash((otls_slice){.data = bytes, .size = size}));
        free(exact);
    }
}
