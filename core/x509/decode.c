/* SPDX-License-Identifier: MIT */
#include "x509/decode.h"

#include "base/base.h"
#include "x509/dn.h"
#include "x509/form.h"
#include "x509/parts.h"

/* The messages name the field in RFC 5280's words; a fault is a string constant or NULL. */

/** Version ::= INTEGER { v1(0), v2(1), v3(2) } DEFAULT v1, which DER leaves out. */
static const char *parse_version(omni_x509 *out, omni_der *tbs)
{
    otls_slice number;
    omni_der inside;

    out->version = 1;
    if (omni_der_tag(tbs) != OMNI_DER_CONTEXT_CONSTRUCTED(0))
        return NULL;
    if (!omni_der_enter(tbs, OMNI_DER_CONTEXT_CONSTRUCTED(0), &inside) ||
        !omni_der_value(&inside, OMNI_DER_INTEGER, &number) || !omni_der_at_end(&inside))
        return "version is malformed";
    if (number.size != 1 || number.data[0] < 1 || number.data[0] > 2)
        return "version is not 2 or 3";
    out->version = (uint8_t)(number.data[0] + 1);
    return NULL;
}

static const char *parse_validity(omni_x509 *out, omni_der *tbs)
{
    omni_tlv before, after;
    omni_der inside;

    if (!omni_der_enter(tbs, OMNI_DER_SEQUENCE, &inside) || !omni_der_next(&inside, &before) ||
        !omni_der_next(&inside, &after) || !omni_der_at_end(&inside))
        return "validity is malformed";
    if (!omni_der_time(&before, &out->not_before))
        return "notBefore is not a time";
    if (!omni_der_time(&after, &out->not_after))
        return "notAfter is not a time";
    return NULL;
}

static const char *parse_name(omni_x509 *out, otls_slice *field, omni_der *tbs,
                              const char *malformed)
{
    omni_tlv name;
    omni_dn_form form;

    if (!omni_der_take(tbs, OMNI_DER_SEQUENCE, &name))
        return malformed;
    form = omni_dn_form_of(name.value);
    if (form == OMNI_DN_MALFORMED)
        return malformed;
    if (form == OMNI_DN_LARGE)
        out->form_fault = OMNI_FORM_FAULT_SIZE;
    *field = name.whole;
    return NULL;
}

/** issuerUniqueID [1], subjectUniqueID [2]: nothing reads them, but they must be in place. */
static const char *skip_unique_ids(const omni_x509 *out, omni_der *tbs)
{
    for (unsigned tag = 1; tag <= 2; tag++) {
        otls_slice content, octets;
        unsigned unused;

        if (omni_der_tag(tbs) != OMNI_DER_CONTEXT(tag))
            continue;
        if (out->version < 2 || !omni_der_value(tbs, OMNI_DER_CONTEXT(tag), &content) ||
            !omni_der_bits(content, &octets, &unused))
            return "a unique identifier is malformed or out of place";
    }
    return NULL;
}

static const char *parse_extensions(omni_x509 *out, omni_der *tbs)
{
    omni_der explicit_tag, list;
    omni_tlv tlv;

    if (omni_der_at_end(tbs))
        return NULL;
    if (!omni_der_enter(tbs, OMNI_DER_CONTEXT_CONSTRUCTED(3), &explicit_tag))
        return "something unknown follows the public key";
    if (out->version != 3) /* 4.1.2.1 */
        return "extensions in a certificate that is not version 3";
    if (!omni_der_take(&explicit_tag, OMNI_DER_SEQUENCE, &tlv) || !omni_der_at_end(&explicit_tag) ||
        !omni_der_at_end(tbs) || tlv.value.size == 0)
        return "the list of extensions is malformed";
    out->extensions = tlv.value;
    list = omni_der_of(tlv.value);
    return omni_x509_extensions(out, list);
}

static const char *parse_tbs(omni_x509 *out, omni_der tbs, otls_slice *inner_algorithm)
{
    const char *fault = parse_version(out, &tbs);
    omni_tlv algorithm, spki;

    if (fault != NULL)
        return fault;
    if (!omni_der_value(&tbs, OMNI_DER_INTEGER, &out->serial) || !omni_der_integer_ok(out->serial))
        return "serialNumber is malformed";
    if (out->serial.size > OMNI_SERIAL_OCTETS_MAX)
        out->form_fault = OMNI_FORM_FAULT_SERIAL;
    if (!omni_der_take(&tbs, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_x509_algorithm_ok(omni_der_of(algorithm.value)))
        return "signature is malformed";
    *inner_algorithm = algorithm.whole;
    if ((fault = parse_name(out, &out->issuer, &tbs, "issuer is malformed")) != NULL ||
        (fault = parse_validity(out, &tbs)) != NULL ||
        (fault = parse_name(out, &out->subject, &tbs, "subject is malformed")) != NULL)
        return fault;
    if (!omni_der_take(&tbs, OMNI_DER_SEQUENCE, &spki))
        return "subjectPublicKeyInfo is malformed";
    out->spki = spki.whole;
    if ((fault = omni_x509_key(out, omni_der_of(spki.value))) != NULL ||
        (fault = skip_unique_ids(out, &tbs)) != NULL)
        return fault;
    return parse_extensions(out, &tbs);
}

static const char *parse_certificate(omni_x509 *out, otls_slice der)
{
    omni_tlv tbs, algorithm;
    otls_slice inner_algorithm = {.data = NULL, .size = 0};
    otls_slice bits;
    omni_der whole = omni_der_of(der);
    omni_der certificate, parameters;
    const char *fault;
    bool parameters_ok;

    if (!omni_der_enter(&whole, OMNI_DER_SEQUENCE, &certificate))
        return "it is truncated or no SEQUENCE";
    if (!omni_der_at_end(&whole))
        return "something follows the certificate";
    if (!omni_der_take(&certificate, OMNI_DER_SEQUENCE, &tbs))
        return "tbsCertificate is malformed";
    if (!omni_der_take(&certificate, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_x509_algorithm_ok(omni_der_of(algorithm.value)))
        return "signatureAlgorithm is malformed";
    if (!omni_der_value(&certificate, OMNI_DER_BIT_STRING, &bits) ||
        !omni_der_octets(bits, &out->signature) || !omni_der_at_end(&certificate))
        return "signatureValue is malformed";
    out->tbs = tbs.whole;
    out->signature_algorithm_id = algorithm.whole;
    parameters = omni_der_of(algorithm.value);
    parameters_ok = omni_x509_signature_algorithm(parameters, &out->signature_algorithm);
    fault = parse_tbs(out, omni_der_of(tbs.value), &inner_algorithm);
    if (!parameters_ok && out->form_fault == OMNI_FORM_FAULT_NONE)
        out->form_fault = OMNI_FORM_FAULT_SIGNATURE;
    if (fault == NULL)
        out->algorithm_mismatch = !omni_slice_equal(inner_algorithm, algorithm.whole);
    return fault;
}

otls_status omni_x509_parse(omni_x509 *out, otls_slice der, otls_error *err)
{
    const char *fault;

    memset(out, 0, sizeof(*out));
    out->der = der;
    out->path_length = -1;
    if (der.size > OMNI_CERTIFICATE_SIZE_MAX)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "a certificate of %zu bytes is over the limit of %zu", der.size,
                         (size_t)OMNI_CERTIFICATE_SIZE_MAX);
    fault = parse_certificate(out, der);
    if (fault == NULL)
        return OTLS_OK;
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "not a certificate in DER: %s",
                     fault);
}
