/* SPDX-License-Identifier: MIT */
/* Decoding an OCSP response, RFC 6960 4.2.1. */
#include "x509/ocsp.h"

#include "base/base.h"
#include "x509/parts.h"

#define OID_BASIC "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"

static bool time_value(omni_der *der, int64_t *seconds)
{
    omni_tlv time;

    return omni_der_take(der, OMNI_DER_GENERALIZED_TIME, &time) && omni_der_time(&time, seconds);
}

/* RFC 9654 2.1; what has another form is nobody's nonce, which only matters to who asked with one. */
static otls_slice nonce_of(otls_slice value)
{
    omni_der der = omni_der_of(value);
    otls_slice octets;

    if (omni_der_value(&der, OMNI_DER_OCTET_STRING, &octets) && omni_der_at_end(&der))
        return octets;
    return (otls_slice){.data = value.data, .size = 0};
}

/* The nonce apart (`nonce` NULL: none can be here), no extension changes what we make of a response; a
 * critical one we know nothing about might. */
static bool read_extensions(otls_slice explicit_value, bool *critical, otls_slice *nonce)
{
    omni_x509_extension extension;
    omni_der list;

    if (!omni_der_only(explicit_value, OMNI_DER_SEQUENCE, &list) || omni_der_at_end(&list) ||
        omni_x509_extensions_twice(list))
        return false;
    while (!omni_der_at_end(&list)) {
        if (!omni_x509_extension_next(&list, &extension))
            return false;
        if (nonce != NULL && OMNI_OID_IS(extension.oid, OMNI_OID_OCSP_NONCE))
            *nonce = nonce_of(extension.value);
        else
            *critical |= extension.critical;
    }
    return true;
}

static bool read_id(omni_ocsp_single *out, omni_der id)
{
    omni_der algorithm;
    otls_slice oid;

    if (!omni_der_enter(&id, OMNI_DER_SEQUENCE, &algorithm) || !omni_x509_algorithm_ok(algorithm) ||
        !omni_der_value(&algorithm, OMNI_DER_OID, &oid) ||
        !omni_der_value(&id, OMNI_DER_OCTET_STRING, &out->name_hash) ||
        !omni_der_value(&id, OMNI_DER_OCTET_STRING, &out->key_hash) ||
        !omni_der_value(&id, OMNI_DER_INTEGER, &out->serial))
        return false;
    out->hash = omni_oid_hash(oid);
    return omni_der_integer_ok(out->serial) && omni_der_at_end(&id);
}

/* RevokedInfo: when, and perhaps why (CRLReason) */
static bool read_revoked(otls_slice value)
{
    omni_der info = omni_der_of(value), reason;
    otls_slice number;
    int64_t when;
    uint32_t code;

    if (!time_value(&info, &when))
        return false;
    if (omni_der_enter(&info, OMNI_DER_CONTEXT_CONSTRUCTED(0), &reason) &&
        (!omni_der_value(&reason, OMNI_DER_ENUMERATED, &number) ||
         !omni_der_unsigned(number, &code) || code > 10 || !omni_der_at_end(&reason)))
        return false;
    return omni_der_at_end(&info);
}

static bool read_status(omni_ocsp_single *out, omni_der *single)
{
    omni_tlv status;

    if (!omni_der_next(single, &status))
        return false;
    switch (status.tag) {
    case OMNI_DER_CONTEXT(0):
        out->status = OMNI_OCSP_GOOD;
        return status.value.size == 0;
    case OMNI_DER_CONTEXT_CONSTRUCTED(1):
        out->status = OMNI_OCSP_REVOKED;
        return read_revoked(status.value);
    case OMNI_DER_CONTEXT(2):
        out->status = OMNI_OCSP_UNKNOWN;
        return status.value.size == 0;
    default:
        return false;
    }
}

bool omni_ocsp_single_next(omni_der *list, omni_ocsp_single *out)
{
    omni_der single, id, next;
    omni_tlv part;

    *out = (omni_ocsp_single){.next_update = INT64_MAX};
    if (!omni_der_enter(list, OMNI_DER_SEQUENCE, &single) ||
        !omni_der_enter(&single, OMNI_DER_SEQUENCE, &id) || !read_id(out, id) ||
        !read_status(out, &single) || !time_value(&single, &out->this_update))
        return false;
    if (omni_der_enter(&single, OMNI_DER_CONTEXT_CONSTRUCTED(0), &next) &&
        (!time_value(&next, &out->next_update) || !omni_der_at_end(&next) ||
         out->next_update < out->this_update))
        return false;
    if (omni_der_take(&single, OMNI_DER_CONTEXT_CONSTRUCTED(1), &part) &&
        !read_extensions(part.value, &out->unusable, NULL))
        return false;
    return omni_der_at_end(&single);
}

static bool read_responder(omni_ocsp *out, omni_der *data)
{
    omni_der inside;
    omni_tlv name;

    if (omni_der_enter(data, OMNI_DER_CONTEXT_CONSTRUCTED(1), &inside)) {
        if (!omni_der_take(&inside, OMNI_DER_SEQUENCE, &name))
            return false;
        out->by_name = name.whole;
        return omni_der_at_end(&inside);
    }
    return omni_der_enter(data, OMNI_DER_CONTEXT_CONSTRUCTED(2), &inside) &&
           omni_der_value(&inside, OMNI_DER_OCTET_STRING, &out->by_key) && out->by_key.size == 20 &&
           omni_der_at_end(&inside);
}

/* ResponseData */
static bool read_data(omni_ocsp *out, otls_slice value)
{
    omni_der data = omni_der_of(value), inside;
    omni_ocsp_single single;
    otls_slice version;
    omni_tlv part;

    /* DER leaves a default out; responders that spell it out exist */
    if (omni_der_enter(&data, OMNI_DER_CONTEXT_CONSTRUCTED(0), &inside) &&
        (!omni_der_value(&inside, OMNI_DER_INTEGER, &version) || version.size != 1 ||
         version.data[0] != 0 || !omni_der_at_end(&inside)))
        return false;
    if (!read_responder(out, &data) || !time_value(&data, &out->produced_at) ||
        !omni_der_take(&data, OMNI_DER_SEQUENCE, &part))
        return false;
    out->singles = part.value;
    inside = omni_der_of(part.value);
    while (!omni_der_at_end(&inside))
        if (!omni_ocsp_single_next(&inside, &single))
            return false;
    if (omni_der_take(&data, OMNI_DER_CONTEXT_CONSTRUCTED(1), &part) &&
        !read_extensions(part.value, &out->unusable, &out->nonce))
        return false;
    return omni_der_at_end(&data);
}

static bool read_certificates(omni_ocsp *out, omni_der *basic)
{
    omni_der list;
    omni_tlv part;

    if (!omni_der_take(basic, OMNI_DER_CONTEXT_CONSTRUCTED(0), &part))
        return true;
    if (!omni_der_only(part.value, OMNI_DER_SEQUENCE, &list))
        return false;
    out->certificates = (otls_slice){.data = list.at, .size = (size_t)(list.end - list.at)};
    while (omni_der_take(&list, OMNI_DER_SEQUENCE, &part))
        continue;
    return omni_der_at_end(&list);
}

static bool read_basic(omni_ocsp *out, otls_slice bytes)
{
    omni_der basic;
    omni_tlv data, algorithm, signature;

    if (!omni_der_only(bytes, OMNI_DER_SEQUENCE, &basic) ||
        !omni_der_take(&basic, OMNI_DER_SEQUENCE, &data) ||
        !omni_der_take(&basic, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_x509_algorithm_ok(omni_der_of(algorithm.value)) ||
        !omni_der_take(&basic, OMNI_DER_BIT_STRING, &signature) ||
        !omni_der_octets(signature.value, &out->signature))
        return false;
    out->tbs = data.whole;
    (void)omni_x509_signature_algorithm(omni_der_of(algorithm.value), &out->signature_algorithm);
    return read_data(out, data.value) && read_certificates(out, &basic) && omni_der_at_end(&basic);
}

/* An error has no bytes; a success has bytes of the one type that clients must know (4.2.1). */
static bool read_response(omni_ocsp *out, otls_slice bytes)
{
    omni_der response, wrapped, inside;
    otls_slice number, oid, basic;
    uint32_t status;

    if (!omni_der_only(bytes, OMNI_DER_SEQUENCE, &response) ||
        !omni_der_value(&response, OMNI_DER_ENUMERATED, &number) ||
        !omni_der_unsigned(number, &status) || status > OMNI_OCSP_UNAUTHORIZED)
        return false;
    out->response_status = (uint8_t)status;
    if (status != OMNI_OCSP_SUCCESSFUL)
        return omni_der_at_end(&response);
    return omni_der_enter(&response, OMNI_DER_CONTEXT_CONSTRUCTED(0), &wrapped) &&
           omni_der_at_end(&response) && omni_der_enter(&wrapped, OMNI_DER_SEQUENCE, &inside) &&
           omni_der_at_end(&wrapped) && omni_der_value(&inside, OMNI_DER_OID, &oid) &&
           OMNI_OID_IS(oid, OID_BASIC) && omni_der_value(&inside, OMNI_DER_OCTET_STRING, &basic) &&
           omni_der_at_end(&inside) && read_basic(out, basic);
}

otls_status omni_ocsp_parse(omni_ocsp *out, otls_slice der, otls_error *err)
{
    *out = (omni_ocsp){.response_status = OMNI_OCSP_UNAUTHORIZED};
    if (der.size > OMNI_OCSP_SIZE_MAX)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "the OCSP response has %zu bytes, %zu are allowed", der.size,
                         OMNI_OCSP_SIZE_MAX);
    if (!read_response(out, der))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "not a DER OCSP response");
    return OTLS_OK;
}
