/* SPDX-License-Identifier: MIT */
/* Decoding an OCSP response, RFC 6960 4.2.1. */
#include "ocsp.h"

#include "fail.h"
#include "x509_parts.h"

#define OID_BASIC "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"
#define OID_SHA1 "\x2b\x0e\x03\x02\x1a"
#define OID_SHA256 "\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define OID_SHA384 "\x60\x86\x48\x01\x65\x03\x04\x02\x02"
#define OID_SHA512 "\x60\x86\x48\x01\x65\x03\x04\x02\x03"

static bool time_value(otls_der *der, int64_t *seconds)
{
    otls_tlv time;

    return otls_der_take(der, OTLS_DER_GENERALIZED_TIME, &time) && otls_der_time(&time, seconds);
}

/* No extension changes what we make of a response; a critical one we know nothing about might. */
static bool read_extensions(otls_slice explicit_value, bool *critical)
{
    otls_x509_extension extension;
    otls_der list;

    if (!otls_der_only(explicit_value, OTLS_DER_SEQUENCE, &list) || otls_der_at_end(&list))
        return false;
    while (!otls_der_at_end(&list)) {
        if (!otls_x509_extension_next(&list, &extension))
            return false;
        *critical |= extension.critical;
    }
    return true;
}

static uint8_t hash_of(otls_slice oid)
{
    if (OTLS_OID_IS(oid, OID_SHA1))
        return OTLS_HASH_SHA1;
    if (OTLS_OID_IS(oid, OID_SHA256))
        return OTLS_HASH_SHA256;
    if (OTLS_OID_IS(oid, OID_SHA384))
        return OTLS_HASH_SHA384;
    if (OTLS_OID_IS(oid, OID_SHA512))
        return OTLS_HASH_SHA512;
    return 0;
}

static bool read_id(otls_ocsp_single *out, otls_der id)
{
    otls_der algorithm;
    otls_slice oid;

    if (!otls_der_enter(&id, OTLS_DER_SEQUENCE, &algorithm) || !otls_x509_algorithm_ok(algorithm) ||
        !otls_der_value(&algorithm, OTLS_DER_OID, &oid) ||
        !otls_der_value(&id, OTLS_DER_OCTET_STRING, &out->name_hash) ||
        !otls_der_value(&id, OTLS_DER_OCTET_STRING, &out->key_hash) ||
        !otls_der_value(&id, OTLS_DER_INTEGER, &out->serial))
        return false;
    out->hash = hash_of(oid);
    return otls_der_integer_ok(out->serial) && otls_der_at_end(&id);
}

/* RevokedInfo: when, and perhaps why (CRLReason) */
static bool read_revoked(otls_slice value)
{
    otls_der info = otls_der_of(value), reason;
    otls_slice number;
    int64_t when;
    uint32_t code;

    if (!time_value(&info, &when))
        return false;
    if (otls_der_enter(&info, OTLS_DER_CONTEXT_CONSTRUCTED(0), &reason) &&
        (!otls_der_value(&reason, OTLS_DER_ENUMERATED, &number) ||
         !otls_der_unsigned(number, &code) || code > 10 || !otls_der_at_end(&reason)))
        return false;
    return otls_der_at_end(&info);
}

static bool read_status(otls_ocsp_single *out, otls_der *single)
{
    otls_tlv status;

    if (!otls_der_next(single, &status))
        return false;
    switch (status.tag) {
    case OTLS_DER_CONTEXT(0):
        out->status = OTLS_OCSP_GOOD;
        return status.value.size == 0;
    case OTLS_DER_CONTEXT_CONSTRUCTED(1):
        out->status = OTLS_OCSP_REVOKED;
        return read_revoked(status.value);
    case OTLS_DER_CONTEXT(2):
        out->status = OTLS_OCSP_UNKNOWN;
        return status.value.size == 0;
    default:
        return false;
    }
}

bool otls_ocsp_single_next(otls_der *list, otls_ocsp_single *out)
{
    otls_der single, id, next;
    otls_tlv part;

    *out = (otls_ocsp_single){.next_update = INT64_MAX};
    if (!otls_der_enter(list, OTLS_DER_SEQUENCE, &single) ||
        !otls_der_enter(&single, OTLS_DER_SEQUENCE, &id) || !read_id(out, id) ||
        !read_status(out, &single) || !time_value(&single, &out->this_update))
        return false;
    if (otls_der_enter(&single, OTLS_DER_CONTEXT_CONSTRUCTED(0), &next) &&
        (!time_value(&next, &out->next_update) || !otls_der_at_end(&next) ||
         out->next_update < out->this_update))
        return false;
    if (otls_der_take(&single, OTLS_DER_CONTEXT_CONSTRUCTED(1), &part) &&
        !read_extensions(part.value, &out->unusable))
        return false;
    return otls_der_at_end(&single);
}

static bool read_responder(otls_ocsp *out, otls_der *data)
{
    otls_der inside;
    otls_tlv name;

    if (otls_der_enter(data, OTLS_DER_CONTEXT_CONSTRUCTED(1), &inside)) {
        if (!otls_der_take(&inside, OTLS_DER_SEQUENCE, &name))
            return false;
        out->by_name = name.whole;
        return otls_der_at_end(&inside);
    }
    return otls_der_enter(data, OTLS_DER_CONTEXT_CONSTRUCTED(2), &inside) &&
           otls_der_value(&inside, OTLS_DER_OCTET_STRING, &out->by_key) && out->by_key.size == 20 &&
           otls_der_at_end(&inside);
}

/* ResponseData */
static bool read_data(otls_ocsp *out, otls_slice value)
{
    otls_der data = otls_der_of(value), inside;
    otls_ocsp_single single;
    otls_slice version;
    otls_tlv part;

    /* DER leaves a default out; responders that spell it out exist */
    if (otls_der_enter(&data, OTLS_DER_CONTEXT_CONSTRUCTED(0), &inside) &&
        (!otls_der_value(&inside, OTLS_DER_INTEGER, &version) || version.size != 1 ||
         version.data[0] != 0 || !otls_der_at_end(&inside)))
        return false;
    if (!read_responder(out, &data) || !time_value(&data, &out->produced_at) ||
        !otls_der_take(&data, OTLS_DER_SEQUENCE, &part))
        return false;
    out->singles = part.value;
    inside = otls_der_of(part.value);
    while (!otls_der_at_end(&inside))
        if (!otls_ocsp_single_next(&inside, &single))
            return false;
    if (otls_der_take(&data, OTLS_DER_CONTEXT_CONSTRUCTED(1), &part) &&
        !read_extensions(part.value, &out->unusable))
        return false;
    return otls_der_at_end(&data);
}

static bool read_certificates(otls_ocsp *out, otls_der *basic)
{
    otls_der list;
    otls_tlv part;

    if (!otls_der_take(basic, OTLS_DER_CONTEXT_CONSTRUCTED(0), &part))
        return true;
    if (!otls_der_only(part.value, OTLS_DER_SEQUENCE, &list))
        return false;
    out->certificates = (otls_slice){.data = list.at, .size = (size_t)(list.end - list.at)};
    while (otls_der_take(&list, OTLS_DER_SEQUENCE, &part))
        continue;
    return otls_der_at_end(&list);
}

static bool read_basic(otls_ocsp *out, otls_slice bytes)
{
    otls_der basic;
    otls_tlv data, algorithm, signature;

    if (!otls_der_only(bytes, OTLS_DER_SEQUENCE, &basic) ||
        !otls_der_take(&basic, OTLS_DER_SEQUENCE, &data) ||
        !otls_der_take(&basic, OTLS_DER_SEQUENCE, &algorithm) ||
        !otls_x509_algorithm_ok(otls_der_of(algorithm.value)) ||
        !otls_der_take(&basic, OTLS_DER_BIT_STRING, &signature) ||
        !otls_der_octets(signature.value, &out->signature))
        return false;
    out->tbs = data.whole;
    otls_x509_signature_algorithm(otls_der_of(algorithm.value), &out->signature_algorithm);
    return read_data(out, data.value) && read_certificates(out, &basic) && otls_der_at_end(&basic);
}

/* An error has no bytes; a success has bytes of the one type that clients must know (4.2.1). */
static bool read_response(otls_ocsp *out, otls_slice bytes)
{
    otls_der response, wrapped, inside;
    otls_slice number, oid, basic;
    uint32_t status;

    if (!otls_der_only(bytes, OTLS_DER_SEQUENCE, &response) ||
        !otls_der_value(&response, OTLS_DER_ENUMERATED, &number) ||
        !otls_der_unsigned(number, &status) || status > OTLS_OCSP_UNAUTHORIZED)
        return false;
    out->response_status = (uint8_t)status;
    if (status != OTLS_OCSP_SUCCESSFUL)
        return otls_der_at_end(&response);
    return otls_der_enter(&response, OTLS_DER_CONTEXT_CONSTRUCTED(0), &wrapped) &&
           otls_der_at_end(&response) && otls_der_enter(&wrapped, OTLS_DER_SEQUENCE, &inside) &&
           otls_der_at_end(&wrapped) && otls_der_value(&inside, OTLS_DER_OID, &oid) &&
           OTLS_OID_IS(oid, OID_BASIC) && otls_der_value(&inside, OTLS_DER_OCTET_STRING, &basic) &&
           otls_der_at_end(&inside) && read_basic(out, basic);
}

otls_status otls_ocsp_parse(otls_ocsp *out, otls_slice der, otls_error *err)
{
    *out = (otls_ocsp){.response_status = OTLS_OCSP_UNAUTHORIZED};
    if (der.size > OTLS_OCSP_SIZE_MAX)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "the OCSP response has %zu bytes, %zu are allowed", der.size,
                         OTLS_OCSP_SIZE_MAX);
    if (!read_response(out, der))
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "not a DER OCSP response");
    return OTLS_OK;
}
