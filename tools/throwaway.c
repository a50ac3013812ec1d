/* SPDX-License-Identifier: MIT */
/* serve without a certificate: one made on the spot, and what a client needs to know of it. */
#include "serve.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 4
#define DAYS 7

static bool is_needed(const tool_options *options, const otls_context *context)
{
    return otls_context_role(context) == OTLS_SERVER && options->cert == NULL &&
           options->pkcs12 == NULL && options->identities[0] == NULL && options->snis[0] == NULL &&
           options->psk == NULL;
}

/* This host's names, and that which was listened on. */
static size_t names_of(const tool_target *where, const char *names[NAMES_MAX])
{
    static const char *const usual[] = {"localhost", "127.0.0.1", "::1"};
    static const char *const any[] = {"", "0.0.0.0", "::"};
    const size_t count = sizeof(usual) / sizeof(usual[0]);

    for (size_t i = 0; i < count; i++)
        names[i] = usual[i];
    for (size_t i = 0; i < count; i++)
        if (strcmp(where->host, usual[i]) == 0 || strcmp(where->host, any[i]) == 0)
            return count;
    names[count] = where->host;
    return count + 1;
}

otls_status tool_set_throwaway(const tool_options *options, otls_context *context,
                               const char **option, otls_error *err)
{
    const char *names[NAMES_MAX];
    otls_identity *identity = NULL;
    tool_target where;
    otls_status status;

    *option = NULL;
    if (!is_needed(options, context) || serve_where(options, &where) != NULL)
        return OTLS_OK;
    status = otls_identity_self_signed(&identity, otls_context_backend(context), names,
                                       names_of(&where, names), DAYS, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(context, identity, err);
    otls_identity_free(identity);
    return status;
}

static bool say_json(const otls_certificate *cert, const char *pin)
{
    char *pem = NULL;
    bool good;

    if (otls_certificate_pem(cert, &pem, NULL) != OTLS_OK)
        return false;
    good = tool_json_line(json_pack("{s:s, s:s, s:s}", "event", "throwaway", "pin_sha256", pin, "pem", pem),
                          stdout);
    otls_string_free(pem);
    return good;
}

bool serve_say_throwaway(const tool_options *options, const otls_context *context, const char *at)
{
    const otls_certificate *cert;
    char pin[64];

    if (!is_needed(options, context))
        return true;
    cert = otls_identity_chain(otls_context_identity(context, 0), 0);
    if (otls_certificate_pin(cert, otls_context_backend(context), pin, NULL) != OTLS_OK)
        return false;
    if (options->json)
        return say_json(cert, pin);
    printf("no --cert: a certificate made for %d days; pin %s\n"
           "a client trusts it with:\n"
           "  omnitls cert --pem %s >throwaway.pem\n"
           "  omnitls connect --ca throwaway.pem --pin %s %s\n",
           DAYS, pin, at, pin, at);
    return true;
}
