/* SPDX-License-Identifier: MIT */
/* Host names: what is taken has one form, and matches what it must. First line the name, then dNSNames. */
#include "x509/host_name.h"

#include "x509/x509.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

/* Taken once, it is taken again, and stays as it is. */
static void check_form(const omni_reference_name *name)
{
    omni_reference_name again;
    char buffer[256];

    if (name->dns == NULL) {
        must(name->ip_size == 4 || name->ip_size == 16);
        return;
    }
    must(name->ip_size == 0 && name->dns[0] != '\0' && strlen(name->dns) <= OMNI_HOST_NAME_MAX);
    for (const char *at = name->dns; *at != '\0'; at++)
        must(omni_is_host_octet((uint8_t)*at) || *at == '.');
    must(omni_reference_name_parse(&again, name->dns, buffer, NULL) == OTLS_OK);
    must(again.dns != NULL && strcmp(again.dns, name->dns) == 0);
}

/* A subjectAltName of one dNSName, which need not be one. */
static bool matches(const omni_reference_name *name, const uint8_t *dns, size_t size, unsigned flags)
{
    uint8_t names[2 + 120];
    omni_x509 cert;

    memset(&cert, 0, sizeof(cert));
    names[0] = 0x82;
    names[1] = (uint8_t)size;
    memcpy(names + 2, dns, size);
    cert.subject_alt_names = (otls_slice){names, size + 2};
    cert.subject_alt_name_count = 1;
    return omni_host_name_matches(&cert, name, flags);
}

static void check_match(const omni_reference_name *name, const uint8_t *dns, size_t size)
{
    const bool whole = matches(name, dns, size, 0);
    bool same = name->dns != NULL && strlen(name->dns) == size;

    for (size_t i = 0; same && i < size; i++)
        same = tolower(dns[i]) == tolower((unsigned char)name->dns[i]);
    must(!same || whole);
    must(!whole || same || (size > 2 && dns[0] == '*' && dns[1] == '.'));
    must(!whole || matches(name, dns, size, OTLS_MATCH_PARTIAL_WILDCARDS));
    must(!whole || memchr(dns, '\0', size) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size != 0 ? memchr(data, '\n', size) : NULL;
    const size_t length = line != NULL ? (size_t)(line - data) : size;
    omni_reference_name name;
    char text[600], buffer[256];
    otls_error err = OTLS_ERROR_INIT;

    if (length >= sizeof(text))
        return 0;
    if (length != 0)
        memcpy(text, data, length);
    text[length] = '\0';
    if (omni_reference_name_parse(&name, text, buffer, &err) != OTLS_OK) {
        must(err.status == OTLS_E_USAGE && err.text[0] != '\0');
        return 0;
    }
    check_form(&name);
    if (line != NULL && size - length - 1 <= 120)
        check_match(&name, line + 1, size - length - 1);
    return 0;
}
