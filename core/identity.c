/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include "alloc.h"
#include "fail.h"
#include "files.h"
#include "x509.h"

#include <string.h>

/** RFC 8018 sets no limit; engines' own buffers are 160 bytes and up, ours holds any of them. */
#define PASSWORD_LIMIT 1024

/** What is being put together; `what` names the source in messages. */
typedef struct loading {
    otls_identity *identity;
    otls_password_callback password;
    void *user;
    const char *what;
    bool want_chain, want_key;
} loading;

static otls_status add_certificate(loading *load, otls_slice der, otls_error *err)
{
    otls_identity *identity = load->identity;
    otls_certificate *cert;
    otls_error inner = OTLS_ERROR_INIT;

    if (identity->chain_count == OTLS_IDENTITY_CHAIN_MAX)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "%s: more than %d certificates",
                         load->what, OTLS_IDENTITY_CHAIN_MAX);
    if (otls_certificate_from_der(&cert, der.data, der.size, &inner) != OTLS_OK)
        return otls_fail(err, OTLS_E_CREDENTIAL, inner.code, "%s: certificate %zu: %s", load->what,
                         identity->chain_count + 1, inner.text);
    identity->chain[identity->chain_count++] = cert;
    return OTLS_OK;
}

static otls_status import_key(loading *load, const otls_key_source *source, otls_error *err)
{
    otls_identity *identity = load->identity;
    const otls_crypto_ops *crypto = OTLS_MODULE(identity->backend)->crypto;
    otls_error inner;
    otls_status status;

    if (identity->key != NULL)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "%s: holds more than one key",
                         load->what);
    status = crypto->private_key_import(&identity->key, source, &inner);
    if (status == OTLS_OK)
        return OTLS_OK;
    otls_fail(err, status, inner.code, "%s: %s", load->what, inner.text);
    if (err != NULL) {
        err->native = inner.native;
        err->backend = inner.backend;
        memcpy(err->native_text, inner.native_text, sizeof(err->native_text));
    }
    return status;
}

/* No password given, an empty one and a wrong one are three different mistakes: say which. */
static otls_status import_encrypted(loading *load, otls_key_source *source, otls_error *err)
{
    char password[PASSWORD_LIMIT];
    size_t length = 0;
    otls_status status;

    if (load->password == NULL)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED,
                         "%s: the key is encrypted and no password was given", load->what);
    if (load->password(password, sizeof(password), &length, load->user) != OTLS_OK ||
        length > sizeof(password)) {
        otls_wipe(password, sizeof(password));
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED,
                         "%s: the password callback gave no password", load->what);
    }
    if (length == 0)
        status = otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_EMPTY_PASSWORD,
                           "%s: the key is encrypted and the password is empty", load->what);
    else {
        source->password = (otls_slice){(const uint8_t *)password, length};
        status = import_key(load, source, err);
    }
    otls_wipe(password, sizeof(password));
    return status;
}

static otls_status add_block(const otls_pem_block *block, void *user, otls_error *err)
{
    static const struct {
        const char *label;
        otls_key_encoding encoding;
    } kinds[] = {{"PRIVATE KEY", OTLS_KEY_PKCS8},
                 {"RSA PRIVATE KEY", OTLS_KEY_PKCS1},
                 {"EC PRIVATE KEY", OTLS_KEY_SEC1},
                 {"ENCRYPTED PRIVATE KEY", OTLS_KEY_ENCRYPTED_PKCS8}};
    loading *load = user;

    if (otls_pem_label_is(block, "CERTIFICATE") || otls_pem_label_is(block, "X509 CERTIFICATE"))
        return load->want_chain ? add_certificate(load, block->der, err) : OTLS_OK;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && load->want_key; i++) {
        otls_key_source source = {.encoding = kinds[i].encoding, .data = block->der};

        if (!otls_pem_label_is(block, kinds[i].label))
            continue;
        if (block->has_headers) {
            source.encoding = OTLS_KEY_LEGACY_PEM;
            source.data = block->text;
        }
        if (block->has_headers || source.encoding == OTLS_KEY_ENCRYPTED_PKCS8)
            return import_encrypted(load, &source, err);
        return import_key(load, &source, err);
    }
    return OTLS_OK; /* parameters, requests and the like are other people's business */
}

/* A DER key says itself what it is: try the encodings in the order of their likelihood. */
static otls_status add_der_key(loading *load, otls_slice der, otls_error *err)
{
    static const otls_key_encoding plain[] = {OTLS_KEY_PKCS8, OTLS_KEY_SEC1, OTLS_KEY_PKCS1};
    otls_key_source source = {.data = der};
    otls_error first = OTLS_ERROR_INIT;

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        otls_error inner = OTLS_ERROR_INIT;

        source.encoding = plain[i];
        if (import_key(load, &source, &inner) == OTLS_OK)
            return OTLS_OK;
        if (i == 0)
            first = inner;
    }
    if (load->password != NULL) {
        source.encoding = OTLS_KEY_ENCRYPTED_PKCS8;
        return import_encrypted(load, &source, err);
    }
    if (err != NULL)
        *err = first;
    return OTLS_E_CREDENTIAL;
}

static bool looks_like_der(const uint8_t *data, size_t size)
{
    return size > 2 && data[0] == 0x30 && (data[1] >= 0x80 || (size_t)data[1] + 2 == size);
}

static otls_status add_source(loading *load, const void *data, size_t size, otls_error *err)
{
    const otls_slice bytes = {data, size};
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;
    size_t blocks;

    if (size > OTLS_FILE_LIMIT)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "%s: larger than %zu bytes",
                         load->what, OTLS_FILE_LIMIT);
    if (looks_like_der(data, size))
        return load->want_chain ? add_certificate(load, bytes, err) : add_der_key(load, bytes, err);
    status = otls_pem_each(bytes, add_block, load, &blocks, &inner);
    if (status == OTLS_OK && blocks == 0)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM, "%s: holds no PEM block and is no DER",
                         load->what);
    if (status != OTLS_OK && err != NULL) {
        *err = inner;
        /* messages of our own callbacks already name the source */
        if (strncmp(inner.text, load->what, strlen(load->what)) != 0)
            return otls_fail(err, status, inner.code, "%s: %s", load->what, inner.text);
    }
    return status;
}

static otls_status check_match(const otls_identity *identity, const char *what, otls_error *err)
{
    const otls_x509 *leaf = &identity->chain[0]->x509;
    uint8_t spki[4096];
    size_t length = 0;
    otls_error inner;

    if (OTLS_MODULE(identity->backend)
            ->crypto->private_key_public(identity->key, spki, sizeof(spki), &length, &inner) !=
        OTLS_OK)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED, "%s: %s", what,
                         inner.text);
    if (length != leaf->spki.size || memcmp(spki, leaf->spki.data, length) != 0)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_MISMATCH,
                         "%s: the key does not belong to the certificate of %.80s", what,
                         otls_certificate_subject(identity->chain[0]));
    return OTLS_OK;
}

static otls_status finish(loading *load, const char *chain_name, otls_error *err)
{
    if (load->identity->chain_count == 0)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                         "%s: holds no certificate", chain_name);
    if (load->identity->key == NULL)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "%s: holds no private key",
                         load->what);
    return check_match(load->identity, load->what, err);
}

static otls_status identity_new(otls_identity **out, const otls_backend *backend, otls_error *err)
{
    *out = otls_calloc(1, sizeof(**out));
    if (*out == NULL)
        return otls_fail_nomem(err);
    (*out)->references = 1;
    (*out)->backend = backend;
    return OTLS_OK;
}

otls_status otls_identity_load_memory(otls_identity **out, const otls_backend *backend,
                                      const void *chain, size_t chain_size, const void *key,
                                      size_t key_size, otls_password_callback password, void *user,
                                      otls_error *err)
{
    loading load = {.password = password,
                    .user = user,
                    .what = "certificate in memory",
                    .want_chain = true,
                    .want_key = key == NULL};
    otls_status status;

    *out = NULL;
    if (chain == NULL)
        return otls_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    if (backend == NULL)
        OTLS_TRY(otls_backend_find(&backend, NULL, err));
    OTLS_TRY(identity_new(&load.identity, backend, err));
    status = add_source(&load, chain, chain_size, err);
    if (status == OTLS_OK && key != NULL) {
        load.what = "key in memory";
        load.want_chain = false;
        load.want_key = true;
        status = add_source(&load, key, key_size, err);
    }
    if (status == OTLS_OK)
        status = finish(&load, "certificate in memory", err);
    if (status == OTLS_OK)
        *out = load.identity;
    else
        otls_identity_free(load.identity);
    return status;
}

static otls_status add_file(loading *load, const char *path, otls_error *err)
{
    unsigned char *data;
    size_t size;
    otls_status status;

    load->what = path;
    OTLS_TRY(otls_file_read(path, &data, &size, err));
    status = add_source(load, data, size, err);
    otls_wipe(data, size); /* it may hold a private key */
    otls_free(data);
    return status;
}

otls_status otls_identity_load_files(otls_identity **out, const otls_backend *backend,
                                     const char *chain_path, const char *key_path_or_null,
                                     otls_password_callback password, void *user, otls_error *err)
{
    loading load = {.password = password,
                    .user = user,
                    .want_chain = true,
                    .want_key = key_path_or_null == NULL};
    otls_status status;

    *out = NULL;
    if (backend == NULL)
        OTLS_TRY(otls_backend_find(&backend, NULL, err));
    OTLS_TRY(identity_new(&load.identity, backend, err));
    status = add_file(&load, chain_path, err);
    if (status == OTLS_OK && key_path_or_null != NULL) {
        load.want_chain = false;
        load.want_key = true;
        status = add_file(&load, key_path_or_null, err);
    }
    if (status == OTLS_OK)
        status = finish(&load, chain_path, err);
    if (status == OTLS_OK)
        *out = load.identity;
    else
        otls_identity_free(load.identity);
    return status;
}

otls_identity *otls_identity_ref(otls_identity *identity)
{
    if (identity != NULL)
        atomic_fetch_add_explicit(&identity->references, 1, memory_order_relaxed);
    return identity;
}

void otls_identity_free(otls_identity *identity)
{
    if (identity == NULL ||
        atomic_fetch_sub_explicit(&identity->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < identity->chain_count; i++)
        otls_certificate_free(identity->chain[i]);
    if (identity->key != NULL)
        OTLS_MODULE(identity->backend)->crypto->private_key_free(identity->key);
    otls_free(identity);
}

size_t otls_identity_chain_count(const otls_identity *identity)
{
    return identity->chain_count;
}

const otls_certificate *otls_identity_chain(const otls_identity *identity, size_t index)
{
    return index < identity->chain_count ? identity->chain[index] : NULL;
}
