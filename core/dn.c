/* SPDX-License-Identifier: MIT */
#include "dn.h"

#include "oid.h"

/** Every character decodes. */
static bool decodes(uint8_t tag, otls_slice rest)
{
    otls_character c;

    for (;;) {
        if (tag == OTLS_DER_UTF8_STRING) { /* nearly always, nearly all of it is ASCII */
            while (rest.size != 0 && rest.data[0] < 0x80) {
                rest.data++;
                rest.size--;
            }
        }
        if (!otls_string_next(tag, &rest, &c))
            return true;
        if (c.undecoded)
            return false;
    }
}

/** The types RFC 5280 and X.520 give attributes, as OpenSSL takes them. Encodings of more than one
 *  octet must be sound; an octet too many in the others does no harm and is shown escaped. */
static bool value_ok(const otls_tlv *value)
{
    otls_slice octets;
    unsigned unused;

    switch (value->tag) {
    case OTLS_DER_NUMERIC_STRING:
    case OTLS_DER_PRINTABLE_STRING:
    case OTLS_DER_TELETEX_STRING:
    case OTLS_DER_IA5_STRING:
        return true;
    case OTLS_DER_UTF8_STRING:
    case OTLS_DER_UNIVERSAL_STRING:
    case OTLS_DER_BMP_STRING:
        return otls_string_ok(value) && decodes(value->tag, value->value);
    case OTLS_DER_BIT_STRING:
        return otls_der_bits(value->value, &octets, &unused);
    default:
        return false;
    }
}

static bool attribute_ok(otls_der *set)
{
    otls_der attribute;
    otls_slice oid;
    otls_tlv value;

    return otls_der_enter(set, OTLS_DER_SEQUENCE, &attribute) &&
           otls_der_value(&attribute, OTLS_DER_OID, &oid) && otls_oid_ok(oid) &&
           otls_der_next(&attribute, &value) && otls_der_at_end(&attribute) && value_ok(&value);
}

bool otls_name_ok(otls_slice content)
{
    otls_der rdns = otls_der_of(content);
    otls_der set;
    unsigned total = 0;

    while (!otls_der_at_end(&rdns)) {
        unsigned count = 0;

        if (!otls_der_enter(&rdns, OTLS_DER_SET, &set) || otls_der_at_end(&set))
            return false;
        while (!otls_der_at_end(&set)) {
            if (!attribute_ok(&set) || ++count > OTLS_RDN_ATTRIBUTES_MAX ||
                ++total > OTLS_NAME_ATTRIBUTES_MAX)
                return false;
        }
    }
    return true;
}

otls_name_cursor otls_name_begin(otls_slice name)
{
    otls_name_cursor cursor = {.rdn = 0};
    const otls_slice nothing = {.data = NULL, .size = 0};

    cursor.attributes = otls_der_of(nothing);
    if (!otls_der_only(name, OTLS_DER_SEQUENCE, &cursor.rdns))
        cursor.rdns = otls_der_of(nothing);
    return cursor;
}

bool otls_name_next(otls_name_cursor *cursor, otls_name_entry *out)
{
    otls_der attribute;

    while (otls_der_at_end(&cursor->attributes)) {
        if (!otls_der_enter(&cursor->rdns, OTLS_DER_SET, &cursor->attributes))
            return false;
        cursor->rdn++;
    }
    out->rdn = cursor->rdn - 1;
    return otls_der_enter(&cursor->attributes, OTLS_DER_SEQUENCE, &attribute) &&
           otls_der_value(&attribute, OTLS_DER_OID, &out->oid) &&
           otls_der_next(&attribute, &out->value);
}

void otls_text_attribute(otls_text *text, const otls_tlv *value, otls_escape escape)
{
    if (otls_string_ok(value)) {
        otls_text_string(text, value->tag, value->value, escape);
        return;
    }
    otls_text_char(text, '#');
    otls_text_hex(text, value->whole, '\0');
}

static void put_attribute(otls_text *text, const otls_name_entry *entry)
{
    const otls_oid_name *known = otls_oid_find(entry->oid);
    char dotted[OTLS_OID_TEXT_MAX];

    if (known != NULL) {
        otls_text_add(text, known->brief);
    } else {
        otls_oid_dotted(entry->oid, dotted);
        otls_text_add(text, dotted);
    }
    otls_text_char(text, '=');
    if (known != NULL) {
        otls_text_attribute(text, &entry->value, OTLS_ESCAPE_DN);
    } else {
        /* RFC 4514 2.4: a type given as an OID has its value in hexadecimal */
        otls_text_char(text, '#');
        otls_text_hex(text, entry->value.whole, '\0');
    }
}

void otls_text_name(otls_text *text, otls_slice name)
{
    otls_name_entry entries[OTLS_NAME_ATTRIBUTES_MAX];
    otls_name_cursor cursor = otls_name_begin(name);
    size_t count = 0;
    size_t end;

    while (count < OTLS_NAME_ATTRIBUTES_MAX && otls_name_next(&cursor, &entries[count]))
        count++;
    for (end = count; end > 0;) {
        size_t start = end - 1;

        while (start > 0 && entries[start - 1].rdn == entries[end - 1].rdn)
            start--;
        if (end != count)
            otls_text_char(text, ',');
        for (size_t i = start; i < end; i++) {
            if (i != start)
                otls_text_char(text, '+');
            put_attribute(text, &entries[i]);
        }
        end = start;
    }
}
