/* SPDX-License-Identifier: MIT */
/* Where anchors come from: memory, files, directories. */
#include "alloc.h"
#include "der.h"
#include "fail.h"
#include "files.h"
#include "trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A PEM bundle on its way into one block: base64 shrinks by a quarter at least. */
typedef struct pem_load {
    otls_trust_batch *batch;
    uint8_t *block;
    size_t used, capacity;
    size_t number; /* of certificates seen, the present one included */
    bool lenient;
} pem_load;

/* Which one of a bundle it was: nobody finds a broken one among 150 otherwise. */
static void name_certificate(size_t number, otls_error *err)
{
    char text[160];

    if (err == NULL)
        return;
    (void)snprintf(text, sizeof(text), "certificate %zu: %.120s", number, err->text);
    memcpy(err->text, text, strlen(text) + 1);
}

static otls_status take_block(const otls_pem_block *pem, void *user, otls_error *err)
{
    pem_load *load = user;
    otls_slice der;
    otls_status status;

    if (!otls_pem_label_is(pem, "CERTIFICATE") && !otls_pem_label_is(pem, "X509 CERTIFICATE") &&
        !otls_pem_label_is(pem, "TRUSTED CERTIFICATE"))
        return OTLS_OK;
    load->number++;
    der = pem->der;
    if (otls_pem_label_is(pem, "TRUSTED CERTIFICATE")) { /* OpenSSL's: a certificate, then more */
        otls_der rest = otls_der_of(der);
        otls_tlv cert;

        if (otls_der_take(&rest, OTLS_DER_SEQUENCE, &cert))
            der = cert.whole;
    }
    if (der.size > load->capacity - load->used)
        return otls_fail(err, OTLS_E_INTERNAL, OTLS_CODE_LIMIT, "PEM decodes to more than it is");
    if (der.size != 0)
        memcpy(load->block + load->used, der.data, der.size);
    der.data = load->block + load->used;
    status = otls_trust_batch_add(load->batch, der, err);
    if (status == OTLS_E_CREDENTIAL && load->lenient)
        return OTLS_OK;
    if (status == OTLS_E_CREDENTIAL)
        name_certificate(load->number, err);
    load->used += der.size;
    return status;
}

static bool looks_like_der(otls_slice input)
{
    otls_der rest = otls_der_of(input);
    otls_tlv cert;

    return otls_der_take(&rest, OTLS_DER_SEQUENCE, &cert);
}

static otls_status load_der(otls_trust_batch *batch, otls_slice input, otls_error *err)
{
    uint8_t *block = otls_memdup(input.data, input.size);
    otls_status status;

    if (block == NULL)
        return otls_fail_nomem(err);
    status = otls_trust_batch_own(batch, block, err);
    if (status != OTLS_OK) {
        otls_free(block);
        return status;
    }
    return otls_trust_batch_add(batch, (otls_slice){.data = block, .size = input.size}, err);
}

static otls_status load_pem(otls_trust_batch *batch, otls_slice input, bool lenient,
                            otls_error *err)
{
    pem_load load = {.batch = batch, .capacity = input.size / 4 * 3 + 3, .lenient = lenient};
    const size_t before = batch->added_count;
    size_t count = 0;
    otls_status status;

    load.block = otls_malloc(load.capacity);
    if (load.block == NULL)
        return otls_fail_nomem(err);
    status = otls_trust_batch_own(batch, load.block, err);
    if (status != OTLS_OK) {
        otls_free(load.block);
        return status;
    }
    OTLS_TRY(otls_pem_each(input, take_block, &load, &count, err));
    if (batch->added_count == before && !lenient)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                         "there is no certificate");
    return OTLS_OK;
}

void otls_trust_name_file(const char *name, otls_error *err)
{
    char text[sizeof(err->text)];

    if (err == NULL || name == NULL)
        return;
    memcpy(text, err->text, sizeof(text));
    text[sizeof(text) - 1] = '\0';
    (void)snprintf(err->text, sizeof(err->text), "%.100s: %.88s", name, text);
}

otls_status otls_trust_batch_load(otls_trust_batch *batch, otls_slice input, const char *name,
                                  bool lenient, otls_error *err)
{
    otls_status status;

    if (input.size > OTLS_FILE_LIMIT)
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "more than %zu bytes",
                         OTLS_FILE_LIMIT);
    status =
        looks_like_der(input) ? load_der(batch, input, err) : load_pem(batch, input, lenient, err);
    if (status == OTLS_E_CREDENTIAL)
        otls_trust_name_file(name, err);
    return status;
}

otls_status otls_trust_batch_load_file(otls_trust_batch *batch, const char *path, bool lenient,
                                       otls_error *err)
{
    unsigned char *text = NULL;
    size_t size = 0;
    otls_status status = otls_file_read(path, &text, &size, err);

    if (status != OTLS_OK)
        return status;
    status =
        otls_trust_batch_load(batch, (otls_slice){.data = text, .size = size}, path, lenient, err);
    otls_free(text);
    return status;
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

    for (size_t i = 0; !hashed && i < sizeof(endings) / sizeof(endings[0]); i++)
        if (length > 4 && memcmp(name + length - 4, endings[i], 4) == 0)
            return true;
    return is_hash_name(name);
}

typedef struct directory_load {
    otls_trust_batch *batch;
    bool lenient, hashed;
} directory_load;

static otls_status take_file(const char *path, void *user, otls_error *err)
{
    const directory_load *load = user;
    otls_status status;

    if (!is_certificate_name(path, load->hashed))
        return OTLS_OK;
    status = otls_trust_batch_load_file(load->batch, path, load->lenient, err);
    return load->lenient && status != OTLS_E_NOMEM ? OTLS_OK : status;
}

otls_status otls_trust_batch_load_directory(otls_trust_batch *batch, const char *path, bool lenient,
                                            bool hashed, otls_error *err)
{
    directory_load load = {.batch = batch, .lenient = lenient, .hashed = hashed};

    return otls_directory_each(path, take_file, &load, err);
}

/* ---- public -------------------------------------------------------------------------------- */

static otls_status finish(otls_trust_batch *batch, otls_status status, otls_error *err)
{
    if (status == OTLS_OK)
        status = otls_trust_batch_commit(batch, err);
    otls_trust_batch_discard(batch);
    return status;
}

otls_status otls_trust_add_memory(otls_trust *trust, const void *pem_or_der, size_t size,
                                  otls_error *err)
{
    otls_trust_batch batch = {.trust = trust};

    OTLS_TRY(otls_trust_writable(trust, err));
    if (pem_or_der == NULL || size == 0)
        return otls_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    return finish(&batch,
                  otls_trust_batch_load(&batch, (otls_slice){.data = pem_or_der, .size = size},
                                        NULL, false, err),
                  err);
}

otls_status otls_trust_add_file(otls_trust *trust, const char *path, otls_error *err)
{
    otls_trust_batch batch = {.trust = trust};

    OTLS_TRY(otls_trust_writable(trust, err));
    return finish(&batch, otls_trust_batch_load_file(&batch, path, false, err), err);
}

otls_status otls_trust_add_directory(otls_trust *trust, const char *path, otls_error *err)
{
    otls_trust_batch batch = {.trust = trust};

    OTLS_TRY(otls_trust_writable(trust, err));
    if (path == NULL || path[0] == '\0')
        return otls_fail(err, OTLS_E_USAGE, OTLS_CODE_FILE_NOT_FOUND, "no directory given");
    return finish(&batch, otls_trust_batch_load_directory(&batch, path, false, false, err), err);
}

otls_status otls_trust_add_certificate(otls_trust *trust, const otls_certificate *certificate,
                                       otls_error *err)
{
    otls_trust_batch batch = {.trust = trust};

    OTLS_TRY(otls_trust_writable(trust, err));
    if (certificate == NULL)
        return otls_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no certificate given");
    return finish(&batch, load_der(&batch, certificate->x509.der, err), err);
}
