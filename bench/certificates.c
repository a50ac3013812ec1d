/* SPDX-License-Identifier: MIT */
/* The certificates are part of the program, so that it needs no build tree. */
#include "bench.h"
#include "bench_pki.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name, *text;
} files[] = {
#define FILE_ROW(name, text) {name, text},
    OTLS_BENCH_PKI(FILE_ROW)
#undef FILE_ROW
};

#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

static bool file_path(char out[BENCH_PATH_SIZE], const char *directory, const char *name)
{
    const int length = snprintf(out, BENCH_PATH_SIZE, "%s/%s", directory, name);

    return length > 0 && length < BENCH_PATH_SIZE;
}

static bool file_write(const char *directory, const char *name, const char *text)
{
    char path[BENCH_PATH_SIZE];
    FILE *stream = file_path(path, directory, name) ? fopen(path, "wb") : NULL;
    bool good = stream != NULL && fputs(text, stream) >= 0;

    if (stream != NULL && fclose(stream) != 0)
        good = false;
    return good;
}

static bool temporary_path(char out[BENCH_PATH_SIZE])
{
    const char *parent = getenv("TMPDIR");

    return file_path(out, parent != NULL ? parent : "/tmp", "omnitls-bench.XXXXXX");
}

bool bench_temporary_file(char out[BENCH_PATH_SIZE])
{
    const int fd = temporary_path(out) ? mkstemp(out) : -1;

    if (fd >= 0 && close(fd) == 0)
        return true;
    (void)bench_complain("no temporary file: %s: %s", out, strerror(errno));
    out[0] = '\0';
    return false;
}

bool bench_pki_open(char directory[BENCH_PATH_SIZE])
{
    if (!temporary_path(directory) || mkdtemp(directory) == NULL) {
        (void)bench_complain("no temporary directory: %s: %s", directory, strerror(errno));
        directory[0] = '\0';
        return false;
    }
    for (size_t i = 0; i < FILE_COUNT; i++)
        if (!file_write(directory, files[i].name, files[i].text)) {
            (void)bench_complain("%s/%s cannot be written", directory, files[i].name);
            bench_pki_close(directory);
            return false;
        }
    return true;
}

void bench_pki_close(const char *directory)
{
    char path[BENCH_PATH_SIZE];

    if (directory[0] == '\0')
        return;
    for (size_t i = 0; i < FILE_COUNT; i++)
        if (file_path(path, directory, files[i].name))
            (void)unlink(path);
    (void)rmdir(directory);
}
