/* SPDX-License-Identifier: MIT */
/*
 * Instructions of one operation, counted by callgrind: this program runs itself under it twice, with --profile,
 * for few operations and for many. What the second takes more is what the operations take: making contexts
 * and ending the process are in both.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { ARGUMENTS = 20, LINE = 4096 };

/* What callgrind says of the whole run; false: no such line. */
static bool total_of(const char *path, double *total)
{
    FILE *stream = fopen(path, "r");
    char *line = stream != NULL ? malloc(LINE) : NULL;
    bool found = false;

    while (line != NULL && !found && fgets(line, LINE, stream) != NULL)
        found = sscanf(line, "summary: %lf", total) == 1 || sscanf(line, "totals: %lf", total) == 1;
    free(line);
    if (stream != NULL)
        (void)fclose(stream);
    return found && *total > 0;
}

static bool spawn_quiet(char *const *arguments)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0, error;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return bench_complain("out of memory");
    error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return bench_complain(error == ENOENT ? "callgrind counts instructions: valgrind is not installed"
                                              : "valgrind cannot be started");
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return bench_complain("valgrind cannot be waited for");
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           bench_complain("callgrind, or the case beneath it, has failed");
}

typedef struct counted {
    const char *name, *engine, *side, *pki;
} counted;

static bool count_run(const counted *what, const char *self, size_t operations, double *total)
{
    char out[BENCH_PATH_SIZE], out_option[BENCH_PATH_SIZE + 32], number[24];
    char *const arguments[ARGUMENTS] = {
        (char *)"valgrind",   (char *)"--tool=callgrind",     out_option,
        (char *)(uintptr_t)self,
        (char *)"--profile",  (char *)(uintptr_t)what->side,   (char *)"--case",
        (char *)(uintptr_t)what->name,                         (char *)"--backend",
        (char *)(uintptr_t)what->engine,                       (char *)"--pki",
        (char *)(uintptr_t)what->pki,                          (char *)"--operations",
        number,               NULL};
    bool good;

    if (!bench_temporary_file(out))
        return false;
    (void)snprintf(out_option, sizeof(out_option), "--callgrind-out-file=%s", out);
    (void)snprintf(number, sizeof(number), "%zu", operations);
    good = spawn_quiet(arguments) &&
           (total_of(out, total) || bench_complain("callgrind has counted nothing"));
    (void)unlink(out);
    return good;
}

bool bench_count_instructions(const char *name, const char *engine, const char *side, const char *pki,
                              size_t operations, double *instructions)
{
    const counted what = {.name = name, .engine = engine, .side = side, .pki = pki};
    char self[BENCH_PATH_SIZE];
    const ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
    double few, many;

    if (size <= 0)
        return bench_complain("this program does not know where it is");
    self[size] = '\0';
    if (!count_run(&what, self, operations / 4, &few) ||
        !count_run(&what, self, operations + operations / 4, &many))
        return false;
    *instructions = (many - few) / (double)operations;
    return true;
}
