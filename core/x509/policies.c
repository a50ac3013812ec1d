/* SPDX-License-Identifier: MIT */
/*
 * The form of certificate policies and policy mappings, RFC 5280 4.2.1.4 and 4.2.1.5. Their meaning
 * along a path is verify/policy_tree.c's.
 */
#include "x509/form.h"
#include "x509/parts.h"

#define OID_CPS "\x2b\x06\x01\x05\x05\x07\x02\x01"
#define OID_USER_NOTICE "\x2b\x06\x01\x05\x05\x07\x02\x02"

static bool read_oid(omni_der *der, otls_slice *oid)
{
    return omni_der_value(der, OMNI_DER_OID, oid) && omni_oid_ok(*oid);
}

/* One of the two kinds that the RFC defines, in its form: what a person can be shown. */
static bool is_understood(otls_slice oid, const omni_tlv *qualifier)
{
    return (OMNI_OID_IS(oid, OID_CPS) && qualifier->tag == OMNI_DER_IA5_STRING) ||
           (OMNI_OID_IS(oid, OID_USER_NOTICE) && qualifier->tag == OMNI_DER_SEQUENCE &&
            omni_der_well_formed(qualifier->value, 8));
}

/* policyQualifiers: SEQUENCE SIZE (1..MAX) OF PolicyQualifierInfo */
static bool read_qualifiers(omni_der *info, bool *understood)
{
    omni_der list, pair;
    omni_tlv qualifier;
    otls_slice oid;

    if (!omni_der_enter(info, OMNI_DER_SEQUENCE, &list) || omni_der_at_end(&list))
        return false;
    while (!omni_der_at_end(&list)) {
        if (!omni_der_enter(&list, OMNI_DER_SEQUENCE, &pair) || !read_oid(&pair, &oid) ||
            !omni_der_next(&pair, &qualifier) || !omni_der_at_end(&pair))
            return false;
        *understood = *understood && is_understood(oid, &qualifier);
    }
    return true;
}

/* `many`: more than are compared with one another, or with the levels of a path. */
static bool policies_ok(otls_slice value, bool *understood, bool *many)
{
    omni_der list, info;
    otls_slice oid;
    size_t count = 0;

    *understood = true;
    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &list) || omni_der_at_end(&list))
        return false;
    while (!omni_der_at_end(&list)) {
        if (!omni_der_enter(&list, OMNI_DER_SEQUENCE, &info) || !read_oid(&info, &oid) ||
            (!omni_der_at_end(&info) && !read_qualifiers(&info, understood)) ||
            !omni_der_at_end(&info))
            return false;
        count++;
    }
    *many = count > OMNI_X509_POLICIES_MAX;
    return true;
}

bool omni_x509_read_policies(omni_x509 *out, const omni_x509_extension *extension)
{
    bool understood, many;

    out->policies = extension->value;
    if (!policies_ok(extension->value, &understood, &many))
        return false;
    if (many)
        out->form_fault = OMNI_FORM_FAULT_SIZE;
    if (extension->critical && !understood) /* 4.2.1.4: interpret it with its qualifiers, or reject */
        out->unknown_critical = 1;
    return true;
}

bool omni_x509_read_policy_mappings(omni_x509 *out, otls_slice value)
{
    omni_der list, pair;
    otls_slice issuer, subject;
    size_t count = 0;

    out->policy_mappings = value;
    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &list) || omni_der_at_end(&list))
        return false;
    while (!omni_der_at_end(&list)) {
        if (!omni_der_enter(&list, OMNI_DER_SEQUENCE, &pair) || !read_oid(&pair, &issuer) ||
            !read_oid(&pair, &subject) || !omni_der_at_end(&pair))
            return false;
        count++;
    }
    if (count > OMNI_X509_POLICIES_MAX)
        out->form_fault = OMNI_FORM_FAULT_SIZE;
    return true;
}
