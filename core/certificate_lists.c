/* SPDX-License-Identifier: MIT */
/* The fields of a certificate that are lists, walked once each. */
#include "alloc.h"
#include "certificate_parts.h"
#include "fail.h"

static bool walk_alt_names(const otls_x509 *cert, otls_field_each each, void *user)
{
    otls_der list = otls_der_of(cert->subject_alt_names);
    otls_tlv name;

    while (otls_der_next(&list, &name))
        each(user, NULL, &name);
    return otls_der_at_end(&list);
}

static bool walk_key_usage(const otls_x509 *cert, otls_field_each each, void *user)
{
    otls_der list = otls_der_of(cert->extended_key_usage);
    otls_slice oid;

    while (otls_der_value(&list, OTLS_DER_OID, &oid))
        each(user, &oid, NULL);
    return otls_der_at_end(&list);
}

/** AccessDescription ::= SEQUENCE { accessMethod OID, accessLocation GeneralName } */
static bool walk_access(const otls_x509 *cert, uint8_t method, otls_field_each each, void *user)
{
    otls_der list = otls_field_sequence(cert->authority_info_access);
    otls_der entry;
    otls_slice oid;
    otls_tlv name;

    while (!otls_der_at_end(&list)) {
        if (!otls_der_enter(&list, OTLS_DER_SEQUENCE, &entry) ||
            !otls_der_value(&entry, OTLS_DER_OID, &oid) || !otls_der_next(&entry, &name) ||
            !otls_der_at_end(&entry))
            return false;
        if (oid.size == 8 && memcmp(oid.data, "\x2b\x06\x01\x05\x05\x07\x30", 7) == 0 &&
            oid.data[7] == method && name.tag == OTLS_DER_CONTEXT(OTLS_SAN_URI))
            each(user, NULL, &name);
    }
    return true;
}

/** DistributionPoint ::= SEQUENCE { [0] { fullName [0] GeneralNames | ... }, ... } */
static bool walk_crls(const otls_x509 *cert, otls_field_each each, void *user)
{
    otls_der list = otls_field_sequence(cert->crl_distribution_points);
    otls_der point, choice, names;
    otls_tlv name;

    while (!otls_der_at_end(&list)) {
        if (!otls_der_enter(&list, OTLS_DER_SEQUENCE, &point))
            return false;
        if (!otls_der_enter(&point, OTLS_DER_CONTEXT_CONSTRUCTED(0), &choice) ||
            !otls_der_enter(&choice, OTLS_DER_CONTEXT_CONSTRUCTED(0), &names))
            continue;
        while (otls_der_next(&names, &name)) {
            if (name.tag == OTLS_DER_CONTEXT(OTLS_SAN_URI))
                each(user, NULL, &name);
        }
    }
    return true;
}

static bool walk_policies(const otls_x509 *cert, otls_field_each each, void *user)
{
    otls_der list = otls_field_sequence(cert->policies);
    otls_der policy;
    otls_slice oid;

    while (!otls_der_at_end(&list)) {
        if (!otls_der_enter(&list, OTLS_DER_SEQUENCE, &policy) ||
            !otls_der_value(&policy, OTLS_DER_OID, &oid))
            return false;
        each(user, &oid, NULL);
    }
    return true;
}

/** NameConstraints ::= SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] } */
static bool walk_constraints(const otls_x509 *cert, unsigned which, otls_field_each each,
                             void *user)
{
    otls_der both = otls_field_sequence(cert->name_constraints);
    otls_der subtree, subtrees;
    otls_tlv name;

    while (!otls_der_at_end(&both)) {
        otls_tlv tlv;

        if (!otls_der_next(&both, &tlv))
            return false;
        if (tlv.tag != OTLS_DER_CONTEXT_CONSTRUCTED(which))
            continue;
        subtrees = otls_der_of(tlv.value);
        while (!otls_der_at_end(&subtrees)) {
            if (!otls_der_enter(&subtrees, OTLS_DER_SEQUENCE, &subtree) ||
                !otls_der_next(&subtree, &name))
                return false;
            each(user, NULL, &name);
        }
    }
    return true;
}

static bool walk_extensions(const otls_x509 *cert, otls_field_each each, void *user)
{
    otls_der list = otls_der_of(cert->extensions);
    otls_x509_extension extension;

    while (otls_x509_extension_next(&list, &extension))
        each(user, &extension.oid, NULL);
    return otls_der_at_end(&list);
}

bool otls_field_walk(const otls_x509 *cert, otls_certificate_field field, otls_field_each each,
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

void otls_text_constraint(otls_text *text, const otls_tlv *base)
{
    const size_t half = base->value.size / 2;

    if (base->tag != OTLS_DER_CONTEXT(OTLS_SAN_IP) || (half != 4 && half != 16) ||
        base->value.size % 2 != 0) {
        otls_text_general_name(text, base);
        return;
    }
    otls_text_add(text, "IP:");
    otls_text_ip(text, (otls_slice){.data = base->value.data, .size = half});
    otls_text_char(text, '/');
    otls_text_ip(text, (otls_slice){.data = base->value.data + half, .size = half});
}

typedef struct string_list {
    otls_text text; /* the strings, each with its NUL */
    size_t count;
    otls_certificate_field field;
} string_list;

static void add_string(void *user, const otls_slice *oid, const otls_tlv *name)
{
    string_list *list = user;
    char dotted[OTLS_OID_TEXT_MAX];

    if (oid != NULL) {
        otls_oid_dotted(*oid, dotted);
        otls_text_add(&list->text, dotted);
    } else if (list->field == OTLS_FIELD_SUBJECT_ALT_NAMES) {
        otls_text_general_name(&list->text, name);
    } else if (list->field == OTLS_FIELD_PERMITTED_NAMES ||
               list->field == OTLS_FIELD_EXCLUDED_NAMES) {
        otls_text_constraint(&list->text, name);
    } else {
        otls_text_string(&list->text, OTLS_DER_IA5_STRING, name->value, OTLS_ESCAPE_PLAIN);
    }
    otls_text_char(&list->text, '\0');
    list->count++;
}

/** One block: the pointers, then the strings. */
static char **pack(const string_list *list)
{
    const size_t head = (list->count + 1) * sizeof(char *);
    char **out = otls_malloc(head + list->text.size);
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
        return otls_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "no certificate, no such field, or nowhere to put it");
    *out = NULL;
    *count = 0;
    good = otls_field_walk(&cert->x509, field, add_string, &list);
    if (good && !list.text.failed)
        *out = pack(&list);
    *count = *out != NULL ? list.count : 0;
    otls_text_discard(&list.text);
    if (!good)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "the extension behind that field is malformed");
    return *out != NULL ? OTLS_OK : otls_fail_nomem(err);
}
