/* SPDX-License-Identifier: MIT */
#include "corpus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CORPUS_FIELDS = 10 };

static const struct {
    const char *name;
    uint32_t flag;
    int alert;
} flags[] = {
    {"EXPIRED", OTLS_VERIFY_EXPIRED, 45},
    {"NOT_YET_VALID", OTLS_VERIFY_NOT_YET_VALID, 45},
    {"UNKNOWN_CA", OTLS_VERIFY_UNKNOWN_CA, 48},
    {"SELF_SIGNED", OTLS_VERIFY_SELF_SIGNED, 48},
    {"BAD_SIGNATURE", OTLS_VERIFY_BAD_SIGNATURE, 42},
    {"NAME_MISMATCH", OTLS_VERIFY_NAME_MISMATCH, 42},
    {"REVOKED", OTLS_VERIFY_REVOKED, 44},
    {"REVOCATION_UNKNOWN", OTLS_VERIFY_REVOCATION_UNKNOWN, 46},
    {"WRONG_PURPOSE", OTLS_VERIFY_WRONG_PURPOSE, 43},
    {"NOT_CA", OTLS_VERIFY_NOT_CA, 48},
    {"PATH_LENGTH", OTLS_VERIFY_PATH_LENGTH, 48},
    {"NAME_CONSTRAINT", OTLS_VERIFY_NAME_CONSTRAINT, 46},
    {"POLICY", OTLS_VERIFY_POLICY, 46},
    {"CRITICAL_EXTENSION", OTLS_VERIFY_CRITICAL_EXTENSION, 43},
    {"WEAK", OTLS_VERIFY_WEAK, 42},
    {"MALFORMED", OTLS_VERIFY_MALFORMED, 42},
    {"DEPTH", OTLS_VERIFY_DEPTH, 48},
    {"LIMIT", OTLS_VERIFY_LIMIT, 48},
    {"UNSUPPORTED", OTLS_VERIFY_UNSUPPORTED, 43},
    {"MISSING", OTLS_VERIFY_MISSING, 116},
};

#define FLAG_COUNT (sizeof(flags) / sizeof(flags[0]))

static const struct {
    const char *name;
    uint32_t option;
} options[] = {
    {"strict", OTLS_VERIFY_OPTION_STRICT},       {"partial", OTLS_VERIFY_OPTION_PARTIAL_CHAIN},
    {"cn", OTLS_VERIFY_OPTION_COMMON_NAME},      {"crl-leaf", OTLS_VERIFY_OPTION_CRL_LEAF},
    {"crl-chain", OTLS_VERIFY_OPTION_CRL_CHAIN}, {"wildcard", OTLS_VERIFY_OPTION_PARTIAL_WILDCARDS},
    {"webpki", OTLS_VERIFY_OPTION_WEBPKI},
    {"explicit", OTLS_VERIFY_OPTION_EXPLICIT_POLICY},
    {"no-any", OTLS_VERIFY_OPTION_INHIBIT_ANY},
    {"no-mapping", OTLS_VERIFY_OPTION_INHIBIT_MAPPING},
    {"of-anchor", OTLS_VERIFY_OPTION_ANCHOR_POLICIES},
};

_Noreturn void corpus_die(const char *what, const char *why)
{
    fprintf(stderr, "corpus: %s: %s\n", what, why);
    exit(2);
}

void corpus_must(otls_status status, const otls_error *err, const char *what)
{
    if (status < 0)
        corpus_die(what, err->text);
}

char *corpus_read_file(const char *path)
{
    FILE *stream = fopen(path, "rb");
    char *text = NULL;
    long size;

    if (stream == NULL)
        return NULL;
    if (fseek(stream, 0, SEEK_END) == 0 && (size = ftell(stream)) >= 0 &&
        fseek(stream, 0, SEEK_SET) == 0) {
        text = malloc((size_t)size + 1);
        if (text == NULL || fread(text, 1, (size_t)size, stream) != (size_t)size)
            corpus_die(path, "cannot be read");
        text[size] = '\0';
    }
    fclose(stream);
    return text;
}

/* What cannot be decoded stands in the chain as NULL. */
static void load_chain(corpus_case *loaded, const char *path)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    char *text = corpus_read_file(path);

    if (text == NULL)
        corpus_die(path, "missing");
    for (const char *at = strstr(text, begin), *next; at != NULL; at = next) {
        otls_error err = OTLS_ERROR_INIT;

        next = strstr(at + 1, begin);
        if (loaded->count == CORPUS_CHAIN_MAX)
            corpus_die(path, "too many certificates");
        loaded->chain[loaded->count] = NULL;
        (void)otls_certificate_from_pem(&loaded->chain[loaded->count], at,
                                        next != NULL ? (size_t)(next - at) : strlen(at), &err);
        loaded->count++;
    }
    free(text);
}

static uint32_t parse_options(const char *text)
{
    uint32_t set = 0;

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (strstr(text, options[i].name) != NULL)
            set |= options[i].option;
    return set;
}

/* "policy:1.2.3" is of the initial set; "gives:1.2.3+1.2.4" is what must be left of it. */
static void load_policies(corpus_case *loaded, const char *text)
{
    static const char policy[] = "policy:", gives[] = "gives:";
    char *word;

    snprintf(loaded->words, sizeof(loaded->words), "%s", text);
    for (word = strtok(loaded->words, " "); word != NULL; word = strtok(NULL, " ")) {
        if (strncmp(word, policy, sizeof(policy) - 1) == 0)
            loaded->policies[loaded->parameters.policy_count++] = word + sizeof(policy) - 1;
        else if (strncmp(word, gives, sizeof(gives) - 1) == 0)
            loaded->gives = word + sizeof(gives) - 1;
    }
    loaded->parameters.policies = loaded->policies;
}

void corpus_load(corpus_case *loaded, const char *directory, const corpus_row *test)
{
    const otls_verify_parameters initial = OTLS_VERIFY_PARAMETERS_INIT;
    otls_error err = OTLS_ERROR_INIT;
    char path[4096];
    FILE *probe;

    memset(loaded, 0, sizeof(*loaded));
    if (otls_trust_new(&loaded->trust, &err) != OTLS_OK)
        corpus_die("trust", err.text);
    snprintf(path, sizeof(path), "%s/%s/sent.pem", directory, test->name);
    load_chain(loaded, path);
    snprintf(path, sizeof(path), "%s/%s/trust.pem", directory, test->name);
    if ((probe = fopen(path, "r")) != NULL) {
        fclose(probe);
        if (otls_trust_add_file(loaded->trust, path, &err) != OTLS_OK)
            corpus_die(path, err.text);
    }
    snprintf(path, sizeof(path), "%s/%s/crl.pem", directory, test->name);
    if ((probe = fopen(path, "r")) != NULL) {
        fclose(probe);
        if (otls_trust_add_crl_file(loaded->trust, path, &err) != OTLS_OK)
            corpus_die(path, err.text);
    }
    loaded->parameters = initial;
    loaded->parameters.purpose = strcmp(test->purpose, "client") == 0 ? OTLS_PURPOSE_CLIENT
                                 : strcmp(test->purpose, "any") == 0  ? OTLS_PURPOSE_ANY
                                                                      : OTLS_PURPOSE_SERVER;
    loaded->parameters.name = strcmp(test->host, "-") != 0 ? test->host : NULL;
    loaded->parameters.time = test->time;
    loaded->parameters.max_depth = test->depth;
    loaded->parameters.security_level = test->level;
    loaded->parameters.options = parse_options(test->options);
    load_policies(loaded, test->options);
    loaded->long_chain = strstr(test->options, "long") != NULL;
    if (loaded->long_chain) {
        loaded->parameters.max_certificates = OTLS_CHAIN_CERTIFICATES_MAX;
        loaded->parameters.max_bytes = OTLS_CHAIN_BYTES_MAX;
    }
}

void corpus_unload(corpus_case *loaded)
{
    for (size_t i = 0; i < loaded->count; i++)
        otls_certificate_free(loaded->chain[i]);
    otls_trust_free(loaded->trust);
}

bool corpus_refuses_host(const corpus_row *row)
{
    return strcmp(row->want, "USAGE") == 0;
}

uint32_t corpus_parse_flags(const char *text, int *alert)
{
    uint32_t set = 0;

    *alert = -1;
    if (strcmp(text, "ok") == 0)
        return 0;
    while (*text != '\0') {
        const size_t size = strcspn(text, ",");
        size_t i = 0;

        while (i < FLAG_COUNT &&
               (strlen(flags[i].name) != size || memcmp(flags[i].name, text, size) != 0))
            i++;
        if (i == FLAG_COUNT)
            corpus_die(text, "is no flag");
        if (*alert < 0)
            *alert = flags[i].alert;
        set |= flags[i].flag;
        text += size;
        text += *text == ',';
    }
    return set;
}

const char *corpus_flag_text(uint32_t set, char *out, size_t size)
{
    size_t used = 0;

    if (set == 0)
        return "ok";
    out[0] = '\0';
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if ((set & flags[i].flag) != 0 && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used != 0 ? "," : "",
                                     flags[i].name);
    return out;
}

static bool parse_row(char *line, corpus_row *out)
{
    char *fields[CORPUS_FIELDS];
    size_t count = 0;

    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; at != NULL && count < CORPUS_FIELDS; count++) {
        fields[count] = at;
        at = strchr(at, '\t');
        if (at != NULL)
            *at++ = '\0';
    }
    if (count != CORPUS_FIELDS)
        return false;
    *out = (corpus_row){.name = fields[0],
                        .host = fields[1],
                        .purpose = fields[2],
                        .options = fields[3],
                        .depth = atoi(fields[4]),
                        .level = atoi(fields[5]),
                        .time = strtoll(fields[6], NULL, 10),
                        .want = fields[7],
                        .wanted_depth = atoi(fields[8]),
                        .source = fields[9]};
    return true;
}

FILE *corpus_open(const char *directory)
{
    char path[4096];
    FILE *manifest;

    snprintf(path, sizeof(path), "%s/manifest.tsv", directory);
    manifest = fopen(path, "r");
    if (manifest == NULL)
        corpus_die(path, "missing");
    return manifest;
}

bool corpus_next(FILE *manifest, char line[CORPUS_LINE_SIZE], corpus_row *out)
{
    if (fgets(line, CORPUS_LINE_SIZE, manifest) == NULL)
        return false;
    if (!parse_row(line, out))
        corpus_die(line, "malformed");
    return true;
}
