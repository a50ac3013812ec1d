/* SPDX-License-Identifier: MIT */
/*
 * A client may send early data because of a ticket from another server. Who does not accept it
 * reads past it (RFC 8446 4.2.10): whatever does not open under the handshake's keys is left out,
 * up to the first record that does. wolfSSL, built without early data, would end the handshake
 * instead.
 */
#include "wolf.h"

#include <stdlib.h>

#define RECORD_MAX (WOLF_RECORD_HEAD + 16384u + 256u)
#define SKIPPED_MAX                                                                                \
    65536u /* as the other engines: more is an attack, and the engine's to refuse                  \
            */

enum { SEALED = 23 };

/* One record, and room to open it beside it. */
struct wolf_early {
    size_t have, given; /* bytes of the record: here, and handed to the engine */
    size_t skipped;
    bool whole; /* the record is, and is for the engine */
    bool over;  /* nothing is left out behind it */
    uint8_t record[RECORD_MAX], opened[RECORD_MAX];
};

bool wolf_early_begin(otls_backend_connection *conn)
{
    conn->early = calloc(1, sizeof(*conn->early));
    return conn->early != NULL;
}

void wolf_early_end(otls_backend_connection *conn)
{
    if (conn->early == NULL)
        return;
    kit_wipe(conn->early, sizeof(*conn->early));
    free(conn->early);
    conn->early = NULL;
}

/* Is this one to be left out? */
static bool is_early(otls_backend_connection *conn)
{
    struct wolf_early *early = conn->early;
    const size_t length = early->have - WOLF_RECORD_HEAD;

    if (early->record[0] != SEALED)
        return false;
    early->over = wolf_record_open(conn, 0, early->record, early->record + WOLF_RECORD_HEAD, length,
                                   early->opened);
    early->skipped += early->over ? 0 : length;
    early->over = early->over || early->skipped > SKIPPED_MAX;
    return !early->over;
}

/* Read on to the end of a record that is for the engine. */
static otls_status next_record(otls_backend_connection *conn)
{
    struct wolf_early *early = conn->early;

    while (!early->whole) {
        const size_t wanted =
            early->have < WOLF_RECORD_HEAD ? WOLF_RECORD_HEAD : wolf_record_size(early->record);
        size_t count = 0;
        otls_status status;

        if (wanted > RECORD_MAX) { /* no record at all: the engine shall say so */
            early->whole = early->over = true;
            break;
        }
        if (early->have < wanted) {
            status = conn->core->ops->read(conn->core, early->record + early->have,
                                           wanted - early->have, &count);
            if (status != OTLS_OK)
                return status;
            early->have += count;
        }
        if (early->have < WOLF_RECORD_HEAD || early->have < wolf_record_size(early->record))
            continue;
        if (is_early(conn))
            early->have = 0;
        else
            early->whole = true;
    }
    return OTLS_OK;
}

otls_status wolf_early_read(otls_backend_connection *conn, void *out, size_t capacity,
                            size_t *count)
{
    struct wolf_early *early = conn->early;
    const otls_status status = next_record(conn);

    if (status != OTLS_OK)
        return status;
    *count = early->have - early->given < capacity ? early->have - early->given : capacity;
    memcpy(out, early->record + early->given, *count);
    early->given += *count;
    if (early->given < early->have)
        return OTLS_OK;
    early->have = early->given = 0;
    early->whole = false;
    if (early->over)
        wolf_early_end(conn);
    return OTLS_OK;
}
