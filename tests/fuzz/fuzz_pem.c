/* SPDX-License-Identifier: MIT */
/* Any bytes as PEM, as a host name, and as a certificate's time. */
#include <omnitls/certificate.h>
#include <omnitls/parity.h>

#include "base/alloc.h"
#include "x509/auxiliary.h"
#include "x509/x509.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition)
        abort();
}

/** What was decoded, encoded again, decodes to the same. */
static otls_status check_again(const omni_pem_block *block, void *user, otls_error *err)
{
    const otls_slice *expected = user;

    (void)err;
    must(block->der.size == expected->size &&
         (expected->size == 0 || memcmp(block->der.data, expected->data, expected->size) == 0));
    return OTLS_OK;
}

/** A certificate with OpenSSL's annex: what is found lies inside, and is trusted for what is known.
 */
static void check_trusted(otls_slice der)
{
    otls_slice cert;
    uint8_t trusted_for;

    if (omni_trust_aux_parse(der, &cert, &trusted_for, NULL) != OTLS_OK)
        return;
    must(cert.data == der.data && cert.size > 0 && cert.size <= der.size);
    must((trusted_for & ~OMNI_TRUSTED_FOR_ALL) == 0);
    must(cert.size < der.size || trusted_for == OMNI_TRUSTED_FOR_ALL);
}

static otls_status check_block(const omni_pem_block *block, void *user, otls_error *err)
{
    const otls_slice *text = user;
    otls_slice der = block->der;
    size_t count;
    char *pem;

    must(block->text.data >= text->data &&
         block->text.data + block->text.size <= text->data + text->size);
    must(block->label_size <= 64);
    must(block->has_headers == (block->der.data == NULL));
    if (block->has_headers)
        return OTLS_OK;
    check_trusted(der);
    must(omni_pem_encode("CERTIFICATE", der, &pem, err) == OTLS_OK);
    must(omni_pem_each((otls_slice){.data = (const uint8_t *)pem, .size = strlen(pem)}, check_again,
                       &der, &count, err) == OTLS_OK);
    must(count == 1);
    omni_free(pem);
    return OTLS_OK;
}

/** Blocks one after the other: their labels, and what was decoded. */
typedef struct digest {
    uint64_t sum;
    size_t count;
} digest;

static otls_status add_block(const omni_pem_block *block, void *user, otls_error *err)
{
    digest *all = user;

    (void)err;
    all->count++;
    for (size_t i = 0; i < block->label_size; i++)
        all->sum = all->sum * 31 + (uint8_t)block->label[i];
    for (size_t i = 0; i < block->der.size; i++)
        all->sum = all->sum * 31 + block->der.data[i];
    all->sum = all->sum * 31 + block->has_headers;
    return OTLS_OK;
}

/** Decoding over the text itself gives what decoding into a buffer gives. */
static void check_in_place(otls_slice text)
{
    digest apart = {0, 0}, in_place = {0, 0};
    uint8_t *copy = malloc(text.size != 0 ? text.size : 1);
    otls_status status = omni_pem_each(text, add_block, &apart, NULL, NULL);

    must(copy != NULL);
    if (text.size != 0)
        memcpy(copy, text.data, text.size);
    must(omni_pem_each_in_place(copy, text.size, add_block, &in_place, NULL) == status);
    must(apart.sum == in_place.sum && apart.count == in_place.count);
    free(copy);
}

static void check_name(const char *text)
{
    omni_reference_name name;
    char buffer[256];

    if (omni_reference_name_parse(&name, text, buffer, NULL) != OTLS_OK)
        return;
    must((name.dns != NULL) == (name.ip_size == 0));
    must(name.dns == NULL || strlen(name.dns) <= 253);
}

/** A time that can be read can be written, and then reads as the same. */
static void check_time(const char *text)
{
    char shown[OTLS_TIME_TEXT_SIZE];
    int64_t seconds, again;

    if (otls_cert_time_to_seconds(text, &seconds, NULL) != OTLS_OK)
        return;
    otls_time_text(seconds, shown);
    /* years before 1000 are written as OpenSSL and Python do, without zeros, and not read back; a
     * leap second at the end of 9999 belongs to a year that has no text */
    if (seconds < INT64_C(-30610224000) || shown[0] == '(')
        return;
    must(otls_cert_time_to_seconds(shown, &again, NULL) == OTLS_OK && again == seconds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    otls_slice text = {.data = data, .size = size};
    otls_certificate **list;
    size_t count;
    char *string;

    (void)omni_pem_each(text, check_block, &text, &count, NULL);
    check_in_place(text);
    check_trusted(text);
    if (otls_certificate_list_from_pem(&list, &count, data, size, NULL) == OTLS_OK) {
        must(count > 0);
        otls_certificate_list_free(list, count);
    }
    string = malloc(size + 1);
    must(string != NULL);
    if (size != 0)
        memcpy(string, data, size);
    string[size] = '\0';
    check_name(string);
    check_time(string);
    free(string);
    return 0;
}
