/* SPDX-License-Identifier: MIT */
/*
 * Early data is accepted once (RFC 8446 8.2): what came with it is remembered for longer than a
 * hello's age is believed. The table has a fixed size; in a full row nothing is forgotten before
 * its time, and early data is refused instead, which costs the client a round trip.
 */
#include "session/session.h"

#include "base/base.h"

#include <string.h>

enum { ROWS = 256, PLACES = 16 };

typedef struct place {
    int64_t until; /* free from then on */
    uint8_t digest[OMNI_REPLAY_DIGEST];
} place;

struct omni_replays {
    int64_t start;
    place rows[ROWS][PLACES]; /* by the digest's first octet */
};

omni_replays *omni_replays_new(int64_t start)
{
    omni_replays *replays = omni_calloc(1, sizeof(*replays));

    if (replays != NULL)
        replays->start = start;
    return replays;
}

void omni_replays_free(omni_replays *replays)
{
    omni_free(replays);
}

bool omni_replays_once(omni_replays *replays, const uint8_t digest[OMNI_REPLAY_DIGEST],
                       int64_t issued, int64_t now)
{
    place *row = replays->rows[digest[0]], *room = NULL;

    if (issued != 0 && issued < replays->start)
        return false;
    for (size_t i = 0; i < PLACES; i++) {
        if (row[i].until <= now)
            room = &row[i];
        else if (memcmp(row[i].digest, digest, OMNI_REPLAY_DIGEST) == 0)
            return false;
    }
    if (room == NULL)
        return false;
    memcpy(room->digest, digest, OMNI_REPLAY_DIGEST);
    room->until = now + OMNI_REPLAY_MS;
    return true;
}
