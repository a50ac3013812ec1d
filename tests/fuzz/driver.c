/* SPDX-License-Identifier: MIT */
/*
 * driver [FILE | DIRECTORY]...: run a fuzz target without a fuzzer. Every file is tried as it is,
 * cut short, and with single bytes changed; then come inputs that owe nothing to any file. The
 * sequence is the same in every run, so that a failure comes back.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX 65536
#define CUTS_MAX 256
#define CHANGES 2000
#define INVENTED 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 0x9e3779b97f4a7c15u;
static unsigned long runs;

/* xorshift64*: reproducible, good enough to pick bytes */
static uint32_t draw(uint32_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545f4914f6cdd1du) >> 32) % below;
}

/* An exact copy on the heap, so that a read beyond the end is a read out of bounds. */
static void try_bytes(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);

    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    runs++;
}

static void try_variations(uint8_t *data, size_t size)
{
    const size_t step = size / CUTS_MAX + 1;

    try_bytes(data, size);
    for (size_t length = 0; length < size; length += step)
        try_bytes(data, length);
    for (int i = 0; i < CHANGES && size != 0; i++) {
        uint8_t *at = data + draw((uint32_t)size);
        const uint8_t before = *at;

        *at = draw(2) != 0 ? (uint8_t)draw(256) : (uint8_t)(before ^ (1u << draw(8)));
        try_bytes(data, size);
        if (draw(4) != 0) /* one change in four stays, and the next comes on top */
            *at = before;
    }
}

static void try_invented(void)
{
    uint8_t data[256];

    for (int i = 0; i < INVENTED; i++) {
        const uint32_t size = draw(sizeof(data));
        const uint32_t alphabet = draw(3) == 0 ? 256 : 96;

        for (uint32_t j = 0; j < size; j++)
            data[j] = (uint8_t)(alphabet == 256 ? draw(256) : 32 + draw(alphabet));
        try_bytes(data, size);
    }
}

static int try_file(const char *path)
{
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL) {
        perror(path);
        return 1;
    }
    size = fread(data, 1, sizeof(data), file);
    (void)fclose(file);
    try_variations(data, size);
    return 0;
}

static int try_path(const char *path)
{
    struct stat info;
    struct dirent **names;
    int failures = 0;
    int count;

    if (stat(path, &info) != 0)
        return 0; /* a target without a corpus */
    if (!S_ISDIR(info.st_mode))
        return try_file(path);
    count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char full[4096];

        (void)snprintf(full, sizeof(full), "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            failures += try_file(full);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    return failures;
}

int main(int argc, char **argv)
{
    int failures = 0;

    for (int i = 1; i < argc; i++)
        failures += try_path(argv[i]);
    try_invented();
    printf("%lu inputs\n", runs);
    return failures == 0 ? 0 : 1;
}
