/* SPDX-License-Identifier: MIT */
#include "connection/client_hello.h"

#include "base/base.h"

#include <string.h>

enum {
    RECORD_HANDSHAKE = 22,
    RECORD_HEADER = 5,
    RECORD_LIMIT = 16384,
    MESSAGE_CLIENT_HELLO = 1,
    MESSAGE_HEADER = 4,
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_ALPN = 16,
    EXTENSION_TICKET = 35,
    EXTENSION_PRE_SHARED_KEY = 41,
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_VERSIONS = 43
};

/* A vector of two-byte numbers that fills the extension. */
static otls_slice number_list(otls_slice extension, size_t length_bytes, bool *bad)
{
    omni_reader in = omni_reader_over(extension);
    const otls_slice list = omni_read_vector(&in, length_bytes);

    if (in.bad || in.left != 0 || list.size % 2 != 0 || list.size == 0)
        *bad = true;
    return list;
}

static otls_slice parse_server_name(otls_slice extension, bool *bad)
{
    omni_reader in = omni_reader_over(extension);
    omni_reader list = omni_reader_over(omni_read_vector(&in, 2));
    otls_slice host = {NULL, 0};

    if (in.bad || in.left != 0)
        *bad = true;
    while (!list.bad && list.left != 0) {
        const uint64_t kind = omni_read_number(&list, 1);
        const otls_slice name = omni_read_vector(&list, 2);

        if (kind != 0)
            continue;
        if (host.data != NULL || name.size == 0 || name.size > 255 ||
            memchr(name.data, 0, name.size) != NULL)
            *bad = true;
        host = name;
    }
    if (list.bad)
        *bad = true;
    return host;
}

static otls_slice parse_alpn(otls_slice extension, bool *bad)
{
    omni_reader in = omni_reader_over(extension);
    const otls_slice list = omni_read_vector(&in, 2);
    omni_reader names = omni_reader_over(list);

    if (in.bad || in.left != 0 || list.size == 0)
        *bad = true;
    while (!names.bad && names.left != 0)
        if (omni_read_vector(&names, 1).size == 0)
            *bad = true;
    if (names.bad)
        *bad = true;
    return list;
}

/* OfferedPsks: the identities; the binders only as bytes, they are the engine's to check. */
static otls_slice parse_identities(otls_slice extension, bool *bad)
{
    omni_reader in = omni_reader_over(extension);
    const otls_slice list = omni_read_vector(&in, 2);
    const otls_slice binders = omni_read_vector(&in, 2);
    omni_reader identities = omni_reader_over(list);

    if (in.bad || in.left != 0 || list.size == 0 || binders.size == 0)
        *bad = true;
    while (!identities.bad && identities.left != 0) {
        if (omni_read_vector(&identities, 2).size == 0)
            *bad = true;
        (void)omni_read(&identities, 4); /* obfuscated_ticket_age */
    }
    if (identities.bad)
        *bad = true;
    return list;
}

static bool parse_extensions(otls_client_hello *out, omni_reader *in)
{
    omni_reader list = omni_reader_over(omni_read_vector(in, 2));
    unsigned seen = 0;
    bool bad = in->bad;

    while (!bad && !list.bad && list.left != 0) {
        const uint64_t type = omni_read_number(&list, 2);
        const otls_slice body = omni_read_vector(&list, 2);
        unsigned bit = 0;

        if (list.bad)
            break;
        if (type == EXTENSION_SERVER_NAME) {
            bit = 1u;
            out->server_name = parse_server_name(body, &bad);
        } else if (type == EXTENSION_GROUPS) {
            bit = 2u;
            out->groups = number_list(body, 2, &bad);
        } else if (type == EXTENSION_SIGNATURES) {
            bit = 4u;
            out->signatures = number_list(body, 2, &bad);
        } else if (type == EXTENSION_ALPN) {
            bit = 8u;
            out->alpn = parse_alpn(body, &bad);
        } else if (type == EXTENSION_VERSIONS) {
            bit = 16u;
            out->versions = number_list(body, 1, &bad);
        } else if (type == EXTENSION_PRE_SHARED_KEY) {
            bit = 32u;
            out->pre_shared_key = true;
            out->identities = parse_identities(body, &bad);
        } else if (type == EXTENSION_TICKET) {
            bit = 64u;
            out->ticket = body;
        } else if (type == EXTENSION_EARLY_DATA) {
            bit = 128u;
            out->early_data = true;
            bad = bad || body.size != 0;
        }
        if ((seen & bit) != 0)
            bad = true; /* RFC 8446 4.2: no extension twice */
        seen |= bit;
    }
    return !bad && !list.bad;
}

static bool parse_message(otls_client_hello *out, otls_slice message)
{
    omni_reader in = omni_reader_over(message);

    out->legacy_version = (uint16_t)omni_read_number(&in, 2);
    out->random = omni_read(&in, 32);
    out->session_id = omni_read_vector(&in, 1);
    out->suites = omni_read_vector(&in, 2);
    const otls_slice compression = omni_read_vector(&in, 1);

    if (in.bad || out->session_id.size > 32 || out->suites.size == 0 || out->suites.size % 2 != 0 ||
        compression.size == 0)
        return false;
    if (in.left == 0)
        return true; /* TLS 1.2 without extensions */
    return parse_extensions(out, &in) && in.left == 0;
}

typedef struct scan {
    size_t have;   /* handshake bytes so far */
    size_t wanted; /* header included; 0 = length not known yet */
    size_t records;
} scan;

static omni_hello_result check_header(const uint8_t *wire, size_t size)
{
    if (size >= 1 && wire[0] != RECORD_HANDSHAKE)
        return OMNI_HELLO_NOT_TLS;
    if (size >= 2 && wire[1] != 3)
        return OMNI_HELLO_NOT_TLS;
    return OMNI_HELLO_OK;
}

/* Count the handshake bytes of all records that have arrived, complete or not. */
static omni_hello_result gather(scan *state, const uint8_t *wire, size_t size)
{
    uint8_t head[MESSAGE_HEADER];
    size_t at = 0;

    *state = (scan){0};
    while (at < size) {
        size_t length, part;
        const omni_hello_result result = check_header(wire + at, size - at);

        if (result != OMNI_HELLO_OK)
            return state->records == 0 ? result : OMNI_HELLO_BAD;
        if (size - at < RECORD_HEADER)
            return OMNI_HELLO_MORE;
        length = (size_t)wire[at + 3] << 8 | wire[at + 4];
        if (length == 0 || length > RECORD_LIMIT || ++state->records > OMNI_HELLO_RECORDS)
            return OMNI_HELLO_BAD;
        at += RECORD_HEADER;
        part = size - at < length ? size - at : length;
        for (size_t i = 0; i < part && state->have + i < MESSAGE_HEADER; i++)
            head[state->have + i] = wire[at + i];
        state->have += part;
        at += part;
        if (state->have >= 1 && head[0] != MESSAGE_CLIENT_HELLO)
            return state->records == 1 ? OMNI_HELLO_NOT_TLS : OMNI_HELLO_BAD;
        if (state->have >= MESSAGE_HEADER) {
            state->wanted =
                MESSAGE_HEADER + ((size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]);
            if (state->wanted > OMNI_HELLO_LIMIT)
                return OMNI_HELLO_BAD;
            if (state->have >= state->wanted)
                return OMNI_HELLO_OK;
        }
    }
    return OMNI_HELLO_MORE;
}

/* The usual case borrows: one record holds the whole message. */
static omni_hello_result message_bytes(otls_slice *message, uint8_t **owned, const uint8_t *wire,
                                       size_t size)
{
    scan state;
    const omni_hello_result result = gather(&state, wire, size);
    const size_t wanted = state.wanted;

    if (result != OMNI_HELLO_OK)
        return result;
    if (state.records == 1) {
        *message = (otls_slice){wire + RECORD_HEADER + MESSAGE_HEADER, wanted - MESSAGE_HEADER};
        return OMNI_HELLO_OK;
    }
    *owned = omni_malloc(wanted);
    if (*owned == NULL)
        return OMNI_HELLO_NOMEM;
    size_t have = 0;
    for (size_t at = 0; have < wanted;) {
        const size_t length = (size_t)wire[at + 3] << 8 | wire[at + 4];
        const size_t part = length < wanted - have ? length : wanted - have;

        memcpy(*owned + have, wire + at + RECORD_HEADER, part);
        have += part;
        at += RECORD_HEADER + length;
    }
    *message = (otls_slice){*owned + MESSAGE_HEADER, wanted - MESSAGE_HEADER};
    return OMNI_HELLO_OK;
}

omni_hello_result omni_client_hello_parse(otls_client_hello *out, const uint8_t *wire, size_t size)
{
    otls_slice message = {NULL, 0};
    omni_hello_result result;

    *out = (otls_client_hello){0};
    result = message_bytes(&message, &out->owned, wire, size);
    if (result != OMNI_HELLO_OK)
        return result;
    if (parse_message(out, message))
        return OMNI_HELLO_OK;
    omni_client_hello_clear(out);
    return OMNI_HELLO_BAD;
}

void omni_client_hello_clear(otls_client_hello *hello)
{
    omni_free(hello->owned);
    *hello = (otls_client_hello){0};
}

bool omni_hello_has(otls_slice list, uint16_t value)
{
    for (size_t i = 0; i + 1 < list.size; i += 2)
        if ((list.data[i] << 8 | list.data[i + 1]) == value)
            return true;
    return false;
}

size_t omni_hello_ticket_names(const otls_client_hello *hello, uint16_t version,
                               uint8_t out[][OTLS_TICKET_NAME_SIZE])
{
    omni_reader in = omni_reader_over(hello->identities);
    size_t count = 0;

    if (version < OTLS_TLS1_3) {
        if (hello->ticket.size < OTLS_TICKET_NAME_SIZE)
            return 0;
        memcpy(out[0], hello->ticket.data, OTLS_TICKET_NAME_SIZE);
        return 1;
    }
    while (in.left != 0 && count < OMNI_HELLO_TICKETS) {
        const otls_slice identity = omni_read_vector(&in, 2);

        (void)omni_read(&in, 4);
        if (in.bad)
            break;
        if (identity.size >= OTLS_TICKET_NAME_SIZE)
            memcpy(out[count++], identity.data, OTLS_TICKET_NAME_SIZE);
    }
    return count;
}

uint16_t omni_hello_version(const otls_client_hello *hello, uint16_t lowest, uint16_t highest)
{
    for (uint16_t version = highest; version >= lowest; version--) {
        if (hello->versions.size != 0 ? omni_hello_has(hello->versions, version)
                                      : version <= OTLS_TLS1_2 && version <= hello->legacy_version)
            return version;
    }
    return 0;
}
