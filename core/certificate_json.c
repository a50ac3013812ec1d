/* SPDX-License-Identifier: MIT */
/*
 * The dictionary Python's ssl module makes of a certificate, as JSON: the same keys in the same
 * order, tuples as arrays. Python takes its texts from OpenSSL, so this file knows OpenSSL's words
 * for alternative names; the rest of the API does not.
 */
#include "certificate_parts.h"
#include "fail.h"

static void put_quoted(otls_text *text, uint8_t tag, otls_slice value)
{
    otls_text_char(text, '"');
    otls_text_string(text, tag, value, OTLS_ESCAPE_JSON);
    otls_text_char(text, '"');
}

static void put_literal(otls_text *text, const char *value)
{
    put_quoted(text, OTLS_DER_UTF8_STRING,
               (otls_slice){.data = (const uint8_t *)value, .size = strlen(value)});
}

/** OpenSSL reads every one-octet string type as ISO 8859-1. */
static uint8_t openssl_tag(uint8_t tag)
{
    switch (tag) {
    case OTLS_DER_NUMERIC_STRING:
    case OTLS_DER_PRINTABLE_STRING:
    case OTLS_DER_IA5_STRING:
    case OTLS_DER_VISIBLE_STRING:
        return OTLS_DER_TELETEX_STRING;
    default:
        return tag;
    }
}

static void put_attribute(otls_text *text, const otls_name_entry *entry)
{
    char name[OTLS_OID_TEXT_MAX];

    otls_oid_text(entry->oid, name);
    otls_text_char(text, '[');
    put_literal(text, name);
    otls_text_add(text, ", ");
    if (otls_string_ok(&entry->value)) {
        put_quoted(text, openssl_tag(entry->value.tag), entry->value.value);
    } else {
        otls_text_add(text, "\"#");
        otls_text_hex(text, entry->value.whole, '\0');
        otls_text_char(text, '"');
    }
    otls_text_char(text, ']');
}

static void put_name(otls_text *text, otls_slice name)
{
    otls_name_cursor cursor = otls_name_begin(name);
    otls_name_entry entry;
    size_t rdn = 0;
    bool first = true;

    otls_text_char(text, '[');
    while (otls_name_next(&cursor, &entry)) {
        if (first)
            otls_text_char(text, '[');
        else
            otls_text_add(text, entry.rdn == rdn ? ", " : "], [");
        put_attribute(text, &entry);
        rdn = entry.rdn;
        first = false;
    }
    otls_text_add(text, first ? "]" : "]]");
}

static void put_ip(otls_text *text, otls_slice address)
{
    const uint8_t *a = address.data;

    if (address.size == 4) {
        otls_text_format(text, "\"%u.%u.%u.%u\"", (unsigned)a[0], (unsigned)a[1], (unsigned)a[2],
                         (unsigned)a[3]);
    } else if (address.size == 16) {
        for (unsigned i = 0; i < 16; i += 2)
            otls_text_format(text, "%c%X", i == 0 ? '"' : ':',
                             (unsigned)a[i] << 8 | (unsigned)a[i + 1]);
        otls_text_char(text, '"');
    } else {
        otls_text_add(text, "\"<invalid>\"");
    }
}

/** The other names OpenSSL 3 has words for. */
static const struct known_other {
    const char *oid, *word;
    uint8_t size, string_type;
} known_others[] = {
    {"\x2b\x06\x01\x05\x05\x07\x08\x09", "SmtpUTF8Mailbox:", 8, OTLS_DER_UTF8_STRING},
    {"\x2b\x06\x01\x05\x05\x07\x08\x05", "XmppAddr:", 8, OTLS_DER_UTF8_STRING},
    {"\x2b\x06\x01\x05\x05\x07\x08\x07", "SRVName:", 8, OTLS_DER_IA5_STRING},
    {"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03", "UPN:", 10, OTLS_DER_UTF8_STRING},
    {"\x2b\x06\x01\x05\x05\x07\x08\x08", "NAIRealm:", 8, OTLS_DER_UTF8_STRING},
};

static void put_other(otls_text *text, otls_slice content)
{
    otls_der inside = otls_der_of(content);
    otls_der explicit_tag;
    otls_slice oid;
    otls_tlv value;

    if (otls_der_value(&inside, OTLS_DER_OID, &oid) &&
        otls_der_enter(&inside, OTLS_DER_CONTEXT_CONSTRUCTED(0), &explicit_tag) &&
        otls_der_next(&explicit_tag, &value)) {
        for (size_t i = 0; i < sizeof(known_others) / sizeof(known_others[0]); i++) {
            const struct known_other *entry = &known_others[i];

            if (oid.size != entry->size || memcmp(oid.data, entry->oid, oid.size) != 0 ||
                value.tag != entry->string_type)
                continue;
            otls_text_format(text, "\"%s", entry->word);
            otls_text_string(text, OTLS_DER_UTF8_STRING, value.value, OTLS_ESCAPE_JSON);
            otls_text_char(text, '"');
            return;
        }
    }
    otls_text_add(text, "\"<unsupported>\"");
}

static void put_registered_id(otls_text *text, otls_slice oid)
{
    char name[OTLS_OID_TEXT_MAX];

    otls_oid_text(oid, name);
    put_literal(text, otls_oid_ok(oid) ? name : "<INVALID>");
}

static void put_alt_name(otls_text *text, const otls_tlv *name)
{
    static const char *const kinds[9] = {"othername", "email",      "DNS",
                                         "X400Name",  "DirName",    "EdiPartyName",
                                         "URI",       "IP Address", "Registered ID"};
    const unsigned kind = name->tag & 0x1f;

    if (kind > 8)
        return;
    otls_text_format(text, "[\"%s\", ", kinds[kind]);
    switch (kind) {
    case OTLS_SAN_OTHER:
        put_other(text, name->value);
        break;
    case OTLS_SAN_EMAIL:
    case OTLS_SAN_DNS:
    case OTLS_SAN_URI:
        put_quoted(text, OTLS_DER_UTF8_STRING, name->value);
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
        otls_text_add(text, "\"<unsupported>\"");
        break;
    }
    otls_text_char(text, ']');
}

typedef struct json_list {
    otls_text *text;
    const char *key;
    size_t count;
} json_list;

static void put_item(void *user, const otls_slice *oid, const otls_tlv *name)
{
    json_list *list = user;

    (void)oid; /* none of the fields shown here holds OIDs */
    if (list->count++ == 0)
        otls_text_format(list->text, ", \"%s\": [", list->key);
    else
        otls_text_add(list->text, ", ");
    if (strcmp(list->key, "subjectAltName") == 0)
        put_alt_name(list->text, name);
    else
        put_quoted(list->text, OTLS_DER_UTF8_STRING, name->value);
}

/** Left out when there is nothing to list. */
static void put_list(otls_text *text, const otls_x509 *cert, otls_certificate_field field,
                     const char *key)
{
    json_list list = {.text = text, .key = key};
    const size_t start = text->size;

    if (!otls_field_walk(cert, field, put_item, &list))
        text->size = start; /* half a list says what the certificate does not */
    else if (list.count != 0)
        otls_text_char(text, ']');
}

otls_status otls_certificate_json(const otls_certificate *cert, char **out, otls_error *err)
{
    char before[OTLS_TIME_TEXT_SIZE], after[OTLS_TIME_TEXT_SIZE];
    otls_text text = {.data = NULL};

    if (cert == NULL || out == NULL)
        return otls_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no certificate, or nowhere to put it");
    *out = NULL;
    otls_time_text(cert->x509.not_before, before);
    otls_time_text(cert->x509.not_after, after);
    otls_text_add(&text, "{\"subject\": ");
    put_name(&text, cert->x509.subject);
    otls_text_add(&text, ", \"issuer\": ");
    put_name(&text, cert->x509.issuer);
    otls_text_format(&text, ", \"version\": %d, \"serialNumber\": \"", (int)cert->x509.version);
    otls_text_serial(&text, cert->x509.serial);
    otls_text_format(&text, "\", \"notBefore\": \"%s\", \"notAfter\": \"%s\"", before, after);
    put_list(&text, &cert->x509, OTLS_FIELD_SUBJECT_ALT_NAMES, "subjectAltName");
    put_list(&text, &cert->x509, OTLS_FIELD_OCSP, "OCSP");
    put_list(&text, &cert->x509, OTLS_FIELD_CA_ISSUERS, "caIssuers");
    put_list(&text, &cert->x509, OTLS_FIELD_CRLS, "crlDistributionPoints");
    otls_text_char(&text, '}');
    return otls_text_finish(&text, out, err);
}
