/* SPDX-License-Identifier: MIT */
/* Random numbers, digests, signing and checking signatures. */
#include "wolf.h"

#include <omnitls/certificate.h>
#include <stdlib.h>
#include <wolfssl/wolfcrypt/hash.h>

static otls_status random_bytes(void *out, size_t size, otls_error *err)
{
    uint8_t *bytes = out;
    WC_RNG rng;
    int result = wc_InitRng(&rng);
    if (result == 0) {
        while (result == 0 && size > 0) {
            const word32 part = size < 4096 ? (word32)size : 4096;
            result = wc_RNG_GenerateBlock(&rng, bytes, part);
            bytes += part;
            size -= part;
        }
        (void)wc_FreeRng(&rng);
    }
    return result == 0 ? OTLS_OK
                       : wolf_error(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, result,
                                    "wolfSSL's random number generator failed");
}

static enum wc_HashType sig_hash(int hash)
{
    switch (hash) {
    case OTLS_SIG_HASH_SHA1:
        return WC_HASH_TYPE_SHA;
    case OTLS_SIG_HASH_SHA224:
        return WC_HASH_TYPE_SHA224;
    case OTLS_SIG_HASH_SHA256:
        return WC_HASH_TYPE_SHA256;
    case OTLS_SIG_HASH_SHA384:
        return WC_HASH_TYPE_SHA384;
    case OTLS_SIG_HASH_SHA512:
        return WC_HASH_TYPE_SHA512;
    default:
        return WC_HASH_TYPE_NONE;
    }
}

static int mgf_of(int hash)
{
    switch (hash) {
    case OTLS_SIG_HASH_SHA1:
        return WC_MGF1SHA1;
    case OTLS_SIG_HASH_SHA224:
        return WC_MGF1SHA224;
    case OTLS_SIG_HASH_SHA256:
        return WC_MGF1SHA256;
    case OTLS_SIG_HASH_SHA384:
        return WC_MGF1SHA384;
    case OTLS_SIG_HASH_SHA512:
        return WC_MGF1SHA512;
    default:
        return WC_MGF1NONE;
    }
}

static otls_status digest(otls_hash hash, const void *data, size_t size, uint8_t *out,
                          otls_error *err)
{
    const enum wc_HashType type = sig_hash(kit_sig_hash(hash));
    int result = HASH_TYPE_E;

    if (type != WC_HASH_TYPE_NONE && size <= UINT32_MAX)
        result = wc_Hash(type, size ? data : (const void *)"", (word32)size, out,
                         (word32)wc_HashGetDigestSize(type));
    return result == 0 ? OTLS_OK
                       : wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, result,
                                    "wolfSSL cannot make this digest");
}

static bool fits(int key_type, const otls_signature_algorithm *algorithm)
{
    switch (algorithm->kind) {
    case OTLS_SIG_RSA_PKCS1:
    case OTLS_SIG_RSA_PSS:
        return key_type == WOLF_RSA;
    case OTLS_SIG_ECDSA:
        return key_type == WOLF_EC;
    case OTLS_SIG_ED25519:
        return key_type == WOLF_ED25519;
    case OTLS_SIG_ED448:
        return key_type == WOLF_ED448;
    default:
        return false;
    }
}

/* SEQUENCE of two positive, minimally encoded INTEGERs and nothing after them (RFC 3279). */
static bool ecdsa_canonical(otls_slice signature)
{
    size_t header = 0, at, size;
    if (signature.size < 8 || signature.data[0] != 0x30 ||
        wolf_der_size(signature.data, signature.size, &header) != signature.size ||
        (header == 3 && signature.data[2] < 0x80) || header > 3)
        return false;
    at = header;
    for (int i = 0; i < 2; i++) {
        const uint8_t *number = signature.data + at;
        size = wolf_der_size(number, signature.size - at, &header);
        if (size < 3 || header != 2 || number[0] != 0x02 || (number[2] & 0x80) != 0 ||
            (number[2] == 0 && size > 3 && (number[3] & 0x80) == 0))
            return false;
        at += size;
    }
    return at == signature.size;
}

/* Above what it was built for, wolfSSL calls every signature wrong. */
#ifdef RSA_MAX_SIZE
enum { RSA_MAX_OCTETS = RSA_MAX_SIZE / 8 };
#else
enum { RSA_MAX_OCTETS = 4096 / 8 };
#endif

static int verify_rsa(RsaKey *key, const otls_signature_algorithm *algorithm, const uint8_t *hash,
                      word32 hash_size, otls_slice signature)
{
    const enum wc_HashType type = sig_hash(algorithm->hash);
    const int modulus = wc_RsaEncryptSize(key);
    uint8_t *work, *expected;
    int result;

    if (modulus > RSA_MAX_OCTETS)
        return NOT_COMPILED_IN;
    if (modulus <= 0 || signature.size != (size_t)modulus)
        return SIG_VERIFY_E;
    work = malloc(3 * signature.size);
    if (work == NULL)
        return MEMORY_E;
    expected = work + 2 * signature.size;
    memcpy(work, signature.data, signature.size);
    if (algorithm->kind == OTLS_SIG_RSA_PSS) {
        result = wc_RsaPSS_Verify_ex(work, (word32)signature.size, work + signature.size,
                                     (word32)signature.size, type, mgf_of(algorithm->mgf_hash),
                                     algorithm->salt_length, key);
        if (result > modulus)
            result = SIG_VERIFY_E;
        if (result >= 0)
            result =
                wc_RsaPSS_CheckPadding_ex(hash, hash_size, work + signature.size, (word32)result,
                                          type, algorithm->salt_length, modulus * 8);
    } else if (signature.size < hash_size + 32u) {
        result = SIG_VERIFY_E; /* no room for padding and DigestInfo */
    } else {
        const word32 size = wc_EncodeSignature(expected, hash, hash_size, wc_HashGetOID(type));
        result = wc_RsaSSL_Verify(work, (word32)signature.size, work + signature.size,
                                  (word32)signature.size, key);
        if (result >= 0)
            result = size > hash_size && size <= signature.size && (word32)result == size &&
                             memcmp(work + signature.size, expected, size) == 0
                         ? 0
                         : SIG_VERIFY_E;
    }
    free(work);
    return result;
}

static int verify_with(struct wolf_key *key, const otls_signature_algorithm *algorithm,
                       otls_slice data, otls_slice signature)
{
    uint8_t hash[WC_MAX_DIGEST_SIZE];
    const enum wc_HashType type = sig_hash(algorithm->hash);
    word32 hash_size = 0;
    int result = 0, good = 0;

    if (type != WC_HASH_TYPE_NONE) {
        hash_size = (word32)wc_HashGetDigestSize(type);
        result = wc_Hash(type, data.data, (word32)data.size, hash, hash_size);
        if (result != 0)
            return result;
    }
    switch (algorithm->kind) {
    case OTLS_SIG_RSA_PKCS1:
    case OTLS_SIG_RSA_PSS:
        return verify_rsa(&key->u.rsa, algorithm, hash, hash_size, signature);
    case OTLS_SIG_ECDSA:
        if (!ecdsa_canonical(signature))
            return SIG_VERIFY_E;
        result = wc_ecc_verify_hash(signature.data, (word32)signature.size, hash, hash_size, &good,
                                    &key->u.ec);
        break;
    case OTLS_SIG_ED25519:
        result = wc_ed25519_verify_msg(signature.data, (word32)signature.size, data.data,
                                       (word32)data.size, &good, &key->u.ed25519);
        break;
    default:
        result = wc_ed448_verify_msg(signature.data, (word32)signature.size, data.data,
                                     (word32)data.size, &good, &key->u.ed448, NULL, 0);
        break;
    }
    if (result != 0)
        return result;
    return good == 1 ? 0 : SIG_VERIFY_E;
}

static bool usable(const otls_signature_algorithm *algorithm, size_t size)
{
    const bool hashed = algorithm->kind <= OTLS_SIG_ECDSA;
    return size <= UINT32_MAX && (!hashed || sig_hash(algorithm->hash) != WC_HASH_TYPE_NONE) &&
           (algorithm->kind != OTLS_SIG_RSA_PSS || mgf_of(algorithm->mgf_hash) != WC_MGF1NONE);
}

static otls_status verify(const otls_native_public_key *key,
                          const otls_signature_algorithm *algorithm, otls_slice data,
                          otls_slice signature, otls_error *err)
{
    struct wolf_key *open;
    bool opened;
    int result;

    wolf_thread_mark();
    if (!fits(key->type, algorithm))
        return wolf_error(err, OTLS_E_VERIFY, OTLS_CODE_NONE, 0,
                          "key and signature algorithm do not fit together");
    if (!usable(algorithm, data.size))
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                          "wolfSSL cannot check this signature algorithm");
    open = malloc(sizeof(*open));
    if (open == NULL)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    result = wolf_public_open(open, key->type, key->der, key->size);
    opened = result == 0;
    if (opened) {
        result = verify_with(open, algorithm, data, signature);
        wolf_key_release(open);
    }
    free(open);
    if (result == 0)
        return OTLS_OK;
    if (!opened && result != MEMORY_E) /* a curve or a size that it was built without */
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED, result,
                          "wolfSSL cannot use the public key");
    if (result == MEMORY_E)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, result, "out of memory");
    if (result == NOT_COMPILED_IN || result == HASH_TYPE_E)
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, result,
                          "wolfSSL cannot check this signature algorithm");
    return wolf_error(err, OTLS_E_VERIFY, OTLS_CODE_NONE, result, "the signature is not good");
}

static int sign_rsa(RsaKey *key, const otls_signature_algorithm *algorithm, const uint8_t *hash,
                    word32 hash_size, uint8_t *out, word32 capacity, WC_RNG *rng)
{
    const enum wc_HashType type = sig_hash(algorithm->hash);
    uint8_t info[WC_MAX_DIGEST_SIZE + 32]; /* a DigestInfo's head has 19 bytes */
    word32 size;
    int result = wc_RsaSetRNG(key, rng); /* blinding */
    if (result != 0)
        return result;
    if (algorithm->kind == OTLS_SIG_RSA_PSS)
        return wc_RsaPSS_Sign_ex(hash, hash_size, out, capacity, type, mgf_of(algorithm->mgf_hash),
                                 algorithm->salt_length, key, rng);
    size = wc_EncodeSignature(info, hash, hash_size, wc_HashGetOID(type));
    if (size <= hash_size || size > sizeof(info))
        return BAD_FUNC_ARG;
    return wc_RsaSSL_Sign(info, size, out, capacity, key, rng);
}

static int sign_with(struct wolf_key *key, const otls_signature_algorithm *algorithm,
                     otls_slice data, uint8_t *out, word32 *length)
{
    uint8_t hash[WC_MAX_DIGEST_SIZE];
    const enum wc_HashType type = sig_hash(algorithm->hash);
    word32 hash_size = 0;
    WC_RNG rng;
    int result = wc_InitRng(&rng);

    if (result != 0)
        return result;
    if (type != WC_HASH_TYPE_NONE) {
        hash_size = (word32)wc_HashGetDigestSize(type);
        result = wc_Hash(type, data.data, (word32)data.size, hash, hash_size);
    }
    if (result == 0) {
        switch (key->type) {
        case WOLF_RSA:
            result = sign_rsa(&key->u.rsa, algorithm, hash, hash_size, out, *length, &rng);
            if (result >= 0) {
                *length = (word32)result;
                result = 0;
            }
            break;
        case WOLF_EC:
            result = wc_ecc_set_rng(&key->u.ec, &rng);
            if (result == 0)
                result = wc_ecc_sign_hash(hash, hash_size, out, length, &rng, &key->u.ec);
            break;
        case WOLF_ED25519:
            result = wolf_key_complete(key);
            if (result == 0)
                result =
                    wc_ed25519_sign_msg(data.data, (word32)data.size, out, length, &key->u.ed25519);
            break;
        default:
            result = wolf_key_complete(key);
            if (result == 0)
                result = wc_ed448_sign_msg(data.data, (word32)data.size, out, length, &key->u.ed448,
                                           NULL, 0);
            break;
        }
    }
    (void)wc_FreeRng(&rng);
    return result;
}

static otls_status sign_elsewhere(const otls_native_key *key,
                                  const otls_signature_algorithm *algorithm, otls_slice data,
                                  uint8_t *out, size_t capacity, size_t *length, otls_error *err)
{
    const enum wc_HashType type = sig_hash(algorithm->hash);
    uint8_t hash[WC_MAX_DIGEST_SIZE];
    int result = 0;

    if (type != WC_HASH_TYPE_NONE) {
        const word32 size = (word32)wc_HashGetDigestSize(type);

        result = wc_Hash(type, data.data, (word32)data.size, hash, size);
        data = (otls_slice){hash, size};
    }
    if (result != 0 ||
        key->sign(algorithm, data.data, data.size, out, capacity, length, key->user) != OTLS_OK)
        return wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_NONE, result,
                          "the key held elsewhere did not sign");
    return OTLS_OK;
}

static otls_status sign(const otls_native_key *key, const otls_signature_algorithm *algorithm,
                        otls_slice data, uint8_t *out, size_t capacity, size_t *length,
                        otls_error *err)
{
    struct wolf_key *open;
    word32 size = capacity > WOLF_KEY_MAX ? WOLF_KEY_MAX : (word32)capacity;
    int result;

    wolf_thread_mark();
    if (!fits(key->type, algorithm) || !usable(algorithm, data.size))
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                          "the key cannot sign with this algorithm");
    if (key->sign != NULL)
        return sign_elsewhere(key, algorithm, data, out, capacity, length, err);
    open = malloc(sizeof(*open));
    if (open == NULL)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    result = wolf_private_open(open, key->der, key->size);
    if (result == 0) {
        const word32 room = size;

        result = sign_with(open, algorithm, data, out, &size);
        if (result == 0 && size > room)
            result = BUFFER_E;
        wolf_key_close(open);
    }
    free(open);
    if (result != 0)
        return wolf_error(err, result == MEMORY_E ? OTLS_E_NOMEM : OTLS_E_CREDENTIAL,
                          OTLS_CODE_NONE, result, "wolfSSL could not sign");
    *length = size;
    return OTLS_OK;
}

const otls_crypto_ops wolf_crypto_ops = {
    .size = sizeof(otls_crypto_ops),
    .random = random_bytes,
    .digest = digest,
    .private_key_import = wolf_private_import,
    .private_key_free = wolf_private_free,
    .private_key_public = wolf_private_public,
    .public_key_import = wolf_public_import,
    .public_key_free = wolf_public_free,
    .verify = verify,
    .sign = sign,
    .private_key_from_callback = wolf_signer_new,
    .pbkdf2 = wolf_pbkdf2,
    .decrypt_cbc = wolf_decrypt_cbc,
#ifdef HAVE_SCRYPT
    .scrypt = wolf_scrypt,
#endif
    .private_key_accelerate = wolf_private_accelerate,
};
