/* SPDX-License-Identifier: MIT */
/* Where anchors come from: memory, files, directories. */
#include "base/base.h"
#include "trust/trust.h"
#include "x509/x509.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file of certificates becomes the block that holds them: base64 is decoded where it stands. */
typedef struct pem_load {
    omni_trust_batch *batch;
    uint8_t *text;
    size_t number; /* of certificates seen, the present one included */
    bool lenient;
} pem_load;

/* Which one of a bundle it was: nobody finds a broken one among 150 otherwise. */
static void name_certificate(size_t number, otls_error *err)
{
    otls_error report = omni_error_of(err);
    char text[160];

    (void)omni_format(text, sizeof(text), "certificate %zu: %.120s", number, report.text);
    memcpy(report.text, text, strlen(text) + 1);
    omni_error_give(err, &report);
}

/* The store keeps the block: what else was in it, a private key perhaps, is not to stay. The last
 * octet is left, as the next block is found by the end of a line. */
static void forget(const pem_load *load, otls_slice text)
{
    omni_wipe(load->text + (text.data - load->text), text.size - 1);
}

static otls_status take_block(const omni_pem_block *pem, void *user, otls_error *err)
{
    pem_load *load = user;
    uint8_t trusted_for = OMNI_TRUSTED_FOR_ALL;
    otls_slice der = pem->der;
    otls_status status = OTLS_OK;

    if (omni_pem_label_is(pem, "X509 CRL")) {
        status = omni_trust_batch_add_crl(load->batch, pem->der, err);
        return status == OTLS_E_CREDENTIAL && load->lenient ? OTLS_OK : status;
    }
    if (!omni_pem_label_is(pem, "CERTIFICATE") && !omni_pem_label_is(pem, "X509 CERTIFICATE") &&
        !omni_pem_label_is(pem, OMNI_PEM_TRUSTED)) {
        forget(load, pem->text);
        return OTLS_OK;
    }
    load->number++;
    if (omni_pem_label_is(pem, OMNI_PEM_TRUSTED))
        status = omni_trust_aux_parse(pem->der, &der, &trusted_for, err);
    if (status == OTLS_OK)
        status = omni_trust_batch_add(load->batch, der, trusted_for, err);
    if (status == OTLS_E_CREDENTIAL && load->lenient)
        return OTLS_OK;
    if (status == OTLS_E_CREDENTIAL)
        name_certificate(load->number, err);
    return status;
}

static bool looks_like_der(otls_slice input)
{
    omni_der rest = omni_der_of(input);
    omni_tlv cert;

    return omni_der_take(&rest, OMNI_DER_SEQUENCE, &cert);
}

/* TBSCertList has a time where TBSCertificate has a validity: behind algorithm and issuer. */
static bool is_crl(otls_slice der)
{
    omni_der outer, tbs;
    omni_tlv skipped;

    if (!omni_der_only(der, OMNI_DER_SEQUENCE, &outer) ||
        !omni_der_enter(&outer, OMNI_DER_SEQUENCE, &tbs))
        return false;
    (void)omni_der_take(&tbs, OMNI_DER_INTEGER, &skipped);
    return omni_der_take(&tbs, OMNI_DER_SEQUENCE, &skipped) &&
           omni_der_take(&tbs, OMNI_DER_SEQUENCE, &skipped) &&
           (omni_der_tag(&tbs) == OMNI_DER_UTC_TIME ||
            omni_der_tag(&tbs) == OMNI_DER_GENERALIZED_TIME);
}

/* Certificates and lists, one behind the other. */
static otls_status load_der(omni_trust_batch *batch, otls_slice input, bool lenient,
                            otls_error *err)
{
    omni_der rest = omni_der_of(input);
    size_t number = 0;
    omni_tlv one;

    while (!omni_der_at_end(&rest)) {
        otls_status status;

        number++;
        if (!omni_der_next(&rest, &one))
            status = omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                               "it is cut short or no DER");
        else if (is_crl(one.whole))
            status = omni_trust_batch_add_crl(batch, one.whole, err);
        else
            status = omni_trust_batch_add(batch, one.whole, OMNI_TRUSTED_FOR_ALL, err);
        if (status == OTLS_E_CREDENTIAL && lenient)
            return OTLS_OK;
        if (status == OTLS_E_CREDENTIAL && number > 1)
            name_certificate(number, err);
        OMNI_TRY(status);
    }
    return OTLS_OK;
}

static otls_status load_pem(omni_trust_batch *batch, uint8_t *text, size_t size, bool lenient,
                            otls_error *err)
{
    pem_load load = {.batch = batch, .text = text, .lenient = lenient};
    const size_t before = batch->found;

    OMNI_TRY(omni_pem_each_in_place(text, size, take_block, &load, err));
    if (batch->found == before && !lenient)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                         "there is no certificate and no revocation list");
    return OTLS_OK;
}

/* `block` is the batch's from here on, whatever happens. */
static otls_status load_block(omni_trust_batch *batch, uint8_t *block, size_t size,
                              const char *name, bool lenient, otls_error *err)
{
    const otls_slice input = {.data = block, .size = size};
    const size_t before = batch->added_count;
    otls_status status = omni_trust_batch_own(batch, block, err);

    if (status != OTLS_OK) {
        omni_free(block);
        return status;
    }
    status = looks_like_der(input) ? load_der(batch, input, lenient, err)
                                   : load_pem(batch, block, size, lenient, err);
    if (status == OTLS_OK)
        status = omni_trust_batch_shrink(batch, before, size, err);
    if (status == OTLS_E_CREDENTIAL)
        omni_trust_name_file(name, err);
    return status;
}

static otls_status load_memory(omni_trust_batch *batch, otls_slice input, otls_error *err)
{
    uint8_t *block = omni_memdup(input.data, input.size);

    if (block == NULL)
        return omni_fail_nomem(err);
    return load_block(batch, block, input.size, NULL, false, err);
}

void omni_trust_name_file(const char *name, otls_error *err)
{
    otls_error report = omni_error_of(err);
    char text[sizeof(report.text)];

    if (name == NULL)
        return;
    memcpy(text, report.text, sizeof(text));
    text[sizeof(text) - 1] = '\0';
    (void)snprintf(report.text, sizeof(report.text), "%.100s: %.88s", name, text);
    omni_error_give(err, &report);
}

otls_status omni_trust_batch_load_file(omni_trust_batch *batch, const char *path, bool lenient,
                                       otls_error *err)
{
    unsigned char *text = NULL;
    size_t size = 0;

    OMNI_TRY(omni_file_read(path, &text, &size, err));
    return load_block(batch, text, size, path, lenient, err);
}

/* ---- directories --------------------------------------------------------------------------- */

static bool is_hash_name(const char *name)
{
    size_t i = 0;

    for (; i < 8; i++)
        if (!((name[i] >= '0' && name[i] <= '9') || (name[i] >= 'a' && name[i] <= 'f')))
            return false;
    if (name[i++] != '.')
        return false;
    if (name[i] == 'r') /* a revocation list */
        i++;
    if (name[i] == '\0')
        return false;
    for (; name[i] != '\0'; i++)
        if (name[i] < '0' || name[i] > '9')
            return false;
    return true;
}

static bool is_certificate_name(const char *path, bool hashed)
{
    static const char endings[][5] = {".pem", ".crt", ".cer", ".der"};
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const size_t length = strlen(name);

    for (size_t i = 0; !hashed && i < OMNI_COUNT(endings); i++)
        if (length > 4 && memcmp(name + length - 4, endings[i], 4) == 0)
            return true;
    return is_hash_name(name);
}

typedef struct directory_load {
    omni_trust_batch *batch;
    bool lenient, hashed;
} directory_load;

static otls_status take_file(const char *path, void *user, otls_error *err)
{
    const directory_load *load = user;
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    if (!is_certificate_name(path, load->hashed))
        return OTLS_OK;
    status = omni_trust_batch_load_file(load->batch, path, load->lenient, &inner);
    if (status == OTLS_OK || (load->lenient && status != OTLS_E_NOMEM))
        return OTLS_OK;
    if (inner.code == OTLS_CODE_FILE_EMPTY || inner.code == OTLS_CODE_NO_CERTIFICATE)
        return OTLS_OK; /* a key, or nothing: there is something else in the directory */
    omni_error_give(err, &inner);
    return status;
}

otls_status omni_trust_batch_load_directory(omni_trust_batch *batch, const char *path, bool lenient,
                                            bool hashed, otls_error *err)
{
    directory_load load = {.batch = batch, .lenient = lenient, .hashed = hashed};

    return omni_directory_each(path, take_file, &load, err);
}

/* ---- public -------------------------------------------------------------------------------- */

static otls_status finish(omni_trust_batch *batch, otls_status status, otls_error *err)
{
    if (status == OTLS_OK)
        status = omni_trust_batch_commit(batch, err);
    omni_trust_batch_discard(batch);
    return status;
}

otls_status otls_trust_add_memory(otls_trust *trust, const void *pem_or_der, size_t size,
                                  otls_error *err)
{
    omni_trust_batch batch = {.trust = trust};

    OMNI_TRY(omni_trust_writable(trust, err));
    if (pem_or_der == NULL || size == 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    if (size > OMNI_FILE_LIMIT)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "more than %zu bytes",
                         OMNI_FILE_LIMIT);
    return finish(&batch, load_memory(&batch, (otls_slice){.data = pem_or_der, .size = size}, err),
                  err);
}

otls_status otls_trust_add_file(otls_trust *trust, const char *path, otls_error *err)
{
    omni_trust_batch batch = {.trust = trust};

    OMNI_TRY(omni_trust_writable(trust, err));
    return finish(&batch, omni_trust_batch_load_file(&batch, path, false, err), err);
}

static otls_status add_directory(otls_trust *trust, const char *path, bool hashed, otls_error *err)
{
    omni_trust_batch batch = {.trust = trust};
    otls_status status;

    OMNI_TRY(omni_trust_writable(trust, err));
    if (path == NULL || path[0] == '\0')
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_FILE_NOT_FOUND, "no directory given");
    status = omni_trust_batch_load_directory(&batch, path, hashed, hashed, err);
    if (status == OTLS_OK && batch.found == 0)
        status = omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                           "%s: no file in it holds a certificate or a revocation list", path);
    return finish(&batch, status, err);
}

otls_status otls_trust_add_directory(otls_trust *trust, const char *path, otls_error *err)
{
    return add_directory(trust, path, false, err);
}

otls_status otls_trust_add_hashed_directory(otls_trust *trust, const char *path, otls_error *err)
{
    return add_directory(trust, path, true, err);
}

otls_status otls_trust_add_certificate(otls_trust *trust, const otls_certificate *certificate,
                                       otls_error *err)
{
    omni_trust_batch batch = {.trust = trust};

    OMNI_TRY(omni_trust_writable(trust, err));
    if (certificate == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    return finish(&batch, load_memory(&batch, certificate->x509.der, err), err);
}
