/* SPDX-License-Identifier: MIT */
/* A context as the command line describes it. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <omnitls/insecure.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALPN_MAX 32
#define LIST_MAX 4096

/* One step of the set-up. On failure `*option` names what the user gave. */
typedef otls_status setup_step(const tool_options *options, otls_context *context,
                               const char **option, otls_error *err);

static otls_status set_versions(const tool_options *options, otls_context *context,
                                const char **option, otls_error *err)
{
    uint16_t lowest = options->min == NULL ? 0 : tool_version_parse(options->min);
    uint16_t highest = options->max == NULL ? 0 : tool_version_parse(options->max);

    *option = options->max != NULL ? "max" : "min";
    if (lowest == 0 && highest == 0)
        return OTLS_OK;
    return otls_context_set_versions(context, lowest, highest, err);
}

/* TLS 1.3 suites have a list of their own in the API; here one option takes both kinds. */
static otls_status set_ciphers(const tool_options *options, otls_context *context,
                               const char **option, otls_error *err)
{
    char words[LIST_MAX], tls13[LIST_MAX] = "", others[LIST_MAX] = "";
    char *rest = words;
    char *word;
    otls_status status = OTLS_OK;

    *option = "ciphers";
    if (options->ciphers == NULL)
        return OTLS_OK;
    if (strlen(options->ciphers) >= sizeof(words)) {
        *err = (otls_error)OTLS_ERROR_INIT;
        err->status = OTLS_E_CONFIG;
        (void)snprintf(err->text, sizeof(err->text), "the list is too long");
        return OTLS_E_CONFIG;
    }
    memcpy(words, options->ciphers, strlen(options->ciphers) + 1);
    while ((word = strsep(&rest, ":")) != NULL) {
        bool is_tls13 =
            strncmp(word, "TLS_AES_", 8) == 0 || strncmp(word, "TLS_CHACHA20_", 13) == 0;
        char *list = is_tls13 ? tls13 : others;

        const size_t used = strlen(list);

        (void)snprintf(list + used, sizeof(words) - used, "%s%s", used > 0 ? ":" : "", word);
    }
    if (tls13[0] != '\0')
        status = otls_context_set_tls13_suites(context, tls13, err);
    if (status == OTLS_OK && others[0] != '\0')
        status = otls_context_set_ciphers(context, others, err);
    return status;
}

static otls_status set_groups(const tool_options *options, otls_context *context,
                              const char **option, otls_error *err)
{
    *option = "groups";
    return options->groups == NULL ? OTLS_OK
                                   : otls_context_set_groups(context, options->groups, err);
}

static otls_status set_alpn(const tool_options *options, otls_context *context, const char **option,
                            otls_error *err)
{
    const char *names[ALPN_MAX];
    size_t count = 0;
    char *copy, *rest, *word;
    otls_status status;

    *option = "alpn";
    if (options->alpn == NULL)
        return OTLS_OK;
    copy = rest = strdup(options->alpn);
    if (copy == NULL)
        return OTLS_E_NOMEM;
    while (count < ALPN_MAX && (word = strsep(&rest, ",")) != NULL)
        names[count++] = word;
    status = otls_context_set_alpn(context, names, count, err);
    free(copy);
    return status;
}

static otls_status set_identity(const tool_options *options, otls_context *context,
                                const char **option, otls_error *err)
{
    otls_identity *identity = NULL;
    otls_status status;

    *option = "cert";
    if (options->cert == NULL)
        return OTLS_OK;
    status = otls_identity_from_files(
        &identity, otls_context_backend(context), options->cert, options->key,
        tool_password_of(options), (void *)(uintptr_t)options, err);
    if (status == OTLS_OK) {
        tool_warn_key(options, options->key != NULL ? options->key : options->cert);
        status = otls_context_add_identity(context, identity, err);
    } else if (options->key != NULL && strstr(err->text, options->key) != NULL) {
        *option = "key";
    }
    otls_identity_free(identity);
    return status;
}

otls_status tool_add_roots(otls_trust *trust, const char *path, otls_error *err)
{
    struct stat facts;

    if (path == NULL)
        return otls_trust_add_system(trust, err);
    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
        return otls_trust_add_directory(trust, path, err);
    return otls_trust_add_file(trust, path, err);
}

static otls_status set_trust(const tool_options *options, otls_context *context,
                             const char **option, otls_error *err)
{
    bool client = otls_context_role(context) == OTLS_CLIENT;
    otls_trust *trust = NULL;
    otls_status status;

    *option = options->ca != NULL ? "ca" : NULL;
    /* nobody will be verified: an unreadable set of system roots must not stand in the way */
    if (options->ca == NULL &&
        (client ? options->verify != NULL && strcmp(options->verify, "none") == 0
                : options->verify == NULL || strcmp(options->verify, "none") == 0))
        return OTLS_OK;
    status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status = tool_add_roots(trust, options->ca, err);
    if (status == OTLS_OK && options->crl != NULL) {
        *option = "crl";
        status = otls_trust_add_crl_file(trust, options->crl, err);
    }
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    return status;
}

static otls_status bad_mode(const tool_options *options, const char *modes, otls_error *err)
{
    *err = (otls_error)OTLS_ERROR_INIT;
    err->status = OTLS_E_USAGE;
    (void)snprintf(err->text, sizeof(err->text), "\"%.80s\" is no mode here; there are %s",
                   options->verify, modes);
    return OTLS_E_USAGE;
}

static otls_status set_verify(const tool_options *options, otls_context *context,
                              const char **option, otls_error *err)
{
    const char *mode = options->verify;

    *option = "verify";
    if (mode == NULL)
        return OTLS_OK;
    if (otls_context_role(context) == OTLS_CLIENT) {
        if (strcmp(mode, "none") == 0)
            return otls_context_insecure_no_verify(context, err);
        return strcmp(mode, "required") == 0 ? OTLS_OK : bad_mode(options, "none, required", err);
    }
    if (strcmp(mode, "none") == 0)
        return otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_NONE, err);
    if (strcmp(mode, "optional") == 0)
        return otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_OPTIONAL, err);
    if (strcmp(mode, "required") == 0)
        return otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_REQUIRED, err);
    return bad_mode(options, "none, optional, required", err);
}

static otls_status set_key_log(const tool_options *options, otls_context *context,
                               const char **option, otls_error *err)
{
    const char *path = getenv("SSLKEYLOGFILE");
    otls_error why = OTLS_ERROR_INIT;

    (void)err;
    *option = NULL;
    /* a log that fails is said, and no reason not to connect */
    if (path != NULL && path[0] != '\0' &&
        otls_context_set_key_log_file(context, path, &why) != OTLS_OK)
        tool_complain(options, "SSLKEYLOGFILE: %s", why.text);
    return OTLS_OK;
}

static setup_step *const steps[] = {
    set_versions, set_ciphers,       set_groups,           set_alpn,           set_trust,
    set_verify,   set_identity,      set_key_log,          tool_set_policy,    tool_set_identities,
    tool_set_psk, tool_set_sessions, tool_set_ticket_keys, tool_set_early_data, tool_set_revocation,
    tool_set_throwaway};

otls_context *tool_context(const tool_options *options, const otls_backend *backend, otls_role role,
                           int *code)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    const char *option = NULL;
    otls_status status = otls_context_new(&context, backend, role, &err);

    for (size_t i = 0; status == OTLS_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
        status = steps[i](options, context, &option, &err);
    if (status == OTLS_OK) {
        option = NULL;
        status = otls_context_seal(context, &err);
    }
    if (status == OTLS_OK)
        return context;
    if (err.text[0] == '\0')
        (void)snprintf(err.text, sizeof(err.text), "out of memory");
    (void)tool_report(options, option, &err);
    tool_advise(&err, NULL);
    otls_context_free(context);
    *code = TOOL_USAGE;
    return NULL;
}
