/* SPDX-License-Identifier: MIT */
#include "roots.h"

#include <omnitls/omnitls.h>
#include <stdlib.h>

#define CERTIFICATE_MAX 1024

/* What is counted up in each: both names and the key identifier, or engines would take one for the
 * other. */
static const char name[] = "Test Root";
static const uint8_t key_identifier[] = {0x06, 0x03, 0x55, 0x1d, 0x0e, 0x04, 0x16, 0x04, 0x14};

/* The bytes behind the first `what` from `at` on, or NULL. */
static uint8_t *behind(uint8_t *at, const uint8_t *end, const void *what, size_t size)
{
    for (; (size_t)(end - at) >= size; at++)
        if (memcmp(at, what, size) == 0)
            return at + size;
    return NULL;
}

/* Nobody checks a root's signature (RFC 5280 section 6.1), so the old one stays. */
static bool number(uint8_t *der, size_t size, size_t count)
{
    uint8_t *issuer = behind(der, der + size, name, sizeof(name) - 1);
    uint8_t *subject = issuer != NULL ? behind(issuer, der + size, name, sizeof(name) - 1) : NULL;
    uint8_t *key = behind(der, der + size, key_identifier, sizeof(key_identifier));
    char text[sizeof(name) - 1];

    if (subject == NULL || key == NULL || (size_t)(der + size - key) < 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        key[i] = (uint8_t)(count >> (8 * i));
    for (size_t i = sizeof(text); i > 0; count /= 10)
        text[--i] = (char)('0' + count % 10);
    memcpy(issuer - sizeof(text), text, sizeof(text));
    memcpy(subject - sizeof(text), text, sizeof(text));
    return true;
}

static bool write_one(const uint8_t *root, size_t size, size_t count, FILE *out)
{
    uint8_t der[CERTIFICATE_MAX];
    char *pem = NULL;
    bool good;

    memcpy(der, root, size);
    good = number(der, size, count) && otls_der_to_pem(der, size, &pem, NULL) == OTLS_OK &&
           fputs(pem, out) >= 0;
    otls_string_free(pem);
    return good;
}

bool bench_roots_write(const char *root, size_t count, FILE *out)
{
    otls_certificate **list = NULL;
    otls_error err = OTLS_ERROR_INIT;
    const uint8_t *der;
    size_t listed = 0, size;
    bool good = true;

    if (otls_certificate_list_from_file(&list, &listed, root, &err) != OTLS_OK)
        return bench_complain("%s", err.text);
    der = otls_certificate_der(list[0], &size);
    good = size <= CERTIFICATE_MAX;
    for (size_t i = 0; good && i < count; i++)
        good = write_one(der, size, i, out);
    otls_certificate_list_free(list, listed);
    return good || bench_complain("%s: no other roots can be made of it", root);
}
