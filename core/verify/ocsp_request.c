/* SPDX-License-Identifier: MIT */
/* A request to an OCSP responder, RFC 6960 4.1.1: which certificate, and a nonce (RFC 9654 2.1). */
#include "base/base.h"
#include "engine/engine.h"
#include "verify/verify.h"
#include "x509/x509.h"
#include <omnitls/random.h>

#define PARAMETERS_MIN sizeof(uint32_t)
/* two hashes, the nonce and all heads around them and around the serial number */
#define ROOM (2 * 64u + OMNI_OCSP_NONCE_MAX + 128u)

struct otls_ocsp_request {
    size_t der_size, nonce_size;
    uint8_t nonce[OMNI_OCSP_NONCE_MAX];
    uint8_t der[];
};

static const otls_slice *algorithm_of(otls_hash hash)
{
    /* with NULL as parameters, as responders write them that copy the identifier (RFC 8017 B.1) */
    static const uint8_t sha1[] = {0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00};
#define NIST(last)                                                                                 \
    {                                                                                              \
        0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last, 0x05, 0x00   \
    }
    static const uint8_t sha256[] = NIST(1), sha384[] = NIST(2), sha512[] = NIST(3);
#undef NIST
    static const otls_slice all[] = {
        [OTLS_HASH_SHA1] = {sha1, sizeof(sha1)},
        [OTLS_HASH_SHA256] = {sha256, sizeof(sha256)},
        [OTLS_HASH_SHA384] = {sha384, sizeof(sha384)},
        [OTLS_HASH_SHA512] = {sha512, sizeof(sha512)},
    };

    return omni_hash_size((uint8_t)hash) != 0 ? &all[hash] : NULL;
}

static otls_status read_parameters(otls_ocsp_request_parameters *out,
                                   const otls_ocsp_request_parameters *given, otls_error *err)
{
    const otls_ocsp_request_parameters initial = OTLS_OCSP_REQUEST_PARAMETERS_INIT;

    *out = initial;
    if (given != NULL && given->size < PARAMETERS_MIN)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "start from OTLS_OCSP_REQUEST_PARAMETERS_INIT");
    if (given != NULL)
        memcpy(out, given, given->size < sizeof(*out) ? given->size : sizeof(*out));
    if (out->nonce_size > OTLS_OCSP_NONCE_MAX || (out->nonce != NULL && out->nonce_size == 0))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "a nonce has 1 to %d octets (RFC 9654 2.1), not %zu", OTLS_OCSP_NONCE_MAX,
                         out->nonce_size);
    if ((int)out->hash <= 0 || (int)out->hash > UINT8_MAX || algorithm_of(out->hash) == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no hash", (int)out->hash);
    return out->backend == NULL ? otls_backend_find(&out->backend, NULL, err) : OTLS_OK;
}

/* CertID */
static otls_status put_id(omni_der_writer *w, const omni_x509 *cert, const omni_x509 *issuer,
                          const otls_ocsp_request_parameters *with, otls_error *err)
{
    const otls_slice *algorithm = algorithm_of(with->hash);
    const size_t size = omni_hash_size((uint8_t)with->hash);
    const uint8_t *const end = w->at;
    uint8_t name[64], key[64];

    OMNI_TRY(omni_digest(with->backend, with->hash, cert->issuer, name, err));
    OMNI_TRY(omni_digest(with->backend, with->hash, omni_ocsp_key_bits(issuer), key, err));
    omni_der_put_element(w, OMNI_DER_INTEGER, cert->serial.data, cert->serial.size);
    omni_der_put_element(w, OMNI_DER_OCTET_STRING, key, size);
    omni_der_put_element(w, OMNI_DER_OCTET_STRING, name, size);
    omni_der_put(w, algorithm->data, algorithm->size);
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
    return OTLS_OK;
}

/* requestExtensions */
static void put_nonce(omni_der_writer *w, const otls_ocsp_request *request)
{
    static const char oid[] = OMNI_OID_OCSP_NONCE;
    const uint8_t *const end = w->at;

    if (request->nonce_size == 0)
        return;
    omni_der_put_element(w, OMNI_DER_OCTET_STRING, request->nonce, request->nonce_size);
    omni_der_wrap(w, OMNI_DER_OCTET_STRING, end);
    omni_der_put_element(w, OMNI_DER_OID, oid, sizeof(oid) - 1);
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
    omni_der_wrap(w, OMNI_DER_CONTEXT_CONSTRUCTED(2), end);
}

static otls_status choose_nonce(otls_ocsp_request *request, const otls_ocsp_request_parameters *with,
                                otls_error *err)
{
    request->nonce_size = with->nonce_size;
    if (with->nonce == NULL)
        return otls_random(with->backend, request->nonce, with->nonce_size, err);
    memcpy(request->nonce, with->nonce, with->nonce_size);
    return OTLS_OK;
}

static otls_status write_request(otls_ocsp_request *request, size_t room, const omni_x509 *cert,
                                 const omni_x509 *issuer, const otls_ocsp_request_parameters *with,
                                 otls_error *err)
{
    const uint8_t *const end = request->der + room;
    omni_der_writer w = {.begin = request->der, .at = request->der + room};

    OMNI_TRY(choose_nonce(request, with, err));
    put_nonce(&w, request);
    const uint8_t *const list = w.at;

    OMNI_TRY(put_id(&w, cert, issuer, with, err));
    omni_der_wrap(&w, OMNI_DER_SEQUENCE, list); /* Request */
    omni_der_wrap(&w, OMNI_DER_SEQUENCE, list);
    omni_der_wrap(&w, OMNI_DER_SEQUENCE, end); /* TBSRequest */
    omni_der_wrap(&w, OMNI_DER_SEQUENCE, end);
    if (w.full)
        return omni_fail(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, "an OCSP request outgrew its room");
    request->der_size = (size_t)(end - w.at);
    memmove(request->der, w.at, request->der_size);
    return OTLS_OK;
}

otls_status otls_ocsp_request_new(otls_ocsp_request **out, const otls_certificate *cert,
                                  const otls_certificate *issuer,
                                  const otls_ocsp_request_parameters *parameters, otls_error *err)
{
    otls_ocsp_request_parameters with;
    otls_ocsp_request *request;
    otls_status status;
    size_t room;

    if (out == NULL || cert == NULL || issuer == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "a certificate, its issuer and a place for the request are needed");
    *out = NULL;
    OMNI_TRY(read_parameters(&with, parameters, err));
    if (!omni_dn_equal(cert->x509.issuer, issuer->x509.subject))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NONE,
                         "the certificate was issued by \"%.120s\", not by \"%.120s\"",
                         otls_certificate_issuer(cert), otls_certificate_subject(issuer));
    room = ROOM + cert->x509.serial.size;
    request = omni_malloc(sizeof(*request) + room);
    if (request == NULL)
        return omni_fail_nomem(err);
    status = write_request(request, room, &cert->x509, &issuer->x509, &with, err);
    if (status == OTLS_OK)
        *out = request;
    else
        otls_ocsp_request_free(request);
    return status;
}

const uint8_t *otls_ocsp_request_der(const otls_ocsp_request *request, size_t *size)
{
    *size = request->der_size;
    return request->der;
}

const uint8_t *otls_ocsp_request_nonce(const otls_ocsp_request *request, size_t *size)
{
    *size = request->nonce_size;
    return request->nonce_size != 0 ? request->nonce : NULL;
}

void otls_ocsp_request_free(otls_ocsp_request *request)
{
    omni_free(request);
}
