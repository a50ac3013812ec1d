/* SPDX-License-Identifier: MIT */
/*
 * What the message callback hears. Handshake messages come from the engine, which alone has the keys;
 * the rest is core's: alerts, ChangeCipherSpec, the headers of records as they pass, and a server's
 * first ClientHello, which an engine may never get to see. A connection that somebody watches has a
 * table of upcalls of its own, so that the others pay nothing.
 */
#include "connection/messages.h"

#include "connection/client_hello.h"
#include "connection/io.h"

#include <string.h>

enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, FINISHED = 20, MESSAGE_HEADER = 4, RECORD_HEADER = 5 };
enum { SUPPORTED_VERSIONS = 43 };
enum { LEVEL_WARNING = 1, LEVEL_FATAL = 2 };

typedef struct omni_messages {
    otls_core_ops table;
    omni_record_watch in, out; /* where the records stand that go by */
    uint16_t version;          /* as the ServerHello says; 0 before */
    bool hello_told;           /* the engine will tell it again */
} omni_messages;

static void tell(const otls_connection *conn, const otls_message *message)
{
    const omni_callbacks *calls = &conn->context->settings.callbacks;

    if (calls->message != NULL)
        calls->message(conn, message, calls->message_user);
}

static uint16_t number(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* RFC 8446 4.1.3, 4.2.1: the extension's answer, or else the version that is written in front. */
static uint16_t version_in(const uint8_t *body, size_t size)
{
    size_t at = 2 + 32;

    if (size <= at || size - at < 1u + body[at] + 2 + 1)
        return size >= 2 ? number(body) : 0;
    at += 1u + body[at] + 2 + 1; /* the session id, suite and compression */
    for (at += 2; at < size && size - at >= 4; at += 4u + number(body + at + 2))
        if (number(body + at) == SUPPORTED_VERSIONS && number(body + at + 2) == 2 && size - at >= 6)
            return number(body + at + 4);
    return number(body);
}

static void tell_change(const otls_connection *conn, bool sent)
{
    static const uint8_t one = 1;

    tell(conn, &(otls_message){.size = sizeof(otls_message),
                               .version = conn->messages->version,
                               .content = OTLS_CONTENT_CHANGE_CIPHER_SPEC,
                               .type = one,
                               .sent = sent,
                               .data = &one,
                               .length = 1});
}

static bool below_13(const omni_messages *watch)
{
    return watch->version != 0 && otls_version_before(watch->version, OTLS_TLS1_3);
}

static void tell_handshake(otls_connection *conn, bool sent, const uint8_t *data, size_t size)
{
    omni_messages *watch = conn->messages;

    if (data[0] == SERVER_HELLO)
        watch->version = version_in(data + MESSAGE_HEADER, size - MESSAGE_HEADER);
    /* RFC 5246 7.1: it goes out right before; the engine gathers records, and shows messages sooner */
    if (data[0] == FINISHED && sent && below_13(watch))
        tell_change(conn, true);
    tell(conn, &(otls_message){.size = sizeof(otls_message),
                               .version = watch->version,
                               .content = OTLS_CONTENT_HANDSHAKE,
                               .type = data[0],
                               .sent = sent,
                               .data = data,
                               .length = size});
}

static void core_message(otls_core *core, bool sent, otls_slice message)
{
    otls_connection *conn = omni_connection_of(core);
    omni_messages *watch = conn->messages;

    if (message.size < MESSAGE_HEADER)
        return;
    if (!sent && message.data[0] == CLIENT_HELLO && watch->hello_told)
        watch->hello_told = false;
    else
        tell_handshake(conn, sent, message.data, message.size);
}

static void tell_header(const otls_connection *conn, const uint8_t *header, bool sent)
{
    tell(conn, &(otls_message){.size = sizeof(otls_message),
                               .version = number(header + 1),
                               .content = OTLS_CONTENT_RECORD_HEADER,
                               .type = header[0],
                               .sent = sent,
                               .data = header,
                               .length = RECORD_HEADER});
    if (!sent && header[0] == OTLS_CONTENT_CHANGE_CIPHER_SPEC && below_13(conn->messages))
        tell_change(conn, false);
}

static void follow(const otls_connection *conn, omni_record_watch *record, const uint8_t *data,
                   size_t size)
{
    while (size != 0) {
        const size_t left = omni_record_left(record), part = left < size ? left : size;

        if (omni_record_follow(record, data, part))
            tell_header(conn, record->header, record == &conn->messages->out);
        data += part;
        size -= part;
    }
}

static otls_status watched_read(otls_core *core, void *out, size_t capacity, size_t *count)
{
    const otls_connection *conn = omni_connection_of(core);
    const otls_status status = omni_core_read(core, out, capacity, count);

    if (status == OTLS_OK)
        follow(conn, &conn->messages->in, out, *count);
    return status;
}

static otls_status watched_write(otls_core *core, const void *data, size_t size)
{
    const otls_connection *conn = omni_connection_of(core);

    follow(conn, &conn->messages->out, data, size);
    return omni_core_write(core, data, size);
}

otls_status omni_messages_begin(otls_connection *conn)
{
    if (conn->context->settings.callbacks.message == NULL || conn->messages != NULL)
        return OTLS_OK;
    conn->messages = omni_calloc(1, sizeof(*conn->messages));
    if (conn->messages == NULL)
        return OTLS_E_NOMEM;
    conn->messages->table = omni_core_table;
    conn->messages->table.read = watched_read;
    conn->messages->table.write = watched_write;
    conn->messages->table.message = core_message;
    conn->core.ops = &conn->messages->table;
    return OTLS_OK;
}

void omni_messages_hello(otls_connection *conn, const uint8_t *wire, size_t size)
{
    otls_slice body = {NULL, 0};
    uint8_t *owned = NULL;

    if (conn->messages == NULL || conn->messages->hello_told ||
        omni_hello_message(&body, &owned, wire, size) != OMNI_HELLO_OK)
        return;
    tell_handshake(conn, false, body.data - MESSAGE_HEADER, body.size + MESSAGE_HEADER);
    conn->messages->hello_told = true;
    omni_free(owned);
}

void omni_messages_alert(otls_connection *conn, bool received, bool fatal, uint8_t description)
{
    const uint8_t alert[2] = {fatal ? LEVEL_FATAL : LEVEL_WARNING, description};

    if (conn->messages == NULL)
        return;
    tell(conn, &(otls_message){.size = sizeof(otls_message),
                               .version = conn->messages->version,
                               .content = OTLS_CONTENT_ALERT,
                               .type = description,
                               .sent = !received,
                               .data = alert,
                               .length = sizeof(alert)});
}

/* ---- names ---- */

static const struct {
    uint8_t number;
    const char *name;
} names[] = {
    /* RFC 8446 appendix B.3, RFC 5246 section 7.4, RFC 6066 section 8, RFC 8879 */
    {0, "HelloRequest"},       {1, "ClientHello"},
    {2, "ServerHello"},        {4, "NewSessionTicket"},
    {5, "EndOfEarlyData"},     {8, "EncryptedExtensions"},
    {11, "Certificate"},       {12, "ServerKeyExchange"},
    {13, "CertificateRequest"}, {14, "ServerHelloDone"},
    {15, "CertificateVerify"}, {16, "ClientKeyExchange"},
    {20, "Finished"},          {22, "CertificateStatus"},
    {24, "KeyUpdate"},         {25, "CompressedCertificate"},
};

static const char *handshake_name(uint8_t type)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].number == type)
            return names[i].name;
    return "unknown";
}

static const char *content_name(uint16_t content)
{
    switch (content) {
    case OTLS_CONTENT_CHANGE_CIPHER_SPEC:
        return "ChangeCipherSpec";
    case OTLS_CONTENT_ALERT:
        return "alert";
    case OTLS_CONTENT_HANDSHAKE:
        return "handshake";
    case OTLS_CONTENT_APPLICATION_DATA:
        return "application data";
    default:
        return "unknown";
    }
}

const char *otls_message_name(const otls_message *message)
{
    switch (message->content) {
    case OTLS_CONTENT_HANDSHAKE:
        return handshake_name(message->type);
    case OTLS_CONTENT_ALERT:
        return otls_alert_name(message->type);
    case OTLS_CONTENT_RECORD_HEADER:
        return content_name(message->type);
    default:
        return content_name(message->content);
    }
}
