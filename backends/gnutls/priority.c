/* SPDX-License-Identifier: MIT */
/*
 * The policy as a priority string. It starts from NONE, so neither the library's defaults nor the
 * system's keywords leak in. A priority is a product (key exchanges x ciphers x MACs, and TLS 1.3
 * shares the ciphers), so it can enable suites that the policy does not name; product.c keeps that
 * down, and core checks after the handshake.
 */
#include "gtls.h"

typedef struct gtls_text {
    char data[2048];
    size_t size;
    bool overflow;
} gtls_text;

/* Append ":+prefixterm" unless it is there already. */
static void add(gtls_text *text, const char *prefix, const char *term)
{
    char item[64];
    const int written = snprintf(item, sizeof(item), ":+%s%s", prefix, term);
    if (written < 0 || (size_t)written >= sizeof(item)) {
        text->overflow = true;
        return;
    }
    const size_t length = (size_t)written;
    for (const char *at = strstr(text->data, item); at != NULL; at = strstr(at + 1, item))
        if (at[length] == ':' || at[length] == '\0')
            return;
    if (text->size + length >= sizeof(text->data)) {
        text->overflow = true;
        return;
    }
    memcpy(text->data + text->size, item, length + 1);
    text->size += length;
}

static void add_versions(gtls_text *text, const otls_policy *policy)
{
    static const char *const names[] = {"TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"};
    for (uint16_t version = OTLS_TLS1_3; version >= OTLS_TLS1_0; version--)
        if (!otls_version_before(version, policy->min_version) &&
            !otls_version_before(policy->max_version, version))
            add(text, "VERS-", names[version - OTLS_TLS1_0]);
}

static void add_suites(gtls_text *text, const otls_policy *policy, const bool *chosen, bool tls13)
{
    for (size_t i = 0; i < policy->suite_count; i++) {
        const otls_suite *suite = policy->suites[i];
        if (!chosen[i])
            continue;
        if (gtls_kx_name(suite) != NULL)
            add(text, "", gtls_kx_name(suite));
        add(text, "", gtls_cipher_name(suite));
        add(text, "", gtls_mac_name(suite));
    }
    /* TLS 1.3 takes its PSK modes from this list; only the one with forward secrecy. */
    if (tls13 && policy->psk_13 && !otls_version_before(policy->max_version, OTLS_TLS1_3))
        add(text, "", "ECDHE-PSK");
}

static void add_groups(gtls_text *text, const otls_policy *policy)
{
    for (size_t i = 0; i < policy->group_count; i++)
        add(text, "GROUP-", gtls_group_name(policy->groups[i]));
}

static void add_signatures(gtls_text *text, const otls_policy *policy)
{
    for (size_t i = 0; i < policy->signature_count; i++) {
        gnutls_sign_algorithm_t algorithm;
        for (unsigned n = 0;
             (algorithm = gtls_signature(policy->signatures[i], n)) != GNUTLS_SIGN_UNKNOWN; n++)
            add(text, "SIGN-", gnutls_sign_get_name(algorithm));
    }
}

static void append(gtls_text *text, const char *options)
{
    const size_t length = strlen(options);
    if (text->size + length >= sizeof(text->data)) {
        text->overflow = true;
        return;
    }
    memcpy(text->data + text->size, options, length + 1);
    text->size += length;
}

static void add_options(gtls_text *text, const otls_policy *policy, gtls_part part)
{
    /* PARTIAL: RFC 5746 is offered and honoured; peers without it may connect, not renegotiate. */
    append(text, ":+COMP-NULL:+CTYPE-X509:%PARTIAL_RENEGOTIATION");
    if (policy->server && !policy->client_order)
        append(text, ":%SERVER_PRECEDENCE");
    if (part == GTLS_AGAIN)
        append(text, ":%NO_TICKETS");
}

otls_status gtls_priority(gnutls_priority_t *out, const otls_policy *policy, gtls_part part,
                          otls_error *err)
{
    gtls_text text = {.data = "NONE", .size = 4};
    const char *where = NULL;
    bool *chosen = calloc(policy->suite_count + 1, sizeof(*chosen));
    if (chosen == NULL)
        return gtls_fail_nomem(err);
    gtls_choose_suites(policy, part, chosen);
    add_versions(&text, policy);
    add_suites(&text, policy, chosen, part != GTLS_OLDER);
    free(chosen);
    add_groups(&text, policy);
    add_signatures(&text, policy);
    add_options(&text, policy, part);
    if (text.overflow)
        return otls_backend_fail(err, OTLS_E_INTERNAL, OTLS_CODE_LIMIT, GTLS_NAME, 0,
                                 "the priority string grew too long");
    const int rc = gnutls_priority_init(out, text.data, &where);
    if (rc < 0) {
        *out = NULL;
        gtls_fail(err, gtls_category(rc, OTLS_E_CONFIG), 0, rc, "the policy was not taken");
        if (rc == GNUTLS_E_INVALID_REQUEST && where != NULL)
            (void)snprintf(err->text, sizeof(err->text),
                           "GnuTLS, as configured on this system, refuses \"%.60s\"", where);
        return err->status;
    }
    return OTLS_OK;
}

/* GnuTLS comes to it by itself: the first of ours, when ours count and there are no kinds to sort. */
static bool comes_to(const otls_policy *policy, uint16_t group)
{
    for (size_t i = 0; i < policy->group_count; i++)
        if (policy->groups[i] >= GTLS_FIRST_HYBRID)
            return false;
    return !policy->client_order && policy->groups[0] == group;
}

static otls_status make_alone(gnutls_priority_t *out, const otls_backend_context *context,
                              uint16_t group, otls_error *err)
{
    otls_policy policy = *context->policy;

    policy.groups = &group;
    policy.group_count = 1;
    return gtls_priority(out, &policy, context->tls13 != NULL ? GTLS_TLS13 : GTLS_ALL, err);
}

otls_status gtls_only_group(otls_backend_connection *conn, const otls_backend_context *context,
                            uint16_t group, otls_error *err)
{
    const otls_policy *policy = context->policy;
    gnutls_priority_t made = NULL, none = NULL;
    size_t at = 0;

    while (at < policy->group_count && policy->groups[at] != group)
        at++;
    if (at == policy->group_count || comes_to(policy, group))
        return OTLS_OK;
    conn->alone = atomic_load(&context->alone[at]);
    if (conn->alone != NULL)
        return OTLS_OK;
    const otls_status status = make_alone(&made, context, group, err);
    if (status != OTLS_OK)
        return status;
    if (!atomic_compare_exchange_strong(&context->alone[at], &none, made))
        gnutls_priority_deinit(made); /* another connection was faster */
    conn->alone = none != NULL ? none : made;
    return OTLS_OK;
}

/* The ClientHello is in, the suite not yet chosen: leave only the suites of this version. */
int gtls_version_known(gnutls_session_t session)
{
    const otls_backend_connection *conn = gtls_connection_of(session);
    const otls_backend_context *context = conn->context;
    if (otls_version_before(gtls_session_version(session), OTLS_TLS1_3))
        return gnutls_priority_set(session, context->older);
    return gnutls_priority_set(session, conn->alone != NULL ? conn->alone : context->tls13);
}
