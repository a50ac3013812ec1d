/* SPDX-License-Identifier: MIT */
/* Names, key, signature and extensions of certificate.h, one value at a time. */
#include "base/base.h"
#include "certificate/parts.h"

_Static_assert(OTLS_OID_TEXT_SIZE == OMNI_OID_TEXT_MAX, "the public size is the inner one");

static otls_slice name_of(const otls_certificate *cert, otls_name_kind name)
{
    return name == OTLS_NAME_ISSUER ? cert->x509.issuer : cert->x509.subject;
}

size_t otls_certificate_name_count(const otls_certificate *cert, otls_name_kind name)
{
    omni_dn_cursor cursor = omni_dn_begin(name_of(cert, name));
    omni_dn_entry entry;
    size_t count = 0;

    while (omni_dn_next(&cursor, &entry))
        count++;
    return count;
}

otls_status otls_certificate_name_attribute(const otls_certificate *cert, otls_name_kind name,
                                            size_t index, otls_name_attribute *out, char **text,
                                            otls_error *err)
{
    omni_dn_cursor cursor = omni_dn_begin(name_of(cert, name));
    omni_text value = {.data = NULL};
    const omni_oid_name *known;
    omni_dn_entry entry;

    for (size_t i = 0; i <= index; i++) {
        if (!omni_dn_next(&cursor, &entry))
            return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                             "the name has %zu attributes, not %zu", i, index + 1);
    }
    known = omni_oid_find(entry.oid);
    out->rdn = entry.rdn;
    omni_oid_dotted(entry.oid, out->oid);
    out->short_name = known != NULL ? known->brief : NULL;
    out->long_name = known != NULL ? known->name : NULL;
    out->string_type = entry.value.tag;
    out->value = entry.value.value.data;
    out->value_size = entry.value.value.size;
    if (text == NULL)
        return OTLS_OK;
    omni_text_attribute(&value, &entry.value, OMNI_ESCAPE_PLAIN);
    return omni_text_finish(&value, text, err);
}

const char *otls_certificate_key_type(const otls_certificate *cert)
{
    switch ((omni_key_type)cert->x509.key_type) {
    case OMNI_KEY_RSA:
        return "RSA";
    case OMNI_KEY_RSA_PSS:
        return "RSA-PSS";
    case OMNI_KEY_EC:
        return "EC";
    case OMNI_KEY_ED25519:
        return "ED25519";
    case OMNI_KEY_ED448:
        return "ED448";
    case OMNI_KEY_DSA:
        return "DSA";
    case OMNI_KEY_UNKNOWN:
        break;
    }
    return "unknown";
}

unsigned otls_certificate_key_bits(const otls_certificate *cert)
{
    return cert->x509.key_bits;
}

const char *otls_certificate_key_curve(const otls_certificate *cert)
{
    switch (cert->x509.key_group) {
    case 19:
        return "secp192r1";
    case 21:
        return "secp224r1";
    case 22:
        return "secp256k1";
    case 23:
        return "secp256r1";
    case 24:
        return "secp384r1";
    case 25:
        return "secp521r1";
    case 26:
        return "brainpoolP256r1";
    case 27:
        return "brainpoolP384r1";
    case 28:
        return "brainpoolP512r1";
    default:
        return NULL;
    }
}

void otls_certificate_signature_algorithm(const otls_certificate *cert,
                                          char out[OTLS_OID_TEXT_SIZE])
{
    otls_slice oid = {.data = NULL, .size = 0};
    omni_der inside;

    if (omni_der_only(cert->x509.signature_algorithm_id, OMNI_DER_SEQUENCE, &inside))
        (void)omni_der_value(&inside, OMNI_DER_OID, &oid);
    omni_oid_text(oid, out);
}

static const uint8_t *bytes_of(otls_slice slice, size_t *size)
{
    *size = slice.size;
    return slice.data;
}

const uint8_t *otls_certificate_signature(const otls_certificate *cert, size_t *size)
{
    return bytes_of(cert->x509.signature, size);
}

bool otls_certificate_key_usage(const otls_certificate *cert, unsigned *bits)
{
    *bits = cert->x509.key_usage;
    return cert->x509.has_key_usage != 0;
}

bool otls_certificate_is_ca(const otls_certificate *cert)
{
    return cert->x509.is_ca != 0;
}

int otls_certificate_path_length(const otls_certificate *cert)
{
    return cert->x509.path_length;
}

bool otls_certificate_has_malformed_extension(const otls_certificate *cert)
{
    return cert->x509.malformed_extension != 0;
}

bool otls_certificate_must_staple(const otls_certificate *cert)
{
    return cert->x509.must_staple != 0;
}

const uint8_t *otls_certificate_subject_key_id(const otls_certificate *cert, size_t *size)
{
    return bytes_of(cert->x509.subject_key_id, size);
}

const uint8_t *otls_certificate_authority_key_id(const otls_certificate *cert, size_t *size)
{
    return bytes_of(cert->x509.authority_key_id, size);
}

const uint8_t *otls_certificate_extension(const otls_certificate *cert, const char *oid,
                                          bool *critical, size_t *size)
{
    omni_der list = omni_der_of(cert->x509.extensions);
    omni_x509_extension extension;
    char dotted[OMNI_OID_TEXT_MAX];

    *size = 0;
    while (omni_x509_extension_next(&list, &extension)) {
        omni_oid_dotted(extension.oid, dotted);
        if (strcmp(dotted, oid) != 0)
            continue;
        if (critical != NULL)
            *critical = extension.critical;
        return bytes_of(extension.value, size);
    }
    return NULL;
}

const char *otls_oid_name_of(const char *dotted)
{
    const omni_oid_name *entry;
    char text[OMNI_OID_TEXT_MAX];

    if (dotted == NULL)
        return NULL;
    for (size_t i = 0; (entry = omni_oid_at(i)) != NULL; i++) {
        omni_oid_dotted((otls_slice){.data = (const uint8_t *)entry->bytes, .size = entry->size},
                        text);
        if (strcmp(text, dotted) == 0)
            return entry->name;
    }
    return NULL;
}
