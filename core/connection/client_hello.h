/* SPDX-License-Identifier: MIT */
/**
 * @file connection/client_hello.h
 * A look at a ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2) before any engine sees it, so that a
 * server decides context, certificate, ALPN and refusal once, the same way for every engine.
 */
#ifndef OMNI_CONNECTION_CLIENT_HELLO_H
#define OMNI_CONNECTION_CLIENT_HELLO_H

#include "base/base.h"

#include <omnitls/backend.h>

/** The handshake message is at most this long; a usual one has 250 to 2,000 bytes. */
#define OMNI_HELLO_LIMIT ((size_t)64 * 1024)
/** Type and length in front of it (RFC 8446 4). */
#define OMNI_HELLO_HEADER 4
/** Records a hello may be cut into: enough for odd senders, too few to be a burden. */
#define OMNI_HELLO_RECORDS 512

/** What every engine takes: 150 suites, in a message of 18 KiB; see OTLS_FEATURE_LONG_HELLOS. */
#define OMNI_HELLO_SHORT_SUITES 150
#define OMNI_HELLO_SHORT ((size_t)18 * 1024)

/** Tickets of one hello that are looked at; clients offer one or two. */
#define OMNI_HELLO_TICKETS 4

/** Lists are the bytes on the wire: two-byte numbers, or length-prefixed names. */
typedef struct otls_client_hello {
    size_t size; /* of the message, header included */
    uint16_t legacy_version;
    otls_slice random;
    otls_slice session_id;
    otls_slice suites;     /* uint16 each */
    otls_slice versions;   /* supported_versions, uint16 each; empty when absent */
    otls_slice groups;     /* uint16 each */
    otls_slice shares;     /* RFC 8446 4.2.8: a uint16 and a length-prefixed key each; empty = none */
    otls_slice signatures; /* uint16 each */
    otls_slice alpn;       /* length-prefixed names */
    otls_slice server_name; /* host_name bytes; data NULL = none sent */
    otls_slice ticket;     /* RFC 5077 3.2: the client's ticket for TLS 1.2, empty = none */
    otls_slice identities; /* RFC 8446 4.2.11: tickets and external identities, each with its age */
    bool pre_shared_key;   /* ... and whether there are any */
    bool early_data;       /* RFC 8446 4.2.10: it follows behind this hello */
    uint8_t *owned;        /* reassembled message, when it came in several records */
} otls_client_hello;

typedef enum omni_hello_result {
    OMNI_HELLO_OK = 0,
    OMNI_HELLO_MORE,    /* not complete yet */
    OMNI_HELLO_NOT_TLS, /* the first bytes are no TLS handshake record */
    OMNI_HELLO_BAD,     /* malformed: decode_error */
    OMNI_HELLO_ILLEGAL,    /* can be decoded, must not be sent: illegal_parameter */
    OMNI_HELLO_OVERFLOW,   /* a record above 2^14 octets: record_overflow */
    OMNI_HELLO_UNEXPECTED, /* another record, or nothing, where the rest should be */
    OMNI_HELLO_TOO_MUCH,   /* over OMNI_HELLO_LIMIT or OMNI_HELLO_RECORDS */
    OMNI_HELLO_NOMEM
} omni_hello_result;

/** Parse what has arrived so far. On OK `out` borrows from `wire` or owns `owned`. */
omni_hello_result omni_client_hello_parse(otls_client_hello *out, const uint8_t *wire, size_t size);
void omni_client_hello_clear(otls_client_hello *hello);

/* connection/hello_records.c */
/**
 * The body of the message, once all of it has arrived: borrowed from `wire` when one record holds
 * it, else in `owned`, header included, which is the caller's to free.
 */
omni_hello_result omni_hello_message(otls_slice *message, uint8_t **owned, const uint8_t *wire,
                                     size_t size);
/**
 * Put the hello at the start of `in`, complete as omni_client_hello_parse found it, into as few
 * records as it can be in: engines fail with some ways to cut it that RFC 8446 5.1 allows. The
 * transcript has messages and no records in it.
 */
void omni_hello_reframe(omni_buffer *in, const otls_client_hello *hello);

/** Is `value` in a list of uint16? */
bool omni_hello_has(otls_slice list, uint16_t value);
/**
 * The names of the keys that the tickets offered for `version` are sealed with, in the client's
 * order; how many, at most OMNI_HELLO_TICKETS. External identities look no different.
 */
size_t omni_hello_ticket_names(const otls_client_hello *hello, uint16_t version,
                               uint8_t out[][OTLS_TICKET_NAME_SIZE]);
/** The highest version both sides can do; 0 when there is none. */
uint16_t omni_hello_version(const otls_client_hello *hello, uint16_t lowest, uint16_t highest);

#endif
