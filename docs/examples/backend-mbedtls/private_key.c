/* SPDX-License-Identifier: MIT */
/* Private keys. mbed TLS believes the public half that stands in a file: here it is derived. */
#include "mbed.h"

#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>

#define SPKI_ROOM 4096u

void mbed_private_key_free(otls_native_key *key)
{
    if (key == NULL)
        return;
    mbedtls_pk_free(&key->pk);
    mbed_signer_free(key->signer);
    free(key->spki);
    free(key);
}

int mbed_keep_public(otls_native_key *key)
{
    uint8_t room[SPKI_ROOM];
    const int size = mbedtls_pk_write_pubkey_der(&key->pk, room, sizeof(room)); /* at the end */

    if (size < 0)
        return size;
    key->spki = malloc((size_t)size);
    if (key->spki == NULL)
        return MBEDTLS_ERR_PK_ALLOC_FAILED;
    key->spki_size = (size_t)size;
    memcpy(key->spki, room + sizeof(room) - size, key->spki_size);
    return 0;
}

otls_status mbed_private_key_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                    size_t *length, otls_error *err)
{
    if (key->spki_size > capacity)
        return mbed_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, 0, "no room for the public key");
    memcpy(out, key->spki, key->spki_size);
    *length = key->spki_size;
    return OTLS_OK;
}

/* d*G is the point in the file. This writes into the group, so it is done before others have it. */
static int check_ec(mbedtls_ecp_keypair *ec)
{
    mbedtls_ecp_point point;
    int rc;

    if (mbedtls_ecp_get_type(&ec->grp) != MBEDTLS_ECP_TYPE_SHORT_WEIERSTRASS)
        return MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE;
    mbedtls_ecp_point_init(&point);
    rc = mbedtls_ecp_check_privkey(&ec->grp, &ec->d);
    if (rc == 0)
        rc = mbedtls_ecp_mul(&ec->grp, &point, &ec->d, &ec->grp.G, mbed_rng, NULL);
    if (rc == 0 && mbedtls_ecp_point_cmp(&point, &ec->Q) != 0)
        rc = MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
    mbedtls_ecp_point_free(&point);
    return rc;
}

static int check(const mbedtls_pk_context *pk)
{
    switch (mbedtls_pk_get_type(pk)) {
    case MBEDTLS_PK_RSA:
        return mbedtls_rsa_check_privkey(mbedtls_pk_rsa(*pk));
    case MBEDTLS_PK_ECKEY:
        return check_ec(mbedtls_pk_ec(*pk));
    default:
        return MBEDTLS_ERR_PK_UNKNOWN_PK_ALG;
    }
}

/* A PEM block needs a NUL behind it, which its length counts. */
static int parse_pem(mbedtls_pk_context *pk, const otls_key_source *source)
{
    uint8_t *text = malloc(source->data.size + 1);
    int rc;

    if (text == NULL)
        return MBEDTLS_ERR_PK_ALLOC_FAILED;
    memcpy(text, source->data.data, source->data.size);
    text[source->data.size] = 0;
    rc = mbed_release_parse_key(pk, (otls_slice){text, source->data.size + 1}, source->password);
    free(text);
    return rc;
}

/* mbed TLS calls a PrivateKeyInfo of a kind that it does not know malformed. */
static int parse_pkcs8(mbedtls_pk_context *pk, otls_slice der)
{
    unsigned char *at = (unsigned char *)(uintptr_t)der.data, *end = at + der.size;
    const int rc = mbed_release_parse_key(pk, der, (otls_slice){NULL, 0});
    mbedtls_asn1_buf oid, params;
    mbedtls_pk_type_t type;
    size_t size;
    int version;

    if (rc != 0 &&
        mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) ==
            0 &&
        mbedtls_asn1_get_int(&at, end, &version) == 0 &&
        mbedtls_asn1_get_alg(&at, end, &oid, &params) == 0 &&
        mbedtls_oid_get_pk_alg(&oid, &type) != 0)
        return MBEDTLS_ERR_PK_UNKNOWN_PK_ALG;
    return rc;
}

static int parse(mbedtls_pk_context *pk, const otls_key_source *source)
{
    switch (source->encoding) {
    case OTLS_KEY_ENCRYPTED_PKCS8: /* core opens these; what it leaves to engines is PBES1 with DES */
        return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
    case OTLS_KEY_LEGACY_PEM:
        return parse_pem(pk, source);
    case OTLS_KEY_PKCS8:
        return parse_pkcs8(pk, source->data);
    default:
        return mbed_release_parse_key(pk, source->data, (otls_slice){NULL, 0});
    }
}

static int32_t code_of(int rc, const otls_key_source *source)
{
    switch (rc) {
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
    case MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE:
    case MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE:
        return OTLS_CODE_KEY_UNSUPPORTED;
    case MBEDTLS_ERR_PK_PASSWORD_MISMATCH:
        return OTLS_CODE_WRONG_PASSWORD;
    default:
        return source->encoding == OTLS_KEY_LEGACY_PEM ? OTLS_CODE_WRONG_PASSWORD
                                                       : OTLS_CODE_BAD_DER;
    }
}

otls_status mbed_private_key_import(otls_native_key **out, const otls_key_source *source,
                                    otls_error *err)
{
    otls_native_key *key = calloc(1, sizeof(*key));
    int32_t code;
    int rc;

    if (key == NULL)
        return mbed_fail_nomem(err);
    mbedtls_pk_init(&key->pk);
    rc = parse(&key->pk, source);
    code = code_of(rc, source);
    if (rc == 0) {
        rc = check(&key->pk);
        code = rc == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || rc == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE
                   ? OTLS_CODE_KEY_UNSUPPORTED
                   : OTLS_CODE_BAD_DER;
    }
    if (rc == 0)
        rc = mbed_keep_public(key);
    if (rc == 0) {
        *out = key;
        return OTLS_OK;
    }
    mbed_private_key_free(key);
    return mbed_fail(err, mbed_category(rc, OTLS_E_CREDENTIAL), code, rc,
                     code == OTLS_CODE_WRONG_PASSWORD ? "the password is wrong"
                     : code == OTLS_CODE_BAD_DER      ? "the private key cannot be read"
                                                      : "mbed TLS cannot use this kind of key");
}
