/* SPDX-License-Identifier: MIT */
#include "platform/platform.h"

#include <time.h>

bool omni_os_now(int64_t *seconds)
{
    *seconds = (int64_t)time(NULL);
    return *seconds != -1;
}

int64_t omni_os_monotonic_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
