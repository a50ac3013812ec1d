/* SPDX-License-Identifier: MIT */
/* The records that a ClientHello comes in: judged, put together, and cut anew for the engine. */
#include "connection/client_hello.h"

#include "base/base.h"

#include <string.h>

enum {
    RECORD_HANDSHAKE = 22,
    RECORD_HEADER = 5,
    RECORD_LIMIT = 16384,
    MESSAGE_CLIENT_HELLO = 1
};

typedef struct scan {
    size_t have;   /* handshake bytes so far */
    size_t wanted; /* header included; 0 = length not known yet */
    size_t records;
    size_t room; /* what the records so far hold when they are complete */
    uint8_t head[OMNI_HELLO_HEADER];
} scan;

static size_t record_length(const uint8_t *record)
{
    return (size_t)record[3] << 8 | record[4];
}

/* The header, as much of it as is there. Behind the first record it is TLS, whatever follows. */
static omni_hello_result check_header(const scan *state, const uint8_t *record, size_t size)
{
    const bool first = state->records == 0;

    if (record[0] != RECORD_HANDSHAKE)
        return first ? OMNI_HELLO_NOT_TLS : OMNI_HELLO_UNEXPECTED;
    if (size >= 2 && record[1] != 3)
        return first ? OMNI_HELLO_NOT_TLS : OMNI_HELLO_BAD;
    if (size < RECORD_HEADER)
        return OMNI_HELLO_MORE;
    if (record_length(record) == 0) /* RFC 8446 5.1 */
        return OMNI_HELLO_UNEXPECTED;
    if (record_length(record) > RECORD_LIMIT)
        return OMNI_HELLO_OVERFLOW;
    return state->records == OMNI_HELLO_RECORDS ? OMNI_HELLO_TOO_MUCH : OMNI_HELLO_OK;
}

/* The message's own header, as much of it as is there. */
static omni_hello_result check_message(scan *state)
{
    if (state->have >= 1 && state->head[0] != MESSAGE_CLIENT_HELLO)
        return OMNI_HELLO_NOT_TLS;
    if (state->have < OMNI_HELLO_HEADER)
        return OMNI_HELLO_MORE;
    state->wanted = OMNI_HELLO_HEADER + ((size_t)state->head[1] << 16 | (size_t)state->head[2] << 8 |
                                      state->head[3]);
    if (state->wanted > OMNI_HELLO_LIMIT)
        return OMNI_HELLO_TOO_MUCH;
    if (state->room > state->wanted) /* nothing can be said before the answer */
        return OMNI_HELLO_UNEXPECTED;
    return state->have == state->wanted ? OMNI_HELLO_OK : OMNI_HELLO_MORE;
}

/* Count the handshake bytes of all records that have arrived, complete or not. */
static omni_hello_result gather(scan *state, const uint8_t *wire, size_t size)
{
    omni_hello_result result = OMNI_HELLO_MORE;

    *state = (scan){0};
    while (result == OMNI_HELLO_MORE && size != 0) {
        result = check_header(state, wire, size);
        if (result != OMNI_HELLO_OK)
            return result;
        const size_t length = record_length(wire);
        const size_t there = size - RECORD_HEADER < length ? size - RECORD_HEADER : length;

        for (size_t i = 0; i < there && state->have + i < OMNI_HELLO_HEADER; i++)
            state->head[state->have + i] = wire[RECORD_HEADER + i];
        state->have += there;
        state->room += length;
        state->records++;
        wire += RECORD_HEADER + there;
        size -= RECORD_HEADER + there;
        result = check_message(state);
    }
    return result;
}

omni_hello_result omni_hello_message(otls_slice *message, uint8_t **owned, const uint8_t *wire,
                                     size_t size)
{
    scan state;
    const omni_hello_result result = gather(&state, wire, size);

    if (result != OMNI_HELLO_OK)
        return result;
    if (state.records == 1) { /* the usual case borrows */
        *message = (otls_slice){wire + RECORD_HEADER + OMNI_HELLO_HEADER,
                                state.wanted - OMNI_HELLO_HEADER};
        return OMNI_HELLO_OK;
    }
    *owned = omni_malloc(state.wanted);
    if (*owned == NULL)
        return OMNI_HELLO_NOMEM;
    for (size_t have = 0; have < state.wanted; wire += RECORD_HEADER + record_length(wire)) {
        memcpy(*owned + have, wire + RECORD_HEADER, record_length(wire));
        have += record_length(wire);
    }
    *message = (otls_slice){*owned + OMNI_HELLO_HEADER, state.wanted - OMNI_HELLO_HEADER};
    return OMNI_HELLO_OK;
}

void omni_hello_reframe(omni_buffer *in, const otls_client_hello *hello)
{
    uint8_t type_and_version[3];
    scan state;

    if (hello->owned == NULL || gather(&state, omni_buffer_front(in), omni_buffer_size(in)) !=
                                    OMNI_HELLO_OK)
        return; /* it is in one record */
    memcpy(type_and_version, omni_buffer_front(in), sizeof(type_and_version));
    /* never more records than came: what is behind the hello stays, the front moves */
    omni_buffer_drop(in, (state.records - (state.wanted + RECORD_LIMIT - 1) / RECORD_LIMIT) *
                             RECORD_HEADER);
    uint8_t *wire = in->data + in->start;

    for (size_t done = 0; done < state.wanted;) {
        const size_t rest = state.wanted - done;
        const size_t length = rest < RECORD_LIMIT ? rest : RECORD_LIMIT;

        memcpy(wire, type_and_version, sizeof(type_and_version));
        wire[3] = (uint8_t)(length >> 8);
        wire[4] = (uint8_t)length;
        memcpy(wire + RECORD_HEADER, hello->owned + done, length);
        wire += RECORD_HEADER + length;
        done += length;
    }
}
