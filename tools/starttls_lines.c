/* SPDX-License-Identifier: MIT */
/* Protocols of lines: SMTP (RFC 3207) and LMTP, IMAP and POP3 (RFC 2595), FTP (RFC 4217). */
#include "starttls.h"

#include <string.h>
#include <strings.h>

#define TRY(call)                                                                                  \
    do {                                                                                           \
        const otls_status tried = (call);                                                          \
        if (tried != OTLS_OK)                                                                      \
            return tried;                                                                          \
    } while (0)

/* A word among words, whatever their case. */
static bool has_word(const char *line, const char *word)
{
    const size_t size = strlen(word);

    for (const char *at = line; *at != '\0'; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strncasecmp(at, word, size) == 0 && (at[size] == ' ' || at[size] == '\0'))
            return true;
    }
    return false;
}

/* "250-one", "250-two", "250 last": all lines bear the code; `seen` (may be NULL) is set when a
 * line after the first says `word`. */
static otls_status reply(starttls *s, const char *code, const char *what, const char *word,
                         bool *seen)
{
    char line[STARTTLS_LINE_MAX];
    bool first = true;

    do {
        TRY(starttls_line(s, line));
        if (strncmp(line, code, 3) != 0 || (line[3] != '-' && line[3] != ' ' && line[3] != '\0'))
            return starttls_refused(s, what, line);
        if (!first && seen != NULL && line[3] != '\0' && strcasecmp(line + 4, word) == 0)
            *seen = true;
        first = false;
    } while (line[3] == '-');
    return OTLS_OK;
}

/* SMTP, and LMTP, which only greets with another word (RFC 2033 4.1). */
static otls_status mail(starttls *s, const char *hello)
{
    bool offered = false;

    TRY(reply(s, "220", "no greeting of a mail server", "", NULL));
    TRY(starttls_say(s, hello));
    TRY(reply(s, "250", "our hello was refused", "STARTTLS", &offered));
    if (!offered)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the mail server does not offer STARTTLS");
    TRY(starttls_say(s, "STARTTLS\r\n"));
    return reply(s, "220", "STARTTLS was refused", "", NULL);
}

otls_status starttls_smtp(starttls *s)
{
    return mail(s, "EHLO localhost\r\n");
}

otls_status starttls_lmtp(starttls *s)
{
    return mail(s, "LHLO localhost\r\n");
}

/* FTP's continuation lines may be any text; only "220 " ends them (RFC 959 4.2). */
static otls_status ftp_reply(starttls *s, const char *code, const char *what)
{
    char line[STARTTLS_LINE_MAX];

    TRY(starttls_line(s, line));
    if (strncmp(line, code, 3) != 0 || (line[3] != '-' && line[3] != ' ' && line[3] != '\0'))
        return starttls_refused(s, what, line);
    if (line[3] != '-')
        return OTLS_OK;
    do
        TRY(starttls_line(s, line));
    while (strncmp(line, code, 3) != 0 || line[3] != ' ');
    return OTLS_OK;
}

otls_status starttls_ftp(starttls *s)
{
    TRY(ftp_reply(s, "220", "no FTP greeting"));
    TRY(starttls_say(s, "AUTH TLS\r\n"));
    return ftp_reply(s, "234", "AUTH TLS was refused");
}

static otls_status pop3_reply(starttls *s, const char *what)
{
    char line[STARTTLS_LINE_MAX];

    TRY(starttls_line(s, line));
    if (strncmp(line, "+OK", 3) != 0 || (line[3] != ' ' && line[3] != '\0'))
        return starttls_refused(s, what, line);
    return OTLS_OK;
}

otls_status starttls_pop3(starttls *s)
{
    TRY(pop3_reply(s, "no POP3 greeting"));
    TRY(starttls_say(s, "STLS\r\n"));
    return pop3_reply(s, "STLS was refused");
}

/* Untagged lines, then the tagged one, which must be OK. */
static otls_status imap_reply(starttls *s, const char *tag, const char *what, bool *offered)
{
    char line[STARTTLS_LINE_MAX];
    const size_t size = strlen(tag);

    for (;;) {
        TRY(starttls_line(s, line));
        if (strncasecmp(line, "* CAPABILITY ", 13) == 0 && has_word(line + 13, "STARTTLS"))
            *offered = true;
        if (strncmp(line, "* ", 2) == 0)
            continue;
        if (strncmp(line, tag, size) != 0 || strncasecmp(line + size, " OK", 3) != 0 ||
            (line[size + 3] != ' ' && line[size + 3] != '\0'))
            return starttls_refused(s, what, line);
        return OTLS_OK;
    }
}

otls_status starttls_imap(starttls *s)
{
    char line[STARTTLS_LINE_MAX];
    bool offered = false;

    TRY(starttls_line(s, line));
    if (strncasecmp(line, "* OK", 4) != 0 || (line[4] != ' ' && line[4] != '\0'))
        return starttls_refused(s, "no IMAP greeting", line);
    TRY(starttls_say(s, "a1 CAPABILITY\r\n"));
    TRY(imap_reply(s, "a1", "CAPABILITY was refused", &offered));
    if (!offered)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the IMAP server does not offer STARTTLS");
    TRY(starttls_say(s, "a2 STARTTLS\r\n"));
    return imap_reply(s, "a2", "STARTTLS was refused", &offered);
}
