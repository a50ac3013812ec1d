/* SPDX-License-Identifier: MIT */
/* Private and public keys: decoding, encoding, PKCS#8, PKCS#1, SEC 1. */
#include "wolf.h"

#include <omnitls/accelerator.h>
#include <stdlib.h>

size_t wolf_der_size(const uint8_t *data, size_t size, size_t *header)
{
    size_t head = 2, length;
    if (size < 2)
        return 0;
    length = data[1];
    if (length >= 0x80) {
        size_t octets = length & 0x7f;
        if (octets == 0 || octets > 3 || size < 2 + octets)
            return 0;
        length = 0;
        for (size_t i = 0; i < octets; i++)
            length = length << 8 | data[2 + i];
        head += octets;
    }
    *header = head;
    return length > size - head ? 0 : head + length;
}

void wolf_key_release(struct wolf_key *key)
{
    switch (key->type) {
    case WOLF_RSA:
        (void)wc_FreeRsaKey(&key->u.rsa);
        break;
    case WOLF_EC:
        (void)wc_ecc_free(&key->u.ec);
        break;
    case WOLF_ED25519:
        wc_ed25519_free(&key->u.ed25519);
        break;
    case WOLF_ED448:
        wc_ed448_free(&key->u.ed448);
        break;
    default:
        break;
    }
}

void wolf_key_close(struct wolf_key *key)
{
    wolf_key_release(key);
    kit_wipe(key, sizeof(*key));
}

static int init_key(struct wolf_key *key, int type)
{
    memset(key, 0, sizeof(*key));
    key->type = type;
    switch (type) {
    case WOLF_RSA:
        return wc_InitRsaKey(&key->u.rsa, NULL);
    case WOLF_EC:
        return wc_ecc_init(&key->u.ec);
    case WOLF_ED25519:
        return wc_ed25519_init(&key->u.ed25519);
    default:
        return wc_ed448_init(&key->u.ed448);
    }
}

static int decode_private(struct wolf_key *key, const uint8_t *der, word32 size)
{
    word32 at = 0;
    switch (key->type) {
    case WOLF_RSA:
        return wc_RsaPrivateKeyDecode(der, &at, &key->u.rsa, size);
    case WOLF_EC:
        return wc_EccPrivateKeyDecode(der, &at, &key->u.ec, size);
    case WOLF_ED25519:
        return wc_Ed25519PrivateKeyDecode(der, &at, &key->u.ed25519, size);
    default:
        return wc_Ed448PrivateKeyDecode(der, &at, &key->u.ed448, size);
    }
}

int wolf_private_open(struct wolf_key *key, const uint8_t *der, size_t size)
{
    int result = ASN_PARSE_E;
    if (size == 0 || size > WOLF_KEY_MAX)
        return result;
    for (int type = WOLF_RSA; type <= WOLF_ED448; type++) {
        result = init_key(key, type);
        if (result == 0)
            result = decode_private(key, der, (word32)size);
        if (result == 0)
            return 0;
        wolf_key_close(key);
    }
    return result;
}

int wolf_public_open(struct wolf_key *key, int type, const uint8_t *der, size_t size)
{
    word32 at = 0;
    int result = init_key(key, type);
    if (result == 0) {
        switch (type) {
        case WOLF_RSA:
            result = wc_RsaPublicKeyDecode(der, &at, &key->u.rsa, (word32)size);
            break;
        case WOLF_EC:
            result = wc_EccPublicKeyDecode(der, &at, &key->u.ec, (word32)size);
            break;
        case WOLF_ED25519:
            result = wc_Ed25519PublicKeyDecode(der, &at, &key->u.ed25519, (word32)size);
            break;
        default:
            result = wc_Ed448PublicKeyDecode(der, &at, &key->u.ed448, (word32)size);
            break;
        }
    }
    if (result != 0)
        wolf_key_close(key);
    return result;
}

/* The algorithm of a SubjectPublicKeyInfo by its object identifier; 0 = none of ours. */
static int spki_type(otls_slice spki, bool *malformed)
{
    static const uint8_t rsa[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
    static const uint8_t ec[] = {0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
    static const uint8_t ed25519[] = {0x06, 0x03, 0x2b, 0x65, 0x70};
    static const uint8_t ed448[] = {0x06, 0x03, 0x2b, 0x65, 0x71};
    static const struct {
        const uint8_t *oid;
        size_t size;
        int type;
    } known[] = {{rsa, sizeof(rsa), WOLF_RSA},
                 {ec, sizeof(ec), WOLF_EC},
                 {ed25519, sizeof(ed25519), WOLF_ED25519},
                 {ed448, sizeof(ed448), WOLF_ED448}};
    size_t outer = 0, inner = 0, size;

    *malformed = true;
    if (spki.size == 0 || spki.size > WOLF_KEY_MAX || spki.data[0] != 0x30 ||
        wolf_der_size(spki.data, spki.size, &outer) != spki.size)
        return 0;
    size = wolf_der_size(spki.data + outer, spki.size - outer, &inner);
    if (size == 0 || spki.data[outer] != 0x30)
        return 0;
    *malformed = false;
    for (size_t i = 0; i < COUNT(known); i++)
        if (size - inner >= known[i].size &&
            memcmp(spki.data + outer + inner, known[i].oid, known[i].size) == 0)
            return known[i].type;
    return 0;
}

otls_status wolf_public_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    otls_native_public_key *key;
    bool malformed;
    const int type = spki_type(spki, &malformed);

    *out = NULL;
    if (malformed)
        return wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, ASN_PARSE_E,
                          "the public key is malformed");
    if (type == 0)
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED, 0,
                          "wolfSSL does not know the public key's algorithm");
    key = malloc(sizeof(*key) + spki.size);
    if (key == NULL)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    /* a curve that wolfSSL was built without shows in verify, which decodes the key anyway */
    key->type = type;
    key->size = spki.size;
    memcpy(key->der, spki.data, spki.size);
    *out = key;
    return OTLS_OK;
}

void wolf_public_free(otls_native_public_key *key)
{
    free(key);
}

void wolf_private_free(otls_native_key *key)
{
    if (key == NULL)
        return;
    kit_wipe(key->der, key->size);
    free(key);
}

int wolf_key_complete(struct wolf_key *key)
{
    uint8_t point[ED448_PUB_KEY_SIZE];
    WC_RNG rng;
    int result = 0;

    wolf_thread_mark();
    switch (key->type) {
    case WOLF_EC:
        result = wc_InitRng(&rng);
        if (result != 0)
            return result;
        result = wc_ecc_make_pub_ex(&key->u.ec, NULL, &rng);
        (void)wc_FreeRng(&rng);
        return result;
    case WOLF_ED25519:
        result = wc_ed25519_make_public(&key->u.ed25519, point, ED25519_PUB_KEY_SIZE);
        return result ? result
                      : wc_ed25519_import_public(point, ED25519_PUB_KEY_SIZE, &key->u.ed25519);
    case WOLF_ED448:
        result = wc_ed448_make_public(&key->u.ed448, point, ED448_PUB_KEY_SIZE);
        return result ? result : wc_ed448_import_public(point, ED448_PUB_KEY_SIZE, &key->u.ed448);
    default:
        return 0; /* an RSA private key contains its public half */
    }
}

static int encode_public(struct wolf_key *key, uint8_t *out, word32 capacity)
{
    const int result = wolf_key_complete(key);
    if (result != 0)
        return result;
    switch (key->type) {
    case WOLF_RSA:
        return wc_RsaKeyToPublicDer(&key->u.rsa, out, capacity);
    case WOLF_EC:
        return wc_EccPublicKeyToDer(&key->u.ec, out, capacity, 1);
    case WOLF_ED25519:
        return wc_Ed25519PublicKeyToDer(&key->u.ed25519, out, capacity, 1);
    default:
        return wc_Ed448PublicKeyToDer(&key->u.ed448, out, capacity, 1);
    }
}

otls_status wolf_private_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                size_t *length, otls_error *err)
{
    struct wolf_key *open = malloc(sizeof(*open));
    uint8_t *spki = malloc(WOLF_SPKI_MAX);
    otls_status status = OTLS_OK;
    int result = MEMORY_E;

    if (key->sign != NULL) {
        free(open);
        free(spki);
        return kit_give((otls_slice){key->der, key->size}, out, capacity, length, WOLF_NAME, err);
    }
    if (open != NULL && spki != NULL)
        result = wolf_private_open(open, key->der, key->size);
    if (result == 0) {
        result = encode_public(open, spki, WOLF_SPKI_MAX);
        wolf_key_close(open);
    }
    free(open);
    if (result <= 0 || result > (int)WOLF_SPKI_MAX) {
        status = wolf_error(err, result == MEMORY_E ? OTLS_E_NOMEM : OTLS_E_CREDENTIAL,
                            result == MEMORY_E ? OTLS_CODE_NONE : OTLS_CODE_KEY_UNSUPPORTED, result,
                            "the public half cannot be derived from the private key");
    } else {
        status =
            kit_give((otls_slice){spki, (size_t)result}, out, capacity, length, WOLF_NAME, err);
    }
    free(spki);
    return status;
}

/* Decrypt into key->der; a negative result is wolfSSL's error. */
static int decrypt(otls_native_key *key, const otls_key_source *source)
{
    const char *given = source->password.data ? (const char *)source->password.data : "";
    char *password;
    int result;

    if (source->encoding == OTLS_KEY_ENCRYPTED_PKCS8) {
        memcpy(key->der, source->data.data, source->data.size);
        return wc_DecryptPKCS8Key(key->der, (word32)source->data.size, given,
                                  (int)source->password.size);
    }
    /* wants a C string */
    password = calloc(1, source->password.size + 1);
    if (password == NULL)
        return MEMORY_E;
    memcpy(password, given, source->password.size);
    result = wc_KeyPemToDer(source->data.data, (int)source->data.size, key->der,
                            (int)source->data.size, password);
    kit_wipe(password, source->password.size);
    free(password);
    return result;
}

/* The point that came with an elliptic key must be the secret number's; the rest of wolfSSL takes either. */
static int check_point(struct wolf_key *key)
{
    byte given[ECC_BUFSIZE], computed[ECC_BUFSIZE];
    word32 given_size = sizeof(given), computed_size = sizeof(computed);
    int result;

    if (key->type != WOLF_EC || key->u.ec.type != ECC_PRIVATEKEY)
        return 0; /* none came */
    result = wc_ecc_export_x963(&key->u.ec, given, &given_size);
    if (result == 0)
        result = wolf_key_complete(key);
    if (result == 0)
        result = wc_ecc_export_x963(&key->u.ec, computed, &computed_size);
    if (result != 0)
        return result;
    return given_size == computed_size && memcmp(given, computed, given_size) == 0 ? 0 : ASN_PARSE_E;
}

/* What was taken in, plain or decrypted, must be exactly one private key. */
static int adopt(otls_native_key *key, size_t size)
{
    struct wolf_key *probe = malloc(sizeof(*probe));
    size_t header;
    int result;
    if (probe == NULL)
        return MEMORY_E;
    key->size = wolf_der_size(key->der, size, &header);
    result = key->size == 0 || key->der[0] != 0x30 ? ASN_PARSE_E
                                                   : wolf_private_open(probe, key->der, key->size);
    if (result == 0) {
        uint8_t *spki = malloc(WOLF_SPKI_MAX);
        key->type = probe->type;
        result = spki == NULL ? MEMORY_E : check_point(probe);
        if (result == 0)
            result = encode_public(probe, spki, WOLF_SPKI_MAX);
        free(spki);
        wolf_key_close(probe);
    }
    free(probe);
    return result < 0 ? result : 0;
}

/* wolfSSL cannot undo scrypt in PKCS#8 and says nothing else than for a wrong password. */
static bool uses_scrypt(otls_slice der)
{
    static const uint8_t scrypt[] = {0x06, 0x09, 0x2b, 0x06, 0x01, 0x04,
                                     0x01, 0xda, 0x47, 0x04, 0x0b};
    for (size_t at = 0; at < 64 && at + sizeof(scrypt) <= der.size; at++)
        if (memcmp(der.data + at, scrypt, sizeof(scrypt)) == 0)
            return true;
    return false;
}

otls_status wolf_private_import(otls_native_key **out, const otls_key_source *source,
                                otls_error *err)
{
    const bool secret =
        source->encoding == OTLS_KEY_ENCRYPTED_PKCS8 || source->encoding == OTLS_KEY_LEGACY_PEM;
    const size_t size = source->data.size;
    otls_native_key *key;
    int result;

    *out = NULL;
    if (size == 0 || size > WOLF_KEY_MAX || source->password.size > 1024)
        return wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, 0,
                          "the private key or its password has an impossible length");
    key = calloc(1, sizeof(*key) + size);
    if (key == NULL)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    if (secret) {
        result = decrypt(key, source);
    } else {
        memcpy(key->der, source->data.data, size);
        result = (int)size;
    }
    if (result > 0 && (size_t)result <= size)
        result = adopt(key, (size_t)result);
    else if (result >= 0)
        result = ASN_PARSE_E;
    if (result == 0) {
        *out = key;
        return OTLS_OK;
    }
    kit_wipe(key->der, size);
    free(key);
    if (result == MEMORY_E)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, result, "out of memory");
    if (secret && !uses_scrypt(source->data) && result != ALGO_ID_E &&
        result != ASN_UNKNOWN_OID_E && result != NOT_COMPILED_IN)
        return wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD, result,
                          "the password does not open the private key");
    return wolf_error(err, OTLS_E_CREDENTIAL,
                      result == ASN_PARSE_E && !secret ? OTLS_CODE_BAD_DER
                                                       : OTLS_CODE_KEY_UNSUPPORTED,
                      result, "wolfSSL cannot use the private key");
}

otls_status wolf_private_accelerate(const otls_native_key *key, const otls_accelerator *accelerator,
                                    otls_rsa_key **out, otls_error *err)
{
    *out = NULL;
    if (key->type != WOLF_RSA || key->sign != NULL)
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED, 0,
                          "this is no RSA key of wolfSSL's");
    return accelerator->rsa_new(out, (otls_slice){key->der, key->size}, err);
}
