/* SPDX-License-Identifier: MIT */
/* Strings as engines want them: with a NUL, or as lists of names. */
#include "kit.h"

#include <stdlib.h>

void kit_wipe(void *data, size_t size)
{
    memset(data, 0, size);
    /* the barrier makes the stores observable, so they are not dropped as dead */
    __asm__ volatile("" : : "r"(data) : "memory");
}

bool kit_copy_text(char *out, size_t capacity, otls_slice text)
{
    if (text.size >= capacity || (text.size > 0 && memchr(text.data, 0, text.size) != NULL))
        return false;
    if (text.size > 0)
        memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

void kit_list_add(kit_list *list, const char *name)
{
    const size_t length = strlen(name), wanted = list->size + length + 2;

    if (list->failed)
        return;
    if (wanted > list->capacity) {
        const size_t capacity = 2 * wanted + 256;
        char *more = realloc(list->text, capacity);

        if (more == NULL) {
            list->failed = true;
            return;
        }
        list->text = more;
        list->capacity = capacity;
    }
    if (list->size > 0)
        list->text[list->size++] = ':';
    memcpy(list->text + list->size, name, length + 1);
    list->size += length;
}

void kit_list_free(kit_list *list)
{
    free(list->text);
    *list = (kit_list){.text = NULL};
}
