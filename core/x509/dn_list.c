/* SPDX-License-Identifier: MIT */
#include "x509/dn_list.h"

#include "base/base.h"

#include <string.h>

bool omni_dn_list_has(const omni_dn_list *list, otls_slice name)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->names[i].size == name.size &&
            memcmp(list->names[i].data, name.data, name.size) == 0)
            return true;
    return false;
}

static otls_status grow(omni_dn_list *list, otls_error *err)
{
    const size_t wanted = list->capacity != 0 ? list->capacity * 2 : 8;
    otls_slice *larger = omni_realloc(list->names, wanted * sizeof(*larger));

    if (larger == NULL)
        return omni_fail_nomem(err);
    list->names = larger;
    list->capacity = wanted;
    return OTLS_OK;
}

otls_status omni_dn_list_add(omni_dn_list *list, otls_slice name, otls_error *err)
{
    const uint8_t *copy;

    if (name.size == 0)
        return OTLS_OK;
    if (name.size + 2 > OMNI_NAME_LIST_MAX - list->wire_size)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "the names of client authorities exceed %zu bytes", OMNI_NAME_LIST_MAX);
    if (list->count == list->capacity)
        OMNI_TRY(grow(list, err));
    copy = omni_memdup(name.data, name.size);
    if (copy == NULL)
        return omni_fail_nomem(err);
    list->names[list->count++] = (otls_slice){copy, name.size};
    list->wire_size += name.size + 2;
    return OTLS_OK;
}

static void cut(omni_dn_list *list, size_t count)
{
    while (list->count > count) {
        const otls_slice name = list->names[--list->count];

        list->wire_size -= name.size + 2;
        omni_free((void *)(uintptr_t)name.data);
    }
}

otls_status omni_dn_list_add_all(omni_dn_list *list, const omni_dn_list *from,
                                   otls_error *err)
{
    const size_t before = list->count;

    for (size_t i = 0; i < from->count; i++) {
        const otls_status status = omni_dn_list_add(list, from->names[i], err);

        if (status != OTLS_OK) {
            cut(list, before);
            return status;
        }
    }
    return OTLS_OK;
}

void omni_dn_list_clear(omni_dn_list *list)
{
    cut(list, 0);
    omni_free(list->names);
    *list = (omni_dn_list){0};
}

const uint8_t *omni_dn_list_at(const omni_dn_list *list, size_t index, size_t *size)
{
    *size = index < list->count ? list->names[index].size : 0;
    return index < list->count ? list->names[index].data : NULL;
}
