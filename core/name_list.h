/* SPDX-License-Identifier: MIT */
/** @file name_list.h Distinguished names in DER: those of client authorities. Owns its bytes. */
#ifndef OTLS_CORE_NAME_LIST_H
#define OTLS_CORE_NAME_LIST_H

#include <omnitls/backend.h>
#include <stdbool.h>

/** RFC 8446 4.2.4: all names with their lengths. */
#define OTLS_NAME_LIST_MAX ((size_t)65535)

typedef struct otls_name_list {
    otls_slice *names;
    size_t count, capacity;
    size_t wire_size;
} otls_name_list;

/** Copies; a name that is there already is not added again. E_CONFIG over the limit. */
otls_status otls_name_list_add(otls_name_list *list, otls_slice name, otls_error *err);
/** All of `from`, or none. */
otls_status otls_name_list_add_all(otls_name_list *list, const otls_name_list *from,
                                   otls_error *err);
void otls_name_list_clear(otls_name_list *list);

#endif
