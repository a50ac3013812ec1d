/* SPDX-License-Identifier: MIT */
/* The fields of a certificate that are lists, walked once each. */
#include "base/base.h"
#include "certificate/parts.h"

static bool walk_alt_names(const omni_x509 *cert, omni_field_each each, void *user)
{
    omni_der list = omni_der_of(cert->subject_alt_names);
    omni_tlv name;

    while (omni_der_next(&list, &name))
        each(user, NULL, &name);
    return omni_der_at_end(&list);
}

static bool walk_key_usage(const omni_x509 *cert, omni_field_each each, void *user)
{
    omni_der list = omni_der_of(cert->extended_key_usage);
    otls_slice oid;

    while (omni_der_value(&list, OMNI_DER_OID, &oid))
        each(user, &oid, NULL);
    return omni_der_at_end(&list);
}

/** AccessDescription ::= SEQUENCE { accessMethod OID, accessLocation GeneralName } */
static bool walk_access(const omni_x509 *cert, uint8_t method, omni_field_each each, void *user)
{
    omni_der list = omni_field_sequence(cert->authority_info_access);
    omni_der entry;
    otls_slice oid;
    omni_tlv name;

    while (!omni_der_at_end(&list)) {
        if (!omni_der_enter(&list, OMNI_DER_SEQUENCE, &entry) ||
            !omni_der_value(&entry, OMNI_DER_OID, &oid) || !omni_der_next(&entry, &name) ||
            !omni_der_at_end(&entry))
            return false;
        if (oid.size == 8 && memcmp(oid.data, "\x2b\x06\x01\x05\x05\x07\x30", 7) == 0 &&
            oid.data[7] == method && name.tag == OMNI_DER_CONTEXT(OTLS_SAN_URI))
            each(user, NULL, &name);
    }
    return true;
}

/** DistributionPoint ::= SEQUENCE { [0] { fullName [0] GeneralNames | ... }, ... } */
static bool walk_crls(const omni_x509 *cert, omni_field_each each, void *user)
{
    omni_der list = omni_field_sequence(cert->crl_distribution_points);
    omni_der point, choice, names;
    omni_tlv name;

    while (!omni_der_at_end(&list)) {
        if (!omni_der_enter(&list, OMNI_DER_SEQUENCE, &point))
            return false;
        if (!omni_der_enter(&point, OMNI_DER_CONTEXT_CONSTRUCTED(0), &choice) ||
            !omni_der_enter(&choice, OMNI_DER_CONTEXT_CONSTRUCTED(0), &names))
            continue;
        while (omni_der_next(&names, &name)) {
            if (name.tag == OMNI_DER_CONTEXT(OTLS_SAN_URI))
                each(user, NULL, &name);
        }
    }
    return true;
}

static bool walk_policies(const omni_x509 *cert, omni_field_each each, void *user)
{
    omni_der list = omni_field_sequence(cert->policies);
    omni_der policy;
    otls_slice oid;

    while (!omni_der_at_end(&list)) {
        if (!omni_der_enter(&list, OMNI_DER_SEQUENCE, &policy) ||
            !omni_der_value(&policy, OMNI_DER_OID, &oid))
            return false;
        each(user, &oid, NULL);
    }
    return true;
}

/** NameConstraints ::= SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] } */
static bool walk_constraints(const omni_x509 *cert, unsigned which, omni_field_each each,
                             void *user)
{
    omni_der both = omni_field_sequence(cert->name_constraints);
    omni_der subtree, subtrees;
    omni_tlv name;

    while (!omni_der_at_end(&both)) {
        omni_tlv tlv;

        if (!omni_der_next(&both, &tlv))
            return false;
        if (tlv.tag != OMNI_DER_CONTEXT_CONSTRUCTED(which))
            continue;
        subtrees = omni_der_of(tlv.value);
        while (!omni_der_at_end(&subtrees)) {
            if (!omni_der_enter(&subtrees, OMNI_DER_SEQUENCE, &subtree) ||
                !omni_der_next(&subtree, &name))
                return false;
            each(user, NULL, &name);
        }
    }
    return true;
}

static bool walk_extensions(const omni_x509 *cert, omni_field_each each, void *user)
{
    omni_der list = omni_der_of(cert->extensions);
    omni_x509_extension extension;

    while (omni_x509_extension_next(&list, &extension))
        each(user, &extension.oid, NULL);
    return omni_der_at_end(&list);
}

bool omni_field_walk(const omni_x509 *cert, otls_certificate_field field, omni_field_each each,
                     void *user)
{
    switch (field) {
    case OTLS_FIELD_SUBJECT_ALT_NAMES:
        return walk_alt_names(cert, each, user);
    case OTLS_FIELD_EXTENDED_KEY_USAGE:
        return walk_key_usage(cert, each, user);
    case OTLS_FIELD_OCSP:
        return walk_access(cert, 1, each, user);
    case OTLS_FIELD_CA_ISSUERS:
        return walk_access(cert, 2, each, user);
    case OTLS_FIELD_CRLS:
        return walk_crls(cert, each, user);
    case OTLS_FIELD_POLICIES:
        return walk_policies(cert, each, user);
    case OTLS_FIELD_PERMITTED_NAMES:
        return walk_constraints(cert, 0, each, user);
    case OTLS_FIELD_EXCLUDED_NAMES:
        return walk_constraints(cert, 1, each, user);
    case OTLS_FIELD_EXTENSIONS:
        return walk_extensions(cert, each, user);
    }
    return false;
}

void omni_text_constraint(omni_text *text, const omni_tlv *base)
{
    const size_t half = base->value.size / 2;

    if (base->tag != OMNI_DER_CONTEXT(OTLS_SAN_IP) || (half != 4 && half != 16) ||
        base->value.size % 2 != 0) {
        omni_text_general_name(text, base);
        return;
    }
    omni_text_add(text, "IP:");
    omni_text_ip(text, (otls_slice){.data = base->value.data, .size = half});
    omni_text_char(text, '/');
    omni_text_ip(text, (otls_slice){.data = base->value.data + half, .size = half});
}

typedef struct string_list {
    omni_text text; /* the strings, each with its NUL */
    size_t count;
    otls_certificate_field field;
} string_list;

static void add_string(void *user, const otls_slice *oid, const omni_tlv *name)
{
    string_list *list = user;
    char dotted[OMNI_OID_TEXT_MAX];

    if (oid != NULL) {
        omni_oid_dotted(*oid, dotted);
        omni_text_add(&list->text, dotted);
    } else if (list->field == OTLS_FIELD_SUBJECT_ALT_NAMES) {
        omni_text_general_name(&list->text, name);
    } else if (list->field == OTLS_FIELD_PERMITTED_NAMES ||
               list->field == OTLS_FIELD_EXCLUDED_NAMES) {
        omni_text_constraint(&list->text, name);
    } else {
        omni_text_string(&list->text, OMNI_DER_IA5_STRING, name->value, OMNI_ESCAPE_PLAIN);
    }
    omni_text_char(&list->text, '\0');
    list->count++;
}

/** One block: the pointers, then the strings. */
static char **pack(const string_list *list)
{
    const size_t head = (list->count + 1) * sizeof(char *);
    char **out = omni_malloc(head + list->text.size);
    char *at;

    if (out == NULL)
        return NULL;
    at = (char *)out + head;
    if (list->text.size != 0)
        memcpy(at, list->text.data, list->text.size);
    for (size_t i = 0; i < list->count; i++) {
        out[i] = at;
        at += strlen(at) + 1;
    }
    out[list->count] = NULL;
    return out;
}

otls_status otls_certificate_strings(const otls_certificate *cert, otls_certificate_field field,
                                     char ***out, size_t *count, otls_error *err)
{
    string_list list = {.text = {.data = NULL}, .field = field};
    bool good;

    if (cert == NULL || out == NULL || count == NULL ||
        (unsigned)field > (unsigned)OTLS_FIELD_EXTENSIONS)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "no certificate, no such field, or nowhere to put it");
    *out = NULL;
    *count = 0;
    good = omni_field_walk(&cert->x509, field, add_string, &list);
    if (good && !list.text.failed)
        *out = pack(&list);
    *count = *out != NULL ? list.count : 0;
    omni_text_discard(&list.text);
    if (!good)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "the extension behind that field is malformed");
    return *out != NULL ? OTLS_OK : omni_fail_nomem(err);
}
