/* SPDX-License-Identifier: MIT */
/* omnitls verify: the verdict on a chain, by one engine or by all of them side by side. */
#include "ocsp.h"
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <omnitls/parity.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHAIN_MAX 256

/** What every engine is asked. */
typedef struct question {
    otls_trust *trust;
    const otls_certificate *chain[CHAIN_MAX];
    size_t count;
    otls_verify_parameters parameters;
    tool_ocsp ocsp;
} question;

typedef struct answer {
    const char *engine;
    otls_verdict *verdict; /* NULL: none could be reached, see reason */
    char reason[192];
} answer;

/* ---- the question -------------------------------------------------------------------------- */

/* "2026-01-31T12:00:00Z": timegm would take a time_t, which may have 32 bits, and the 31st of April. */
static bool parse_date(const char *text, int64_t *out)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm parts = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    char date[64];

    if (end == NULL || *end != '\0')
        return false;
    (void)snprintf(date, sizeof(date), "%s %d %02d:%02d:%02d %04d GMT", months[parts.tm_mon],
                   parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_year + 1900);
    return otls_cert_time_to_seconds(date, out, NULL) == OTLS_OK;
}

static bool parse_time(const char *text, int64_t *out)
{
    char *end;

    if (text == NULL) {
        *out = (int64_t)time(NULL);
        return true;
    }
    if (parse_date(text, out))
        return true;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static bool parse_purpose(const char *text, int32_t *out)
{
    static const struct {
        const char *name;
        int32_t purpose;
    } purposes[] = {{"server", OTLS_PURPOSE_SERVER},
                    {"client", OTLS_PURPOSE_CLIENT},
                    {"any", OTLS_PURPOSE_ANY}};

    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        if (strcmp(text == NULL ? "server" : text, purposes[i].name) == 0) {
            *out = purposes[i].purpose;
            return true;
        }
    }
    return false;
}

static bool is_address(const char *text)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* RFC 5280 6.1.1 (c), (e), (f), (g) */
static void add_policies(const tool_options *options, otls_verify_parameters *out)
{
    out->policies = options->policies;
    while (options->policies[out->policy_count] != NULL)
        out->policy_count++;
    if (options->explicit_policy || out->policy_count != 0)
        out->options |= OTLS_VERIFY_OPTION_EXPLICIT_POLICY;
    if (options->inhibit_any)
        out->options |= OTLS_VERIFY_OPTION_INHIBIT_ANY;
    if (options->inhibit_mapping)
        out->options |= OTLS_VERIFY_OPTION_INHIBIT_MAPPING;
}

static bool parse_profile(const char *text, uint32_t *options)
{
    if (text == NULL || strcmp(text, "default") == 0)
        return true;
    if (strcmp(text, "strict") == 0)
        *options |= OTLS_VERIFY_OPTION_STRICT;
    else if (strcmp(text, "webpki") == 0)
        *options |= OTLS_VERIFY_OPTION_WEBPKI;
    else
        return false;
    return true;
}

static bool parse_words(const tool_options *options, otls_verify_parameters *out)
{
    if (!parse_time(options->time, &out->time)) {
        tool_complain(options, "--time: \"%s\" is no time; write seconds since 1970, or 2026-01-31T12:00:00Z",
                      options->time);
        return false;
    }
    if (!parse_purpose(options->purpose, &out->purpose)) {
        tool_complain(options, "--purpose: \"%s\" is not server, client or any", options->purpose);
        return false;
    }
    if (!parse_profile(options->profile, &out->options)) {
        tool_complain(options, "--profile: \"%s\" is not default, strict or webpki",
                      options->profile);
        return false;
    }
    if (options->hostname != NULL && options->ip != NULL) {
        tool_complain(options, "--hostname and --ip exclude each other");
        return false;
    }
    if (options->ip != NULL && !is_address(options->ip)) {
        tool_complain(options, "--ip: \"%s\" is no address", options->ip);
        return false;
    }
    out->name = options->hostname != NULL ? options->hostname : options->ip;
    if (options->crl != NULL)
        out->options |= OTLS_VERIFY_OPTION_CRL_LEAF;
    add_policies(options, out);
    if (options->engine_verifier)
        out->verifier = OTLS_VERIFIER_ENGINE;
    return true;
}

static otls_status add_chain(question *out, const char *path, otls_error *err)
{
    otls_certificate **list = NULL;
    size_t count = 0;
    otls_status status = otls_certificate_list_from_file(&list, &count, path, err);

    for (size_t i = 0; status == OTLS_OK && i < count && out->count < CHAIN_MAX; i++)
        out->chain[out->count++] = otls_certificate_ref(list[i]);
    otls_certificate_list_free(list, count);
    return status;
}

static bool prepare(const tool_options *options, question *out)
{
    otls_error err = OTLS_ERROR_INIT;
    const char *option = NULL;
    otls_status status;

    if (!parse_words(options, &out->parameters) ||
        !tool_ocsp_prepare(options, &out->ocsp, &out->parameters))
        return false;
    status = add_chain(out, options->target, &err);
    if (status == OTLS_OK && options->untrusted != NULL) {
        option = "untrusted";
        status = add_chain(out, options->untrusted, &err);
    }
    if (status == OTLS_OK) {
        option = options->ca != NULL ? "ca" : NULL;
        status = otls_trust_new(&out->trust, &err);
    }
    if (status == OTLS_OK)
        status = tool_add_roots(out->trust, options->ca, &err);
    if (status == OTLS_OK && options->crl != NULL) {
        option = "crl";
        status = otls_trust_add_crl_file(out->trust, options->crl, &err);
    }
    if (status != OTLS_OK)
        (void)tool_report(options, option, &err);
    return status == OTLS_OK;
}

static void forget(question *asked)
{
    for (size_t i = 0; i < asked->count; i++)
        otls_certificate_free(asked->chain[i]);
    otls_trust_free(asked->trust);
    tool_ocsp_free(&asked->ocsp);
}

/* ---- the answers --------------------------------------------------------------------------- */

static void ask(const question *asked, const tool_engine *engine, answer *out)
{
    otls_verify_parameters parameters = asked->parameters;
    otls_error err = OTLS_ERROR_INIT;

    *out = (answer){.engine = engine->name};
    memcpy(out->reason, engine->reason, sizeof(out->reason));
    if (engine->backend == NULL)
        return;
    parameters.backend = engine->backend;
    if (otls_trust_verify(asked->trust, asked->chain, asked->count, &parameters, &out->verdict,
                          &err) == OTLS_OK)
        return;
    out->verdict = NULL;
    memcpy(out->reason, err.text, sizeof(out->reason));
}

static const char *word(const answer *a)
{
    if (a->verdict == NULL)
        return "none";
    return otls_verdict_flags(a->verdict) == 0 ? "verified" : "refused";
}

/* How many answers differ from the first one, those that could not be given left out. */
static bool disagree(const answer *list, size_t count)
{
    const answer *first = NULL;

    for (size_t i = 0; i < count; i++) {
        if (list[i].verdict == NULL)
            continue;
        if (first == NULL)
            first = &list[i];
        if (otls_verdict_flags(list[i].verdict) != otls_verdict_flags(first->verdict) ||
            otls_verdict_depth(list[i].verdict) != otls_verdict_depth(first->verdict))
            return true;
    }
    return false;
}

static void print_chain(const otls_verdict *verdict)
{
    const size_t count = otls_verdict_chain_count(verdict);

    if (count != 0)
        printf("  chain:\n");
    for (size_t i = 0; i < count; i++)
        printf("    %zu  %s\n", i, tool_text(otls_certificate_subject(otls_verdict_chain(verdict, i))));
}

static void print_policies(const otls_verdict *verdict)
{
    for (size_t i = 0; i < otls_verdict_policy_count(verdict); i++)
        printf("%s%s", i == 0 ? "  policies: " : ", ", otls_verdict_policy(verdict, i));
    if (otls_verdict_policy_count(verdict) != 0)
        printf("\n");
}

static void print_answer(const answer *a)
{
    const bool good = a->verdict != NULL && otls_verdict_flags(a->verdict) == 0;
    char flags[512], safe[1024];

    printf("%s: %s%s%s\n", a->engine, tool_paint(stdout, good ? TOOL_GREEN : TOOL_RED), word(a),
           tool_paint(stdout, TOOL_PLAIN));
    if (a->verdict == NULL) {
        printf("  %s\n", tool_printable(safe, sizeof(safe), a->reason, strlen(a->reason)));
        return;
    }
    if (!good) {
        const char *text = otls_verdict_text(a->verdict);
        const int alert = otls_verdict_alert(a->verdict);

        printf("  because: %s\n  rule: %s\n  what to do: %s\n  reasons: %s\n  alert: %s (%d)\n",
               tool_printable(safe, sizeof(safe), text, strlen(text)),
               otls_verdict_rule(a->verdict), otls_verdict_advice(a->verdict),
               tool_flags_text(flags, sizeof(flags), otls_verdict_flags(a->verdict)),
               otls_alert_name(alert), alert);
        if (otls_verdict_depth(a->verdict) >= 0)
            printf("  depth: %" PRId32 "\n", otls_verdict_depth(a->verdict));
    }
    print_chain(a->verdict);
    print_policies(a->verdict);
}

/* One line for each thing that is compared, one column for each engine. */
static void print_row(const char *name, const answer *list, size_t count,
                      const char *(*value)(const answer *, char *, size_t))
{
    char text[256];

    printf("  %-9s", name);
    for (size_t i = 0; i < count; i++)
        printf("  %-*s", i + 1 < count ? 30 : 0,
               list[i].verdict == NULL ? "-" : value(&list[i], text, sizeof(text)));
    printf("\n");
}

static const char *value_engine(const answer *a, char *out, size_t capacity)
{
    (void)out;
    (void)capacity;
    return a->engine;
}

static const char *value_verdict(const answer *a, char *out, size_t capacity)
{
    (void)out;
    (void)capacity;
    return word(a);
}

static const char *value_reasons(const answer *a, char *out, size_t capacity)
{
    const uint32_t flags = otls_verdict_flags(a->verdict);

    return flags == 0 ? "-" : tool_flags_text(out, capacity, flags);
}

static const char *value_depth(const answer *a, char *out, size_t capacity)
{
    const int32_t depth = otls_verdict_depth(a->verdict);

    (void)snprintf(out, capacity, "%" PRId32, depth);
    return depth < 0 ? "-" : out;
}

static const char *value_alert(const answer *a, char *out, size_t capacity)
{
    const int alert = otls_verdict_alert(a->verdict);

    (void)out;
    (void)capacity;
    return alert < 0 ? "-" : otls_alert_name(alert);
}

static const char *value_length(const answer *a, char *out, size_t capacity)
{
    (void)snprintf(out, capacity, "%zu certificates", otls_verdict_chain_count(a->verdict));
    return out;
}

static void print_table(const answer *list, size_t count)
{
    printf("  %-9s", "");
    for (size_t i = 0; i < count; i++)
        printf("  %-*s", i + 1 < count ? 30 : 0, value_engine(&list[i], NULL, 0));
    printf("\n");
    print_row("verdict", list, count, value_verdict);
    print_row("reasons", list, count, value_reasons);
    print_row("depth", list, count, value_depth);
    print_row("alert", list, count, value_alert);
    print_row("chain", list, count, value_length);
    printf("%s\n\n", disagree(list, count) ? "the engines differ" : "the engines agree");
    for (size_t i = 0; i < count; i++)
        print_answer(&list[i]);
}

static json_t *answer_json(const answer *a)
{
    json_t *object = json_object(), *chain = json_array(), *policies = json_array();

    json_object_set_new(object, "engine", json_string(a->engine));
    json_object_set_new(object, "verdict", json_string(word(a)));
    if (a->verdict == NULL) {
        json_object_set_new(object, "reason", tool_json_text(a->reason));
    } else {
        const int alert = otls_verdict_alert(a->verdict);

        json_object_set_new(object, "reason", tool_json_text(otls_verdict_text(a->verdict)));
        json_object_set_new(object, "rule", json_string(otls_verdict_rule(a->verdict)));
        json_object_set_new(object, "advice", json_string(otls_verdict_advice(a->verdict)));
        json_object_set_new(object, "flags", tool_flags_json(otls_verdict_flags(a->verdict)));
        json_object_set_new(object, "depth", json_integer(otls_verdict_depth(a->verdict)));
        json_object_set_new(object, "alert",
                            alert < 0 ? json_null() : json_string(otls_alert_name(alert)));
        for (size_t i = 0; i < otls_verdict_chain_count(a->verdict); i++)
            json_array_append_new(
                chain, tool_json_text(tool_text(otls_certificate_subject(otls_verdict_chain(a->verdict, i)))));
        for (size_t i = 0; i < otls_verdict_policy_count(a->verdict); i++)
            json_array_append_new(policies, json_string(otls_verdict_policy(a->verdict, i)));
    }
    json_object_set_new(object, "chain", chain);
    json_object_set_new(object, "policies", policies);
    return object;
}

static void print_json(const tool_options *options, const question *asked, const answer *list,
                       size_t count)
{
    json_t *engines = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(engines, answer_json(&list[i]));
    (void)tool_json_line(json_pack("{s:o, s:s, s:o, s:b, s:o}", "target",
                                   tool_json_text(options->target), "verifier",
                                   options->engine_verifier ? "engine" : "uniform", "engines",
                                   engines, "agree", !disagree(list, count), "ocsp_request",
                                   tool_ocsp_json(options, &asked->ocsp)),
                         stdout);
}

/* A refusal by any engine refuses. */
static int code_of(const tool_options *options, const answer *list, size_t count)
{
    size_t answered = 0;
    int code = TOOL_OK;

    for (size_t i = 0; i < count; i++) {
        if (list[i].verdict == NULL)
            continue;
        answered++;
        if (otls_verdict_flags(list[i].verdict) != 0)
            code = TOOL_VERIFY;
    }
    if (answered != 0)
        return code;
    tool_complain(options, "%s", count != 0 ? list[0].reason : "no engine can be used");
    return TOOL_USAGE;
}

/* By the first engine, of those that answered, and only when none of them refuses: who asks about a
 * certificate that is no good has nothing to learn. */
static int request_status(const tool_options *options, question *asked, const tool_engine *engines,
                          const answer *list, size_t count, int code)
{
    size_t i = 0;

    if (options->ocsp_request == NULL || code == TOOL_USAGE)
        return code;
    if (code != TOOL_OK) {
        tool_complain(options, "--ocsp-request: %s is not written, for the certificate is refused",
                      options->ocsp_request);
        return code;
    }
    while (i < count && list[i].verdict == NULL)
        i++;
    return tool_ocsp_ask(options, &asked->ocsp, engines[i].backend, list[i].verdict) ? code : TOOL_USAGE;
}

/* One engine: the named one, or the default; "all": each there is. */
static size_t choose(const tool_options *options, tool_engine *engines)
{
    tool_options wanted = *options;
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;

    if (options->backend != NULL && strcmp(options->backend, "all") == 0) {
        wanted.backend = NULL;
        return tool_engines(&wanted, engines, TOOL_ENGINE_MAX);
    }
    if (options->backend == NULL && otls_backend_find(&backend, NULL, &err) == OTLS_OK)
        wanted.backend = otls_backend_name(backend);
    return tool_engines(&wanted, engines, TOOL_ENGINE_MAX);
}

int tool_verify(const tool_options *options)
{
    static question asked;
    static answer answers[TOOL_ENGINE_MAX];
    const otls_verify_parameters initial = OTLS_VERIFY_PARAMETERS_INIT;
    tool_engine engines[TOOL_ENGINE_MAX];
    size_t count;
    int code = TOOL_USAGE;

    asked = (question){.parameters = initial};
    if (prepare(options, &asked)) {
        count = choose(options, engines);
        for (size_t i = 0; i < count; i++)
            ask(&asked, &engines[i], &answers[i]);
        code = request_status(options, &asked, engines, answers, count,
                              code_of(options, answers, count));
        if (code != TOOL_USAGE && options->json)
            print_json(options, &asked, answers, count);
        else if (code != TOOL_USAGE && count > 1)
            print_table(answers, count);
        else if (code != TOOL_USAGE)
            print_answer(&answers[0]);
        if (asked.ocsp.request_size != 0 && code != TOOL_USAGE && !options->json)
            tool_ocsp_print(options, &asked.ocsp);
        for (size_t i = 0; i < count; i++)
            otls_verdict_free(answers[i].verdict);
    }
    forget(&asked);
    return code;
}
