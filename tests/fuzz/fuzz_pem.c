/* SPDX-License-Identifier: MIT */
/* Any bytes as PEM, as a host name, and as a certificate's time. */
#include <omnitls/certificate.h>

#include "alloc.h"
#include "x509.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition)
        abort();
}

/** What was decoded, encoded again, decodes to the same. */
static otls_status check_again(const otls_pem_block *block, void *user, otls_error *err)
{
    const otls_slice *expected = user;

    (void)err;
    must(block->der.size == expected->size &&
         (expected->size == 0 || memcmp(block->der.data, expected->data, expected->size) == 0));
    return OTLS_OK;
}

static otls_status check_block(const otls_pem_block *block, void *user, otls_error *err)
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
    must(otls_pem_encode("CERTIFICATE", der, &pem, err) == OTLS_OK);
    must(otls_pem_each((otls_slice){.data = (const uint8_t *)pem, .size = strlen(pem)}, check_again,
                       &der, &count, err) == OTLS_OK);
    must(count == 1);
    otls_free(pem);
    return OTLS_OK;
}

static void check_name(const char *text)
{
    otls_reference_name name;
    char buffer[256];

    if (otls_reference_name_parse(&name, text, buffer, NULL) != OTLS_OK)
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

    (void)otls_pem_each(text, check_block, &text, &count, NULL);
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
