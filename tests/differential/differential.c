/* SPDX-License-Identifier: MIT */
#include "differential.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SHOWN_MAX 20u

static struct run {
    unsigned long certificates, refused_by_both, refused_by_us, differences;
    uint64_t state;
    const uint8_t *der;
    size_t size;
    const char *path;
} run = {.state = 1};

void differ(const char *field, const char *format, ...)
{
    va_list args;

    if (run.differences++ >= SHOWN_MAX)
        return;
    printf("%s: %s: ", run.path, field);
    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    printf("\n  ");
    for (size_t i = 0; i < run.size && i < 2000; i++)
        printf("%02x", (unsigned)run.der[i]);
    printf("\n");
}

/** xorshift64*: the same sequence in every run with the same seed. */
static uint32_t draw(uint32_t below)
{
    run.state ^= run.state >> 12;
    run.state ^= run.state << 25;
    run.state ^= run.state >> 27;
    return (uint32_t)((run.state * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % below;
}

static void try_one(const uint8_t *der, size_t size, differential_compare compare,
                    differential_accepts accepts)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *cert;

    run.der = der;
    run.size = size;
    run.certificates++;
    if (otls_certificate_from_der(&cert, der, size, &err) != OTLS_OK) {
        if (accepts(der, size))
            run.refused_by_us++;
        else
            run.refused_by_both++;
        return;
    }
    compare(cert, der, size);
    otls_certificate_free(cert);
}

static void mutate(const uint8_t *der, size_t size, differential_compare compare,
                   differential_accepts accepts)
{
    static const uint8_t likely[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c,
                                     0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x7f,
                                     0x80, 0x81, 0x82, 0xa0, 0xa3, 0xff, '*',  '.'};
    uint8_t *copy = malloc(size);
    const uint32_t changes = 1 + draw(3);

    if (copy == NULL)
        abort();
    memcpy(copy, der, size);
    for (uint32_t i = 0; i < changes; i++) {
        uint8_t *at = copy + draw((uint32_t)size);

        if (draw(2) == 0)
            *at = likely[draw(sizeof(likely))];
        else
            *at = (uint8_t)(*at ^ 1u << draw(8));
    }
    try_one(copy, size, compare, accepts);
    free(copy);
}

static void run_file(const char *path, unsigned long mutations, differential_compare compare,
                     differential_accepts accepts)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate **list;
    size_t count;

    run.path = path;
    if (otls_certificate_list_from_file(&list, &count, path, &err) != OTLS_OK) {
        differ("file", "%s", err.text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t size;
        const uint8_t *der = otls_certificate_der(list[i], &size);

        try_one(der, size, compare, accepts);
        for (unsigned long k = 0; k < mutations; k++)
            mutate(der, size, compare, accepts);
    }
    otls_certificate_list_free(list, count);
}

static int is_pem(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);

    return length > 4 && strcmp(entry->d_name + length - 4, ".pem") == 0;
}

/* A file, or every .pem file of a directory. */
static void run_path(const char *path, unsigned long mutations, differential_compare compare,
                     differential_accepts accepts)
{
    struct dirent **names;
    char full[4096];
    struct stat info;
    int count;

    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
        run_file(path, mutations, compare, accepts);
        return;
    }
    count = scandir(path, &names, is_pem, alphasort);
    run.path = path;
    if (count <= 0)
        differ("directory", "no certificates");
    for (int i = 0; i < count; i++) {
        (void)snprintf(full, sizeof(full), "%s/%s", path, names[i]->d_name);
        run_file(full, mutations, compare, accepts);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

int differential_main(int argc, char **argv, differential_compare compare,
                      differential_accepts accepts)
{
    unsigned long mutations = 0;
    int i = 1;

    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (strcmp(argv[i], "-n") == 0)
            mutations = strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "-s") == 0)
            run.state = strtoull(argv[i + 1], NULL, 10) | 1;
    }
    if (i == argc) {
        (void)fprintf(stderr, "usage: %s [-n MUTATIONS] [-s SEED] FILE...\n", argv[0]);
        return 2;
    }
    for (; i < argc; i++)
        run_path(argv[i], mutations, compare, accepts);
    printf("%lu certificates, %lu refused by both, %lu by us only, %lu differences\n",
           run.certificates, run.refused_by_both, run.refused_by_us, run.differences);
    return run.differences != 0;
}
