/* SPDX-License-Identifier: MIT */
/* What a context allows, beyond setup.c: algorithms, options, levels, names, key log. */
#include "tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static otls_status bad_value(otls_error *err,
                                                                   const char *format, ...)
{
    va_list args;

    *err = (otls_error)OTLS_ERROR_INIT;
    err->status = OTLS_E_USAGE;
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return OTLS_E_USAGE;
}

static otls_status number(const char *text, int *out, otls_error *err)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < -1000000 || value > 1000000)
        return bad_value(err, "\"%.80s\" is no number", text);
    *out = (int)value;
    return OTLS_OK;
}

otls_status tool_set_security_level(const tool_options *options, otls_context *context,
                                    const char **option, otls_error *err)
{
    int level = 0;
    otls_status status;

    *option = "security-level";
    if (options->security_level == NULL)
        return OTLS_OK;
    status = number(options->security_level, &level, err);
    return status == OTLS_OK ? otls_context_set_security_level(context, level, err) : status;
}

static otls_status set_options(const tool_options *options, otls_context *context,
                               const char **option, otls_error *err)
{
    char words[1024], *rest = words, *word;
    otls_status status = OTLS_OK;

    *option = "options";
    if (options->context_options == NULL)
        return OTLS_OK;
    if (strlen(options->context_options) >= sizeof(words))
        return bad_value(err, "the list is too long");
    memcpy(words, options->context_options, strlen(options->context_options) + 1);
    while (status == OTLS_OK && (word = strsep(&rest, ",:")) != NULL) {
        const bool clear = word[0] == '-';
        const uint32_t bit = otls_option_find(clear ? word + 1 : word);

        if (bit == 0)
            return bad_value(err, "\"%.80s\" is no option", word);
        status = clear ? otls_context_clear_options(context, bit, err)
                       : otls_context_set_options(context, bit, err);
    }
    return status;
}

static otls_status set_lists(const tool_options *options, otls_context *context,
                             const char **option, otls_error *err)
{
    otls_status status = OTLS_OK;

    *option = "sigalgs";
    if (options->sigalgs != NULL)
        status = otls_context_set_signature_algorithms(context, options->sigalgs, err);
    if (status != OTLS_OK || options->tls13_ciphers == NULL)
        return status;
    *option = "tls13-ciphers";
    return otls_context_set_tls13_suites(context, options->tls13_ciphers, err);
}

static otls_status set_depth(const tool_options *options, otls_context *context,
                             const char **option, otls_error *err)
{
    int depth = 0;
    otls_status status;

    *option = "verify-depth";
    if (options->verify_depth == NULL)
        return OTLS_OK;
    status = number(options->verify_depth, &depth, err);
    return status == OTLS_OK ? otls_context_set_verify_depth(context, depth, err) : status;
}

static otls_status set_others(const tool_options *options, otls_context *context,
                              const char **option, otls_error *err)
{
    otls_status status = OTLS_OK;

    *option = "client-ca-names";
    if (options->client_ca_names != NULL)
        status = otls_context_add_client_ca_file(context, options->client_ca_names, err);
    if (status == OTLS_OK && options->post_handshake_auth) {
        *option = "post-handshake-auth";
        status = otls_context_set_post_handshake_auth(context, true, err);
    }
    if (status == OTLS_OK && options->keylog != NULL) {
        *option = "keylog";
        status = otls_context_set_key_log_file(context, options->keylog, err);
    }
    return status;
}

otls_status tool_set_policy(const tool_options *options, otls_context *context, const char **option,
                            otls_error *err)
{
    otls_status status = tool_set_security_level(options, context, option, err);

    if (status == OTLS_OK)
        status = set_options(options, context, option, err);
    if (status == OTLS_OK)
        status = set_lists(options, context, option, err);
    if (status == OTLS_OK)
        status = set_depth(options, context, option, err);
    return status == OTLS_OK ? set_others(options, context, option, err) : status;
}

/* ---- a pre-shared key ---- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool tool_hex(const char *text, uint8_t *out, size_t capacity, size_t *size)
{
    const size_t digits = strlen(text);

    if (digits == 0 || digits % 2 != 0 || digits / 2 > capacity)
        return false;
    *size = digits / 2;
    for (size_t i = 0; i < *size; i++) {
        const int high = digit(text[2 * i]), low = digit(text[1 + 2 * i]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* "ID:HEX"; the identity may contain colons itself. */
static bool read_psk(const char *text, otls_psk *out)
{
    const char *hex = text != NULL ? strrchr(text, ':') : NULL;
    const size_t name = hex != NULL ? (size_t)(hex - text) : 0;

    if (name == 0 || name > OTLS_PSK_IDENTITY_MAX)
        return false;
    memcpy(out->identity, text, name);
    out->identity[name] = '\0';
    return tool_hex(hex + 1, out->key, sizeof(out->key), &out->key_size);
}

static otls_status give_psk(otls_connection *conn, const char *hint, otls_psk *out, void *user)
{
    (void)conn, (void)hint;
    return read_psk(((const tool_options *)user)->psk, out) ? OTLS_OK : OTLS_E_USAGE;
}

static otls_status find_psk(otls_connection *conn, const uint8_t *identity, size_t size,
                            otls_psk *out, void *user)
{
    (void)conn;
    if (!read_psk(((const tool_options *)user)->psk, out) || strlen(out->identity) != size ||
        memcmp(out->identity, identity, size) != 0)
        return OTLS_E_USAGE;
    return OTLS_OK;
}

otls_status tool_set_psk(const tool_options *options, otls_context *context, const char **option,
                         otls_error *err)
{
    void *user = (void *)(uintptr_t)options; /* alive as long as the command runs */
    otls_psk psk;

    *option = "psk";
    if (options->psk == NULL)
        return OTLS_OK;
    if (!read_psk(options->psk, &psk))
        return bad_value(err, "not ID:HEX with 1 to %d bytes in an even number of digits",
                         OTLS_PSK_KEY_MAX);
    return otls_context_role(context) == OTLS_SERVER
               ? otls_context_set_psk_server_callback(context, find_psk, user, err)
               : otls_context_set_psk_client_callback(context, give_psk, user, err);
}
