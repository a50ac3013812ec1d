/* SPDX-License-Identifier: MIT */
/* MySQL's protocol, LMTP (RFC 2033), NNTP (RFC 4642), ManageSieve (RFC 5804), IRC (IRCv3 tls). */
#include "starttls.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TRY(call)                                                                                  \
    do {                                                                                           \
        const otls_status tried = (call);                                                          \
        if (tried != OTLS_OK)                                                                      \
            return tried;                                                                          \
    } while (0)

/* ---- MySQL: the server's greeting offers CLIENT_SSL, our SSLRequest takes it ---- */

#define MYSQL_HEAD 4u
#define MYSQL_CLIENT_SSL 0x0800u

/* Protocol 10: version text, thread (4), random (8), filler, then the lower half of the capabilities. */
static bool mysql_offers_tls(const uint8_t *packet, size_t size)
{
    const uint8_t *end = size < 2 || packet[0] != 10 ? NULL : memchr(packet + 1, 0, size - 1);
    const size_t at = end == NULL ? 0 : (size_t)(end - packet) + 1 + 4 + 8 + 1;

    return end != NULL && at + 2 <= size &&
           (((uint32_t)packet[at] | (uint32_t)packet[at + 1] << 8) & MYSQL_CLIENT_SSL) != 0;
}

otls_status starttls_mysql(starttls *s)
{
    /* capabilities SSL, PROTOCOL_41 and SECURE_CONNECTION; packets up to 16 MiB; utf8mb4 */
    static const uint8_t request[MYSQL_HEAD + 32] = {32,   0, 0, 1,         0x00, 0x8a, 0, 0,
                                                     0, 0, 0, 1, 45};
    const uint8_t *data = (const uint8_t *)s->data;
    size_t size;

    TRY(starttls_fill(s, MYSQL_HEAD));
    size = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    if (data[3] != 0 || size == 0 || size > STARTTLS_LINE_MAX - MYSQL_HEAD)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the server does not speak MySQL's protocol");
    TRY(starttls_fill(s, MYSQL_HEAD + size));
    if (data[MYSQL_HEAD] == 0xff)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the MySQL server refuses this client");
    if (!mysql_offers_tls(data + MYSQL_HEAD, size))
        return starttls_fail(s, OTLS_E_PROTOCOL, "the MySQL server does not offer TLS");
    s->start = MYSQL_HEAD + size;
    return starttls_send(s, request, sizeof(request));
}

/* ---- NNTP ---- */

static otls_status nntp_reply(starttls *s, const char *codes, const char *what)
{
    char line[STARTTLS_LINE_MAX];

    TRY(starttls_line(s, line));
    /* one of the codes, three letters each */
    for (const char *at = codes; *at != '\0'; at += 3)
        if (strncmp(line, at, 3) == 0 && (line[3] == ' ' || line[3] == '\0'))
            return OTLS_OK;
    return starttls_refused(s, what, line);
}

otls_status starttls_nntp(starttls *s)
{
    TRY(nntp_reply(s, "200201", "no NNTP greeting"));
    TRY(starttls_say(s, "STARTTLS\r\n"));
    return nntp_reply(s, "382", "STARTTLS was refused");
}

/* ---- ManageSieve: capabilities, then OK; so again after STARTTLS, but that is inside TLS ---- */

static bool sieve_word(const char *line, const char *word)
{
    const size_t size = strlen(word);

    return strncasecmp(line, word, size) == 0 && (line[size] == ' ' || line[size] == '\0');
}

static otls_status sieve_reply(starttls *s, const char *what, bool *offered)
{
    char line[STARTTLS_LINE_MAX];

    do {
        TRY(starttls_line(s, line));
        if (sieve_word(line, "NO") || sieve_word(line, "BYE"))
            return starttls_refused(s, what, line);
        if (strcasecmp(line, "\"STARTTLS\"") == 0)
            *offered = true;
        else if (line[0] != '"' && !sieve_word(line, "OK"))
            return starttls_refused(s, what, line);
    } while (!sieve_word(line, "OK"));
    return OTLS_OK;
}

otls_status starttls_sieve(starttls *s)
{
    bool offered = false;

    TRY(sieve_reply(s, "no ManageSieve greeting", &offered));
    if (!offered)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the ManageSieve server does not offer STARTTLS");
    TRY(starttls_say(s, "STARTTLS\r\n"));
    return sieve_reply(s, "STARTTLS was refused", &offered);
}

/* ---- IRC: notices may come before the numeric 670 ---- */

otls_status starttls_irc(starttls *s)
{
    char line[STARTTLS_LINE_MAX], number[4];

    TRY(starttls_say(s, "STARTTLS\r\n"));
    do {
        const char *word;

        TRY(starttls_line(s, line));
        if (strncmp(line, "PING ", 5) == 0)
            return starttls_refused(s, "the IRC server wants an answer first", line);
        word = line[0] == ':' ? strchr(line, ' ') : NULL;
        (void)snprintf(number, sizeof(number), "%.3s", word == NULL ? "" : word + 1);
        /* 421 unknown command, 691 STARTTLS failed; anything else that is no notice refuses, too */
        if (strcmp(number, "670") != 0 && strcmp(number, "NOT") != 0 &&
            strncmp(line, "NOTICE ", 7) != 0)
            return starttls_refused(s, "STARTTLS was refused", line);
    } while (strcmp(number, "670") != 0);
    return OTLS_OK;
}
