/* SPDX-License-Identifier: MIT */
/**
 * @file client_hello.h
 * A look at a ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2) before any engine sees it, so that a
 * server decides context, certificate, ALPN and refusal once, the same way for every engine.
 */
#ifndef OTLS_CORE_CLIENT_HELLO_H
#define OTLS_CORE_CLIENT_HELLO_H

#include <omnitls/backend.h>

/** The handshake message is at most this long; a usual one has 250 to 2,000 bytes. */
#define OTLS_HELLO_LIMIT ((size_t)64 * 1024)
/** Records a hello may be cut into: enough for odd senders, too few to be a burden. */
#define OTLS_HELLO_RECORDS 512
/** Bytes on the wire that are looked at before giving up. */
#define OTLS_HELLO_WIRE_LIMIT (OTLS_HELLO_LIMIT + (size_t)5 * OTLS_HELLO_RECORDS)

/** Tickets of one hello that are looked at; clients offer one or two. */
#define OTLS_HELLO_TICKETS 4

/** Lists are the bytes on the wire: two-byte numbers, or length-prefixed names. */
typedef struct otls_client_hello {
    uint16_t legacy_version;
    otls_slice random;
    otls_slice session_id;
    otls_slice suites;     /* uint16 each */
    otls_slice versions;   /* supported_versions, uint16 each; empty when absent */
    otls_slice groups;     /* uint16 each */
    otls_slice signatures; /* uint16 each */
    otls_slice alpn;       /* length-prefixed names */
    otls_slice server_name; /* host_name bytes; data NULL = none sent */
    otls_slice ticket;     /* RFC 5077 3.2: the client's ticket for TLS 1.2, empty = none */
    otls_slice identities; /* RFC 8446 4.2.11: tickets and external identities, each with its age */
    bool pre_shared_key;   /* ... and whether there are any */
    bool early_data;       /* RFC 8446 4.2.10: it follows behind this hello */
    uint8_t *owned;        /* reassembled message, when it came in several records */
} otls_client_hello;

typedef enum otls_hello_result {
    OTLS_HELLO_OK = 0,
    OTLS_HELLO_MORE,    /* not complete yet */
    OTLS_HELLO_NOT_TLS, /* the first bytes are no TLS handshake record */
    OTLS_HELLO_BAD,     /* malformed: decode_error */
    OTLS_HELLO_NOMEM
} otls_hello_result;

/** Parse what has arrived so far. On OK `out` borrows from `wire` or owns `owned`. */
otls_hello_result otls_client_hello_parse(otls_client_hello *out, const uint8_t *wire, size_t size);
void otls_client_hello_clear(otls_client_hello *hello);

/** Is `value` in a list of uint16? */
bool otls_hello_has(otls_slice list, uint16_t value);
/**
 * The names of the keys that the tickets offered for `version` are sealed with, in the client's
 * order; how many, at most OTLS_HELLO_TICKETS. External identities look no different.
 */
size_t otls_hello_ticket_names(const otls_client_hello *hello, uint16_t version,
                               uint8_t out[][OTLS_TICKET_NAME_SIZE]);
/** The highest version both sides can do; 0 when there is none. */
uint16_t otls_hello_version(const otls_client_hello *hello, uint16_t lowest, uint16_t highest);

#endif
