/* SPDX-License-Identifier: MIT */
/* Protocols that are not lines: LDAP (RFC 4511 4.14), XMPP (RFC 6120 5.4), PostgreSQL's. */
#include "starttls.h"

#include <stdio.h>
#include <string.h>

#define TRY(call)                                                                                  \
    do {                                                                                           \
        const otls_status tried = (call);                                                          \
        if (tried != OTLS_OK)                                                                      \
            return tried;                                                                          \
    } while (0)

/* ---- LDAP ---- */

/* ExtendedRequest number 1, 1.3.6.1.4.1.1466.20037, without a value. */
static const uint8_t ldap_request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
                                      "1.3.6.1.4.1.1466.20037";

/* The length at data[*at], in at most two bytes; false when it is none. */
static bool ldap_length(const uint8_t *data, size_t size, size_t *at, size_t *length)
{
    size_t bytes;

    if (*at >= size)
        return false;
    *length = data[(*at)++];
    if (*length < 0x80)
        return true;
    bytes = *length & 0x7f;
    if (bytes == 0 || bytes > 2 || bytes > size - *at)
        return false;
    *length = 0;
    while (bytes-- != 0)
        *length = *length << 8 | data[(*at)++];
    return true;
}

/* ExtendedResponse to message 1 with resultCode 0? The message is whole. */
static bool ldap_agrees(const uint8_t *data, size_t size)
{
    static const uint8_t number[] = {0x02, 0x01, 0x01, 0x78}, success[] = {0x0a, 0x01, 0x00};
    size_t at = 1, length;

    if (!ldap_length(data, size, &at, &length) || size - at < sizeof(number) ||
        memcmp(data + at, number, sizeof(number)) != 0)
        return false;
    at += sizeof(number);
    return ldap_length(data, size, &at, &length) && length <= size - at &&
           length >= sizeof(success) && memcmp(data + at, success, sizeof(success)) == 0;
}

otls_status starttls_ldap(starttls *s)
{
    const uint8_t *data;
    size_t at = 1, length, head = 2;

    TRY(starttls_send(s, ldap_request, sizeof(ldap_request) - 1));
    TRY(starttls_fill(s, head));
    data = (const uint8_t *)s->data;
    if (data[1] >= 0x80)
        head += data[1] & 0x7f;
    if (data[0] != 0x30 || head > 4)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the server does not speak LDAP");
    TRY(starttls_fill(s, head));
    if (!ldap_length(data, head, &at, &length))
        return starttls_fail(s, OTLS_E_PROTOCOL, "the server does not speak LDAP");
    TRY(starttls_fill(s, head + length));
    if (!ldap_agrees(data, head + length))
        return starttls_fail(s, OTLS_E_PROTOCOL, "the LDAP server refuses StartTLS");
    s->start = head + length;
    return OTLS_OK;
}

/* ---- XMPP ---- */

/* Read until `text` has come; what came up to its end goes to `out`. */
static otls_status read_until(starttls *s, const char *text, char out[STARTTLS_LINE_MAX])
{
    const size_t size = strlen(text);

    for (;;) {
        const char *at = s->data + s->start;
        const size_t have = s->end - s->start;

        for (size_t i = 0; i + size <= have; i++)
            if (memcmp(at + i, text, size) == 0) {
                const size_t whole = i + size;

                if (whole >= STARTTLS_LINE_MAX)
                    return starttls_fail(s, OTLS_E_PROTOCOL, "the server's answer is too long");
                memcpy(out, at, whole);
                out[whole] = '\0';
                s->start += whole;
                return OTLS_OK;
            }
        TRY(starttls_fill(s, have + 1));
    }
}

static bool fit_for_xml(const char *host)
{
    return host[strspn(
               host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:_")] == '\0';
}

otls_status starttls_xmpp(starttls *s)
{
    char text[STARTTLS_LINE_MAX];

    if (!fit_for_xml(s->host))
        return starttls_fail(s, OTLS_E_USAGE, "the host name cannot be said in XMPP");
    (void)snprintf(text, sizeof(text),
                   "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                   "xmlns:stream='http://etherx.jabber.org/streams' to='%s' version='1.0'>",
                   s->host);
    TRY(starttls_say(s, text));
    TRY(read_until(s, "</stream:features>", text));
    if (strstr(text, "urn:ietf:params:xml:ns:xmpp-tls") == NULL)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the XMPP server does not offer STARTTLS");
    TRY(starttls_say(s, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"));
    TRY(read_until(s, ">", text));
    if (strncmp(text + strspn(text, " \t\r\n"), "<proceed", 8) != 0)
        return starttls_refused(s, "STARTTLS was refused", text);
    return OTLS_OK;
}

/* ---- PostgreSQL: SSLRequest, one byte back ---- */

otls_status starttls_postgres(starttls *s)
{
    static const uint8_t request[] = {0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};

    TRY(starttls_send(s, request, sizeof(request)));
    TRY(starttls_fill(s, 1));
    if (s->data[0] != 'S')
        return starttls_fail(s, OTLS_E_PROTOCOL, "the PostgreSQL server refuses TLS");
    s->start = 1;
    return OTLS_OK;
}
