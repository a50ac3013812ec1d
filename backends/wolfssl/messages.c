/* SPDX-License-Identifier: MIT */
/*
 * Every handshake message for core, when it asks for them. wolfSSL shows none of TLS 1.3 and none of
 * its own that is sealed, so the records are looked at as they pass: what is in plain text is there
 * to be read, what TLS 1.3 seals is opened a second time under the keys that the engine lets be seen,
 * and below TLS 1.3 nothing but Finished is sealed, which the engine tells.
 */
#include "wolf.h"

#include <stdlib.h>

enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, SEALED = 23 };
enum { FINISHED = 20, FINISHED_SIZE = 12, MESSAGE_HEAD = 4, KEY_MAX = 32, IV_SIZE = 12 };
/** A record with its header (RFC 8446 5.2). */
#define RECORD_MAX (WOLF_RECORD_HEAD + 16384u + 2048u)
/** No message is longer. */
#define MESSAGE_MAX (MESSAGE_HEAD + OTLS_CERTIFICATE_MESSAGE_MAX)

struct keys {
    uint8_t key[KEY_MAX], iv[IV_SIZE];
};

struct way {
    bool sent;
    bool sealed;        /* below TLS 1.3: ChangeCipherSpec has passed */
    bool finished;      /* ... and Finished, */
    bool told;          /* which core has heard of */
    bool lost;          /* no memory, or too long: nothing can be told any more */
    struct keys now;    /* what the last record was opened with */
    word64 sequence;    /* of the next one under these keys */
    struct keys seen[2]; /* the engine's, the newest first: it may be a step ahead of the records */
    size_t have;        /* of `record` */
    uint8_t *message;   /* handshake bytes that are no whole message yet */
    size_t size;
    uint8_t record[RECORD_MAX];
};

struct wolf_messages {
    struct way in, out;
    uint8_t open[RECORD_MAX];
};

bool wolf_messages_begin(otls_backend_connection *conn)
{
    if (!KIT_HAS(conn->core->ops, message))
        return true;
    conn->messages = calloc(1, sizeof(*conn->messages));
    if (conn->messages == NULL)
        return false;
    conn->messages->out.sent = true;
    return true;
}

static void way_end(struct way *way)
{
    if (way->message != NULL)
        kit_wipe(way->message, way->size);
    free(way->message);
}

void wolf_messages_end(otls_backend_connection *conn)
{
    if (conn->messages == NULL)
        return;
    way_end(&conn->messages->in);
    way_end(&conn->messages->out);
    kit_wipe(conn->messages, sizeof(*conn->messages));
    free(conn->messages);
    conn->messages = NULL;
}

static void see(struct way *way, const uint8_t *key, const uint8_t *iv)
{
    struct keys keys;

    if (key == NULL || iv == NULL)
        return;
    memcpy(keys.key, key, sizeof(keys.key));
    memcpy(keys.iv, iv, sizeof(keys.iv));
    if (memcmp(&keys, &way->seen[0], sizeof(keys)) != 0) {
        way->seen[1] = way->seen[0];
        way->seen[0] = keys;
    }
    kit_wipe(&keys, sizeof(keys));
}

void wolf_messages_keys(otls_backend_connection *conn)
{
#ifdef ATOMIC_USER
    struct wolf_messages *messages = conn->messages;

    if (messages == NULL)
        return;
    see(conn->server ? &messages->in : &messages->out, wolfSSL_GetClientWriteKey(conn->ssl),
        wolfSSL_GetClientWriteIV(conn->ssl));
    see(conn->server ? &messages->out : &messages->in, wolfSSL_GetServerWriteKey(conn->ssl),
        wolfSSL_GetServerWriteIV(conn->ssl));
#else
    (void)conn, (void)see;
#endif
}

/* Whole messages that are at the start of what there is. */
static void tell(otls_backend_connection *conn, struct way *way)
{
    size_t at = 0;

    while (way->size - at >= MESSAGE_HEAD) {
        const uint8_t *head = way->message + at;
        const size_t whole =
            MESSAGE_HEAD + ((size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]);

        way->lost = whole > MESSAGE_MAX;
        if (way->lost || whole > way->size - at)
            break;
        conn->core->ops->message(conn->core, way->sent, (otls_slice){head, whole});
        at += whole;
    }
    way->size -= at;
    if (at != 0 && way->size != 0)
        memmove(way->message, way->message + at, way->size);
}

static void add(otls_backend_connection *conn, struct way *way, const uint8_t *data, size_t size)
{
    uint8_t *more = realloc(way->message, way->size + size + 1);

    way->lost = more == NULL;
    if (more == NULL)
        return;
    way->message = more;
    memcpy(more + way->size, data, size);
    way->size += size;
    tell(conn, way);
}

/* Below TLS 1.3 nobody is shown it, but its contents are known: ours when it goes out. */
static void tell_finished(otls_backend_connection *conn, struct way *way)
{
    uint8_t message[MESSAGE_HEAD + FINISHED_SIZE] = {FINISHED, 0, 0, FINISHED_SIZE};
    uint8_t *data = message + MESSAGE_HEAD;
    size_t size;

    if (way->told || !way->finished)
        return;
    size = way->sent ? wolfSSL_get_finished(conn->ssl, data, FINISHED_SIZE)
                     : wolfSSL_get_peer_finished(conn->ssl, data, FINISHED_SIZE);
    way->told = size == FINISHED_SIZE;
    if (way->told)
        conn->core->ops->message(conn->core, way->sent, (otls_slice){message, sizeof(message)});
}

void wolf_messages_taken(otls_backend_connection *conn)
{
    if (conn->messages != NULL)
        tell_finished(conn, &conn->messages->in);
}

static bool open_with(otls_backend_connection *conn, struct way *way, const struct keys *keys,
                      word64 sequence, uint8_t *out)
{
    if (!wolf_record_open_with(conn->ssl, keys->key, keys->iv, sequence, way->record,
                               way->record + WOLF_RECORD_HEAD, way->have - WOLF_RECORD_HEAD, out))
        return false;
    if (keys != &way->now)
        way->now = *keys;
    way->sequence = sequence + 1;
    return true;
}

/* The keys of before, or the next ones: which it is the tag tells. */
static bool open_record(otls_backend_connection *conn, struct way *way, uint8_t *out)
{
    return open_with(conn, way, &way->now, way->sequence, out) ||
           open_with(conn, way, &way->seen[0], 0, out) ||
           open_with(conn, way, &way->seen[1], 0, out);
}

static void show_sealed(otls_backend_connection *conn, struct way *way)
{
    uint8_t *out = conn->messages->open;
    const size_t sealed = way->have - WOLF_RECORD_HEAD, tag = wolf_record_tag(conn->ssl);
    size_t length;

    if (sealed <= tag || !open_record(conn, way, out))
        return;
    length = wolf_record_handshake(out, sealed - tag);
    if (length != 0)
        add(conn, way, out, length);
    kit_wipe(out, sealed - tag);
}

static void show(otls_backend_connection *conn, struct way *way)
{
    const bool tls13 = wolfSSL_GetVersion(conn->ssl) == WOLFSSL_TLSV1_3;

    switch (way->record[0]) {
    case CHANGE_CIPHER_SPEC:
        way->sealed = !tls13;
        break;
    case HANDSHAKE:
        way->finished = way->sealed;
        if (way->sealed && way->sent)
            tell_finished(conn, way);
        else if (!way->sealed)
            add(conn, way, way->record + WOLF_RECORD_HEAD, way->have - WOLF_RECORD_HEAD);
        break;
    case SEALED:
        if (tls13)
            show_sealed(conn, way);
        break;
    default:
        break;
    }
}

void wolf_messages_pass(otls_backend_connection *conn, bool sent, const void *data, size_t size)
{
    struct way *way = sent ? &conn->messages->out : &conn->messages->in;
    const uint8_t *at = data;

    wolf_messages_keys(conn);
    if (sent)
        wolf_messages_taken(conn);
    while (size != 0 && !way->lost) {
        const size_t whole =
            way->have < WOLF_RECORD_HEAD ? WOLF_RECORD_HEAD : wolf_record_size(way->record);
        const size_t part = whole - way->have < size ? whole - way->have : size;

        way->lost = whole > sizeof(way->record);
        if (way->lost)
            return;
        memcpy(way->record + way->have, at, part);
        way->have += part;
        at += part;
        size -= part;
        if (way->have < WOLF_RECORD_HEAD || way->have < wolf_record_size(way->record))
            continue;
        show(conn, way);
        way->have = 0;
    }
}
