/* SPDX-License-Identifier: MIT */
/* Finding a private key in PEM and DER, and asking for the password of one that has it. */
#include "base/base.h"
#include "identity/derivation.h"
#include "identity/key.h"
#include "identity/pbe.h"
#include "x509/x509.h"

#include <string.h>

otls_status omni_fail_named(otls_error *err, const char *what, const otls_error *inner)
{
    otls_error report = OTLS_ERROR_INIT;

    omni_fail(&report, (otls_status)inner->status, inner->code, "%s: %s", what, inner->text);
    report.native = inner->native;
    report.backend = inner->backend;
    memcpy(report.native_text, inner->native_text, sizeof(report.native_text));
    omni_error_give(err, &report);
    return (otls_status)report.status;
}

/* ---- shapes ---- */

/* What a private key is by its first elements, whatever its label says; 0: none. */
static otls_key_encoding encoding_of(otls_slice der)
{
    omni_der body;
    otls_slice version;

    if (!omni_der_only(der, OMNI_DER_SEQUENCE, &body))
        return (otls_key_encoding)0;
    if (omni_der_tag(&body) == OMNI_DER_SEQUENCE) /* AlgorithmIdentifier */
        return OTLS_KEY_ENCRYPTED_PKCS8;
    if (!omni_der_value(&body, OMNI_DER_INTEGER, &version))
        return (otls_key_encoding)0;
    switch (omni_der_tag(&body)) {
    case OMNI_DER_SEQUENCE: /* AlgorithmIdentifier */
        return OTLS_KEY_PKCS8;
    case OMNI_DER_OCTET_STRING: /* the private key */
        return OTLS_KEY_SEC1;
    case OMNI_DER_INTEGER: /* the modulus */
        return OTLS_KEY_PKCS1;
    default:
        return (otls_key_encoding)0;
    }
}

/* ECParameters of a key; tag 0 when it is no such key or says nothing. */
static omni_tlv curve_of(const otls_key_source *source)
{
    omni_tlv curve = {.tag = 0};
    omni_der body, inside;
    otls_slice oid, ignored;

    if (!omni_der_only(source->data, OMNI_DER_SEQUENCE, &body) ||
        !omni_der_value(&body, OMNI_DER_INTEGER, &ignored))
        return curve;
    if (source->encoding == OTLS_KEY_SEC1) {
        if (omni_der_value(&body, OMNI_DER_OCTET_STRING, &ignored) &&
            omni_der_enter(&body, OMNI_DER_CONTEXT_CONSTRUCTED(0), &inside))
            (void)omni_der_next(&inside, &curve);
    } else if (source->encoding == OTLS_KEY_PKCS8) {
        if (omni_der_enter(&body, OMNI_DER_SEQUENCE, &inside) &&
            omni_der_value(&inside, OMNI_DER_OID, &oid) &&
            OMNI_OID_IS(oid, "\x2a\x86\x48\xce\x3d\x02\x01"))
            (void)omni_der_next(&inside, &curve);
    }
    return curve;
}

/* Is it whole, so that an engine that does not take it lacks the algorithm or the curve? */
static bool is_foreign(const otls_key_source *source)
{
    static const struct {
        const char *bytes;
        size_t size;
    } ours[] = {{"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9}, {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 9},
                {"\x2b\x65\x70", 3},                         {"\x2b\x65\x71", 3},
                {"\x2a\x86\x48\xce\x3d\x02\x01", 7}};
    const omni_tlv curve = curve_of(source);
    omni_der body, algorithm;
    otls_slice version, oid;

    if (curve.tag == OMNI_DER_OID)
        return !OMNI_OID_IS(curve.value, "\x2a\x86\x48\xce\x3d\x03\x01\x07") &&
               !OMNI_OID_IS(curve.value, "\x2b\x81\x04\x00\x22") &&
               !OMNI_OID_IS(curve.value, "\x2b\x81\x04\x00\x23");
    if (source->encoding != OTLS_KEY_PKCS8 ||
        !omni_der_only(source->data, OMNI_DER_SEQUENCE, &body) ||
        !omni_der_value(&body, OMNI_DER_INTEGER, &version) ||
        !omni_der_enter(&body, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_der_value(&algorithm, OMNI_DER_OID, &oid))
        return false;
    for (size_t i = 0; i < OMNI_COUNT(ours); i++)
        if (oid.size == ours[i].size && memcmp(oid.data, ours[i].bytes, oid.size) == 0)
            return false;
    return true;
}

/* ---- import ---- */

static otls_status import(omni_key_search *search, const otls_key_source *source, otls_error *err)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(search->backend)->crypto;
    otls_native_key *native = NULL;
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    if (search->key != NULL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "%s: holds more than one key",
                         search->what);
    if (curve_of(source).tag == OMNI_DER_SEQUENCE)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                         "%s: its curve is spelt out, and TLS knows only those with a name (RFC "
                         "5480 section 2.1.1)",
                         search->what);
    status = OMNI_ENGINE_ASK(&inner, crypto->private_key_import(&native, source, &inner));
    if (omni_engine_fell_short(status)) {
        crypto->private_key_free(native);
        status = omni_fail_nomem(&inner);
    }
    if (status != OTLS_OK) {
        if (inner.code == OTLS_CODE_BAD_DER && is_foreign(source)) {
            inner.code = OTLS_CODE_KEY_UNSUPPORTED;
            (void)snprintf(inner.text, sizeof(inner.text), "%s has no keys of this kind",
                           otls_backend_name(search->backend));
        }
        return omni_fail_named(err, search->what, &inner);
    }
    return omni_key_adopt(&search->key, search->backend, native, search->what, err);
}

otls_status omni_password_ask(const omni_key_search *search, char out[OMNI_PASSWORD_MAX],
                              size_t *length, otls_error *err)
{
    *length = 0;
    if (search->password == NULL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED,
                         "%s: it is encrypted and no password was given", search->what);
    if (search->password(out, OMNI_PASSWORD_MAX, length, search->user) != OTLS_OK ||
        *length > OMNI_PASSWORD_MAX) {
        omni_wipe(out, OMNI_PASSWORD_MAX);
        *length = 0;
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED,
                         "%s: the password callback gave no password", search->what);
    }
    /* some engines would stop reading there, and so take a wrong password for a right one */
    if (memchr(out, 0, *length) != NULL) {
        omni_wipe(out, OMNI_PASSWORD_MAX);
        *length = 0;
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD,
                         "%s: a password with a NUL byte opens nothing", search->what);
    }
    return OTLS_OK;
}

otls_status omni_key_fail(const omni_key_search *search, size_t length, const otls_error *inner,
                          otls_error *err)
{
    /* messages of our own already name the source */
    const bool named = strncmp(inner->text, search->what, strlen(search->what)) == 0;

    if (inner->code == OTLS_CODE_WRONG_PASSWORD) {
        const int32_t code = search->password == NULL ? OTLS_CODE_PASSWORD_NEEDED
                             : length == 0            ? OTLS_CODE_EMPTY_PASSWORD
                                                      : OTLS_CODE_WRONG_PASSWORD;

        return omni_fail(err, OTLS_E_CREDENTIAL, code, "%s: %s", search->what,
                         search->password == NULL ? "it is encrypted and no password was given"
                         : length == 0            ? "it is encrypted and the password is empty"
                                                  : "the password does not open it");
    }
    if (!named)
        return omni_fail_named(err, search->what, inner);
    omni_error_give(err, inner);
    return (otls_status)inner->status;
}

/* ---- encrypted ---- */

/* EncryptedPrivateKeyInfo (RFC 5208): SEQUENCE { AlgorithmIdentifier, OCTET STRING } */
static otls_status open_pkcs8(omni_key_search *search, const otls_key_source *source,
                              otls_error *err)
{
    omni_pbe_password password;
    omni_buffer plain = {0};
    otls_slice algorithm, sealed;
    otls_status status;
    omni_der body;

    if (!omni_der_only(source->data, OMNI_DER_SEQUENCE, &body) ||
        !omni_der_value(&body, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_der_value(&body, OMNI_DER_OCTET_STRING, &sealed) || !omni_der_at_end(&body))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "the encrypted key is malformed");
    if (omni_pbe_is_engines(algorithm) || !omni_pbe_possible(search->backend))
        return import(search, source, err);
    status = omni_pbe_password_set(&password, source->password, err);
    if (status == OTLS_OK)
        status = omni_pbe_open(search->backend, algorithm, sealed, &password, &plain, err);
    omni_pbe_password_clear(&password);
    if (status == OTLS_OK) {
        const otls_key_source key = {
            .encoding = OTLS_KEY_PKCS8,
            .data = {omni_buffer_front(&plain), omni_buffer_size(&plain)}};

        status = encoding_of(key.data) == OTLS_KEY_PKCS8
                     ? import(search, &key, err)
                     : omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD,
                                 "what it decrypts to is no key");
    }
    if (plain.data != NULL)
        omni_wipe(plain.data, plain.capacity);
    omni_buffer_release(&plain);
    return status;
}

static otls_status import_encrypted(omni_key_search *search, otls_key_source *source,
                                    otls_error *err)
{
    const bool pkcs8 = source->encoding == OTLS_KEY_ENCRYPTED_PKCS8;
    otls_error inner = OTLS_ERROR_INIT;
    char password[OMNI_PASSWORD_MAX];
    otls_status status;
    size_t length;

    if (pkcs8)
        OMNI_TRY(omni_derivation_check(source->data, search->what, err));
    OMNI_TRY(omni_password_ask(search, password, &length, err));
    source->password = (otls_slice){(const uint8_t *)password, length};
    status = pkcs8 ? open_pkcs8(search, source, &inner) : import(search, source, &inner);
    omni_wipe(password, sizeof(password));
    return status == OTLS_OK ? OTLS_OK : omni_key_fail(search, length, &inner, err);
}

/* ---- where it stands ---- */

otls_status omni_key_take_der(omni_key_search *search, otls_slice der, otls_error *err)
{
    otls_key_source source = {.encoding = encoding_of(der), .data = der};

    if (source.encoding == OTLS_KEY_ENCRYPTED_PKCS8)
        return import_encrypted(search, &source, err);
    if (source.encoding != (otls_key_encoding)0)
        return import(search, &source, err);
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                     "%s: the private key is not DER from its first byte to its last, or no key",
                     search->what);
}

otls_status omni_key_take_block(omni_key_search *search, const omni_pem_block *block,
                                otls_error *err)
{
    static const char *const kinds[] = {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY",
                                        "ENCRYPTED PRIVATE KEY"};
    static const char *const strangers[] = {"DSA PRIVATE KEY", "OPENSSH PRIVATE KEY"};
    otls_key_source legacy = {.encoding = OTLS_KEY_LEGACY_PEM, .data = block->text};

    /* programs put keys of one kind under the label of another: what is inside counts */
    for (size_t i = 0; i < OMNI_COUNT(kinds); i++)
        if (omni_pem_label_is(block, kinds[i]))
            return block->has_headers ? import_encrypted(search, &legacy, err)
                                      : omni_key_take_der(search, block->der, err);
    for (size_t i = 0; i < OMNI_COUNT(strangers); i++)
        if (omni_pem_label_is(block, strangers[i]))
            return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                             "%s: a key of the kind %s cannot be used in TLS", search->what,
                             strangers[i]);
    return OTLS_OK; /* parameters, certificates and the like are other people's business */
}

bool omni_looks_like_der(const void *data, size_t size)
{
    const uint8_t *bytes = data;

    /* what all begin with: a version or another SEQUENCE */
    return size > 2 && bytes[0] == OMNI_DER_SEQUENCE &&
           (bytes[1] >= 0x80 || bytes[2] == OMNI_DER_INTEGER || bytes[2] == OMNI_DER_SEQUENCE);
}

/* ---- a key by itself ---- */

static otls_status each_block(const omni_pem_block *block, void *user, otls_error *err)
{
    return omni_key_take_block(user, block, err);
}

static otls_status load(omni_key_search *search, const void *data, size_t size, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    size_t blocks;
    otls_status status;

    if (data == NULL || size == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "%s: is empty", search->what);
    if (size > OMNI_FILE_LIMIT)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "%s: larger than %zu bytes",
                         search->what, OMNI_FILE_LIMIT);
    if (omni_looks_like_der(data, size))
        return omni_key_take_der(search, (otls_slice){data, size}, err);
    status = omni_pem_each((otls_slice){data, size}, each_block, search, &blocks, &inner);
    if (status != OTLS_OK) {
        /* messages of our own callbacks already name the source */
        if (strncmp(inner.text, search->what, strlen(search->what)) != 0)
            return omni_fail_named(err, search->what, &inner);
        omni_error_give(err, &inner);
        return status;
    }
    if (blocks == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM,
                         "%s: holds no PEM block and is no DER", search->what);
    if (search->key == NULL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "%s: holds no private key",
                         search->what);
    return OTLS_OK;
}

static otls_status finish(otls_key **out, omni_key_search *search, otls_status status)
{
    if (status == OTLS_OK)
        *out = search->key;
    else
        otls_key_free(search->key);
    return status;
}

otls_status otls_key_from_memory(otls_key **out, const otls_backend *backend,
                                 const void *pem_or_der, size_t size,
                                 otls_password_callback password, void *user, otls_error *err)
{
    omni_key_search search = {
        .backend = backend, .password = password, .user = user, .what = "key in memory"};

    *out = NULL;
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&search.backend, NULL, err));
    return finish(out, &search, load(&search, pem_or_der, size, err));
}

otls_status otls_key_from_file(otls_key **out, const otls_backend *backend, const char *path,
                               otls_password_callback password, void *user, otls_error *err)
{
    omni_key_search search = {.backend = backend, .password = password, .user = user, .what = path};
    unsigned char *data;
    size_t size;
    otls_status status;

    *out = NULL;
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&search.backend, NULL, err));
    OMNI_TRY(omni_file_read(path, &data, &size, err));
    status = load(&search, data, size, err);
    omni_wipe(data, size);
    omni_free(data);
    return finish(out, &search, status);
}
