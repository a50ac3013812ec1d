/* SPDX-License-Identifier: MIT */
/* What the command does so that keys stay where they are: no memory images, and a word on files that
 * everybody may read. */
#include "tool.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

void tool_no_core_files(void)
{
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
}

void tool_warn_readable(const tool_options *options, const char *what, const char *path)
{
    char safe[400];
    struct stat about;

    /* with --json, standard error may be what a program reads */
    if (options->json || stat(path, &about) != 0 || !S_ISREG(about.st_mode) ||
        (about.st_mode & S_IROTH) == 0)
        return;
    (void)fprintf(stderr, "omnitls: warning: everybody on this machine may read the %s in %s; "
                          "chmod o-r ends that\n",
                  what, tool_printable(safe, sizeof(safe), path, strlen(path)));
}

void tool_warn_key(const tool_options *options, const char *path)
{
    tool_warn_readable(options, "private key", path);
    if (options->password_file != NULL)
        tool_warn_readable(options, "password", options->password_file);
}
