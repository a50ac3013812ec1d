/* SPDX-License-Identifier: MIT */
/* A certificate for a person to read: one fact per line, nothing unprintable. */
#include "certificate_parts.h"
#include "fail.h"

/** Lists are shown one item per line, so that no item can pass for two. */
typedef struct text_list {
    otls_text *text;
    const char *title;
    size_t count;
    otls_certificate_field field;
} text_list;

static void put_oid(otls_text *text, otls_slice oid)
{
    const otls_oid_name *known = otls_oid_find(oid);
    char dotted[OTLS_OID_TEXT_MAX];

    otls_oid_dotted(oid, dotted);
    otls_text_add(text, dotted);
    if (known != NULL)
        otls_text_format(text, " (%s)", known->name);
}

static void put_item(void *user, const otls_slice *oid, const otls_tlv *name)
{
    text_list *list = user;

    if (list->count++ == 0)
        otls_text_format(list->text, "%s:\n", list->title);
    otls_text_add(list->text, "    ");
    if (oid != NULL)
        put_oid(list->text, *oid);
    else if (list->field == OTLS_FIELD_PERMITTED_NAMES || list->field == OTLS_FIELD_EXCLUDED_NAMES)
        otls_text_constraint(list->text, name);
    else
        otls_text_general_name(list->text, name);
    otls_text_char(list->text, '\n');
}

static void put_list(otls_text *text, const otls_x509 *cert, otls_certificate_field field,
                     const char *title)
{
    text_list list = {.text = text, .title = title, .field = field};

    if (!otls_field_walk(cert, field, put_item, &list))
        otls_text_format(text, "%s: malformed\n", title);
}

static void put_key(otls_text *text, const otls_certificate *cert)
{
    const char *curve = otls_certificate_key_curve(cert);

    otls_text_format(text, "Public key: %s", otls_certificate_key_type(cert));
    if (cert->x509.key_bits != 0)
        otls_text_format(text, ", %u bits", (unsigned)cert->x509.key_bits);
    if (curve != NULL)
        otls_text_format(text, ", %s", curve);
    otls_text_char(text, '\n');
}

static void put_key_usage(otls_text *text, const otls_x509 *cert)
{
    static const char *const names[9] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                         "dataEncipherment", "keyAgreement",   "keyCertSign",
                                         "cRLSign",          "encipherOnly",   "decipherOnly"};
    const char *separator = "";

    if (!cert->has_key_usage)
        return;
    otls_text_add(text, "Key usage: ");
    for (unsigned bit = 0; bit < 9; bit++) {
        if ((cert->key_usage & 1u << bit) == 0)
            continue;
        otls_text_format(text, "%s%s", separator, names[bit]);
        separator = ", ";
    }
    otls_text_char(text, '\n');
}

static void put_basic_constraints(otls_text *text, const otls_x509 *cert)
{
    if (!cert->has_basic_constraints)
        return;
    otls_text_format(text, "Basic constraints: %s", cert->is_ca ? "CA" : "not a CA");
    if (cert->path_length >= 0)
        otls_text_format(text, ", path length %d", (int)cert->path_length);
    otls_text_char(text, '\n');
}

static void put_key_id(otls_text *text, const char *title, otls_slice id)
{
    if (id.data == NULL)
        return;
    otls_text_format(text, "%s: ", title);
    otls_text_hex(text, id, ':');
    otls_text_char(text, '\n');
}

static void put_extensions(otls_text *text, const otls_x509 *cert)
{
    otls_der list = otls_der_of(cert->extensions);
    otls_x509_extension extension;

    if (!otls_der_at_end(&list))
        otls_text_add(text, "Extensions:\n");
    while (otls_x509_extension_next(&list, &extension)) {
        otls_text_add(text, "    ");
        put_oid(text, extension.oid);
        otls_text_format(text, "%s, %zu bytes\n", extension.critical ? ", critical" : "",
                         extension.value.size);
    }
}

static void put_warnings(otls_text *text, const otls_x509 *cert)
{
    if (cert->malformed_extension)
        otls_text_add(text, "Warning: an extension is malformed or occurs twice\n");
    if (cert->unknown_critical)
        otls_text_add(text, "Warning: a critical extension is not understood\n");
    if (cert->algorithm_mismatch)
        otls_text_add(text, "Warning: the two signature algorithm fields differ\n");
}

static void put_head(otls_text *text, const otls_certificate *cert)
{
    char before[OTLS_TIME_TEXT_SIZE], after[OTLS_TIME_TEXT_SIZE];
    char algorithm[OTLS_OID_TEXT_SIZE];

    otls_time_text(cert->x509.not_before, before);
    otls_time_text(cert->x509.not_after, after);
    otls_certificate_signature_algorithm(cert, algorithm);
    otls_text_add(text, "Subject: ");
    otls_text_name(text, cert->x509.subject);
    otls_text_add(text, "\nIssuer: ");
    otls_text_name(text, cert->x509.issuer);
    otls_text_add(text, "\nSerial number: ");
    otls_text_serial(text, cert->x509.serial);
    otls_text_format(text, "\nNot before: %s\nNot after: %s\nVersion: %d\n", before, after,
                     (int)cert->x509.version);
    put_key(text, cert);
    otls_text_format(text, "Signature algorithm: %s\n", algorithm);
}

otls_status otls_certificate_text(const otls_certificate *cert, char **out, otls_error *err)
{
    otls_text text = {.data = NULL};
    const otls_x509 *x509;

    if (cert == NULL || out == NULL)
        return otls_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no certificate, or nowhere to put it");
    *out = NULL;
    x509 = &cert->x509;
    put_head(&text, cert);
    put_basic_constraints(&text, x509);
    put_key_usage(&text, x509);
    put_list(&text, x509, OTLS_FIELD_EXTENDED_KEY_USAGE, "Extended key usage");
    put_list(&text, x509, OTLS_FIELD_SUBJECT_ALT_NAMES, "Subject alternative names");
    put_list(&text, x509, OTLS_FIELD_PERMITTED_NAMES, "Permitted names");
    put_list(&text, x509, OTLS_FIELD_EXCLUDED_NAMES, "Excluded names");
    put_list(&text, x509, OTLS_FIELD_POLICIES, "Policies");
    put_list(&text, x509, OTLS_FIELD_OCSP, "OCSP responders");
    put_list(&text, x509, OTLS_FIELD_CA_ISSUERS, "Issuer's certificate");
    put_list(&text, x509, OTLS_FIELD_CRLS, "CRL distribution points");
    put_key_id(&text, "Subject key identifier", x509->subject_key_id);
    put_key_id(&text, "Authority key identifier", x509->authority_key_id);
    if (x509->must_staple)
        otls_text_add(&text, "Must staple: yes\n");
    put_extensions(&text, x509);
    put_warnings(&text, x509);
    return otls_text_finish(&text, out, err);
}
