/* SPDX-License-Identifier: MIT */
#include "x509/public_key.h"

#include "base/base.h"
#include "engine/engine.h"
#include "x509/der.h"
#include "x509/oid.h"
#include "x509/parts.h"

/* SEQUENCE { rsaEncryption, NULL }: RFC 3279 2.3.1 */
static const uint8_t rsa_algorithm[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};

/* Room for the largest key that has no fault, its tags and lengths. */
enum {
    PLAIN_MAX = OMNI_RSA_MODULUS_BITS_MAX / 8 + OMNI_RSA_EXPONENT_BITS_MAX / 8 + 64,
    HEADER = 4 /* SEQUENCE and a length of two octets */
};

static bool is_rsa(otls_slice oid)
{
    return OMNI_OID_IS(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01") ||
           OMNI_OID_IS(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a");
}

/* The BIT STRING of an RSA key of either kind, TLV. */
static bool rsa_bits(otls_slice spki, otls_slice *bits)
{
    otls_slice oid;
    omni_der inside, algorithm;
    omni_tlv tlv;

    if (!omni_der_only(spki, OMNI_DER_SEQUENCE, &inside) ||
        !omni_der_enter(&inside, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_der_value(&algorithm, OMNI_DER_OID, &oid) || !is_rsa(oid) ||
        !omni_der_take(&inside, OMNI_DER_BIT_STRING, &tlv) || !omni_der_at_end(&inside))
        return false;
    *bits = tlv.whole;
    return true;
}

static otls_status import_plain(const otls_crypto_ops *crypto, otls_slice bits,
                                otls_native_public_key **out, otls_error *err)
{
    const size_t content = sizeof(rsa_algorithm) + bits.size;
    uint8_t *plain;
    size_t at;
    otls_status status;

    if (content + HEADER > PLAIN_MAX)
        return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_LIMIT, "an RSA key of %zu bytes",
                         bits.size);
    plain = omni_malloc(content + HEADER);
    if (plain == NULL)
        return omni_fail_nomem(err);
    at = omni_der_header(plain, OMNI_DER_SEQUENCE, content);
    memcpy(plain + at, rsa_algorithm, sizeof(rsa_algorithm));
    memcpy(plain + at + sizeof(rsa_algorithm), bits.data, bits.size);
    status = omni_crypto_key(crypto, (otls_slice){plain, at + content}, out, err);
    omni_free(plain);
    return status;
}

otls_status omni_public_key_import(const otls_crypto_ops *crypto, const omni_x509 *cert,
                                   otls_native_public_key **out, otls_error *err)
{
    otls_slice bits;

    if (cert->key_type == OMNI_KEY_RSA_PSS && rsa_bits(cert->spki, &bits))
        return import_plain(crypto, bits, out, err);
    return omni_crypto_key(crypto, cert->spki, out, err);
}

static bool bound_alike(const omni_x509 *cert, const omni_x509 *key)
{
    const otls_signature_algorithm *mine = &cert->key_signs, *other = &key->key_signs;

    return mine->kind == other->kind && mine->hash == other->hash &&
           mine->mgf_hash == other->mgf_hash && mine->salt_length == other->salt_length;
}

bool omni_public_key_is(const omni_x509 *cert, otls_slice spki, bool plain)
{
    otls_slice mine, other;
    omni_x509 key = {.key_type = OMNI_KEY_UNKNOWN};
    omni_der inside;

    if (omni_slice_equal(cert->spki, spki))
        return true;
    if (cert->key_type != OMNI_KEY_RSA_PSS || !rsa_bits(cert->spki, &mine) ||
        !rsa_bits(spki, &other) || !omni_slice_equal(mine, other) ||
        !omni_der_only(spki, OMNI_DER_SEQUENCE, &inside) || omni_x509_key(&key, inside) != NULL)
        return false;
    return key.key_type == OMNI_KEY_RSA_PSS ? bound_alike(cert, &key) : plain;
}

bool omni_public_key_usable(const otls_backend *backend, const omni_x509 *leaf)
{
    switch (leaf->key_type) {
    case OMNI_KEY_RSA_PSS:
        return omni_backend_has_signature(backend, 0x0809) ||
               omni_backend_has_signature(backend, 0x080a) ||
               omni_backend_has_signature(backend, 0x080b);
    case OMNI_KEY_ED25519:
        return omni_backend_has_signature(backend, 0x0807);
    case OMNI_KEY_ED448:
        return omni_backend_has_signature(backend, 0x0808);
    case OMNI_KEY_EC: /* 0: a curve that has no number in TLS */
        return leaf->key_group != 0 && omni_backend_has_group(backend, leaf->key_group);
    default:
        return true;
    }
}

bool omni_public_key_known(const otls_backend *backend, const omni_x509 *cert)
{
    return cert->key_type == OMNI_KEY_RSA_PSS || omni_public_key_usable(backend, cert);
}

const char *omni_public_key_read(otls_slice spki, omni_x509 *out)
{
    omni_der body;

    *out = (omni_x509){.spki = spki};
    return omni_der_only(spki, OMNI_DER_SEQUENCE, &body) ? omni_x509_key(out, body)
                                                         : "the public key is malformed";
}
