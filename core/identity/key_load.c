/* SPDX-License-Identifier: MIT */
/* Finding a private key in PEM and DER, and asking for the password of one that has it. */
#include "base/base.h"
#include "identity/derivation.h"
#include "identity/key.h"
#include "x509/x509.h"

#include <string.h>

otls_status omni_fail_named(otls_error *err, const char *what, const otls_error *inner)
{
    const otls_error copy = *inner;

    omni_fail(err, (otls_status)copy.status, copy.code, "%s: %s", what, copy.text);
    if (err != NULL) {
        err->native = copy.native;
        err->backend = copy.backend;
        memcpy(err->native_text, copy.native_text, sizeof(err->native_text));
    }
    return (otls_status)copy.status;
}

static otls_status import(omni_key_search *search, const otls_key_source *source, otls_error *err)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(search->backend)->crypto;
    otls_native_key *native = NULL;
    otls_error inner;
    omni_der body;

    if (search->key != NULL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "%s: holds more than one key",
                         search->what);
    /* engines differ in what they read over behind a key */
    if (source->encoding != OTLS_KEY_LEGACY_PEM &&
        !omni_der_only(source->data, OMNI_DER_SEQUENCE, &body))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         "%s: the private key is not DER from its first byte to its last",
                         search->what);
    if (crypto->private_key_import(&native, source, &inner) != OTLS_OK) {
        if (inner.code == OTLS_CODE_WRONG_PASSWORD) /* each engine has its own words for it */
            (void)snprintf(inner.text, sizeof(inner.text), "the password does not open the key");
        return omni_fail_named(err, search->what, &inner);
    }
    return omni_key_wrap(&search->key, search->backend, native, err);
}

otls_status omni_password_ask(const omni_key_search *search, bool empty_ok,
                              char out[OMNI_PASSWORD_MAX], size_t *length, otls_error *err)
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
    if (*length == 0 && !empty_ok)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_EMPTY_PASSWORD,
                         "%s: it is encrypted and the password is empty", search->what);
    return OTLS_OK;
}

static otls_status import_encrypted(omni_key_search *search, otls_key_source *source,
                                    otls_error *err)
{
    char password[OMNI_PASSWORD_MAX];
    size_t length;
    otls_status status;

    if (source->encoding == OTLS_KEY_ENCRYPTED_PKCS8)
        OMNI_TRY(omni_derivation_check(source->data, search->what, err));
    OMNI_TRY(omni_password_ask(search, false, password, &length, err));
    source->password = (otls_slice){(const uint8_t *)password, length};
    status = import(search, source, err);
    omni_wipe(password, sizeof(password));
    return status;
}

otls_status omni_key_take_block(omni_key_search *search, const omni_pem_block *block,
                                otls_error *err)
{
    static const struct {
        const char *label;
        otls_key_encoding encoding;
    } kinds[] = {{"PRIVATE KEY", OTLS_KEY_PKCS8},
                 {"RSA PRIVATE KEY", OTLS_KEY_PKCS1},
                 {"EC PRIVATE KEY", OTLS_KEY_SEC1},
                 {"ENCRYPTED PRIVATE KEY", OTLS_KEY_ENCRYPTED_PKCS8}};
    static const char *const strangers[] = {"DSA PRIVATE KEY", "OPENSSH PRIVATE KEY"};

    for (size_t i = 0; i < OMNI_COUNT(kinds); i++) {
        otls_key_source source = {.encoding = kinds[i].encoding, .data = block->der};

        if (!omni_pem_label_is(block, kinds[i].label))
            continue;
        if (block->has_headers) {
            source.encoding = OTLS_KEY_LEGACY_PEM;
            source.data = block->text;
        }
        if (block->has_headers || source.encoding == OTLS_KEY_ENCRYPTED_PKCS8)
            return import_encrypted(search, &source, err);
        return import(search, &source, err);
    }
    for (size_t i = 0; i < OMNI_COUNT(strangers); i++)
        if (omni_pem_label_is(block, strangers[i]))
            return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                             "%s: a key of the kind %s cannot be used in TLS", search->what,
                             strangers[i]);
    return OTLS_OK; /* parameters, certificates and the like are other people's business */
}

/* EncryptedPrivateKeyInfo begins with an AlgorithmIdentifier, every other form with a number. */
static bool is_encrypted(otls_slice der)
{
    omni_der body;

    return omni_der_only(der, OMNI_DER_SEQUENCE, &body) && omni_der_tag(&body) == OMNI_DER_SEQUENCE;
}

otls_status omni_key_take_der(omni_key_search *search, otls_slice der, otls_error *err)
{
    static const otls_key_encoding plain[] = {OTLS_KEY_PKCS8, OTLS_KEY_SEC1, OTLS_KEY_PKCS1};
    otls_key_source source = {.data = der};
    otls_error first = OTLS_ERROR_INIT;

    if (is_encrypted(der)) {
        source.encoding = OTLS_KEY_ENCRYPTED_PKCS8;
        return import_encrypted(search, &source, err);
    }
    for (size_t i = 0; i < OMNI_COUNT(plain); i++) {
        otls_error inner = OTLS_ERROR_INIT;

        source.encoding = plain[i];
        if (import(search, &source, &inner) == OTLS_OK)
            return OTLS_OK;
        if (i == 0)
            first = inner;
    }
    if (err != NULL)
        *err = first;
    return (otls_status)first.status;
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
        if (err != NULL)
            *err = inner;
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
