/* SPDX-License-Identifier: MIT */
/* --pkcs12, --identity, --sni. */
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PATH_LIMIT 4096

/* CHAIN:KEY; no colon: the key stands in CHAIN. */
static otls_status load_pair(const tool_options *options, const otls_backend *backend,
                             const char *text, otls_identity **out, otls_error *err)
{
    char chain[PATH_LIMIT];
    const char *colon = strrchr(text, ':');
    const size_t size = colon != NULL ? (size_t)(colon - text) : strlen(text);
    otls_status status;

    if (size >= sizeof(chain)) {
        *err = (otls_error)OTLS_ERROR_INIT;
        err->status = OTLS_E_USAGE;
        (void)snprintf(err->text, sizeof(err->text), "the file name is too long");
        return OTLS_E_USAGE;
    }
    memcpy(chain, text, size);
    chain[size] = '\0';
    status = otls_identity_from_files(out, backend, chain, colon != NULL ? colon + 1 : NULL,
                                      tool_password_of(options), (void *)(uintptr_t)options, err);
    if (status == OTLS_OK)
        tool_warn_key(options, colon != NULL ? colon + 1 : chain);
    return status;
}

static otls_status add(otls_context *context, otls_identity *identity, otls_status status,
                       otls_error *err)
{
    if (status == OTLS_OK)
        status = otls_context_add_identity(context, identity, err);
    otls_identity_free(identity);
    return status;
}

/* ---- --sni ---- */

typedef struct named {
    const char *name; /* as far as the '=' */
    size_t size;
    otls_identity *identity; /* the context's */
} named;

typedef struct names {
    named list[TOOL_REPEAT_MAX];
    size_t count;
} names;

static otls_status by_name(otls_connection *conn, const otls_client_hello *hello,
                           otls_client_hello_answer *answer, void *user)
{
    const names *all = user;
    size_t size = 0;
    const char *asked = otls_client_hello_server_name(hello, &size);

    (void)conn;
    for (size_t i = 0; asked != NULL && i < all->count; i++)
        if (all->list[i].size == size && strncasecmp(all->list[i].name, asked, size) == 0)
            answer->identity = all->list[i].identity;
    return OTLS_OK;
}

static otls_status set_names(const tool_options *options, otls_context *context, otls_error *err)
{
    static names all; /* one server per process */
    otls_status status = OTLS_OK;

    all.count = 0;
    for (size_t i = 0; status == OTLS_OK && options->snis[i] != NULL; i++) {
        const char *equals = strchr(options->snis[i], '=');
        named *one = &all.list[all.count];

        if (equals == NULL || equals == options->snis[i]) {
            *err = (otls_error)OTLS_ERROR_INIT;
            err->status = OTLS_E_USAGE;
            (void)snprintf(err->text, sizeof(err->text), "\"%.80s\" is not NAME=CHAIN:KEY",
                           options->snis[i]);
            return OTLS_E_USAGE;
        }
        *one = (named){.name = options->snis[i], .size = (size_t)(equals - options->snis[i])};
        status = load_pair(options, otls_context_backend(context), equals + 1, &one->identity, err);
        /* the context keeps it alive; the callback only compares */
        status = add(context, one->identity, status, err);
        all.count++;
    }
    if (status == OTLS_OK && all.count > 0)
        status = otls_context_set_client_hello_callback(context, by_name, &all, err);
    return status;
}

otls_status tool_set_identities(const tool_options *options, otls_context *context,
                                const char **option, otls_error *err)
{
    const otls_backend *backend = otls_context_backend(context);
    otls_identity *identity = NULL;
    otls_status status = OTLS_OK;

    *option = "pkcs12";
    if (options->pkcs12 != NULL) {
        status =
            otls_identity_from_pkcs12_file(&identity, backend, options->pkcs12,
                                           tool_password_of(options), (void *)(uintptr_t)options, err);
        if (status == OTLS_OK)
            tool_warn_key(options, options->pkcs12);
        status = add(context, identity, status, err);
        identity = NULL;
    }
    for (size_t i = 0; status == OTLS_OK && options->identities[i] != NULL; i++) {
        *option = "identity";
        status = load_pair(options, backend, options->identities[i], &identity, err);
        status = add(context, identity, status, err);
        identity = NULL;
    }
    if (status != OTLS_OK || options->snis[0] == NULL)
        return status;
    *option = "sni";
    return set_names(options, context, err);
}
