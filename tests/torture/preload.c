/* SPDX-License-Identifier: MIT */
/*
 * memory.c for a program that is not a test, loaded before everything else (LD_PRELOAD): the n-th allocation
 * since the program began fails, or the n-th and all behind it. The environment says which, and where to
 * write what came of it:
 *
 *   OMNITLS_FAIL_AT=17 or 17+ (0: none)   OMNITLS_FAIL_REPORT=FILE
 *
 * The report: "asked N", "failed 0|1", "where STACK", "left N" (blocks that the command, omnitls or a
 * backend asked for and did not give back), "leaked STACK" of the oldest, "crash N STACK".
 */
#include "memory.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char report_path[512];
static pid_t whose;

static void write_report(const char *extra)
{
    static char text[4096], leaked[1024];
    const long left = memory_left(leaked, sizeof(leaked));
    const int size = snprintf(text, sizeof(text), "asked %lu\nfailed %d\nwhere %s\nleft %ld\nleaked %s\n%s",
                              memory_asked(), memory_failed(), memory_failed_where(), left, leaked, extra);
    const int fd = open(report_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || size <= 0 || write(fd, text, (size_t)size) != size)
        _exit(99);
    (void)close(fd);
}

static void crashed(int number)
{
    static char stack[1024], line[1100];

    memory_pause(true);
    memory_stack(stack, sizeof(stack));
    (void)snprintf(line, sizeof(line), "crash %d %s\n", number, stack);
    write_report(line);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

__attribute__((constructor)) static void begin(void)
{
    static char other[1 << 16];
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    const stack_t stack = {.ss_sp = other, .ss_size = sizeof(other)};
    struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_ONSTACK | SA_NODEFER};
    const char *at = getenv("OMNITLS_FAIL_AT"), *path = getenv("OMNITLS_FAIL_REPORT");

    if (at == NULL || path == NULL)
        return;
    (void)snprintf(report_path, sizeof(report_path), "%s", path);
    whose = getpid();
    (void)sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)sigaction(signals[i], &action, NULL);
    memory_trace();
    memory_fail_at(strtoul(at, NULL, 10), strchr(at, '+') != NULL);
}

__attribute__((destructor)) static void end(void)
{
    if (report_path[0] == '\0' || whose != getpid())
        return;
    memory_pause(true);
    write_report("");
}
