/* SPDX-License-Identifier: MIT */
/* On what machine the figures were taken. */
#include "bench.h"

#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The value of the first "key : value" line of /proc/cpuinfo. */
static bool cpu_line(const char *key, char *out, size_t size)
{
    FILE *stream = fopen("/proc/cpuinfo", "r");
    char line[512];
    bool found = false;

    while (stream != NULL && !found && fgets(line, sizeof(line), stream) != NULL) {
        const char *value = strchr(line, ':');

        if (value == NULL || strncmp(line, key, strlen(key)) != 0)
            continue;
        value += value[1] == ' ' ? 2 : 1;
        (void)snprintf(out, size, "%.*s", (int)strcspn(value, "\n"), value);
        found = true;
    }
    if (stream != NULL)
        (void)fclose(stream);
    return found;
}

static void governor(char *out, size_t size)
{
    FILE *stream = fopen("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "r");

    (void)snprintf(out, size, "unknown");
    if (stream == NULL)
        return;
    if (fgets(out, (int)size, stream) != NULL)
        out[strcspn(out, "\n")] = '\0';
    (void)fclose(stream);
}

void bench_host_describe(bench_host *host)
{
    struct utsname name;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    char text[64];

    *host = (bench_host){.processors = processors > 0 ? (unsigned)processors : 1};
    if (!cpu_line("model name", host->processor, sizeof(host->processor)))
        (void)snprintf(host->processor, sizeof(host->processor), "unknown processor");
    if (cpu_line("cpu MHz", text, sizeof(text)))
        host->megahertz = strtod(text, NULL);
    governor(host->governor, sizeof(host->governor));
    if (uname(&name) == 0)
        (void)snprintf(host->system, sizeof(host->system), "%s %s %s", name.sysname, name.release,
                       name.machine);
}
