/* SPDX-License-Identifier: MIT */
#include "compare/objects.h"

#if defined(__linux__) || defined(__FreeBSD__)

#include <link.h>
#include <string.h>

#define OBJECTS_MAX 96
#define NEEDED_MAX 32

typedef struct object {
    const char *name; /* of its file, without the directory */
    size_t code, needed_count;
    const char *needed[NEEDED_MAX];
    bool counted;
} object;

typedef struct object_list {
    object objects[OBJECTS_MAX];
    size_t count;
} object_list;

static const char *const engine_libraries[][3] = {
    {"openssl", "libssl.so", "libcrypto.so"},
    {"wolfssl", "libwolfssl.so", ""},
    {"gnutls", "libgnutls.so", ""},
};

/* What every program has. */
static const char *const everywhere[] = {"libc.",       "libm.", "libdl.",
                                         "libpthread.", "ld-",   "libgcc_s."};

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_everywhere(const char *name)
{
    for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++)
        if (begins(name, everywhere[i]))
            return true;
    return false;
}

/* Some loaders have added the base to the pointers of the dynamic section already. */
static const char *strings_of(const struct dl_phdr_info *info, const ElfW(Dyn) * dynamic)
{
    for (; dynamic->d_tag != DT_NULL; dynamic++)
        if (dynamic->d_tag == DT_STRTAB)
            return (const char *)(dynamic->d_un.d_ptr < info->dlpi_addr
                                      ? dynamic->d_un.d_ptr + info->dlpi_addr
                                      : dynamic->d_un.d_ptr);
    return NULL;
}

static void read_needed(object *out, const struct dl_phdr_info *info, const ElfW(Phdr) * header)
{
    const ElfW(Dyn) *dynamic = (const ElfW(Dyn) *)(info->dlpi_addr + header->p_vaddr);
    const char *strings = strings_of(info, dynamic);

    for (; strings != NULL && dynamic->d_tag != DT_NULL; dynamic++)
        if (dynamic->d_tag == DT_NEEDED && out->needed_count < NEEDED_MAX)
            out->needed[out->needed_count++] = strings + dynamic->d_un.d_val;
}

static int take(struct dl_phdr_info *info, size_t size, void *user)
{
    object_list *list = user;
    const char *slash = strrchr(info->dlpi_name, '/');
    object *out;

    (void)size;
    if (list->count == OBJECTS_MAX)
        return 0;
    out = &list->objects[list->count++];
    out->name = slash != NULL ? slash + 1 : info->dlpi_name;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type == PT_LOAD && (header->p_flags & PF_X) != 0)
            out->code += header->p_memsz;
        else if (header->p_type == PT_DYNAMIC && slash != NULL) /* not of the kernel's own object */
            read_needed(out, info, header);
    }
    return 0;
}

static size_t with_needed(object_list *list, const char *name)
{
    size_t sum = 0;

    for (size_t i = 0; i < list->count; i++) {
        object *found = &list->objects[i];

        if (found->counted || !begins(found->name, name) || is_everywhere(found->name))
            continue;
        found->counted = true;
        sum += found->code;
        for (size_t j = 0; j < found->needed_count; j++)
            sum += with_needed(list, found->needed[j]);
    }
    return sum;
}

size_t objects_engine_code(const char *engine)
{
    object_list list = {.count = 0};
    size_t sum = 0;

    (void)dl_iterate_phdr(take, &list);
    for (size_t i = 0; i < sizeof(engine_libraries) / sizeof(engine_libraries[0]); i++)
        for (size_t j = 1; j < 3 && strcmp(engine, engine_libraries[i][0]) == 0; j++)
            if (engine_libraries[i][j][0] != '\0')
                sum += with_needed(&list, engine_libraries[i][j]);
    return sum;
}

size_t objects_code(const char *name)
{
    object_list list = {.count = 0};

    (void)dl_iterate_phdr(take, &list);
    for (size_t i = 0; i < list.count; i++)
        if (begins(list.objects[i].name, name))
            return list.objects[i].code;
    return 0;
}

#else

size_t objects_engine_code(const char *engine)
{
    (void)engine;
    return 0;
}

size_t objects_code(const char *name)
{
    (void)name;
    return 0;
}

#endif
