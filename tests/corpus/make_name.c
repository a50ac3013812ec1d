/* SPDX-License-Identifier: MIT */
#include "make_name.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

static int add_element(X509_NAME *name, const char *type, const char *hex, int set)
{
    long size = 0;
    unsigned char *element = OPENSSL_hexstr2buf(hex, &size);
    const int added = element != NULL ? X509_NAME_add_entry_by_txt(name, type, V_ASN1_SEQUENCE,
                                                                   element, (int)size, -1, set)
                                      : 0;

    OPENSSL_free(element);
    return added;
}

static int kind_of(const char *type)
{
    return strcmp(type, "bmp") == 0         ? V_ASN1_BMPSTRING
           : strcmp(type, "t61") == 0       ? V_ASN1_T61STRING
           : strcmp(type, "printable") == 0 ? V_ASN1_PRINTABLESTRING
           : strcmp(type, "ia5") == 0       ? V_ASN1_IA5STRING
                                            : V_ASN1_UTF8STRING;
}

static int add_string(X509_NAME *name, const char *type, int kind, const char *value, int set)
{
    const unsigned char *bytes = (const unsigned char *)value;
    unsigned char wide[512];
    int size = (int)strlen(value);

    if (kind == V_ASN1_BMPSTRING) {
        if (size > (int)sizeof(wide) / 2)
            return 0;
        for (int i = 0; i < size; i++) {
            wide[2 * i] = 0;
            wide[2 * i + 1] = (unsigned char)value[i];
        }
        bytes = wide;
        size *= 2;
    }
    return X509_NAME_add_entry_by_txt(name, type, kind, bytes, size, -1, set);
}

X509_NAME *make_name(char *text, const char *type)
{
    const int kind = kind_of(type);
    X509_NAME *name = X509_NAME_new();

    for (char *part = strtok(text, "/"); part != NULL; part = strtok(NULL, "/")) {
        char *value = strchr(part, '=');
        const int set = *part == '+' ? -1 : 0; /* the same RDN as the one before */
        const bool element = value != NULL && value[1] == '#';

        if (value != NULL)
            *value++ = '\0';
        if (set != 0)
            part++;
        if (name == NULL || value == NULL ||
            (element ? add_element(name, part, value + 1, set)
                     : add_string(name, part, kind, value, set)) != 1) {
            X509_NAME_free(name);
            return NULL;
        }
    }
    return name;
}
