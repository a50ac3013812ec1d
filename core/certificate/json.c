/* SPDX-License-Identifier: MIT */
/*
 * The dictionary Python's ssl module makes of a certificate, as JSON: the same keys in the same
 * order, tuples as arrays. Python takes its texts from OpenSSL, so this file knows OpenSSL's words
 * for alternative names; the rest of the API does not.
 */
#include "base/base.h"
#include "certificate/parts.h"

static void put_quoted(omni_text *text, uint8_t tag, otls_slice value)
{
    omni_text_char(text, '"');
    omni_text_string(text, tag, value, OMNI_ESCAPE_JSON);
    omni_text_char(text, '"');
}

static void put_literal(omni_text *text, const char *value)
{
    put_quoted(text, OMNI_DER_UTF8_STRING,
               (otls_slice){.data = (const uint8_t *)value, .size = strlen(value)});
}

/** OpenSSL reads every one-octet string type as ISO 8859-1. */
static uint8_t openssl_tag(uint8_t tag)
{
    switch (tag) {
    case OMNI_DER_NUMERIC_STRING:
    case OMNI_DER_PRINTABLE_STRING:
    case OMNI_DER_IA5_STRING:
    case OMNI_DER_VISIBLE_STRING:
        return OMNI_DER_TELETEX_STRING;
    default:
        return tag;
    }
}

static void put_attribute(omni_text *text, const omni_dn_entry *entry)
{
    char name[OMNI_OID_TEXT_MAX];

    omni_oid_text(entry->oid, name);
    omni_text_char(text, '[');
    put_literal(text, name);
    omni_text_add(text, ", ");
    if (omni_string_ok(&entry->value)) {
        put_quoted(text, openssl_tag(entry->value.tag), entry->value.value);
    } else {
        omni_text_add(text, "\"#");
        omni_text_hex(text, entry->value.whole, '\0');
        omni_text_char(text, '"');
    }
    omni_text_char(text, ']');
}

static void put_name(omni_text *text, otls_slice name)
{
    omni_dn_cursor cursor = omni_dn_begin(name);
    omni_dn_entry entry;
    size_t rdn = 0;
    bool first = true;

    omni_text_char(text, '[');
    while (omni_dn_next(&cursor, &entry)) {
        if (first)
            omni_text_char(text, '[');
        else
            omni_text_add(text, entry.rdn == rdn ? ", " : "], [");
        put_attribute(text, &entry);
        rdn = entry.rdn;
        first = false;
    }
    omni_text_add(text, first ? "]" : "]]");
}

static void put_ip(omni_text *text, otls_slice address)
{
    const uint8_t *a = address.data;

    if (address.size == 4) {
        omni_text_format(text, "\"%u.%u.%u.%u\"", (unsigned)a[0], (unsigned)a[1], (unsigned)a[2],
                         (unsigned)a[3]);
    } else if (address.size == 16) {
        for (unsigned i = 0; i < 16; i += 2)
            omni_text_format(text, "%c%X", i == 0 ? '"' : ':',
                             (unsigned)a[i] << 8 | (unsigned)a[i + 1]);
        omni_text_char(text, '"');
    } else {
        omni_text_add(text, "\"<invalid>\"");
    }
}

/** The other names OpenSSL 3 has words for. */
static const struct known_other {
    const char *oid, *word;
    uint8_t size, string_type;
} known_others[] = {
    {"\x2b\x06\x01\x05\x05\x07\x08\x09", "SmtpUTF8Mailbox:", 8, OMNI_DER_UTF8_STRING},
    {"\x2b\x06\x01\x05\x05\x07\x08\x05", "XmppAddr:", 8, OMNI_DER_UTF8_STRING},
    {"\x2b\x06\x01\x05\x05\x07\x08\x07", "SRVName:", 8, OMNI_DER_IA5_STRING},
    {"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03", "UPN:", 10, OMNI_DER_UTF8_STRING},
    {"\x2b\x06\x01\x05\x05\x07\x08\x08", "NAIRealm:", 8, OMNI_DER_UTF8_STRING},
};

static void put_other(omni_text *text, otls_slice content)
{
    omni_der inside = omni_der_of(content);
    omni_der explicit_tag;
    otls_slice oid;
    omni_tlv value;

    if (omni_der_value(&inside, OMNI_DER_OID, &oid) &&
        omni_der_enter(&inside, OMNI_DER_CONTEXT_CONSTRUCTED(0), &explicit_tag) &&
        omni_der_next(&explicit_tag, &value)) {
        for (size_t i = 0; i < OMNI_COUNT(known_others); i++) {
            const struct known_other *entry = &known_others[i];

            if (oid.size != entry->size || memcmp(oid.data, entry->oid, oid.size) != 0 ||
                value.tag != entry->string_type)
                continue;
            omni_text_format(text, "\"%s", entry->word);
            omni_text_string(text, OMNI_DER_UTF8_STRING, value.value, OMNI_ESCAPE_JSON);
            omni_text_char(text, '"');
            return;
        }
    }
    omni_text_add(text, "\"<unsupported>\"");
}

static void put_registered_id(omni_text *text, otls_slice oid)
{
    char name[OMNI_OID_TEXT_MAX];

    omni_oid_text(oid, name);
    put_literal(text, omni_oid_ok(oid) ? name : "<INVALID>");
}

static void put_alt_name(omni_text *text, const omni_tlv *name)
{
    static const char *const kinds[9] = {"othername", "email",      "DNS",
                                         "X400Name",  "DirName",    "EdiPartyName",
                                         "URI",       "IP Address", "Registered ID"};
    const unsigned kind = name->tag & 0x1f;

    if (kind > 8)
        return;
    omni_text_format(text, "[\"%s\", ", kinds[kind]);
    switch (kind) {
    case OTLS_SAN_OTHER:
        put_other(text, name->value);
        break;
    case OTLS_SAN_EMAIL:
    case OTLS_SAN_DNS:
    case OTLS_SAN_URI:
        put_quoted(text, OMNI_DER_UTF8_STRING, name->value);
        break;
    case OTLS_SAN_DIRECTORY:
        put_name(text, name->value);
        break;
    case OTLS_SAN_IP:
        put_ip(text, name->value);
        break;
    case OTLS_SAN_RID:
        put_registered_id(text, name->value);
        break;
    default:
        omni_text_add(text, "\"<unsupported>\"");
        break;
    }
    omni_text_char(text, ']');
}

typedef struct json_list {
    omni_text *text;
    const char *key;
    size_t count;
} json_list;

static void put_item(void *user, const otls_slice *oid, const omni_tlv *name)
{
    json_list *list = user;

    (void)oid; /* none of the fields shown here holds OIDs */
    if (list->count++ == 0)
        omni_text_format(list->text, ", \"%s\": [", list->key);
    else
        omni_text_add(list->text, ", ");
    if (strcmp(list->key, "subjectAltName") == 0)
        put_alt_name(list->text, name);
    else
        put_quoted(list->text, OMNI_DER_UTF8_STRING, name->value);
}

/** Left out when there is nothing to list. */
static void put_list(omni_text *text, const omni_x509 *cert, otls_certificate_field field,
                     const char *key)
{
    json_list list = {.text = text, .key = key};
    const size_t start = text->size;

    if (!omni_field_walk(cert, field, put_item, &list))
        text->size = start; /* half a list says what the certificate does not */
    else if (list.count != 0)
        omni_text_char(text, ']');
}

otls_status otls_certificate_json(const otls_certificate *cert, char **out, otls_error *err)
{
    char before[OTLS_TIME_TEXT_SIZE], after[OTLS_TIME_TEXT_SIZE];
    omni_text text = {.data = NULL};

    if (cert == NULL || out == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no certificate, or nowhere to put it");
    *out = NULL;
    otls_time_text(cert->x509.not_before, before);
    otls_time_text(cert->x509.not_after, after);
    omni_text_add(&text, "{\"subject\": ");
    put_name(&text, cert->x509.subject);
    omni_text_add(&text, ", \"issuer\": ");
    put_name(&text, cert->x509.issuer);
    omni_text_format(&text, ", \"version\": %d, \"serialNumber\": \"", (int)cert->x509.version);
    omni_text_serial(&text, cert->x509.serial);
    omni_text_format(&text, "\", \"notBefore\": \"%s\", \"notAfter\": \"%s\"", before, after);
    put_list(&text, &cert->x509, OTLS_FIELD_SUBJECT_ALT_NAMES, "subjectAltName");
    put_list(&text, &cert->x509, OTLS_FIELD_OCSP, "OCSP");
    put_list(&text, &cert->x509, OTLS_FIELD_CA_ISSUERS, "caIssuers");
    put_list(&text, &cert->x509, OTLS_FIELD_CRLS, "crlDistributionPoints");
    omni_text_char(&text, '}');
    return omni_text_finish(&text, out, err);
}
