/* SPDX-License-Identifier: MIT */
/* The algorithms of encryption by password: what they are called, what they derive, what decrypts. */
#include "identity/pbe.h"

#include "base/base.h"
#include "identity/ber.h"
#include "x509/x509.h"

#include <string.h>

#define PKCS5 "\x2a\x86\x48\x86\xf7\x0d\x01\x05"
#define PKCS12_PBE "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"
#define RSADSI "\x2a\x86\x48\x86\xf7\x0d"
#define NIST_HASH "\x60\x86\x48\x01\x65\x03\x04\x02"
#define NIST_AES "\x60\x86\x48\x01\x65\x03\x04\x01"
#define SCRYPT "\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"
#define KEY_MAX 64u
#define BLOCK_MAX 16u
/** scrypt takes 128*N*r octets of memory; the openssl command's default is a quarter of this. */
#define SCRYPT_MEMORY_MAX (UINT64_C(64) * 1024 * 1024)

/* What a password and these make decrypts. */
typedef struct scheme {
    otls_cbc_cipher cipher;
    uint8_t key_size, block;
    uint8_t iv[BLOCK_MAX];
    uint8_t key[KEY_MAX];
} scheme;

/* ---- failures ---- */

static otls_status malformed(otls_error *err)
{
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                     "the parameters of its encryption are malformed");
}

static otls_status wrong_password(otls_error *err)
{
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD,
                     "the password does not open it");
}

static otls_status unsupported(otls_slice oid, otls_error *err)
{
    char name[OMNI_OID_TEXT_MAX] = "nothing known";

    if (oid.size != 0)
        omni_oid_text(oid, name);
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                     "it is encrypted or authenticated with %s, which is not supported", name);
}

/* An engine that lacks something is no fault of the password. */
static otls_status of_engine(otls_status status, const otls_backend *backend, otls_slice oid,
                             const otls_error *inner, otls_error *err)
{
    char name[OMNI_OID_TEXT_MAX];

    if (status == OTLS_OK)
        return OTLS_OK;
    if (status != OTLS_E_UNSUPPORTED) {
        omni_error_give(err, inner);
        return status;
    }
    omni_oid_text(oid, name);
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED, "%s cannot undo %s",
                     otls_backend_name(backend), name);
}

/* ---- AlgorithmIdentifier ---- */

static bool algorithm_read(omni_der *from, otls_slice *oid, omni_tlv *parameters)
{
    *parameters = (omni_tlv){.tag = 0};
    return omni_der_value(from, OMNI_DER_OID, oid) &&
           (omni_der_at_end(from) || omni_der_next(from, parameters)) && omni_der_at_end(from);
}

/* The next element is an AlgorithmIdentifier. */
static bool algorithm_take(omni_der *from, otls_slice *oid, omni_tlv *parameters)
{
    omni_der inside;

    return omni_der_enter(from, OMNI_DER_SEQUENCE, &inside) &&
           algorithm_read(&inside, oid, parameters);
}

static otls_sig_hash hmac_of(otls_slice oid)
{
    static const otls_sig_hash by_last[] = {[7] = OTLS_SIG_HASH_SHA1,    [8] = OTLS_SIG_HASH_SHA224,
                                            [9] = OTLS_SIG_HASH_SHA256,  [10] = OTLS_SIG_HASH_SHA384,
                                            [11] = OTLS_SIG_HASH_SHA512};

    return oid.size == 8 && memcmp(oid.data, RSADSI "\x02", 7) == 0 &&
                   oid.data[7] < OMNI_COUNT(by_last)
               ? by_last[oid.data[7]]
               : OTLS_SIG_HASH_NONE;
}

static bool rounds_of(otls_slice content, uint32_t *rounds)
{
    return omni_der_integer_ok(content) && omni_der_unsigned(content, rounds) && *rounds > 0 &&
           *rounds < UINT32_MAX;
}

/* ---- PBES2 ---- */

static otls_status pbkdf2(const otls_backend *backend, const omni_tlv *parameters,
                          otls_slice password, size_t *size, uint8_t *key, otls_error *err)
{
    omni_der in = omni_der_of(parameters->value);
    otls_slice salt, count, length = {NULL, 0}, prf = {NULL, 0};
    otls_sig_hash hash = OTLS_SIG_HASH_SHA1;
    uint32_t rounds, wanted = (uint32_t)*size;
    otls_error inner = OTLS_ERROR_INIT;
    omni_tlv ignored;

    if (parameters->tag != OMNI_DER_SEQUENCE || !omni_der_value(&in, OMNI_DER_OCTET_STRING, &salt) ||
        !omni_der_value(&in, OMNI_DER_INTEGER, &count) || !rounds_of(count, &rounds))
        return malformed(err);
    if (omni_der_value(&in, OMNI_DER_INTEGER, &length) &&
        (!omni_der_unsigned(length, &wanted) || wanted == 0 || wanted > KEY_MAX ||
         (*size != 0 && wanted != *size)))
        return malformed(err);
    if (!omni_der_at_end(&in)) {
        if (!algorithm_take(&in, &prf, &ignored) || !omni_der_at_end(&in))
            return malformed(err);
        hash = hmac_of(prf);
    }
    if (hash == OTLS_SIG_HASH_NONE || wanted == 0)
        return hash == OTLS_SIG_HASH_NONE ? unsupported(prf, err) : malformed(err);
    *size = wanted;
    return of_engine(OMNI_ENGINE_GET(&inner,
                                     OMNI_MODULE(backend)->crypto->pbkdf2(hash, password, salt, rounds,
                                                                          key, *size, &inner)),
                     backend, prf.size != 0 ? prf : (otls_slice){(const uint8_t *)RSADSI "\x02\x07", 8},
                     &inner, err);
}

static otls_status scrypt(const otls_backend *backend, otls_slice oid, const omni_tlv *parameters,
                          otls_slice password, size_t size, uint8_t *key, otls_error *err)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(backend)->crypto;
    omni_der in = omni_der_of(parameters->value);
    otls_error inner = OTLS_ERROR_INIT;
    otls_slice salt, number[3];
    uint32_t value[3], length;

    if (parameters->tag != OMNI_DER_SEQUENCE || !omni_der_value(&in, OMNI_DER_OCTET_STRING, &salt))
        return malformed(err);
    for (size_t i = 0; i < 3; i++)
        if (!omni_der_value(&in, OMNI_DER_INTEGER, &number[i]) || !rounds_of(number[i], &value[i]))
            return malformed(err);
    if (omni_der_value(&in, OMNI_DER_INTEGER, &number[0]) &&
        (!omni_der_unsigned(number[0], &length) || length != size))
        return malformed(err);
    if (!omni_der_at_end(&in) || value[0] < 2 || (value[0] & (value[0] - 1)) != 0)
        return malformed(err);
    if (UINT64_C(128) * value[0] > SCRYPT_MEMORY_MAX / value[1])
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "scrypt would take more than 64 MiB of memory");
    return of_engine(OMNI_HAS(crypto, scrypt)
                         ? OMNI_ENGINE_GET(&inner,
                                           crypto->scrypt(password, salt, value[0], value[1], value[2],
                                                          key, size, &inner))
                         : OTLS_E_UNSUPPORTED,
                     backend, oid, &inner, err);
}

static otls_status cipher_of(otls_slice oid, const omni_tlv *parameters, scheme *out,
                             otls_error *err)
{
    if (oid.size == 9 && memcmp(oid.data, NIST_AES, 8) == 0 &&
        (oid.data[8] == 2 || oid.data[8] == 22 || oid.data[8] == 42))
        *out = (scheme){.cipher = OTLS_CBC_AES,
                        .key_size = oid.data[8] == 2 ? 16 : oid.data[8] == 22 ? 24 : 32,
                        .block = 16};
    else if (OMNI_OID_IS(oid, RSADSI "\x03\x07"))
        *out = (scheme){.cipher = OTLS_CBC_3DES, .key_size = 24, .block = 8};
    else
        return unsupported(oid, err);
    if (parameters->tag != OMNI_DER_OCTET_STRING || parameters->value.size != out->block)
        return malformed(err);
    memcpy(out->iv, parameters->value.data, out->block);
    return OTLS_OK;
}

static otls_status pbes2(const otls_backend *backend, const omni_tlv *parameters,
                         otls_slice password, scheme *out, otls_error *err)
{
    omni_der in = omni_der_of(parameters->value);
    otls_slice derive, encrypt;
    omni_tlv derive_with, encrypt_with;
    size_t size;

    if (parameters->tag != OMNI_DER_SEQUENCE || !algorithm_take(&in, &derive, &derive_with) ||
        !algorithm_take(&in, &encrypt, &encrypt_with) || !omni_der_at_end(&in))
        return malformed(err);
    OMNI_TRY(cipher_of(encrypt, &encrypt_with, out, err));
    size = out->key_size;
    if (OMNI_OID_IS(derive, PKCS5 "\x0c"))
        return pbkdf2(backend, &derive_with, password, &size, out->key, err);
    if (OMNI_OID_IS(derive, SCRYPT))
        return scrypt(backend, derive, &derive_with, password, size, out->key, err);
    return unsupported(derive, err);
}

/* ---- PKCS #12's own (RFC 7292 appendix C) ---- */

static otls_status pbe12(const otls_backend *backend, otls_slice oid, const omni_tlv *parameters,
                         otls_slice bmp, scheme *out, otls_error *err)
{
    static const scheme kinds[] = {
        [3] = {.cipher = OTLS_CBC_3DES, .key_size = 24, .block = 8},
        [4] = {.cipher = OTLS_CBC_3DES, .key_size = 16, .block = 8}, /* two keys */
        [5] = {.cipher = OTLS_CBC_RC2, .key_size = 16, .block = 8},
        [6] = {.cipher = OTLS_CBC_RC2, .key_size = 5, .block = 8}};
    omni_der in = omni_der_of(parameters->value);
    const uint8_t kind = oid.data[oid.size - 1];
    otls_slice salt, count;
    uint32_t rounds;

    if (kind >= OMNI_COUNT(kinds) || kinds[kind].key_size == 0)
        return unsupported(oid, err); /* RC4 */
    *out = kinds[kind];
    if (parameters->tag != OMNI_DER_SEQUENCE || !omni_der_value(&in, OMNI_DER_OCTET_STRING, &salt) ||
        !omni_der_value(&in, OMNI_DER_INTEGER, &count) || !rounds_of(count, &rounds) ||
        !omni_der_at_end(&in))
        return malformed(err);
    OMNI_TRY(omni_kdf_pkcs12(backend, OTLS_HASH_SHA1, 1, bmp, salt, rounds, out->key,
                             out->key_size, err));
    OMNI_TRY(omni_kdf_pkcs12(backend, OTLS_HASH_SHA1, 2, bmp, salt, rounds, out->iv, out->block,
                             err));
    if (kind == 4) {
        memcpy(out->key + 16, out->key, 8);
        out->key_size = 24;
    }
    return OTLS_OK;
}

/* ---- opening ---- */

bool omni_pbe_possible(const otls_backend *backend)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(backend)->crypto;

    return OMNI_HAS(crypto, pbkdf2) && OMNI_HAS(crypto, decrypt_cbc);
}

bool omni_pbe_is_engines(otls_slice algorithm)
{
    omni_der in = omni_der_of(algorithm);
    otls_slice oid;
    omni_tlv parameters;

    /* pbeWithMD5AndDES-CBC, pbeWithSHA1AndDES-CBC */
    return algorithm_read(&in, &oid, &parameters) &&
           (OMNI_OID_IS(oid, PKCS5 "\x03") || OMNI_OID_IS(oid, PKCS5 "\x0a"));
}

/* RFC 8018 6.1.1: the last octet says how many are padding, each with that value. */
static bool unpad(const uint8_t *data, size_t size, size_t block, size_t *left)
{
    const uint8_t pad = data[size - 1];

    if (pad == 0 || pad > block)
        return false;
    for (size_t i = 1; i <= pad; i++)
        if (data[size - i] != pad)
            return false;
    *left = size - pad;
    return true;
}

static otls_status decrypt(const otls_backend *backend, const scheme *with, otls_slice oid,
                           otls_slice data, omni_buffer *out, otls_error *err)
{
    const otls_slice key = {with->key, with->key_size};
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;
    size_t size;
    uint8_t *plain;

    if (data.size == 0 || data.size % with->block != 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "what is encrypted is no whole number of blocks");
    plain = omni_malloc(data.size);
    if (plain == NULL)
        return omni_fail_nomem(err);
    status = of_engine(OMNI_ENGINE_GET(&inner,
                                       OMNI_MODULE(backend)->crypto->decrypt_cbc(
                                           with->cipher, key, with->iv, data, plain, &inner)),
                       backend, oid, &inner, err);
    if (status == OTLS_OK) {
        status = unpad(plain, data.size, with->block, &size) && size != 0
                     ? omni_ber_to_der(out, (otls_slice){plain, size})
                     : OTLS_E_CREDENTIAL;
        if (status == OTLS_E_NOMEM)
            (void)omni_fail_nomem(err);
        else if (status != OTLS_OK)
            status = wrong_password(err);
    }
    omni_wipe(plain, data.size);
    omni_free(plain);
    return status;
}

/* With one form of the password. */
static otls_status open_with(const otls_backend *backend, otls_slice oid, const omni_tlv *parameters,
                             otls_slice data, otls_slice password, bool two, omni_buffer *out,
                             otls_error *err)
{
    scheme with = {.cipher = OTLS_CBC_AES};
    otls_status status = two ? pbes2(backend, parameters, password, &with, err)
                             : pbe12(backend, oid, parameters, password, &with, err);

    if (status == OTLS_OK)
        status = decrypt(backend, &with, oid, data, out, err);
    omni_wipe(&with, sizeof(with));
    return status;
}

otls_status omni_pbe_open(const otls_backend *backend, otls_slice algorithm, otls_slice data,
                          const omni_pbe_password *password, omni_buffer *out, otls_error *err)
{
    const otls_slice bmp = {password->bmp, password->bmp_size}, none = {password->bmp, 0};
    omni_der in = omni_der_of(algorithm);
    otls_error inner = OTLS_ERROR_INIT;
    otls_slice oid;
    omni_tlv parameters;
    otls_status status;

    if (!algorithm_read(&in, &oid, &parameters))
        return malformed(err);
    if (OMNI_OID_IS(oid, PKCS5 "\x0d"))
        return open_with(backend, oid, &parameters, data, password->utf8, true, out, err);
    if (oid.size != 10 || memcmp(oid.data, PKCS12_PBE, 9) != 0)
        return unsupported(oid, err);
    status = open_with(backend, oid, &parameters, data, bmp, false, out, &inner);
    if (status == OTLS_E_CREDENTIAL && inner.code == OTLS_CODE_WRONG_PASSWORD &&
        password->utf8.size == 0) {
        /* the empty password is written in two ways: with its two zeros, and without */
        out->start = out->end = 0;
        return open_with(backend, oid, &parameters, data, none, false, out, err);
    }
    if (status != OTLS_OK)
        omni_error_give(err, &inner);
    return status;
}

/* ---- MAC ---- */

static otls_hash plain_hash(otls_sig_hash hash)
{
    return hash == OTLS_SIG_HASH_SHA1     ? OTLS_HASH_SHA1
           : hash == OTLS_SIG_HASH_SHA256 ? OTLS_HASH_SHA256
           : hash == OTLS_SIG_HASH_SHA384 ? OTLS_HASH_SHA384
           : hash == OTLS_SIG_HASH_SHA512 ? OTLS_HASH_SHA512
                                          : (otls_hash)0;
}

static bool same(const uint8_t *a, const uint8_t *b, size_t size)
{
    uint8_t differs = 0;

    for (size_t i = 0; i < size; i++)
        differs |= a[i] ^ b[i];
    return differs == 0;
}

static otls_status compare(const otls_backend *backend, otls_hash hash, otls_slice key,
                           otls_slice content, otls_slice expected, otls_error *err)
{
    uint8_t made[64];
    size_t size;

    OMNI_TRY(omni_hmac(backend, hash, key, content, made, &size, err));
    return size == expected.size && same(made, expected.data, size) ? OTLS_OK : wrong_password(err);
}

static otls_status pbmac1(const otls_backend *backend, const omni_tlv *parameters,
                          otls_slice content, otls_slice expected, otls_slice password,
                          otls_error *err)
{
    omni_der in = omni_der_of(parameters->value);
    otls_slice derive, hmac;
    omni_tlv derive_with, ignored;
    uint8_t key[KEY_MAX];
    size_t size = 0; /* the file says it: RFC 9579 5 */
    otls_status status;

    if (parameters->tag != OMNI_DER_SEQUENCE || !algorithm_take(&in, &derive, &derive_with) ||
        !algorithm_take(&in, &hmac, &ignored) || !omni_der_at_end(&in))
        return malformed(err);
    if (!OMNI_OID_IS(derive, PKCS5 "\x0c"))
        return unsupported(derive, err);
    if (plain_hash(hmac_of(hmac)) == 0)
        return unsupported(hmac, err);
    status = pbkdf2(backend, &derive_with, password, &size, key, err);
    if (status == OTLS_OK)
        status = compare(backend, plain_hash(hmac_of(hmac)), (otls_slice){key, size}, content,
                         expected, err);
    omni_wipe(key, sizeof(key));
    return status;
}

static otls_status mac12(const otls_backend *backend, otls_hash hash, otls_slice salt,
                         uint32_t rounds, otls_slice content, otls_slice expected, otls_slice bmp,
                         otls_error *err)
{
    const size_t size = omni_hash_size(hash);
    uint8_t key[KEY_MAX];
    otls_status status =
        omni_kdf_pkcs12(backend, hash, 3, bmp, salt, rounds, key, size, err);

    if (status == OTLS_OK)
        status = compare(backend, hash, (otls_slice){key, size}, content, expected, err);
    omni_wipe(key, sizeof(key));
    return status;
}

otls_status omni_pbe_mac_check(const otls_backend *backend, otls_slice mac, otls_slice content,
                               const omni_pbe_password *password, otls_error *err)
{
    const otls_slice bmp = {password->bmp, password->bmp_size}, none = {password->bmp, 0};
    omni_der in = omni_der_of(mac), info;
    otls_slice oid, expected, salt, count = {NULL, 0};
    uint32_t rounds = 1;
    omni_tlv parameters;
    otls_hash hash;

    if (!omni_der_enter(&in, OMNI_DER_SEQUENCE, &info) ||
        !algorithm_take(&info, &oid, &parameters) ||
        !omni_der_value(&info, OMNI_DER_OCTET_STRING, &expected) || !omni_der_at_end(&info) ||
        !omni_der_value(&in, OMNI_DER_OCTET_STRING, &salt) ||
        (omni_der_value(&in, OMNI_DER_INTEGER, &count) && !rounds_of(count, &rounds)) ||
        !omni_der_at_end(&in))
        return malformed(err);
    if (OMNI_OID_IS(oid, PKCS5 "\x0e"))
        return pbmac1(backend, &parameters, content, expected, password->utf8, err);
    hash = (otls_hash)omni_oid_hash(oid);
    if (hash == 0)
        return unsupported(oid, err);
    if (password->utf8.size == 0) { /* without its two zeros */
        otls_error inner = OTLS_ERROR_INIT;
        const otls_status status = mac12(backend, hash, salt, rounds, content, expected, none, &inner);

        if (status != OTLS_E_CREDENTIAL) {
            omni_error_give(err, &inner);
            return status;
        }
    }
    return mac12(backend, hash, salt, rounds, content, expected, bmp, err);
}
