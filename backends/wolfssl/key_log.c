/* SPDX-License-Identifier: MIT */
/* Lines of an NSS key log (the secrets of a connection), for core to write. */
#include "wolf.h"

#if WOLF_KEY_LOG
#define LABEL_OLD "CLIENT_RANDOM "
#define LINE_MAX_SIZE 256u /* the longest label, 32 bytes and 48, in hexadecimal */

static void emit(const otls_backend_connection *conn, char *line)
{
    conn->core->ops->key_log(conn->core, line);
    kit_wipe(line, LINE_MAX_SIZE);
}

static char *put_hex(char *out, const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }
    return out;
}

/*
 * The lines of TLS 1.3. What wolfSSL tells below it only clients are told, and not when they resume: those
 * are made when the handshake ends. Its digits are capitals, the other engines' are not.
 */
static void on_line(const WOLFSSL *ssl, const char *told)
{
    const otls_backend_connection *conn = wolf_connection_of((WOLFSSL *)(uintptr_t)ssl);
    const char *space = strchr(told, ' ');
    const size_t size = strlen(told);
    char line[LINE_MAX_SIZE];

    if (space == NULL || size >= sizeof(line) || strncmp(told, LABEL_OLD, sizeof(LABEL_OLD) - 1) == 0)
        return;
    memcpy(line, told, size + 1);
    for (size_t i = (size_t)(space - told); i < size; i++)
        line[i] = line[i] >= 'A' && line[i] <= 'F' ? (char)(line[i] - 'A' + 'a') : line[i];
    emit(conn, line);
}

void wolf_watch_secrets(WOLFSSL_CTX *ctx, const otls_policy *policy)
{
    if (policy->key_log)
        wolfSSL_CTX_set_keylog_callback(ctx, on_line);
}

void wolf_log_master(const otls_backend_connection *conn)
{
    uint8_t random[32], secret[48];
    char line[LINE_MAX_SIZE], *end = line + sizeof(LABEL_OLD) - 1;

    if (!conn->context->policy->key_log || !otls_version_before(conn->info.version, OTLS_TLS1_3) ||
        wolfSSL_get_client_random(conn->ssl, random, sizeof(random)) != sizeof(random) ||
        wolf_master(conn->ssl, secret) != sizeof(secret))
        return;
    memcpy(line, LABEL_OLD, sizeof(LABEL_OLD));
    end = put_hex(end, random, sizeof(random));
    *end++ = ' ';
    *put_hex(end, secret, sizeof(secret)) = '\0';
    kit_wipe(secret, sizeof(secret));
    emit(conn, line);
}
#else
void wolf_watch_secrets(WOLFSSL_CTX *ctx, const otls_policy *policy)
{
    (void)ctx;
    (void)policy; /* one that asks for it was refused */
}

void wolf_log_master(const otls_backend_connection *conn)
{
    (void)conn;
}
#endif
