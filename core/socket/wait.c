/* SPDX-License-Identifier: MIT */
/* Until when, and for what. */
#include "base/base.h"
#include "socket/socket.h"

#include <errno.h>
#include <limits.h>

omni_deadline omni_deadline_in(int timeout_ms)
{
    omni_deadline deadline = {.at = -1};

    if (timeout_ms >= 0)
        deadline.at = omni_os_monotonic_ms() + timeout_ms;
    return deadline;
}

int omni_deadline_left(const omni_deadline *deadline)
{
    int64_t left;

    if (deadline->at < 0)
        return -1;
    left = deadline->at - omni_os_monotonic_ms();
    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

otls_status omni_socket_wait(omni_poll *item, const omni_deadline *deadline, otls_error *err)
{
    size_t ready;
    int error;

    do
        error = omni_os_poll(item, 1, omni_deadline_left(deadline), &ready);
    while (error == EINTR);
    if (error != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot wait for the socket");
    return OTLS_OK;
}
