/* SPDX-License-Identifier: MIT */
/* No operating system, no clock: otls_context_set_clock_callback brings one. */
#include "platform/platform.h"

bool omni_os_now(int64_t *seconds)
{
    *seconds = 0;
    return false;
}

int64_t omni_os_monotonic_ms(void)
{
    return 0;
}
