/* SPDX-License-Identifier: MIT */
#include "x509/dn.h"

#include "base/base.h"
#include "x509/oid.h"
#include <omnitls/client_auth.h>

/** Every character decodes. */
static bool decodes(uint8_t tag, otls_slice rest)
{
    omni_character c;

    for (;;) {
        if (tag == OMNI_DER_UTF8_STRING) { /* nearly always, nearly all of it is ASCII */
            while (rest.size != 0 && rest.data[0] < 0x80) {
                rest.data++;
                rest.size--;
            }
        }
        if (!omni_string_next(tag, &rest, &c))
            return true;
        if (c.undecoded)
            return false;
    }
}

/** AttributeValue is ANY (RFC 5280 4.1.2.4): the types that it and X.520 give attributes, which are
 *  those every engine reads; postalAddress is a SEQUENCE. Encodings of more than one octet must be
 *  sound; an octet too many in the others does no harm and is shown escaped. */
static bool value_ok(const omni_tlv *value)
{
    otls_slice octets;
    unsigned unused;

    switch (value->tag) {
    case OMNI_DER_NUMERIC_STRING:
    case OMNI_DER_PRINTABLE_STRING:
    case OMNI_DER_TELETEX_STRING:
    case OMNI_DER_IA5_STRING:
        return true;
    case OMNI_DER_UTF8_STRING:
    case OMNI_DER_UNIVERSAL_STRING:
    case OMNI_DER_BMP_STRING:
        return omni_string_ok(value) && decodes(value->tag, value->value);
    case OMNI_DER_BIT_STRING:
        return omni_der_bits(value->value, &octets, &unused);
    case OMNI_DER_SEQUENCE:
        return omni_der_well_formed(value->value, 8);
    default:
        return false;
    }
}

static bool attribute_ok(omni_der *set)
{
    omni_der attribute;
    otls_slice oid;
    omni_tlv value;

    return omni_der_enter(set, OMNI_DER_SEQUENCE, &attribute) &&
           omni_der_value(&attribute, OMNI_DER_OID, &oid) && omni_oid_ok(oid) &&
           omni_der_next(&attribute, &value) && omni_der_at_end(&attribute) && value_ok(&value);
}

/* One RelativeDistinguishedName: the content of its SET. `*count`: its attributes, to be added to. */
static bool rdn_ok(omni_der set, unsigned *count)
{
    if (omni_der_at_end(&set))
        return false;
    for (; !omni_der_at_end(&set); ++*count)
        if (!attribute_ok(&set))
            return false;
    return true;
}

bool omni_rdn_ok(otls_slice content)
{
    unsigned count = 0;

    return rdn_ok(omni_der_of(content), &count) && count <= OMNI_RDN_ATTRIBUTES_MAX;
}

omni_dn_form omni_dn_form_of(otls_slice content)
{
    omni_der rdns = omni_der_of(content);
    omni_der set;
    unsigned total = 0;
    bool large = false;

    while (!omni_der_at_end(&rdns)) {
        unsigned count = 0;

        if (!omni_der_enter(&rdns, OMNI_DER_SET, &set) || !rdn_ok(set, &count))
            return OMNI_DN_MALFORMED;
        total += count;
        large = large || count > OMNI_RDN_ATTRIBUTES_MAX || total > OMNI_NAME_ATTRIBUTES_MAX;
    }
    return large ? OMNI_DN_LARGE : OMNI_DN_GOOD;
}

bool omni_dn_ok(otls_slice content)
{
    return omni_dn_form_of(content) == OMNI_DN_GOOD;
}

omni_dn_cursor omni_dn_begin(otls_slice name)
{
    omni_dn_cursor cursor = {.rdn = 0};
    const otls_slice nothing = {.data = NULL, .size = 0};

    cursor.attributes = omni_der_of(nothing);
    if (!omni_der_only(name, OMNI_DER_SEQUENCE, &cursor.rdns))
        cursor.rdns = omni_der_of(nothing);
    return cursor;
}

bool omni_dn_next(omni_dn_cursor *cursor, omni_dn_entry *out)
{
    omni_der attribute;

    while (omni_der_at_end(&cursor->attributes)) {
        if (!omni_der_enter(&cursor->rdns, OMNI_DER_SET, &cursor->attributes))
            return false;
        cursor->rdn++;
    }
    out->rdn = cursor->rdn - 1;
    return omni_der_enter(&cursor->attributes, OMNI_DER_SEQUENCE, &attribute) &&
           omni_der_value(&attribute, OMNI_DER_OID, &out->oid) &&
           omni_der_next(&attribute, &out->value);
}

void omni_text_attribute(omni_text *text, const omni_tlv *value, omni_escape escape)
{
    if (omni_string_ok(value)) {
        omni_text_string(text, value->tag, value->value, escape);
        return;
    }
    omni_text_char(text, '#');
    omni_text_hex(text, value->whole, '\0');
}

static void put_attribute(omni_text *text, const omni_dn_entry *entry)
{
    const omni_oid_name *known = omni_oid_find(entry->oid);
    char dotted[OMNI_OID_TEXT_MAX];

    if (known != NULL) {
        omni_text_add(text, known->brief);
    } else {
        omni_oid_dotted(entry->oid, dotted);
        omni_text_add(text, dotted);
    }
    omni_text_char(text, '=');
    if (known != NULL) {
        omni_text_attribute(text, &entry->value, OMNI_ESCAPE_DN);
    } else {
        /* RFC 4514 2.4: a type given as an OID has its value in hexadecimal */
        omni_text_char(text, '#');
        omni_text_hex(text, entry->value.whole, '\0');
    }
}

static void put_rdn(omni_text *text, otls_slice name, size_t rdn)
{
    omni_dn_cursor cursor = omni_dn_begin(name);
    omni_dn_entry entry;
    bool first = true;

    while (omni_dn_next(&cursor, &entry) && entry.rdn <= rdn) {
        if (entry.rdn < rdn)
            continue;
        if (!first)
            omni_text_char(text, '+');
        put_attribute(text, &entry);
        first = false;
    }
}

/* The last is the first to be written (RFC 4514 2.1): to walk there again each time takes no room, and names are
   short. */
void omni_text_dn(omni_text *text, otls_slice name)
{
    omni_dn_cursor cursor = omni_dn_begin(name);
    omni_dn_entry entry;
    size_t count = 0;

    while (omni_dn_next(&cursor, &entry))
        count = entry.rdn + 1;
    for (size_t rdn = count; rdn-- > 0;) {
        put_rdn(text, name, rdn);
        if (rdn != 0)
            omni_text_char(text, ',');
    }
}

otls_status omni_dn_check(const void *der, size_t size, otls_error *err)
{
    omni_der name = {.at = der};
    omni_tlv whole;

    if (der != NULL)
        name.end = name.at + size;
    if (der == NULL || !omni_der_take(&name, OMNI_DER_SEQUENCE, &whole) || name.at != name.end ||
        !omni_dn_ok(whole.value))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "this is no distinguished name in DER");
    return OTLS_OK;
}

otls_status otls_name_text(const void *der, size_t size, char **out, otls_error *err)
{
    omni_text text = {0};

    *out = NULL;
    OMNI_TRY(omni_dn_check(der, size, err));
    omni_text_dn(&text, (otls_slice){der, size});
    return omni_text_finish(&text, out, err);
}
