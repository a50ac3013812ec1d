/* SPDX-License-Identifier: MIT */
#include "x509/form.h"

#include "base/base.h"
#include "x509/dn.h"
#include "x509/oid.h"
#include "x509/parts.h"
#include "x509/text.h"

#define OID_UTF8_MAILBOX "\x2b\x06\x01\x05\x05\x07\x08\x09" /* id-on-SmtpUTF8Mailbox */

const char *omni_form_fault_words(uint8_t fault)
{
    static const char *const words[OMNI_FORM_FAULT_COUNT] = {
        [OMNI_FORM_FAULT_SIZE] = "has more attributes, extensions or policies than are read",
        [OMNI_FORM_FAULT_SERIAL] = "has a serial number of more than 20 octets",
        [OMNI_FORM_FAULT_NAMES] = "has malformed alternative names",
        [OMNI_FORM_FAULT_NAME_EMPTY] = "has an empty alternative name",
        [OMNI_FORM_FAULT_ADDRESS] = "has an IP address of neither 4 nor 16 octets",
        [OMNI_FORM_FAULT_CONSTRAINTS] = "has name constraints but is not an authority's",
        [OMNI_FORM_FAULT_KEY_USAGE] = "has a key usage that nobody has defined",
        [OMNI_FORM_FAULT_KEY_ID] = "has a malformed or empty authority key identifier",
        [OMNI_FORM_FAULT_KEY_ID_CRITICAL] = "has a key identifier that is critical",
        [OMNI_FORM_FAULT_DIRECTORY_ATTRIBUTES] = "has malformed directory attributes",
        [OMNI_FORM_FAULT_POLICY_CONSTRAINTS] = "has empty or malformed policy constraints",
        [OMNI_FORM_FAULT_POINT] = "has a malformed distribution point, or one without a name",
        [OMNI_FORM_FAULT_SIGNATURE] = "has a signature algorithm with parameters that it has not",
    };

    return fault < OMNI_FORM_FAULT_COUNT ? words[fault] : NULL;
}

const char *omni_form_fault_section(uint8_t fault)
{
    static const char *const sections[OMNI_FORM_FAULT_COUNT] = {
        [OMNI_FORM_FAULT_SIZE] = "RFC 5280 9",
        [OMNI_FORM_FAULT_SERIAL] = "RFC 5280 4.1.2.2",
        [OMNI_FORM_FAULT_NAMES] = "RFC 5280 4.2.1.6",
        [OMNI_FORM_FAULT_NAME_EMPTY] = "RFC 5280 4.2.1.6",
        [OMNI_FORM_FAULT_ADDRESS] = "RFC 5280 4.2.1.6",
        [OMNI_FORM_FAULT_CONSTRAINTS] = "RFC 5280 4.2.1.10",
        [OMNI_FORM_FAULT_KEY_USAGE] = "RFC 5280 4.2.1.3",
        [OMNI_FORM_FAULT_KEY_ID] = "RFC 5280 4.2.1.1",
        [OMNI_FORM_FAULT_KEY_ID_CRITICAL] = "RFC 5280 4.2.1.1, 4.2.1.2",
        [OMNI_FORM_FAULT_DIRECTORY_ATTRIBUTES] = "RFC 5280 4.2.1.8",
        [OMNI_FORM_FAULT_POLICY_CONSTRAINTS] = "RFC 5280 4.2.1.11",
        [OMNI_FORM_FAULT_POINT] = "RFC 5280 4.2.1.13",
        [OMNI_FORM_FAULT_SIGNATURE] = "RFC 3279 2.2, RFC 4055 3.1, RFC 5758 3.2",
    };

    return fault < OMNI_FORM_FAULT_COUNT ? sections[fault] : NULL;
}

/* ---- general names, 4.2.1.6 ------------------------------------------------------------------ */

/** Is this the tag of a GeneralName? The kinds that hold a SEQUENCE or Name are constructed. */
static bool is_general_name(uint8_t tag)
{
    switch (tag) {
    case OMNI_DER_CONTEXT_CONSTRUCTED(0): /* otherName */
    case OMNI_DER_CONTEXT(1):             /* rfc822Name */
    case OMNI_DER_CONTEXT(2):             /* dNSName */
    case OMNI_DER_CONTEXT_CONSTRUCTED(3): /* x400Address */
    case OMNI_DER_CONTEXT_CONSTRUCTED(4): /* directoryName */
    case OMNI_DER_CONTEXT_CONSTRUCTED(5): /* ediPartyName */
    case OMNI_DER_CONTEXT(6):             /* uniformResourceIdentifier */
    case OMNI_DER_CONTEXT(7):             /* iPAddress */
    case OMNI_DER_CONTEXT(8):             /* registeredID */
        return true;
    default:
        return false;
    }
}

/** The kinds with a structure of their own have it; the texts of the others may hold anything. */
bool omni_x509_general_name_ok(const omni_tlv *name)
{
    omni_der inside = omni_der_of(name->value);
    otls_slice value;
    omni_tlv tlv;

    switch (name->tag) {
    case OMNI_DER_CONTEXT_CONSTRUCTED(0):
        return omni_der_value(&inside, OMNI_DER_OID, &value) && omni_oid_ok(value) &&
               omni_der_value(&inside, OMNI_DER_CONTEXT_CONSTRUCTED(0), &value) &&
               omni_der_at_end(&inside) && omni_der_well_formed(value, 8);
    case OMNI_DER_CONTEXT_CONSTRUCTED(3):
    case OMNI_DER_CONTEXT_CONSTRUCTED(5): /* nobody uses them; their elements must be elements */
        return omni_der_well_formed(name->value, 8);
    case OMNI_DER_CONTEXT_CONSTRUCTED(4):
        return omni_der_take(&inside, OMNI_DER_SEQUENCE, &tlv) && omni_der_at_end(&inside) &&
               omni_dn_ok(tlv.value);
    case OMNI_DER_CONTEXT(8):
        return omni_oid_ok(name->value);
    default:
        return is_general_name(name->tag);
    }
}

/* An attribute of a directory name is a DirectoryString SIZE (1..MAX), or of a kind of its own. */
static bool directory_ok(otls_slice content)
{
    omni_der inside = omni_der_of(content);
    omni_dn_entry entry;
    omni_dn_cursor cursor;
    omni_tlv name;

    if (!omni_der_next(&inside, &name))
        return false;
    cursor = omni_dn_begin(name.whole);
    while (omni_dn_next(&cursor, &entry))
        if (entry.value.value.size == 0)
            return false;
    return true;
}

/* [0] EXPLICIT ANY: one element, not none (omni_x509_general_name_ok has seen what is around it). */
static bool other_name_ok(otls_slice content)
{
    omni_der inside = omni_der_of(content);
    omni_tlv part, value;

    if (!omni_der_next(&inside, &part) || !omni_der_next(&inside, &part))
        return false;
    inside = omni_der_of(part.value);
    return omni_der_next(&inside, &value) && omni_der_at_end(&inside);
}

uint8_t omni_form_of_name(const omni_tlv *name)
{
    const otls_slice value = name->value;
    const bool blank = value.size == 1 && value.data[0] == ' ';

    switch (name->tag) {
    case OMNI_DER_CONTEXT(OTLS_SAN_IP):
        return value.size == 4 || value.size == 16 ? OMNI_FORM_FAULT_NONE : OMNI_FORM_FAULT_ADDRESS;
    case OMNI_DER_CONTEXT(OTLS_SAN_DNS):
        return value.size != 0 && !blank ? OMNI_FORM_FAULT_NONE : OMNI_FORM_FAULT_NAME_EMPTY;
    case OMNI_DER_CONTEXT_CONSTRUCTED(OTLS_SAN_OTHER):
        return other_name_ok(value) ? OMNI_FORM_FAULT_NONE : OMNI_FORM_FAULT_NAMES;
    case OMNI_DER_CONTEXT_CONSTRUCTED(OTLS_SAN_DIRECTORY):
        return directory_ok(value) ? OMNI_FORM_FAULT_NONE : OMNI_FORM_FAULT_NAME_EMPTY;
    default:
        return value.size != 0 ? OMNI_FORM_FAULT_NONE : OMNI_FORM_FAULT_NAME_EMPTY;
    }
}

/* ---- mailboxes beyond ASCII, RFC 9598 -------------------------------------------------------- */

bool omni_form_utf8_mailbox(otls_slice content, otls_slice *out)
{
    omni_der inside = omni_der_of(content), explicit_value;
    otls_slice oid;
    omni_tlv value;

    *out = (otls_slice){.data = content.data, .size = 0};
    if (!omni_der_value(&inside, OMNI_DER_OID, &oid) || !OMNI_OID_IS(oid, OID_UTF8_MAILBOX))
        return false;
    if (omni_der_enter(&inside, OMNI_DER_CONTEXT_CONSTRUCTED(0), &explicit_value) &&
        omni_der_take(&explicit_value, OMNI_DER_UTF8_STRING, &value) &&
        omni_der_at_end(&explicit_value))
        *out = value.value;
    return true;
}

/* Labels of A-labels and of others that are not reserved: "--" stands behind "xn" alone (RFC 5890 2.3.1). */
static bool mail_domain_ok(otls_slice domain)
{
    size_t label = 0;

    for (size_t i = 0; i <= domain.size; i++) {
        const uint8_t c = i < domain.size ? domain.data[i] : '.';
        const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        if (c == '.' ? label == 0 || domain.data[i - 1] == '-'
                     : !alphanumeric && (c != '-' || label == 0))
            return false;
        if (label == 3 && c == '-' && domain.data[i - 1] == '-' &&
            memcmp(domain.data + i - 3, "xn", 2) != 0)
            return false;
        label = c == '.' ? 0 : label + 1;
        if (label > 63)
            return false;
    }
    return true;
}

bool omni_form_utf8_mailbox_ok(otls_slice mailbox)
{
    otls_slice local = mailbox, domain = mailbox;
    bool beyond_ascii = false;
    omni_character c;

    while (local.size != 0 && local.data[local.size - 1] != '@')
        local.size--;
    if (local.size > 3 && memcmp(local.data, "\xef\xbb\xbf", 3) == 0)
        return false; /* a byte order mark, which is beyond ASCII by itself */
    domain.data += local.size;
    domain.size -= local.size;
    while (omni_string_next(OMNI_DER_UTF8_STRING, &local, &c)) {
        if (c.undecoded)
            return false;
        beyond_ascii = beyond_ascii || c.code >= 0x80;
    }
    return beyond_ascii && mail_domain_ok(domain);
}

/* ---- other extensions ----------------------------------------------------------------------- */

/* fullName [0] GeneralNames, or nameRelativeToCRLIssuer [1] RelativeDistinguishedName */
static bool point_name_ok(otls_slice content)
{
    omni_der choice = omni_der_of(content), names;
    omni_tlv chosen, name;

    if (!omni_der_next(&choice, &chosen) || !omni_der_at_end(&choice))
        return false;
    if (chosen.tag == OMNI_DER_CONTEXT_CONSTRUCTED(1))
        return omni_rdn_ok(chosen.value);
    names = omni_der_of(chosen.value);
    if (chosen.tag != OMNI_DER_CONTEXT_CONSTRUCTED(0) || omni_der_at_end(&names))
        return false;
    while (!omni_der_at_end(&names))
        if (!omni_der_next(&names, &name) || !omni_x509_general_name_ok(&name))
            return false;
    return true;
}

/* 4.2.1.13: reasons alone are no point; its name or its cRLIssuer must be there. */
static bool point_ok(omni_der point)
{
    omni_tlv part;
    bool said = false;

    if (omni_der_take(&point, OMNI_DER_CONTEXT_CONSTRUCTED(0), &part)) {
        said = point_name_ok(part.value);
        if (!said)
            return false;
    }
    (void)omni_der_take(&point, OMNI_DER_CONTEXT(1), &part);
    if (omni_der_take(&point, OMNI_DER_CONTEXT_CONSTRUCTED(2), &part)) {
        said = part.value.size != 0;
        if (!said)
            return false;
    }
    return said && omni_der_at_end(&point);
}

bool omni_form_points_ok(otls_slice value)
{
    omni_der list, point;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &list) || omni_der_at_end(&list))
        return false;
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &point))
        if (!point_ok(point))
            return false;
    return omni_der_at_end(&list);
}

/* SEQUENCE SIZE (1..MAX) OF Attribute, an OID and a SET of values */
bool omni_form_attributes_ok(otls_slice value)
{
    omni_der list, attribute;
    omni_tlv oid, values;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &list) || omni_der_at_end(&list))
        return false;
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &attribute))
        if (!omni_der_take(&attribute, OMNI_DER_OID, &oid) ||
            !omni_der_take(&attribute, OMNI_DER_SET, &values) || !omni_der_at_end(&attribute))
            return false;
    return omni_der_at_end(&list);
}

/* 4.2.1.11: neither field is a sequence that nobody may issue. */
bool omni_form_policy_constraints_ok(otls_slice value)
{
    omni_der list;
    omni_tlv part;
    uint32_t number;
    size_t fields = 0;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &list))
        return false;
    for (uint8_t tag = 0; tag < 2; tag++) {
        if (!omni_der_take(&list, OMNI_DER_CONTEXT(tag), &part))
            continue;
        if (!omni_der_unsigned(part.value, &number))
            return false;
        fields++;
    }
    return fields != 0 && omni_der_at_end(&list);
}
