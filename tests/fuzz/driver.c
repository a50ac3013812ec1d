/* SPDX-License-Identifier: MIT */
/*
 * driver [-t SECONDS] [-s SEED] [-n INPUTS] [FILE | DIRECTORY]...: run a fuzz target without a fuzzer. Every file is
 * tried as it is, cut short, and with single bytes changed; then come inputs that owe nothing to any
 * file, INPUTS of them, for targets that take their time. The sequence is the same in every run with the
 * same seed, so that a failure comes back. With -t
 * all of that again and again, until so much CPU time is gone; an input that takes a tenth of a second of
 * it is a failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define INPUT_MAX 65536
#define CUTS_MAX 256
/** Inputs that owe nothing to a file; a tenth as many changes of each file. */
#define INVENTED 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 0x9e3779b97f4a7c15u;
static unsigned long runs, slow;
static int invented = INVENTED;
static clock_t end, slowest; /* end: 0 = when everything has been tried once */

static int over(void)
{
    return end != 0 && clock() >= end;
}

/* xorshift64*: reproducible, good enough to pick bytes */
static uint32_t draw(uint32_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545f4914f6cdd1du) >> 32) % below;
}

static void try_timed(const uint8_t *data, size_t size)
{
    const clock_t start = clock();
    clock_t taken;

    (void)LLVMFuzzerTestOneInput(data, size);
    taken = clock() - start;
    if (taken > slowest)
        slowest = taken;
    if (taken < CLOCKS_PER_SEC / 10)
        return;
    printf("slow, %.3f s: ", (double)taken / CLOCKS_PER_SEC);
    for (size_t i = 0; slow < 10 && i < size; i++)
        printf("%02x", data[i]);
    printf("\n");
    slow++;
}

/* An exact copy on the heap, so that a read beyond the end is a read out of bounds. */
static void try_bytes(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);

    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    if (end != 0) {
        try_timed(copy, size);
    } else {
        (void)LLVMFuzzerTestOneInput(copy, size);
    }
    free(copy);
    runs++;
}

static void try_variations(uint8_t *data, size_t size)
{
    const size_t step = size / CUTS_MAX + 1;

    try_bytes(data, size);
    for (size_t length = 0; length < size; length += step)
        try_bytes(data, length);
    for (int i = 0; i < invented / 10 && size != 0 && !over(); i++) {
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

    for (int i = 0; i < invented && !over(); i++) {
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

        if (over()) {
            free(names[i]);
            continue;
        }
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

    int first = 1;

    for (; first + 1 < argc && argv[first][0] == '-'; first += 2) {
        const unsigned long long number = strtoull(argv[first + 1], NULL, 10);

        if (argv[first][1] == 't')
            end = clock() + (clock_t)number * CLOCKS_PER_SEC;
        else if (argv[first][1] == 'n')
            invented = (int)number;
        else
            state ^= number << 1;
    }
    do {
        for (int i = first; i < argc && !over(); i++)
            failures += try_path(argv[i]);
        try_invented();
    } while (end != 0 && !over() && failures == 0);
    if (end != 0)
        printf("%lu inputs, %lu slow, the slowest %.3f ms\n", runs, slow,
               1000.0 * (double)slowest / CLOCKS_PER_SEC);
    else
        printf("%lu inputs\n", runs);
    return failures == 0 && slow == 0 ? 0 : 1;
}
