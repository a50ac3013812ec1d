/* SPDX-License-Identifier: MIT */
/* Identities from PKCS #12 (RFC 7292): its first key, and the chain that belongs to it, in order. */
#include "base/base.h"
#include "identity/derivation.h"
#include "identity/identity.h"
#include "identity/pfx.h"

#include <string.h>

/** Certificates in a file, those of other chains included. */
#define FILE_CERTIFICATES 64

typedef struct opened {
    omni_key_search *search; /* its key is the file's first */
    const otls_certificate *found[FILE_CERTIFICATES];
    size_t count;
} opened;

static otls_status take_certificate(void *user, otls_slice der, otls_error *err)
{
    opened *file = user;
    otls_certificate *cert;

    if (file->count == FILE_CERTIFICATES)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "more than %d certificates",
                         FILE_CERTIFICATES);
    OMNI_TRY(otls_certificate_from_der(&cert, der.data, der.size, err));
    file->found[file->count++] = cert;
    return OTLS_OK;
}

static otls_status take_key(void *user, otls_slice pkcs8, otls_error *err)
{
    const opened *file = user;

    return file->search->key != NULL ? OTLS_OK : omni_key_take_der(file->search, pkcs8, err);
}

/* ---- opening, and the three ways of not having the password ---- */

static otls_status read_file(opened *file, otls_slice pfx, otls_slice given, otls_error *err)
{
    omni_pbe_password password;
    const omni_pfx_reader reader = {.backend = file->search->backend,
                                    .password = &password,
                                    .key = take_key,
                                    .certificate = take_certificate,
                                    .user = file};
    otls_status status = omni_pbe_password_set(&password, given, err);

    if (status == OTLS_OK)
        status = omni_pfx_read(&reader, pfx, err);
    omni_pbe_password_clear(&password);
    if (status == OTLS_OK && file->search->key == NULL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "holds no private key");
    return status;
}

static otls_status open_file(opened *file, otls_slice pfx, otls_error *err)
{
    const omni_key_search *search = file->search;
    char password[OMNI_PASSWORD_MAX];
    otls_error inner = OTLS_ERROR_INIT;
    size_t length = 0;
    otls_status status;

    if (search->password != NULL)
        OMNI_TRY(omni_password_ask(search, password, &length, err));
    status = read_file(file, pfx, (otls_slice){(const uint8_t *)password, length}, &inner);
    omni_wipe(password, sizeof(password));
    if (status == OTLS_OK)
        return OTLS_OK;
    return omni_key_fail(search, length, &inner, err);
}

/* ---- the chain ---- */

static bool is_in(const otls_identity *identity, const otls_certificate *cert)
{
    for (size_t i = 0; i < identity->chain_count; i++)
        if (otls_certificate_equal(identity->chain[i], cert))
            return true;
    return false;
}

static otls_status append(otls_identity *identity, const otls_certificate *cert, const char *what,
                          otls_error *err)
{
    if (identity->chain_count == OMNI_IDENTITY_CHAIN_MAX)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT,
                         "%s: more than %d certificates in the chain", what,
                         OMNI_IDENTITY_CHAIN_MAX);
    identity->chain[identity->chain_count++] = otls_certificate_ref(cert);
    return OTLS_OK;
}

static otls_status order_leaf(otls_identity *identity, const opened *file, otls_error *err)
{
    otls_slice spki;
    otls_status status = OTLS_OK;

    OMNI_TRY(omni_key_spki(identity->key, &spki, err));
    for (size_t i = 0; i < file->count && identity->chain_count == 0 && status == OTLS_OK; i++)
        if (omni_identity_bears(identity->backend, file->found[i], spki))
            status = append(identity, file->found[i], file->search->what, err);
    omni_free((void *)spki.data);
    return status;
}

static otls_status order(otls_identity *identity, const opened *file, otls_error *err)
{
    bool grown;

    OMNI_TRY(order_leaf(identity, file, err));
    if (identity->chain_count == 0 && file->count > 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_MISMATCH,
                         "%s: the key belongs to none of its certificates", file->search->what);
    do {
        grown = false;
        for (size_t i = 0; i < file->count && identity->chain_count > 0 && !grown; i++) {
            const otls_certificate *last = identity->chain[identity->chain_count - 1];

            if (!omni_dn_equal(file->found[i]->x509.subject, last->x509.issuer) ||
                is_in(identity, file->found[i]))
                continue;
            OMNI_TRY(append(identity, file->found[i], file->search->what, err));
            grown = true;
        }
    } while (grown);
    return OTLS_OK;
}

static otls_status load(otls_identity **out, opened *file, otls_slice pfx, otls_error *err)
{
    omni_key_search *search = file->search;
    otls_identity *identity;
    otls_status status = open_file(file, pfx, err);

    if (status == OTLS_OK)
        status = omni_identity_new(&identity, search->backend, err);
    if (status != OTLS_OK) {
        otls_key_free(search->key);
        return status;
    }
    identity->key = search->key;
    status = order(identity, file, err);
    if (status == OTLS_OK)
        status = omni_identity_check(identity, search->what, search->what, err);
    if (status == OTLS_OK)
        *out = identity;
    else
        otls_identity_free(identity);
    return status;
}

/* PFX ::= SEQUENCE { version INTEGER (3), ... }, in BER: some programs write indefinite lengths. */
static bool looks_like_pfx(const uint8_t *pfx, size_t size)
{
    static const uint8_t version[] = {0x02, 0x01, 0x03};
    size_t head = 2, length = 0;

    if (size < 8 || pfx[0] != 0x30)
        return false;
    if (pfx[1] > 0x80 && pfx[1] <= 0x84)
        head += pfx[1] & 0x7f;
    for (size_t i = 2; i < head; i++)
        length = length << 8 | pfx[i];
    if (pfx[1] < 0x80)
        length = pfx[1];
    return (pfx[1] == 0x80 || length == size - head) && size - head > sizeof(version) &&
           memcmp(pfx + head, version, sizeof(version)) == 0;
}

static otls_status load_named(otls_identity **out, omni_key_search *search, const void *pfx,
                              size_t size, otls_error *err)
{
    otls_status status;
    opened *file;

    if (pfx == NULL || size == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "%s: is empty", search->what);
    if (size > OMNI_FILE_LIMIT)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "%s: larger than %zu bytes",
                         search->what, OMNI_FILE_LIMIT);
    if (!omni_pbe_possible(search->backend) ||
        otls_backend_supports(search->backend, OTLS_FEATURE_PKCS12, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, search->backend, OTLS_FEATURE_PKCS12);
    if (!looks_like_pfx(pfx, size))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "%s: is no PKCS #12",
                         search->what);
    OMNI_TRY(omni_derivation_check((otls_slice){pfx, size}, search->what, err));
    file = omni_calloc(1, sizeof(*file));
    if (file == NULL)
        return omni_fail_nomem(err);
    file->search = search;
    status = load(out, file, (otls_slice){pfx, size}, err);
    for (size_t i = 0; i < file->count; i++)
        otls_certificate_free(file->found[i]);
    omni_free(file);
    return status;
}

otls_status otls_identity_from_pkcs12_memory(otls_identity **out, const otls_backend *backend,
                                             const void *pfx, size_t size,
                                             otls_password_callback password, void *user,
                                             otls_error *err)
{
    omni_key_search search = {
        .backend = backend, .password = password, .user = user, .what = "PKCS #12 in memory"};

    *out = NULL;
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&search.backend, NULL, err));
    return load_named(out, &search, pfx, size, err);
}

otls_status otls_identity_from_pkcs12_file(otls_identity **out, const otls_backend *backend,
                                           const char *path, otls_password_callback password,
                                           void *user, otls_error *err)
{
    omni_key_search search = {.backend = backend, .password = password, .user = user, .what = path};
    unsigned char *data;
    size_t size;
    otls_status status;

    *out = NULL;
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&search.backend, NULL, err));
    OMNI_TRY(omni_file_read(path, &data, &size, err));
    status = load_named(out, &search, data, size, err);
    omni_wipe(data, size);
    omni_free(data);
    return status;
}
