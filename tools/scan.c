/* SPDX-License-Identifier: MIT */
/*
 * omnitls scan: everything is offered, and what the server chooses is noted and left out of the next
 * offer, until it takes nothing more. So each list comes in the server's order of preference. Nothing
 * is verified and no data is sent. What the engine does not have cannot be asked.
 */
#include "scan.h"

#include "starttls.h"

#include <errno.h>
#include <omnitls/insecure.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 10
#define TEXT_MAX 8192

typedef enum scan_kind { SCAN_SUITES, SCAN_GROUPS, SCAN_SIGNATURES, SCAN_ALPN } scan_kind;

typedef struct scan {
    const tool_options *options;
    const otls_backend *backend;
    const tool_target *target;
    scan_result *result;
} scan;

/** One handshake: what is offered, and what came of it. */
typedef struct attempt {
    uint16_t version;
    scan_kind kind;
    const scan_list *offer; /* NULL: everything */
    otls_status status;
    otls_error err;
    const char *chosen; /* of that kind; static */
} attempt;

/* ---- one handshake ---- */

static bool join(const scan_list *list, char out[TEXT_MAX])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        const int added = snprintf(out + used, TEXT_MAX - used, "%s%s", i == 0 ? "" : ":", list->names[i]);

        if (added < 0 || (size_t)added >= TEXT_MAX - used)
            return false;
        used += (size_t)added;
    }
    return true;
}

static otls_status set_offer(otls_context *context, const attempt *a, otls_error *err)
{
    char text[TEXT_MAX];

    if (a->offer == NULL || !join(a->offer, text))
        return OTLS_OK;
    switch (a->kind) {
    case SCAN_SUITES:
        return a->version == OTLS_TLS1_3 ? otls_context_set_tls13_suites(context, text, err)
                                         : otls_context_set_ciphers(context, text, err);
    case SCAN_GROUPS:
        return otls_context_set_groups(context, text, err);
    case SCAN_SIGNATURES:
        return otls_context_set_signature_algorithms(context, text, err);
    default:
        return otls_context_set_alpn(context, a->offer->names, a->offer->count, err);
    }
}

/* Old versions and weak suites, too: the server is what is looked at, not what is wise. */
static otls_context *open_context(const scan *s, const attempt *a, otls_error *err)
{
    otls_context *context = NULL;
    otls_status status = otls_context_new(&context, s->backend, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_context_insecure_no_verify(context, err);
    if (status == OTLS_OK)
        status = otls_context_set_security_level(context, 0, err);
    if (status == OTLS_OK && a->version != OTLS_TLS1_3)
        status = otls_context_set_ciphers(context, "ALL", err);
    if (status == OTLS_OK)
        status = otls_context_set_versions(context, a->version, a->version, err);
    if (status == OTLS_OK)
        status = set_offer(context, a, err);
    if (status == OTLS_OK)
        status = otls_context_seal(context, err);
    if (status == OTLS_OK)
        return context;
    (void)tool_memory(status); /* what the engine can ask for is not known then */
    otls_context_free(context);
    return NULL;
}

static const char *chosen_name(const attempt *a, const otls_connection *conn)
{
    size_t size;
    const uint8_t *alpn;

    switch (a->kind) {
    case SCAN_SUITES:
        return otls_suite_name(otls_connection_suite(conn));
    case SCAN_GROUPS:
        return otls_connection_group(conn) == 0 ? NULL : otls_group_name(otls_connection_group(conn));
    case SCAN_SIGNATURES:
        return otls_connection_peer_signature(conn) == 0
                   ? NULL
                   : otls_signature_name(otls_connection_peer_signature(conn));
    default:
        alpn = otls_connection_alpn(conn, &size);
        for (size_t i = 0; alpn != NULL && i < a->offer->count; i++)
            if (strlen(a->offer->names[i]) == size && memcmp(a->offer->names[i], alpn, size) == 0)
                return a->offer->names[i];
        return NULL;
    }
}

/* Of the first server certificate that is seen. */
static void note_chain(scan_result *result, const otls_connection *conn)
{
    if (result->leaf != NULL || otls_connection_peer_chain(conn, 0) == NULL)
        return;
    result->leaf = otls_certificate_ref(otls_connection_peer_chain(conn, 0));
    result->chain_count = otls_connection_peer_chain_count(conn);
    for (size_t i = 0; i < result->chain_count; i++) {
        const otls_certificate *cert = otls_connection_peer_chain(conn, i);
        size_t size = 0;

        if (cert != NULL)
            (void)otls_certificate_der(cert, &size);
        result->chain_bytes += size;
    }
}

static otls_status shake(const scan *s, attempt *a, otls_socket *sock)
{
    const tool_options *options = s->options;
    const int timeout = 1000 * (options->timeout_s < 0 ? TIMEOUT_SECONDS : options->timeout_s);
    otls_status status = otls_socket_set_timeout(sock, timeout, &a->err);

    if (status == OTLS_OK && options->servername != NULL)
        status = otls_socket_set_server_name(sock, options->servername, &a->err);
    if (status == OTLS_OK)
        status = otls_socket_set_handshake_on_connect(sock, false, &a->err);
    if (status == OTLS_OK)
        status = otls_socket_connect(sock, s->target->host, s->target->port, &a->err);
    if (status == OTLS_OK && options->starttls != NULL)
        status = tool_starttls(options->starttls, s->target->host, otls_socket_fileno(sock), timeout,
                               &a->err);
    return status == OTLS_OK ? otls_socket_handshake(sock, &a->err) : status;
}

/* OTLS_E_CONFIG, OTLS_E_UNSUPPORTED: the engine cannot ask that. */
static void run(const scan *s, attempt *a)
{
    otls_socket *sock = NULL;
    otls_context *context;

    a->err = (otls_error)OTLS_ERROR_INIT;
    a->chosen = NULL;
    context = open_context(s, a, &a->err);
    a->status = context == NULL ? (otls_status)a->err.status : otls_socket_new(&sock, context, &a->err);
    if (a->status == OTLS_OK) {
        s->result->handshakes++;
        if (isatty(STDERR_FILENO))
            (void)fprintf(stderr, "\r%u handshakes ", s->result->handshakes);
        a->status = shake(s, a, sock);
    }
    if (a->status == OTLS_OK) {
        note_chain(s->result, otls_socket_connection(sock));
        a->chosen = chosen_name(a, otls_socket_connection(sock));
    }
    (void)tool_memory(a->status); /* what the server takes is not known then */
    otls_socket_close(sock);
    otls_context_free(context);
}

/* ---- lists ---- */

static void add(scan_list *list, const char *name)
{
    if (list->count < SCAN_ITEMS_MAX)
        list->names[list->count++] = name;
}

static bool take_out(scan_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) != 0)
            continue;
        memmove(&list->names[i], &list->names[i + 1], (list->count - i - 1) * sizeof(list->names[0]));
        list->count--;
        return true;
    }
    return false;
}

/* Both orders of the first two: a server with an order of its own chooses the same. */
static bool follows_client(const scan *s, attempt a, const scan_list *found)
{
    scan_list turned = {.count = 2};

    if (found->count < 2)
        return false;
    turned.names[0] = found->names[1];
    turned.names[1] = found->names[0];
    a.offer = &turned;
    run(s, &a);
    return a.chosen != NULL && strcmp(a.chosen, found->names[1]) == 0;
}

/* An engine may offer more than what was asked for, where its lists are products of ciphers and key
 * exchanges (GnuTLS below TLS 1.3); one alone it offers alone. */
static void one_by_one(const scan *s, attempt a, const scan_list *offer, scan_list *found)
{
    for (size_t i = 0; i < offer->count; i++) {
        const scan_list one = {.names = {offer->names[i]}, .count = 1};

        a.offer = &one;
        run(s, &a);
        if (a.chosen != NULL)
            add(found, offer->names[i]);
    }
    found->no_order = found->count > 1;
}

static void exhaust(const scan *s, uint16_t version, scan_kind kind, scan_list *offer, scan_list *found)
{
    attempt a = {.version = version, .kind = kind, .offer = offer};

    while (offer->count > 0) {
        run(s, &a);
        if (a.chosen == NULL || !take_out(offer, a.chosen))
            break;
        add(found, a.chosen);
    }
    if (a.chosen == NULL && a.err.code == OTLS_CODE_OUTSIDE_POLICY)
        one_by_one(s, a, offer, found);
    else
        found->clients_order = follows_client(s, a, found);
}

/* Those that the engine has, each asked for alone. */
static bool engine_has(const scan *s, uint16_t version, scan_kind kind, const char *name)
{
    const scan_list one = {.names = {name}, .count = 1};
    const attempt a = {.version = version, .kind = kind, .offer = &one};
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = open_context(s, &a, &err);

    otls_context_free(context);
    return context != NULL;
}

static void scan_suites(const scan *s, scan_version *v)
{
    const attempt everything = {.version = v->version, .kind = SCAN_SUITES};
    uint16_t ids[SCAN_ITEMS_MAX];
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = open_context(s, &everything, &err);
    const size_t count = context == NULL ? 0 : otls_context_suites(context, ids, SCAN_ITEMS_MAX);
    scan_list offer = {.count = 0};

    for (size_t i = 0; i < count && i < SCAN_ITEMS_MAX; i++)
        if ((ids[i] >> 8 == 0x13) == (v->version == OTLS_TLS1_3)) /* RFC 8446 appendix B.4 */
            add(&offer, otls_suite_name(ids[i]));
    otls_context_free(context);
    exhaust(s, v->version, SCAN_SUITES, &offer, &v->suites);
}

static void scan_groups(const scan *s, uint16_t version)
{
    static const uint16_t ids[] = {0x11ec, 0x001d, 0x0017, 0x0018, 0x0019, 0x001e,
                                   0x0100, 0x0101, 0x0102, 0x0103, 0x0104};
    scan_list offer = {.count = 0};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (engine_has(s, version, SCAN_GROUPS, otls_group_name(ids[i])))
            add(&offer, otls_group_name(ids[i]));
    exhaust(s, version, SCAN_GROUPS, &offer, &s->result->groups);
}

static void scan_signatures(const scan *s, uint16_t version)
{
    static const uint16_t ids[] = {0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806,
                                   0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201};
    scan_list offer = {.count = 0};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (engine_has(s, version, SCAN_SIGNATURES, otls_signature_name(ids[i])))
            add(&offer, otls_signature_name(ids[i]));
    exhaust(s, version, SCAN_SIGNATURES, &offer, &s->result->signatures);
}

/* At most eight: GnuTLS takes no more. */
static void scan_alpn(const scan *s, uint16_t version)
{
    scan_list offer = {.names = {"h2", "http/1.1", "http/1.0", "dot", "imap", "pop3", "xmpp-client",
                                 "acme-tls/1"},
                       .count = 8};

    exhaust(s, version, SCAN_ALPN, &offer, &s->result->alpn);
}

/* ---- the whole ---- */

/* Versions first: the rest is asked in the highest. The exit code. */
static int scan_versions(const scan *s, otls_error *first)
{
    static const uint16_t versions[SCAN_VERSIONS] = {OTLS_TLS1_3, OTLS_TLS1_2, OTLS_TLS1_1, OTLS_TLS1_0};

    for (size_t i = 0; i < SCAN_VERSIONS; i++) {
        scan_version *v = &s->result->versions[i];
        attempt a = {.version = versions[i], .kind = SCAN_SUITES};

        run(s, &a);
        v->version = versions[i];
        v->asked = a.status != OTLS_E_CONFIG && a.status != OTLS_E_UNSUPPORTED;
        v->taken = a.status == OTLS_OK;
        if (v->taken && s->result->highest == 0)
            s->result->highest = versions[i];
        if (a.status < OTLS_OK && first->status == 0)
            *first = a.err;
        if (a.err.code == OTLS_CODE_NAME_LOOKUP || a.err.system_error == ECONNREFUSED)
            break; /* three more times would not help */
    }
    return s->result->highest != 0 ? TOOL_OK : tool_exit_code((otls_status)first->status, true);
}

static int scan_all(const tool_options *options, const otls_backend *backend,
                    const tool_target *target, scan_result *result)
{
    const scan s = {.options = options, .backend = backend, .target = target, .result = result};
    otls_error first = OTLS_ERROR_INIT;
    const int code = scan_versions(&s, &first);

    if (code == TOOL_OK) {
        for (size_t i = 0; i < SCAN_VERSIONS; i++)
            if (result->versions[i].taken)
                scan_suites(&s, &result->versions[i]);
        scan_groups(&s, result->highest);
        scan_signatures(&s, result->highest);
        scan_alpn(&s, result->highest);
    }
    if (isatty(STDERR_FILENO))
        (void)fprintf(stderr, "\r%20s\r", "");
    if (tool_memory_short())
        return TOOL_USAGE;
    if (code != TOOL_OK)
        (void)tool_report_peer(options, NULL, &first);
    return code;
}

int tool_scan(const tool_options *options)
{
    tool_target target;
    const char *wrong =
        tool_target_parse(&target, options->target, false, tool_default_port(options));
    const otls_backend *backend = NULL;
    otls_error err = OTLS_ERROR_INIT;
    scan_result *result;
    int code;

    if (wrong != NULL) {
        tool_complain(options, "\"%s\" %s", options->target, wrong);
        return TOOL_USAGE;
    }
    if (otls_backend_find(&backend, options->backend, &err) != OTLS_OK)
        return tool_report(options, options->backend == NULL ? NULL : "backend", &err);
    result = calloc(1, sizeof(*result));
    if (result == NULL) {
        tool_complain(options, "out of memory");
        return TOOL_USAGE;
    }
    code = scan_all(options, backend, &target, result);
    if (code == TOOL_OK && options->json)
        (void)tool_json_line(tool_scan_json(options, backend, result), stdout);
    else if (code == TOOL_OK)
        tool_scan_print(backend, result);
    otls_certificate_free(result->leaf);
    free(result);
    return code;
}
