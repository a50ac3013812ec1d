/* SPDX-License-Identifier: MIT */
/*
 * The names in a CertificateRequest. GnuTLS takes them only from the subjects of CA certificates in
 * a trust list, so each name is dressed as one. Nothing ever trusts these certificates: GnuTLS
 * verifies nothing here, core does.
 */
#include "gtls.h"

#define NAME_MAX_SIZE 16384u
#define HEADER_MAX 6u

/* version 3, serial 1, Ed25519 */
static const uint8_t head[] = {0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01, 0x01,
                               0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
/* 2000-01-01 to 2049-12-31 */
static const uint8_t validity[] = {0x30, 0x1e, 0x17, 0x0d, '0', '0', '0',  '1',  '0', '1', '0',
                                   '0',  '0',  '0',  '0',  '0', 'Z', 0x17, 0x0d, '4', '9', '1',
                                   '2',  '3',  '1',  '2',  '3', '5', '9',  '5',  '9', 'Z'};
/* SubjectPublicKeyInfo, 32 bytes of key follow; then algorithm, 64 bytes of signature follow */
static const uint8_t key_head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                   0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
static const uint8_t signature_head[] = {0x30, 0x05, 0x06, 0x03, 0x2b,
                                         0x65, 0x70, 0x03, 0x41, 0x00};

static uint8_t *put(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

/* A SEQUENCE header with a fixed two-byte or, when need be, minimal length. */
static size_t put_sequence(uint8_t *at, size_t size)
{
    size_t n = 0;
    at[n++] = 0x30;
    if (size >= 0x10000) {
        at[n++] = 0x83;
        at[n++] = (uint8_t)(size >> 16);
        at[n++] = (uint8_t)(size >> 8);
    } else if (size >= 0x100) {
        at[n++] = 0x82;
        at[n++] = (uint8_t)(size >> 8);
    } else if (size >= 0x80) {
        at[n++] = 0x81;
    }
    at[n++] = (uint8_t)size;
    return n;
}

static uint8_t *dress(otls_slice name, unsigned *size)
{
    const size_t tbs = sizeof(head) + sizeof(validity) + sizeof(key_head) + 32 + 2 * name.size;
    uint8_t header[HEADER_MAX];
    const size_t header_size = put_sequence(header, tbs);
    const size_t body = header_size + tbs + sizeof(signature_head) + 64;
    uint8_t *der = calloc(1, body + HEADER_MAX);
    if (der == NULL)
        return NULL;
    uint8_t *at = der + put_sequence(der, body);
    at = put(at, header, header_size);
    at = put(at, head, sizeof(head));
    at = put(at, name.data, name.size);
    at = put(at, validity, sizeof(validity));
    at = put(at, name.data, name.size);
    at = put(at, key_head, sizeof(key_head)) + 32;
    at = put(at, signature_head, sizeof(signature_head)) + 64;
    *size = (unsigned)(at - der);
    return der;
}

static int add_name(gnutls_x509_trust_list_t list, otls_slice name)
{
    gnutls_x509_crt_t certificate = NULL;
    gnutls_datum_t der = {NULL, 0};
    der.data = dress(name, &der.size);
    if (der.data == NULL)
        return GNUTLS_E_MEMORY_ERROR;
    int rc = gnutls_x509_crt_init(&certificate);
    if (rc == 0)
        rc = gnutls_x509_crt_import(certificate, &der, GNUTLS_X509_FMT_DER);
    free(der.data);
    if (rc == 0)
        rc = gnutls_x509_trust_list_add_cas(list, &certificate, 1, GNUTLS_TL_USE_IN_TLS);
    if (rc == 1)
        return 0; /* the list owns it now */
    if (certificate != NULL)
        gnutls_x509_crt_deinit(certificate);
    return rc < 0 ? rc : GNUTLS_E_MEMORY_ERROR; /* the list took none */
}

otls_status gtls_client_ca_names(gnutls_certificate_credentials_t credentials,
                                 const otls_policy *policy, otls_error *err)
{
    gnutls_x509_trust_list_t list = NULL;
    if (policy->client_ca_count == 0)
        return OTLS_OK;
    int rc = gnutls_x509_trust_list_init(&list, 0);
    for (size_t i = 0; rc == 0 && i < policy->client_ca_count; i++)
        rc = policy->client_ca_names[i].size <= NAME_MAX_SIZE
                 ? add_name(list, policy->client_ca_names[i])
                 : GNUTLS_E_LARGE_PACKET;
    if (rc < 0) {
        if (list != NULL)
            gnutls_x509_trust_list_deinit(list, 1);
        return gtls_fail(err, gtls_category(rc, OTLS_E_CONFIG), 0, rc,
                         "a client CA name was not taken");
    }
    gnutls_certificate_set_trust_list(credentials, list, 0);
    return OTLS_OK;
}
