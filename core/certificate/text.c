/* SPDX-License-Identifier: MIT */
/* A certificate for a person to read: one fact per line, nothing unprintable. */
#include "base/base.h"
#include "certificate/parts.h"

/** Lists are shown one item per line, so that no item can pass for two. */
typedef struct text_list {
    omni_text *text;
    const char *title;
    size_t count;
    otls_certificate_field field;
} text_list;

static void put_oid(omni_text *text, otls_slice oid)
{
    const omni_oid_name *known = omni_oid_find(oid);
    char dotted[OMNI_OID_TEXT_MAX];

    omni_oid_dotted(oid, dotted);
    omni_text_add(text, dotted);
    if (known != NULL)
        omni_text_format(text, " (%s)", known->name);
}

static void put_item(void *user, const otls_slice *oid, const omni_tlv *name)
{
    text_list *list = user;

    if (list->count++ == 0)
        omni_text_format(list->text, "%s:\n", list->title);
    omni_text_add(list->text, "    ");
    if (oid != NULL)
        put_oid(list->text, *oid);
    else if (list->field == OTLS_FIELD_PERMITTED_NAMES || list->field == OTLS_FIELD_EXCLUDED_NAMES)
        omni_text_constraint(list->text, name);
    else
        omni_text_general_name(list->text, name);
    omni_text_char(list->text, '\n');
}

static void put_list(omni_text *text, const omni_x509 *cert, otls_certificate_field field,
                     const char *title)
{
    text_list list = {.text = text, .title = title, .field = field};

    if (!omni_field_walk(cert, field, put_item, &list))
        omni_text_format(text, "%s: malformed\n", title);
}

static void put_key(omni_text *text, const otls_certificate *cert)
{
    const char *curve = otls_certificate_key_curve(cert);

    omni_text_format(text, "Public key: %s", otls_certificate_key_type(cert));
    if (cert->x509.key_bits != 0)
        omni_text_format(text, ", %u bits", (unsigned)cert->x509.key_bits);
    if (curve != NULL)
        omni_text_format(text, ", %s", curve);
    omni_text_char(text, '\n');
}

static void put_key_usage(omni_text *text, const omni_x509 *cert)
{
    static const char *const names[9] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                         "dataEncipherment", "keyAgreement",   "keyCertSign",
                                         "cRLSign",          "encipherOnly",   "decipherOnly"};
    const char *separator = "";

    if (!cert->has_key_usage)
        return;
    omni_text_add(text, "Key usage: ");
    for (unsigned bit = 0; bit < 9; bit++) {
        if ((cert->key_usage & 1u << bit) == 0)
            continue;
        omni_text_format(text, "%s%s", separator, names[bit]);
        separator = ", ";
    }
    omni_text_char(text, '\n');
}

static void put_basic_constraints(omni_text *text, const omni_x509 *cert)
{
    if (!cert->has_basic_constraints)
        return;
    omni_text_format(text, "Basic constraints: %s", cert->is_ca ? "CA" : "not a CA");
    if (cert->path_length >= 0)
        omni_text_format(text, ", path length %d", (int)cert->path_length);
    omni_text_char(text, '\n');
}

static void put_key_id(omni_text *text, const char *title, otls_slice id)
{
    if (id.data == NULL)
        return;
    omni_text_format(text, "%s: ", title);
    omni_text_hex(text, id, ':');
    omni_text_char(text, '\n');
}

static void put_extensions(omni_text *text, const omni_x509 *cert)
{
    omni_der list = omni_der_of(cert->extensions);
    omni_x509_extension extension;

    if (!omni_der_at_end(&list))
        omni_text_add(text, "Extensions:\n");
    while (omni_x509_extension_next(&list, &extension)) {
        omni_text_add(text, "    ");
        put_oid(text, extension.oid);
        omni_text_format(text, "%s, %zu bytes\n", extension.critical ? ", critical" : "",
                         extension.value.size);
    }
}

static void put_warnings(omni_text *text, const omni_x509 *cert)
{
    if (cert->malformed_extension)
        omni_text_add(text, "Warning: an extension is malformed or occurs twice\n");
    if (cert->unknown_critical)
        omni_text_add(text, "Warning: a critical extension is not understood\n");
    if (cert->algorithm_mismatch)
        omni_text_add(text, "Warning: the two signature algorithm fields differ\n");
}

static void put_head(omni_text *text, const otls_certificate *cert)
{
    char before[OTLS_TIME_TEXT_SIZE], after[OTLS_TIME_TEXT_SIZE];
    char algorithm[OTLS_OID_TEXT_SIZE];

    otls_time_text(cert->x509.not_before, before);
    otls_time_text(cert->x509.not_after, after);
    otls_certificate_signature_algorithm(cert, algorithm);
    omni_text_add(text, "Subject: ");
    omni_text_dn(text, cert->x509.subject);
    omni_text_add(text, "\nIssuer: ");
    omni_text_dn(text, cert->x509.issuer);
    omni_text_add(text, "\nSerial number: ");
    omni_text_serial(text, cert->x509.serial);
    omni_text_format(text, "\nNot before: %s\nNot after: %s\nVersion: %d\n", before, after,
                     (int)cert->x509.version);
    put_key(text, cert);
    omni_text_format(text, "Signature algorithm: %s\n", algorithm);
}

otls_status otls_certificate_text(const otls_certificate *cert, char **out, otls_error *err)
{
    omni_text text = {.data = NULL};
    const omni_x509 *x509;

    if (cert == NULL || out == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no certificate, or nowhere to put it");
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
        omni_text_add(&text, "Must staple: yes\n");
    put_extensions(&text, x509);
    put_warnings(&text, x509);
    return omni_text_finish(&text, out, err);
}
