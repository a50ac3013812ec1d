/* SPDX-License-Identifier: MIT */
/* Lines of an NSS key log (the secrets of a connection), for core to write. */
#include "gtls.h"

static size_t put_hex(char *out, const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    return 2 * size;
}

/*
 * Always installed: GnuTLS' own function, which writes to SSLKEYLOGFILE behind everybody's back,
 * is thereby out of the game.
 */
int gtls_key_log(gnutls_session_t session, const char *label, const gnutls_datum_t *secret)
{
    otls_backend_connection *conn = gtls_connection_of(session);
    gnutls_datum_t client, server;
    char line[320];
    const size_t name = strlen(label);
    if (!conn->context->policy->key_log)
        return 0;
    gnutls_session_get_random(session, &client, &server);
    if (name > 64 || client.size != 32 || secret->size > 64)
        return 0;
    memcpy(line, label, name);
    size_t at = name;
    line[at++] = ' ';
    at += put_hex(line + at, client.data, client.size);
    line[at++] = ' ';
    at += put_hex(line + at, secret->data, secret->size);
    line[at] = '\0';
    conn->core->ops->key_log(conn->core, line);
    gnutls_memset(line, 0, sizeof(line));
    return 0;
}
