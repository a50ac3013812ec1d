/* SPDX-License-Identifier: MIT */
/* Subject alternative names and host name matching of certificate.h. */
#include "base/base.h"
#include "certificate/parts.h"

size_t otls_certificate_san_count(const otls_certificate *cert)
{
    return cert->x509.subject_alt_name_count;
}

/** Where each name starts, so that walking 10,000 names by index is not quadratic. NULL = no
 * memory. */
static const uint32_t *san_offsets(const otls_certificate *cert)
{
    _Atomic(uint32_t *) *slot = &((otls_certificate *)(uintptr_t)cert)->san_offsets;
    uint32_t *offsets = atomic_load_explicit(slot, memory_order_acquire);
    omni_der names = omni_der_of(cert->x509.subject_alt_names);
    uint32_t *expected = NULL;
    omni_tlv name;

    if (offsets != NULL)
        return offsets;
    offsets = omni_calloc(cert->x509.subject_alt_name_count, sizeof(*offsets));
    if (offsets == NULL)
        return NULL;
    for (uint32_t i = 0; i < cert->x509.subject_alt_name_count; i++) {
        offsets[i] = (uint32_t)(names.at - cert->x509.subject_alt_names.data);
        (void)omni_der_next(&names, &name);
    }
    if (atomic_compare_exchange_strong_explicit(slot, &expected, offsets, memory_order_acq_rel,
                                                memory_order_acquire))
        return offsets;
    omni_free(offsets);
    return expected;
}

static bool san_at(const otls_certificate *cert, size_t index, omni_tlv *out)
{
    enum { FEW = 16 };
    omni_der names = omni_der_of(cert->x509.subject_alt_names);
    const uint32_t *offsets;

    if (index >= cert->x509.subject_alt_name_count)
        return false;
    if (index >= FEW && (offsets = san_offsets(cert)) != NULL) {
        names.at += offsets[index];
        return omni_der_next(&names, out);
    }
    for (size_t i = 0; i <= index; i++) {
        if (!omni_der_next(&names, out))
            return false;
    }
    return true;
}

const uint8_t *otls_certificate_san(const otls_certificate *cert, size_t index, otls_san_kind *kind,
                                    size_t *size)
{
    omni_tlv name;

    if (!san_at(cert, index, &name)) {
        *size = 0;
        return NULL;
    }
    *kind = (otls_san_kind)(name.tag & 0x1f);
    *size = name.value.size;
    return name.value.data;
}

otls_status otls_certificate_san_text(const otls_certificate *cert, size_t index, char **out,
                                      otls_error *err)
{
    omni_text text = {.data = NULL};
    omni_tlv name;

    if (!san_at(cert, index, &name))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "the certificate has %zu alternative names, not %zu",
                         (size_t)cert->x509.subject_alt_name_count, index + 1);
    omni_text_general_name(&text, &name);
    return omni_text_finish(&text, out, err);
}

void omni_text_ip(omni_text *text, otls_slice address)
{
    char plain[OMNI_IP_TEXT_MAX];

    if (omni_ip_text(address.data, address.size, plain, sizeof(plain))) {
        omni_text_add(text, plain);
    } else {
        omni_text_char(text, '#');
        omni_text_hex(text, address, '\0');
    }
}

/** otherName: the type, and the value in hexadecimal, or as text if it is a plain string. */
static void put_other(omni_text *text, otls_slice content)
{
    omni_der inside = omni_der_of(content);
    omni_der explicit_tag;
    char type[OMNI_OID_TEXT_MAX];
    otls_slice oid;
    omni_tlv value;

    if (!omni_der_value(&inside, OMNI_DER_OID, &oid) || !omni_oid_ok(oid) ||
        !omni_der_enter(&inside, OMNI_DER_CONTEXT_CONSTRUCTED(0), &explicit_tag) ||
        !omni_der_next(&explicit_tag, &value)) {
        omni_text_char(text, '#');
        omni_text_hex(text, content, '\0');
        return;
    }
    omni_oid_dotted(oid, type);
    omni_text_add(text, type);
    omni_text_char(text, ';');
    omni_text_attribute(text, &value, OMNI_ESCAPE_PLAIN);
}

static void put_registered_id(omni_text *text, otls_slice oid)
{
    char dotted[OMNI_OID_TEXT_MAX];

    omni_oid_dotted(oid, dotted);
    omni_text_add(text, dotted);
}

void omni_text_general_name(omni_text *text, const omni_tlv *name)
{
    static const char *const prefix[9] = {
        "other:", "email:", "DNS:", "X400:", "DirName:", "EDIParty:", "URI:", "IP:", "RID:"};
    const unsigned kind = name->tag & 0x1f;

    omni_text_add(text, kind < 9 ? prefix[kind] : "unknown:");
    switch (kind) {
    case OTLS_SAN_OTHER:
        put_other(text, name->value);
        break;
    case OTLS_SAN_EMAIL:
    case OTLS_SAN_DNS:
    case OTLS_SAN_URI:
        omni_text_string(text, OMNI_DER_IA5_STRING, name->value, OMNI_ESCAPE_PLAIN);
        break;
    case OTLS_SAN_DIRECTORY:
        omni_text_dn(text, name->value);
        break;
    case OTLS_SAN_IP:
        omni_text_ip(text, name->value);
        break;
    case OTLS_SAN_RID:
        put_registered_id(text, name->value);
        break;
    default:
        omni_text_char(text, '#');
        omni_text_hex(text, name->value, '\0');
        break;
    }
}

/** What the certificate is for, as far as it fits in an error's sentence. */
static void describe_names(const otls_certificate *cert, char *out, size_t capacity)
{
    omni_der names = omni_der_of(cert->x509.subject_alt_names);
    size_t used = 0;
    omni_tlv name;

    out[0] = '\0';
    while (omni_der_next(&names, &name) && used + 8 < capacity) {
        omni_text text = {.data = NULL};
        char *shown;

        if (name.value.size > capacity)
            continue;
        omni_text_general_name(&text, &name);
        if (omni_text_finish(&text, &shown, NULL) != OTLS_OK)
            return;
        if (used + strlen(shown) + 7 < capacity) {
            used +=
                (size_t)snprintf(out + used, capacity - used, "%s%s", used != 0 ? ", " : "", shown);
        } else {
            used += (size_t)snprintf(out + used, capacity - used, "%s...", used != 0 ? ", " : "");
            omni_free(shown);
            return;
        }
        omni_free(shown);
    }
}

otls_status otls_match_hostname(const otls_certificate *cert, const char *name, unsigned flags,
                                otls_error *err)
{
    const unsigned known = OTLS_MATCH_COMMON_NAME | OTLS_MATCH_PARTIAL_WILDCARDS;
    omni_reference_name reference;
    char buffer[256];
    char names[96];

    if (cert == NULL || (flags & ~known) != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "no certificate, or a flag that does not exist");
    OMNI_TRY(omni_reference_name_parse(&reference, name, buffer, err));
    if (omni_host_name_matches(&cert->x509, &reference, flags))
        return OTLS_OK;
    if (err == NULL)
        return OTLS_E_VERIFY;
    otls_error report = OTLS_ERROR_INIT;

    describe_names(cert, names, sizeof(names));
    omni_fail(&report, OTLS_E_VERIFY,
              reference.dns != NULL ? OTLS_CODE_HOST_MISMATCH : OTLS_CODE_ADDRESS_MISMATCH,
              "the certificate is not for %.60s%s%s", name,
              names[0] != '\0' ? " but for " : "; it has no alternative names", names);
    report.verify_flags = OTLS_VERIFY_NAME_MISMATCH;
    report.verify_depth = 0;
    omni_error_give(err, &report);
    return OTLS_E_VERIFY;
}
