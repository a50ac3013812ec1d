/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* a handler has no other way to know */
static int signal_writer = -1;

static void on_signal(int number)
{
    int saved = errno;

    (void)number;
    /* a full pipe already says it */
    (void)!write(signal_writer, "", 1);
    errno = saved;
}

int tool_signals_open(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    int ends[2];

    if (pipe(ends) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        if (fcntl(ends[i], F_SETFL, O_NONBLOCK) != 0 || fcntl(ends[i], F_SETFD, FD_CLOEXEC) != 0) {
            close(ends[0]);
            close(ends[1]);
            return -1;
        }
    }
    signal_writer = ends[1];
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0)
        return -1;
    return ends[0];
}
