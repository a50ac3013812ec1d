/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a certificate: the reader refuses, or everything it then says holds together. What a
 * person gets to see is printable, JSON stays JSON, the same DER gives the same answers.
 */
#include <omnitls/certificate.h>
#include "certificate/certificate.h"

#include "base/alloc.h"
#include "x509/x509.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition)
        abort();
}

/** No control characters but the line feeds that the text itself is made of. */
static void must_be_printable(const char *text, bool lines)
{
    for (; *text != '\0'; text++) {
        const uint8_t c = (uint8_t)*text;

        must((c >= 0x20 && c != 0x7f) || (lines && c == '\n'));
    }
}

static void check_inside(const omni_x509 *cert, otls_slice slice)
{
    if (slice.data == NULL)
        return;
    must(slice.data >= cert->der.data && slice.data <= cert->der.data + cert->der.size);
    must(slice.size <= (size_t)(cert->der.data + cert->der.size - slice.data));
}

static void check_view(const omni_x509 *cert)
{
    check_inside(cert, cert->tbs);
    check_inside(cert, cert->serial);
    check_inside(cert, cert->spki);
    check_inside(cert, cert->signature);
    check_inside(cert, cert->extensions);
    check_inside(cert, cert->subject_alt_names);
    check_inside(cert, cert->extended_key_usage);
    check_inside(cert, cert->name_constraints);
    check_inside(cert, cert->policies);
    check_inside(cert, cert->subject_key_id);
    check_inside(cert, cert->authority_key_id);
    must(cert->version >= 1 && cert->version <= 3);
}

/** Two names have the same canonical form exactly when they are equal. */
static void check_names(const omni_x509 *cert)
{
    uint8_t *a = NULL, *b = NULL;
    size_t a_size, b_size;
    bool same;

    must(omni_dn_equal(cert->subject, cert->subject));
    must(omni_dn_canonical(cert->subject, &a, &a_size, NULL) == OTLS_OK);
    must(omni_dn_canonical(cert->issuer, &b, &b_size, NULL) == OTLS_OK);
    same = a_size == b_size && memcmp(a, b, a_size) == 0;
    must(same == omni_dn_equal(cert->subject, cert->issuer));
    must(same == omni_dn_equal(cert->issuer, cert->subject));
    omni_free(a);
    omni_free(b);
}

static void check_alt_names(const otls_certificate *cert)
{
    const size_t count = otls_certificate_san_count(cert);

    for (size_t i = 0; i < count && i < 64; i++) {
        otls_san_kind kind;
        char *text;
        size_t size;

        must(otls_certificate_san(cert, i, &kind, &size) != NULL && kind <= OTLS_SAN_RID);
        must(otls_certificate_san_text(cert, i, &text, NULL) == OTLS_OK);
        must_be_printable(text, false);
        otls_string_free(text);
    }
    must(otls_certificate_san_text(cert, count, &(char *){NULL}, NULL) == OTLS_E_USAGE);
}

static void check_attributes(const otls_certificate *cert, otls_name_kind kind)
{
    const size_t count = otls_certificate_name_count(cert, kind);

    for (size_t i = 0; i < count; i++) {
        otls_name_attribute attribute;
        char *text;

        must(otls_certificate_name_attribute(cert, kind, i, &attribute, &text, NULL) == OTLS_OK);
        must_be_printable(text, false);
        must_be_printable(attribute.oid, false);
        otls_string_free(text);
    }
}

static void check_lists(const otls_certificate *cert)
{
    for (unsigned field = 0; field <= OTLS_FIELD_EXTENSIONS; field++) {
        char **list;
        size_t count;

        if (otls_certificate_strings(cert, (otls_certificate_field)field, &list, &count, NULL) !=
            OTLS_OK)
            continue;
        for (size_t i = 0; i < count; i++)
            must_be_printable(list[i], false);
        must(list[count] == NULL);
        otls_memory_free(list);
    }
}

/** Braces and brackets pair up outside strings, and strings end. */
static void check_json(const char *json)
{
    long depth = 0;
    bool inside = false;

    for (; *json != '\0'; json++) {
        if (inside && *json == '\\') {
            json++;
            must(*json != '\0' && strchr("\"\\u", *json) != NULL);
        } else if (*json == '"') {
            inside = !inside;
        } else if (!inside) {
            depth += *json == '{' || *json == '[';
            depth -= *json == '}' || *json == ']';
        }
    }
    must(depth == 0 && !inside);
}

static void check_documents(const otls_certificate *cert)
{
    char *text;
    otls_certificate *again;
    uint8_t *der;
    size_t size;

    must(otls_certificate_json(cert, &text, NULL) == OTLS_OK);
    must_be_printable(text, false);
    check_json(text);
    otls_string_free(text);
    must(otls_certificate_text(cert, &text, NULL) == OTLS_OK);
    must_be_printable(text, true);
    otls_string_free(text);
    must(otls_certificate_pem(cert, &text, NULL) == OTLS_OK);
    must(otls_certificate_from_pem(&again, text, strlen(text), NULL) == OTLS_OK);
    must(otls_certificate_equal(cert, again));
    must(otls_pem_to_der(text, strlen(text), &der, &size, NULL) == OTLS_OK);
    otls_memory_free(der);
    otls_certificate_free(again);
    otls_string_free(text);
}

static void check_matching(const otls_certificate *cert)
{
    static const char *const names[] = {"localhost", "www.example.org", "192.0.2.1", "::1",
                                        "xn--bcher-kva.example"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (unsigned flags = 0; flags < 4; flags++) {
            otls_error err = OTLS_ERROR_INIT;

            if (otls_match_hostname(cert, names[i], flags, &err) != OTLS_OK)
                must_be_printable(err.text, false);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *cert;

    if (otls_certificate_from_der(&cert, data, size, &err) != OTLS_OK) {
        must(cert == NULL && err.status == OTLS_E_CREDENTIAL && err.text[0] != '\0');
        return 0;
    }
    check_view(&cert->x509);
    check_names(&cert->x509);
    check_alt_names(cert);
    check_attributes(cert, OTLS_NAME_SUBJECT);
    check_attributes(cert, OTLS_NAME_ISSUER);
    check_lists(cert);
    check_documents(cert);
    check_matching(cert);
    must_be_printable(otls_certificate_subject(cert), false);
    must_be_printable(otls_certificate_issuer(cert), false);
    must_be_printable(otls_certificate_serial(cert), false);
    otls_certificate_free(cert);
    return 0;
}
