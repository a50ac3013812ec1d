/* SPDX-License-Identifier: MIT */
#include "connection/client_hello.h"

#include "base/base.h"
#include "x509/x509.h"

#include <string.h>

enum {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_ALPN = 16,
    EXTENSION_TICKET = 35,
    EXTENSION_PRE_SHARED_KEY = 41,
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_VERSIONS = 43,
    EXTENSION_KEY_SHARE = 51
};

/* The first fault is the one that is told. */
static void blame(omni_hello_result *fault, omni_hello_result kind)
{
    if (*fault == OMNI_HELLO_OK)
        *fault = kind;
}

/* A vector of two-byte numbers that fills the extension. */
static otls_slice number_list(otls_slice extension, size_t length_bytes, omni_hello_result *fault)
{
    omni_reader in = omni_reader_over(extension);
    const otls_slice list = omni_read_vector(&in, length_bytes);

    if (in.bad || in.left != 0 || list.size % 2 != 0 || list.size == 0)
        blame(fault, OMNI_HELLO_BAD);
    return list;
}

/* What our clients send, too: letters, digits, hyphens, dots, and underscores, which names in real
 * use have. No ports, blanks, colons of addresses, or octets of other alphabets. */
static bool is_name(otls_slice name)
{
    for (size_t i = 0; i < name.size; i++)
        if (!omni_is_host_octet(name.data[i]) && name.data[i] != '.')
            return false;
    return name.size <= 255;
}

/*
 * RFC 6066 3: a list of at least one name, of at least one octet each, else it cannot be decoded.
 * Two names of one kind, and a host name that cannot be one, can be decoded and must not be.
 */
static otls_slice parse_server_name(otls_slice extension, omni_hello_result *fault)
{
    omni_reader in = omni_reader_over(extension);
    omni_reader list = omni_reader_over(omni_read_vector(&in, 2));
    otls_slice host = {NULL, 0};

    if (in.bad || in.left != 0 || list.left == 0)
        blame(fault, OMNI_HELLO_BAD);
    while (!list.bad && list.left != 0) {
        const uint64_t kind = omni_read_number(&list, 1);
        const otls_slice name = omni_read_vector(&list, 2);

        if (list.bad || name.size == 0)
            blame(fault, OMNI_HELLO_BAD);
        else if (kind != 0)
            continue;
        else if (host.data != NULL || !is_name(name))
            blame(fault, OMNI_HELLO_ILLEGAL);
        host = name;
    }
    return host;
}

static otls_slice parse_alpn(otls_slice extension, omni_hello_result *fault)
{
    omni_reader in = omni_reader_over(extension);
    const otls_slice list = omni_read_vector(&in, 2);
    omni_reader names = omni_reader_over(list);

    if (in.bad || in.left != 0 || list.size == 0)
        blame(fault, OMNI_HELLO_BAD);
    while (!names.bad && names.left != 0)
        if (omni_read_vector(&names, 1).size == 0)
            blame(fault, OMNI_HELLO_BAD);
    if (names.bad)
        blame(fault, OMNI_HELLO_BAD);
    return list;
}

/* OfferedPsks: the identities; the binders only as bytes, they are the engine's to check. */
static otls_slice parse_identities(otls_slice extension, omni_hello_result *fault)
{
    omni_reader in = omni_reader_over(extension);
    const otls_slice list = omni_read_vector(&in, 2);
    const otls_slice binders = omni_read_vector(&in, 2);
    omni_reader identities = omni_reader_over(list);

    if (in.bad || in.left != 0 || list.size == 0 || binders.size == 0)
        blame(fault, OMNI_HELLO_BAD);
    while (!identities.bad && identities.left != 0) {
        if (omni_read_vector(&identities, 2).size == 0)
            blame(fault, OMNI_HELLO_BAD);
        (void)omni_read(&identities, 4); /* obfuscated_ticket_age */
    }
    if (identities.bad)
        blame(fault, OMNI_HELLO_BAD);
    return list;
}

/* The keys are the engine's to look at; a list without any asks for a HelloRetryRequest. */
static otls_slice parse_shares(otls_slice extension, omni_hello_result *fault)
{
    omni_reader in = omni_reader_over(extension);
    const otls_slice list = omni_read_vector(&in, 2);
    omni_reader shares = omni_reader_over(list);

    if (in.bad || in.left != 0)
        blame(fault, OMNI_HELLO_BAD);
    while (!shares.bad && shares.left != 0) {
        (void)omni_read_number(&shares, 2);
        if (omni_read_vector(&shares, 2).size == 0) /* or cut off */
            blame(fault, OMNI_HELLO_BAD);
    }
    return list;
}

static void parse_extension(otls_client_hello *out, uint64_t type, otls_slice body,
                            omni_hello_result *fault)
{
    switch (type) {
    case EXTENSION_SERVER_NAME:
        out->server_name = parse_server_name(body, fault);
        break;
    case EXTENSION_GROUPS:
        out->groups = number_list(body, 2, fault);
        break;
    case EXTENSION_SIGNATURES:
        out->signatures = number_list(body, 2, fault);
        break;
    case EXTENSION_ALPN:
        out->alpn = parse_alpn(body, fault);
        break;
    case EXTENSION_VERSIONS:
        out->versions = number_list(body, 1, fault);
        break;
    case EXTENSION_KEY_SHARE:
        out->shares = parse_shares(body, fault);
        break;
    case EXTENSION_PRE_SHARED_KEY:
        out->pre_shared_key = true;
        out->identities = parse_identities(body, fault);
        break;
    case EXTENSION_TICKET:
        out->ticket = body;
        break;
    case EXTENSION_EARLY_DATA:
        out->early_data = true;
        if (body.size != 0)
            blame(fault, OMNI_HELLO_BAD);
        break;
    default: /* the engine's, or nobody's */
        break;
    }
}

/* What a hello has had. Those that are registered have low numbers, and a client makes up one or two (RFC 8701);
 * only a hello with many others needs a bit for each there can be. */
enum { LOW_TYPES = 64, OTHER_TYPES = 16 };

typedef struct seen_types {
    uint64_t low;
    uint16_t others[OTHER_TYPES];
    size_t other_count;
    uint8_t *bits; /* NULL until there are too many others */
} seen_types;

static bool see_bit(uint8_t *bits, uint16_t type)
{
    const uint8_t bit = (uint8_t)(1u << type % 8);
    const bool again = (bits[type / 8] & bit) != 0;

    bits[type / 8] |= bit;
    return !again;
}

/* ILLEGAL: it was there before. */
static omni_hello_result see_other(seen_types *seen, uint16_t type)
{
    if (seen->bits == NULL) {
        for (size_t i = 0; i < seen->other_count; i++)
            if (seen->others[i] == type)
                return OMNI_HELLO_ILLEGAL;
        if (seen->other_count < OTHER_TYPES) {
            seen->others[seen->other_count++] = type;
            return OMNI_HELLO_OK;
        }
        seen->bits = omni_calloc(65536 / 8, 1);
        if (seen->bits == NULL)
            return OMNI_HELLO_NOMEM;
        for (size_t i = 0; i < seen->other_count; i++)
            (void)see_bit(seen->bits, seen->others[i]);
    }
    return see_bit(seen->bits, type) ? OMNI_HELLO_OK : OMNI_HELLO_ILLEGAL;
}

static omni_hello_result see_type(seen_types *seen, uint16_t type)
{
    const uint64_t bit = type < LOW_TYPES ? (uint64_t)1 << type : 0;

    if (bit == 0)
        return see_other(seen, type);
    if ((seen->low & bit) != 0)
        return OMNI_HELLO_ILLEGAL;
    seen->low |= bit;
    return OMNI_HELLO_OK;
}

/* RFC 8446 4.2: no extension twice, known to us or not; 4.2.11: pre_shared_key is the last. */
static omni_hello_result parse_each(otls_client_hello *out, omni_reader list, seen_types *seen)
{
    omni_hello_result fault = OMNI_HELLO_OK;

    while (fault == OMNI_HELLO_OK && list.left != 0) {
        const uint16_t type = (uint16_t)omni_read_number(&list, 2);
        const otls_slice body = omni_read_vector(&list, 2);

        if (list.bad)
            return OMNI_HELLO_BAD;
        if (out->pre_shared_key)
            return OMNI_HELLO_ILLEGAL;
        fault = see_type(seen, type);
        if (fault == OMNI_HELLO_OK)
            parse_extension(out, type, body, &fault);
    }
    return fault;
}

static omni_hello_result parse_extensions(otls_client_hello *out, omni_reader *in)
{
    const otls_slice list = omni_read_vector(in, 2);
    seen_types seen = {.low = 0};
    omni_hello_result result;

    if (in->bad || in->left != 0)
        return OMNI_HELLO_BAD;
    result = parse_each(out, omni_reader_over(list), &seen);
    omni_free(seen.bits);
    return result;
}

static omni_hello_result parse_message(otls_client_hello *out, otls_slice message)
{
    omni_reader in = omni_reader_over(message);

    out->legacy_version = (uint16_t)omni_read_number(&in, 2);
    out->random = omni_read(&in, 32);
    out->session_id = omni_read_vector(&in, 1);
    out->suites = omni_read_vector(&in, 2);
    const otls_slice compression = omni_read_vector(&in, 1);

    if (in.bad || out->session_id.size > 32 || out->suites.size == 0 || out->suites.size % 2 != 0 ||
        compression.size == 0)
        return OMNI_HELLO_BAD;
    if (memchr(compression.data, 0, compression.size) == NULL)
        return OMNI_HELLO_ILLEGAL; /* RFC 5246 7.4.1.2: all clients can do without */
    return in.left == 0 ? OMNI_HELLO_OK /* TLS 1.2 without extensions */
                        : parse_extensions(out, &in);
}

omni_hello_result omni_client_hello_parse(otls_client_hello *out, const uint8_t *wire, size_t size)
{
    otls_slice message = {NULL, 0};
    omni_hello_result result;

    *out = (otls_client_hello){0};
    result = omni_hello_message(&message, &out->owned, wire, size);
    if (result == OMNI_HELLO_OK)
        result = parse_message(out, message);
    out->size = OMNI_HELLO_HEADER + message.size;
    if (result != OMNI_HELLO_OK)
        omni_client_hello_clear(out);
    return result;
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

    if (otls_version_before(version, OTLS_TLS1_3)) {
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
                                      : version != OTLS_TLS1_3 && version <= hello->legacy_version)
            return version;
    }
    return 0;
}
