/* SPDX-License-Identifier: MIT */
#include "x509/dn.h"
#include "x509/form.h"
#include "x509/parts.h"

/** Extensions core reads; each has a bit, so that a second one is noticed at once. */
typedef enum extension_id {
    EXT_UNKNOWN = 0,
    EXT_DIRECTORY_ATTRIBUTES, /* checked for form only, as the issuer's alternative names */
    EXT_SUBJECT_KEY_ID,
    EXT_KEY_USAGE,
    EXT_SUBJECT_ALT_NAME,
    EXT_ISSUER_ALT_NAME, /* checked for form only: nothing of ours depends on it */
    EXT_BASIC_CONSTRAINTS,
    EXT_NAME_CONSTRAINTS,
    EXT_CRL_DISTRIBUTION_POINTS,
    EXT_POLICIES,
    EXT_POLICY_MAPPINGS,
    EXT_AUTHORITY_KEY_ID,
    EXT_POLICY_CONSTRAINTS,
    EXT_EXTENDED_KEY_USAGE,
    EXT_INHIBIT_ANY_POLICY,
    EXT_AUTHORITY_INFO_ACCESS,
    EXT_TLS_FEATURE
} extension_id;

static extension_id id_ce(uint8_t last)
{
    switch (last) {
    case 9:
        return EXT_DIRECTORY_ATTRIBUTES;
    case 14:
        return EXT_SUBJECT_KEY_ID;
    case 15:
        return EXT_KEY_USAGE;
    case 17:
        return EXT_SUBJECT_ALT_NAME;
    case 18:
        return EXT_ISSUER_ALT_NAME;
    case 19:
        return EXT_BASIC_CONSTRAINTS;
    case 30:
        return EXT_NAME_CONSTRAINTS;
    case 31:
        return EXT_CRL_DISTRIBUTION_POINTS;
    case 32:
        return EXT_POLICIES;
    case 33:
        return EXT_POLICY_MAPPINGS;
    case 35:
        return EXT_AUTHORITY_KEY_ID;
    case 36:
        return EXT_POLICY_CONSTRAINTS;
    case 37:
        return EXT_EXTENDED_KEY_USAGE;
    case 54:
        return EXT_INHIBIT_ANY_POLICY;
    default:
        return EXT_UNKNOWN;
    }
}

static extension_id identify(otls_slice oid)
{
    if (oid.size == 3 && oid.data[0] == 0x55 && oid.data[1] == 0x1d)
        return id_ce(oid.data[2]);
    if (oid.size == 8 && memcmp(oid.data, "\x2b\x06\x01\x05\x05\x07\x01", 7) == 0) {
        if (oid.data[7] == 1)
            return EXT_AUTHORITY_INFO_ACCESS;
        if (oid.data[7] == 24)
            return EXT_TLS_FEATURE;
    }
    return EXT_UNKNOWN;
}

/* The first fault is the one told. */
static void note_fault(omni_x509 *out, uint8_t fault)
{
    if (out->form_fault == OMNI_FORM_FAULT_NONE)
        out->form_fault = fault;
}

/** KeyUsage: a BIT STRING with at least one bit set, RFC 5280 4.2.1.3. */
static bool read_key_usage(omni_x509 *out, otls_slice value)
{
    omni_der der = omni_der_of(value);
    otls_slice content, octets;
    unsigned unused;

    if (!omni_der_value(&der, OMNI_DER_BIT_STRING, &content) || !omni_der_at_end(&der) ||
        !omni_der_bits(content, &octets, &unused))
        return false;
    out->has_key_usage = 1;
    for (unsigned bit = 0; bit < 9 && bit / 8 < octets.size; bit++) {
        if ((octets.data[bit / 8] & (0x80u >> (bit % 8))) != 0)
            out->key_usage = (uint16_t)(out->key_usage | 1u << bit);
    }
    if (octets.size > 2) /* nine bits are defined */
        note_fault(out, OMNI_FORM_FAULT_KEY_USAGE);
    return out->key_usage != 0;
}

/** cA FALSE written out is against DER, but common, and cannot be misread. */
static bool read_basic_constraints(omni_x509 *out, const omni_x509_extension *extension)
{
    otls_slice content;
    omni_der inside;
    uint32_t length;
    bool is_ca = false;

    if (!omni_der_only(extension->value, OMNI_DER_SEQUENCE, &inside))
        return false;
    if (omni_der_tag(&inside) == OMNI_DER_BOOLEAN &&
        (!omni_der_value(&inside, OMNI_DER_BOOLEAN, &content) ||
         !omni_der_boolean(content, &is_ca)))
        return false;
    if (omni_der_tag(&inside) == OMNI_DER_INTEGER) {
        if (!omni_der_value(&inside, OMNI_DER_INTEGER, &content) ||
            !omni_der_unsigned(content, &length))
            return false;
        out->path_length = length < INT32_MAX ? (int32_t)length : INT32_MAX;
    }
    if (!omni_der_at_end(&inside))
        return false;
    out->has_basic_constraints = 1;
    out->basic_constraints_critical = extension->critical;
    out->is_ca = is_ca;
    return true;
}

/* A SEQUENCE of at least one GeneralName, each of them well formed. What they hold may be a fault,
 * too, but does not keep anybody from reading the list. */
static bool read_general_names(omni_x509 *out, otls_slice value, omni_der *names, uint32_t *count)
{
    omni_der rest;
    omni_tlv name;

    *count = 0;
    if (!omni_der_only(value, OMNI_DER_SEQUENCE, names) || omni_der_at_end(names))
        return false;
    rest = *names;
    while (!omni_der_at_end(&rest)) {
        if (!omni_der_next(&rest, &name) || !omni_x509_general_name_ok(&name))
            return false;
        note_fault(out, omni_form_of_name(&name));
        ++*count;
    }
    return true;
}

/* Half a list is worse than none: a later entry could be the one that matters. */
static bool read_subject_alt_names(omni_x509 *out, otls_slice value)
{
    omni_der names;
    uint32_t count;

    if (!read_general_names(out, value, &names, &count)) {
        note_fault(out, OMNI_FORM_FAULT_NAMES);
        return false;
    }
    out->subject_alt_names = (otls_slice){.data = names.at, .size = (size_t)(names.end - names.at)};
    out->subject_alt_name_count = count;
    return true;
}

static bool check_issuer_alt_names(omni_x509 *out, otls_slice value)
{
    omni_der names;
    uint32_t count;
    const bool good = read_general_names(out, value, &names, &count);

    if (!good)
        note_fault(out, OMNI_FORM_FAULT_NAMES);
    return good;
}

static bool read_extended_key_usage(omni_x509 *out, otls_slice value)
{
    otls_slice oid;
    omni_der list;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &list) || omni_der_at_end(&list))
        return false;
    out->extended_key_usage = (otls_slice){.data = list.at, .size = (size_t)(list.end - list.at)};
    while (!omni_der_at_end(&list)) {
        if (!omni_der_value(&list, OMNI_DER_OID, &oid) || !omni_oid_ok(oid))
            return false;
    }
    return true;
}

/* [0] keyIdentifier, [1] authorityCertIssuer, [2] authorityCertSerialNumber; one of them at least,
 * or nothing is identified. */
static bool authority_key_id_ok(omni_der inside)
{
    omni_tlv id, issuer, serial;
    const bool some = !omni_der_at_end(&inside);

    if (omni_der_take(&inside, OMNI_DER_CONTEXT(0), &id) && id.value.size == 0)
        return false;
    (void)omni_der_take(&inside, OMNI_DER_CONTEXT_CONSTRUCTED(1), &issuer);
    if (omni_der_take(&inside, OMNI_DER_CONTEXT(2), &serial) && !omni_der_integer_ok(serial.value))
        return false;
    return some && omni_der_at_end(&inside);
}

static bool read_authority_key_id(omni_x509 *out, const omni_x509_extension *extension)
{
    omni_der inside;
    omni_tlv id;

    if (extension->critical)
        note_fault(out, OMNI_FORM_FAULT_KEY_ID_CRITICAL);
    if (!omni_der_only(extension->value, OMNI_DER_SEQUENCE, &inside) ||
        !authority_key_id_ok(inside)) {
        note_fault(out, OMNI_FORM_FAULT_KEY_ID);
        return true; /* it only helps to find an issuer: of an anchor nobody needs it */
    }
    if (omni_der_take(&inside, OMNI_DER_CONTEXT(0), &id))
        out->authority_key_id = id.value;
    return true;
}

/** TLSFeatures ::= SEQUENCE OF INTEGER; 5 is status_request (RFC 7633). */
static bool read_tls_features(omni_x509 *out, otls_slice value)
{
    otls_slice number;
    omni_der list;
    uint32_t feature;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &list))
        return false;
    while (!omni_der_at_end(&list)) {
        if (!omni_der_value(&list, OMNI_DER_INTEGER, &number) ||
            !omni_der_unsigned(number, &feature))
            return false;
        if (feature == 5)
            out->must_staple = 1;
    }
    return true;
}

static bool read_subject_key_id(omni_x509 *out, const omni_x509_extension *extension)
{
    omni_der der = omni_der_of(extension->value);

    if (extension->critical)
        note_fault(out, OMNI_FORM_FAULT_KEY_ID_CRITICAL);
    return omni_der_value(&der, OMNI_DER_OCTET_STRING, &out->subject_key_id) &&
           omni_der_at_end(&der);
}

/** Kept for whoever revokes; on an anchor nobody asks. */
static bool read_distribution_points(omni_x509 *out, otls_slice value)
{
    out->crl_distribution_points = value;
    if (!omni_form_points_ok(value))
        note_fault(out, OMNI_FORM_FAULT_POINT);
    return true;
}

static bool read_policy_constraints(omni_x509 *out, otls_slice value)
{
    out->policy_constraints = value;
    if (!omni_form_policy_constraints_ok(value))
        note_fault(out, OMNI_FORM_FAULT_POLICY_CONSTRAINTS);
    return true;
}

/** Kept for whoever needs it: one SEQUENCE, decoded by its reader. */
static bool keep_sequence(otls_slice *field, otls_slice value)
{
    omni_der inside;

    *field = value;
    return omni_der_only(value, OMNI_DER_SEQUENCE, &inside);
}

/** The same, a SEQUENCE SIZE (1..MAX) OF (RFC 5280 A.2): an empty one says nothing that is meant.
 */
static bool keep_list(otls_slice *field, otls_slice value)
{
    return keep_sequence(field, value) && value.size > 2;
}

static bool keep_integer(otls_slice *field, otls_slice value)
{
    omni_der der = omni_der_of(value);
    otls_slice number;
    uint32_t ignored;

    *field = value;
    return omni_der_value(&der, OMNI_DER_INTEGER, &number) && omni_der_at_end(&der) &&
           omni_der_unsigned(number, &ignored);
}

/* Of those whose mark is a rule for issuers. */
static void note_critical(omni_x509 *out, extension_id id)
{
    switch (id) {
    case EXT_SUBJECT_ALT_NAME:
        out->names_critical = 1;
        break;
    case EXT_NAME_CONSTRAINTS:
        out->name_constraints_critical = 1;
        break;
    case EXT_POLICY_CONSTRAINTS:
        out->policy_constraints_critical = 1;
        break;
    case EXT_INHIBIT_ANY_POLICY:
        out->inhibit_any_critical = 1;
        break;
    case EXT_AUTHORITY_INFO_ACCESS:
        out->access_critical = 1;
        break;
    default:
        break;
    }
}

static bool read_extension(omni_x509 *out, extension_id id, const omni_x509_extension *extension)
{
    const otls_slice value = extension->value;

    switch (id) {
    case EXT_DIRECTORY_ATTRIBUTES:
        if (!omni_form_attributes_ok(value))
            note_fault(out, OMNI_FORM_FAULT_DIRECTORY_ATTRIBUTES);
        break;
    case EXT_SUBJECT_KEY_ID:
        return read_subject_key_id(out, extension);
    case EXT_KEY_USAGE:
        return read_key_usage(out, value);
    case EXT_SUBJECT_ALT_NAME:
        return read_subject_alt_names(out, value);
    case EXT_ISSUER_ALT_NAME:
        return check_issuer_alt_names(out, value);
    case EXT_BASIC_CONSTRAINTS:
        return read_basic_constraints(out, extension);
    case EXT_NAME_CONSTRAINTS:
        return keep_sequence(&out->name_constraints, value);
    case EXT_CRL_DISTRIBUTION_POINTS:
        return read_distribution_points(out, value);
    case EXT_POLICIES:
        return omni_x509_read_policies(out, extension);
    case EXT_POLICY_MAPPINGS:
        return omni_x509_read_policy_mappings(out, value);
    case EXT_AUTHORITY_KEY_ID:
        return read_authority_key_id(out, extension);
    case EXT_POLICY_CONSTRAINTS:
        return read_policy_constraints(out, value);
    case EXT_EXTENDED_KEY_USAGE:
        return read_extended_key_usage(out, value);
    case EXT_INHIBIT_ANY_POLICY:
        return keep_integer(&out->inhibit_any_policy, value);
    case EXT_AUTHORITY_INFO_ACCESS:
        return keep_list(&out->authority_info_access, value);
    case EXT_TLS_FEATURE:
        return read_tls_features(out, value);
    case EXT_UNKNOWN:
        break;
    }
    return true;
}

/** critical FALSE written out is against DER, but common, and cannot be misread. */
bool omni_x509_extension_next(omni_der *list, omni_x509_extension *out)
{
    otls_slice critical;
    omni_der inside;

    out->critical = false;
    if (!omni_der_enter(list, OMNI_DER_SEQUENCE, &inside) ||
        !omni_der_value(&inside, OMNI_DER_OID, &out->oid) || !omni_oid_ok(out->oid))
        return false;
    if (omni_der_tag(&inside) == OMNI_DER_BOOLEAN &&
        (!omni_der_value(&inside, OMNI_DER_BOOLEAN, &critical) ||
         !omni_der_boolean(critical, &out->critical)))
        return false;
    return omni_der_value(&inside, OMNI_DER_OCTET_STRING, &out->value) && omni_der_at_end(&inside);
}

static bool seen_before(const otls_slice *others, size_t count, otls_slice oid)
{
    for (size_t i = 0; i < count; i++) {
        if (omni_slice_equal(others[i], oid))
            return true;
    }
    return false;
}

bool omni_x509_extensions_twice(omni_der list)
{
    otls_slice oids[OMNI_X509_EXTENSIONS_MAX];
    omni_x509_extension extension;
    size_t count = 0;

    while (omni_x509_extension_next(&list, &extension)) {
        if (count == OMNI_X509_EXTENSIONS_MAX || seen_before(oids, count, extension.oid))
            return true;
        oids[count++] = extension.oid;
    }
    return false;
}

const char *omni_x509_extensions(omni_x509 *out, omni_der list)
{
    otls_slice others[OMNI_X509_EXTENSIONS_MAX];
    omni_x509_extension extension;
    size_t other_count = 0;
    size_t count = 0;
    uint32_t seen = 0;

    while (!omni_der_at_end(&list)) {
        extension_id id;

        if (!omni_x509_extension_next(&list, &extension))
            return "an extension is malformed";
        if (++count > OMNI_X509_EXTENSIONS_MAX) { /* what the others say is not known */
            out->malformed_extension = 1;
            out->form_fault = OMNI_FORM_FAULT_SIZE;
            return NULL;
        }
        id = identify(extension.oid);
        if (id == EXT_UNKNOWN) {
            if (extension.critical)
                out->unknown_critical = 1;
            if (seen_before(others, other_count, extension.oid))
                out->malformed_extension = 1;
            others[other_count++] = extension.oid;
            continue;
        }
        if ((id == EXT_ISSUER_ALT_NAME || id == EXT_DIRECTORY_ATTRIBUTES) && extension.critical)
            out->unknown_critical = 1; /* RFC 5280 4.2: form is not understanding */
        /* the first of two is the one that counts, and the certificate is marked */
        if ((seen & 1u << id) != 0 || !read_extension(out, id, &extension))
            out->malformed_extension = 1;
        if (extension.critical)
            note_critical(out, id);
        seen |= 1u << id;
    }
    if (out->name_constraints.data != NULL && !out->is_ca)
        note_fault(out, OMNI_FORM_FAULT_CONSTRAINTS);
    return NULL;
}
