/* SPDX-License-Identifier: MIT */
/* No early data (OMNITLS_WITH_EARLY_DATA): none is accepted, so there is nothing to remember. */
#include "session/session.h"

omni_replays *omni_replays_new(int64_t start)
{
    (void)start;
    return NULL;
}

void omni_replays_free(omni_replays *replays)
{
    (void)replays;
}

bool omni_replays_once(omni_replays *replays, const uint8_t digest[OMNI_REPLAY_DIGEST],
                       int64_t issued, int64_t now)
{
    (void)replays, (void)digest, (void)issued, (void)now;
    return false;
}
