/* SPDX-License-Identifier: MIT */
/* Identities from PEM and DER: chain and key apart, or both in one text. */
#include "base/base.h"
#include "identity/identity.h"
#include "x509/x509.h"

#include <string.h>

/** What is being put together. */
typedef struct loading {
    otls_identity *identity;
    omni_key_search search;
    bool want_chain, want_key;
} loading;

static otls_status add_block(const omni_pem_block *block, void *user, otls_error *err)
{
    loading *load = user;
    otls_slice der;
    uint8_t trusted_for; /* by whoever made the file: what we present is the certificate */

    if (omni_pem_label_is(block, "CERTIFICATE") || omni_pem_label_is(block, "X509 CERTIFICATE"))
        return load->want_chain
                   ? omni_identity_add_der(load->identity, block->der, load->search.what, err)
                   : OTLS_OK;
    if (omni_pem_label_is(block, OMNI_PEM_TRUSTED)) {
        if (!load->want_chain)
            return OTLS_OK;
        OMNI_TRY(omni_trust_aux_parse(block->der, &der, &trusted_for, err));
        return omni_identity_add_der(load->identity, der, load->search.what, err);
    }
    return load->want_key ? omni_key_take_block(&load->search, block, err) : OTLS_OK;
}

/* Certificates one behind the other; what is no element at all is the last one's fault. */
static otls_status add_der_chain(loading *load, otls_slice bytes, otls_error *err)
{
    omni_der rest = omni_der_of(bytes);
    omni_tlv one;

    do {
        if (load->identity->chain_count > 0 && omni_der_tag(&rest) != OMNI_DER_SEQUENCE)
            return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                             "%s: %zu bytes behind the certificate", load->search.what,
                             (size_t)(rest.end - rest.at));
        if (!omni_der_next(&rest, &one))
            return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                             "%s: certificate %zu is cut short or no DER", load->search.what,
                             load->identity->chain_count + 1);
        OMNI_TRY(omni_identity_add_der(load->identity, one.whole, load->search.what, err));
    } while (!omni_der_at_end(&rest));
    return OTLS_OK;
}

static otls_status add_source(loading *load, const void *data, size_t size, otls_error *err)
{
    const otls_slice bytes = {data, size};
    const char *what = load->search.what;
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;
    size_t blocks;

    if (size == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL,
                         load->want_chain ? OTLS_CODE_NO_CERTIFICATE : OTLS_CODE_NO_KEY,
                         "%s: is empty", what);
    if (size > OMNI_FILE_LIMIT)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "%s: larger than %zu bytes", what,
                         OMNI_FILE_LIMIT);
    if (omni_looks_like_der(data, size))
        return load->want_chain ? add_der_chain(load, bytes, err)
                                : omni_key_take_der(&load->search, bytes, err);
    status = omni_pem_each(bytes, add_block, load, &blocks, &inner);
    if (status == OTLS_OK && blocks == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM,
                         "%s: holds no PEM block and is no DER", what);
    if (status == OTLS_OK)
        return OTLS_OK;
    /* messages of our own callbacks already name the source */
    if (strncmp(inner.text, what, strlen(what)) != 0)
        return omni_fail_named(err, what, &inner);
    omni_error_give(err, &inner);
    return status;
}

static otls_status begin(loading *load, otls_error *err)
{
    if (load->search.backend == NULL)
        OMNI_TRY(otls_backend_find(&load->search.backend, NULL, err));
    return omni_identity_new(&load->identity, load->search.backend, err);
}

static otls_status finish(loading *load, otls_identity **out, otls_status status,
                          const char *chain_name, otls_error *err)
{
    load->identity->key = load->search.key;
    if (status == OTLS_OK)
        status = omni_identity_check(load->identity, chain_name, load->search.what, err);
    if (status == OTLS_OK)
        *out = load->identity;
    else
        otls_identity_free(load->identity);
    return status;
}

static void turn_to_key(loading *load, const char *what)
{
    load->want_chain = false;
    load->want_key = true;
    load->search.what = what;
}

otls_status otls_identity_from_memory(otls_identity **out, const otls_backend *backend,
                                      const void *chain, size_t chain_size, const void *key,
                                      size_t key_size, otls_password_callback password, void *user,
                                      otls_error *err)
{
    static const char *const chain_name = "certificate in memory";
    loading load = {
        .search = {.backend = backend, .password = password, .user = user, .what = chain_name},
        .want_chain = true,
        .want_key = key == NULL};
    otls_status status;

    *out = NULL;
    if (chain == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    OMNI_TRY(begin(&load, err));
    status = add_source(&load, chain, chain_size, err);
    if (status == OTLS_OK && key != NULL) {
        turn_to_key(&load, "key in memory");
        status = add_source(&load, key, key_size, err);
    }
    return finish(&load, out, status, chain_name, err);
}

static otls_status add_file(loading *load, const char *path, otls_error *err)
{
    unsigned char *data;
    size_t size;
    otls_status status;

    load->search.what = path;
    OMNI_TRY(omni_file_read(path, &data, &size, err));
    status = add_source(load, data, size, err);
    omni_wipe(data, size); /* it may hold a private key */
    omni_free(data);
    return status;
}

otls_status otls_identity_from_files(otls_identity **out, const otls_backend *backend,
                                     const char *chain_path, const char *key_path_or_null,
                                     otls_password_callback password, void *user, otls_error *err)
{
    loading load = {.search = {.backend = backend, .password = password, .user = user},
                    .want_chain = true,
                    .want_key = key_path_or_null == NULL};
    otls_status status;

    *out = NULL;
    if (chain_path == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate file given");
    OMNI_TRY(begin(&load, err));
    status = add_file(&load, chain_path, err);
    if (status == OTLS_OK && key_path_or_null != NULL) {
        turn_to_key(&load, key_path_or_null);
        status = add_file(&load, key_path_or_null, err);
    }
    return finish(&load, out, status, chain_path, err);
}

otls_status otls_identity_from_callback(otls_identity **out, const otls_backend *backend,
                                        const void *chain, size_t chain_size,
                                        otls_sign_callback sign, void *user, otls_error *err)
{
    static const char *const chain_name = "certificate in memory";
    loading load = {.search = {.backend = backend, .what = chain_name}, .want_chain = true};
    otls_status status;

    *out = NULL;
    if (chain == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    OMNI_TRY(begin(&load, err));
    status = add_source(&load, chain, chain_size, err);
    if (status == OTLS_OK && load.identity->chain_count > 0) {
        const otls_slice spki = load.identity->chain[0]->x509.spki;

        status = otls_key_from_callback(&load.search.key, load.search.backend, spki.data, spki.size,
                                        sign, user, NULL, err);
    }
    return finish(&load, out, status, chain_name, err);
}
