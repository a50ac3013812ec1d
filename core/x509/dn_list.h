/* SPDX-License-Identifier: MIT */
/** @file x509/dn_list.h Distinguished names in DER: those of client authorities. Owns its bytes. */
#ifndef OMNI_X509_DN_LIST_H
#define OMNI_X509_DN_LIST_H

#include <omnitls/backend.h>
#include <stdbool.h>

/** RFC 8446 4.2.4: all names with their lengths. */
#define OMNI_NAME_LIST_MAX ((size_t)65535)

typedef struct omni_dn_list {
    otls_slice *names;
    size_t count, capacity;
    size_t wire_size;
} omni_dn_list;

/** Copies, behind the others, also one that is there already. E_CONFIG over the limit. */
otls_status omni_dn_list_add(omni_dn_list *list, otls_slice name, otls_error *err);
/** All of `from`, or none. */
otls_status omni_dn_list_add_all(omni_dn_list *list, const omni_dn_list *from,
                                   otls_error *err);
bool omni_dn_list_has(const omni_dn_list *list, otls_slice name);
/** The name in DER and its size; NULL and 0 behind the last. Borrowed. */
const uint8_t *omni_dn_list_at(const omni_dn_list *list, size_t index, size_t *size);
void omni_dn_list_clear(omni_dn_list *list);

#endif
