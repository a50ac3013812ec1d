/* SPDX-License-Identifier: MIT */
/*
 * What a server says in plain text before TLS, for each protocol of the command's --starttls: the first
 * byte chooses, the rest is said at once. An answer or one clear refusal; nothing that was said may be
 * left for TLS.
 */
#include "starttls.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"smtp", "imap", "pop3", "ftp",   "ldap",  "xmpp",
                                    "postgres", "mysql", "lmtp", "nntp", "sieve", "irc"};

/* The command's own quotes as well; here only its bound counts. */
const char *tool_printable(char *out, size_t capacity, const void *bytes, size_t size)
{
    const size_t most = size < capacity ? size : capacity - 1;

    memcpy(out, bytes, most);
    out[most] = '\0';
    return out;
}

static void must(bool good)
{
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;
    int ends[2];
    char byte;

    if (size == 0 || size > 100000 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return 0;
    must(send(ends[1], data + 1, size - 1, MSG_NOSIGNAL) == (ssize_t)(size - 1));
    must(shutdown(ends[1], SHUT_WR) == 0);
    status = tool_starttls(names[data[0] % (sizeof(names) / sizeof(names[0]))], "localhost", ends[0],
                           1000, &err);
    if (status == OTLS_OK)
        must(recv(ends[0], &byte, 1, MSG_DONTWAIT) <= 0);
    else
        must((status == OTLS_E_PROTOCOL || status == OTLS_E_TRUNCATED || status == OTLS_E_IO) &&
             err.status == (int32_t)status && err.text[0] != '\0' &&
             memchr(err.text, '\0', sizeof(err.text)) != NULL);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return 0;
}
