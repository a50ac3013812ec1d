/* SPDX-License-Identifier: MIT */
#include "platform/windows/system.h"

#include <time.h>

bool omni_os_now(int64_t *seconds)
{
    *seconds = (int64_t)time(NULL);
    return *seconds != -1;
}

int64_t omni_os_monotonic_ms(void)
{
    return (int64_t)GetTickCount64();
}
