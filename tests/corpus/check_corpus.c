/* SPDX-License-Identifier: MIT */
/*
 * check_corpus DIR [--differential]: judge every chain of the corpus with every engine that can be
 * loaded, through the public API. The verdict must be exactly the manifest's: set of flags, depth,
 * alert, and a verified chain when it is good. With --differential, the engines' own verifiers
 * judge too, and each disagreement is printed (disagreeing there is no failure: that is what the
 * uniform verifier is for).
 */
#include <inttypes.h>
#include <omnitls/verify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_MAX = 128, ENGINES_MAX = 8, FIELDS = 10 };

typedef struct loaded_case {
    otls_trust *trust;
    otls_certificate *chain[CHAIN_MAX];
    size_t count;
    otls_verify_parameters parameters;
} loaded_case;

typedef struct row {
    char *name, *host, *purpose, *options, *want, *source;
    int depth, level, wanted_depth;
    int64_t time;
} row;

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
    {"MISSING", OTLS_VERIFY_MISSING, 116},
};

#define FLAG_COUNT (sizeof(flags) / sizeof(flags[0]))

static const struct {
    const char *name;
    uint32_t option;
} options[] = {
    {"strict", OTLS_VERIFY_OPTION_STRICT},       {"partial", OTLS_VERIFY_OPTION_PARTIAL_CHAIN},
    {"cn", OTLS_VERIFY_OPTION_COMMON_NAME},      {"crl-leaf", OTLS_VERIFY_OPTION_CRL_LEAF},
    {"crl-chain", OTLS_VERIFY_OPTION_CRL_CHAIN},
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "check_corpus: %s: %s\n", what, why);
    exit(2);
}

static char *read_file(const char *path)
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
            die(path, "cannot be read");
        text[size] = '\0';
    }
    fclose(stream);
    return text;
}

/* What cannot be decoded stands in the chain as NULL. */
static void load_chain(loaded_case *loaded, const char *path)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    char *text = read_file(path);

    if (text == NULL)
        die(path, "missing");
    for (const char *at = strstr(text, begin), *next; at != NULL; at = next) {
        otls_error err = OTLS_ERROR_INIT;

        next = strstr(at + 1, begin);
        if (loaded->count == CHAIN_MAX)
            die(path, "too many certificates");
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

static void load(loaded_case *loaded, const char *directory, const row *test)
{
    const otls_verify_parameters initial = OTLS_VERIFY_PARAMETERS_INIT;
    otls_error err = OTLS_ERROR_INIT;
    char path[4096];
    FILE *probe;

    memset(loaded, 0, sizeof(*loaded));
    if (otls_trust_new(&loaded->trust, &err) != OTLS_OK)
        die("trust", err.text);
    snprintf(path, sizeof(path), "%s/%s/sent.pem", directory, test->name);
    load_chain(loaded, path);
    snprintf(path, sizeof(path), "%s/%s/trust.pem", directory, test->name);
    if ((probe = fopen(path, "r")) != NULL) {
        fclose(probe);
        if (otls_trust_add_file(loaded->trust, path, &err) != OTLS_OK)
            die(path, err.text);
    }
    snprintf(path, sizeof(path), "%s/%s/crl.pem", directory, test->name);
    if ((probe = fopen(path, "r")) != NULL) {
        fclose(probe);
        if (otls_trust_add_crl_file(loaded->trust, path, &err) != OTLS_OK)
            die(path, err.text);
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
}

static void unload(loaded_case *loaded)
{
    for (size_t i = 0; i < loaded->count; i++)
        otls_certificate_free(loaded->chain[i]);
    otls_trust_free(loaded->trust);
}

static uint32_t parse_flags(const char *text, int *alert)
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
            die(text, "is no flag");
        if (*alert < 0)
            *alert = flags[i].alert;
        set |= flags[i].flag;
        text += size;
        text += *text == ',';
    }
    return set;
}

static const char *flag_text(uint32_t set, char *out, size_t size)
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

/* A good verdict has a chain from this leaf to an anchor of this store. */
static bool chain_ok(const loaded_case *loaded, const otls_verdict *verdict)
{
    const size_t count = otls_verdict_chain_count(verdict);

    if (otls_verdict_flags(verdict) != 0)
        return true;
    if (count == 0 || !otls_certificate_equal(otls_verdict_chain(verdict, 0), loaded->chain[0]))
        return false;
    for (size_t i = 0; i < otls_trust_count(loaded->trust); i++)
        if (otls_certificate_equal(otls_verdict_chain(verdict, count - 1),
                                   otls_trust_certificate(loaded->trust, i)))
            return true;
    return false;
}

static otls_verdict *judge(const loaded_case *loaded, const otls_backend *backend, int verifier)
{
    otls_verify_parameters parameters = loaded->parameters;
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict = NULL;

    parameters.backend = backend;
    parameters.verifier = verifier;
    if (otls_trust_verify(loaded->trust, (const otls_certificate *const *)loaded->chain,
                          loaded->count, &parameters, &verdict, &err) != OTLS_OK) {
        if (err.status == OTLS_E_UNSUPPORTED)
            return NULL;
        die("otls_trust_verify", err.text);
    }
    return verdict;
}

static int check(const loaded_case *loaded, const row *test, const otls_backend *backend)
{
    otls_verdict *verdict = judge(loaded, backend, OTLS_VERIFIER_UNIFORM);
    char got[256];
    int alert, failed;
    const uint32_t wanted = parse_flags(test->want, &alert);

    if (verdict == NULL)
        die(test->name, "no verdict");
    failed = otls_verdict_flags(verdict) != wanted ||
             otls_verdict_depth(verdict) != test->wanted_depth ||
             otls_verdict_alert(verdict) != alert || !chain_ok(loaded, verdict) ||
             (wanted != 0) != (otls_verdict_text(verdict)[0] != '\0');
    if (failed)
        printf("FAILED %s on %s: wanted %s@%d alert %d, got %s@%d alert %d: %s\n", test->name,
               otls_backend_name(backend), test->want, test->wanted_depth, alert,
               flag_text(otls_verdict_flags(verdict), got, sizeof(got)),
               (int)otls_verdict_depth(verdict), otls_verdict_alert(verdict),
               otls_verdict_text(verdict));
    otls_verdict_free(verdict);
    return failed;
}

static void compare(const loaded_case *loaded, const row *test, const otls_backend *backend)
{
    otls_verdict *verdict = judge(loaded, backend, OTLS_VERIFIER_ENGINE);
    char got[256];
    const bool good = strcmp(test->want, "ok") == 0;
    uint32_t found;

    if (verdict == NULL)
        return;
    found = otls_verdict_flags(verdict);
    if (good && found != 0)
        printf("STRICTER %s refuses %s (%s): %s\n", otls_backend_name(backend), test->name,
               test->source, flag_text(found, got, sizeof(got)));
    else if (!good && found == 0)
        printf("LAXER    %s accepts %s (%s); ours: %s\n", otls_backend_name(backend), test->name,
               test->source, test->want);
    otls_verdict_free(verdict);
}

static bool parse_row(char *line, row *out)
{
    char *fields[FIELDS];
    size_t count = 0;

    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; at != NULL && count < FIELDS; count++) {
        fields[count] = at;
        at = strchr(at, '\t');
        if (at != NULL)
            *at++ = '\0';
    }
    if (count != FIELDS)
        return false;
    *out = (row){.name = fields[0],
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

int main(int argc, char **argv)
{
    const otls_backend *engines[ENGINES_MAX];
    const bool differential = argc == 3 && strcmp(argv[2], "--differential") == 0;
    size_t engine_count, cases = 0, checks = 0, failures = 0;
    char path[4096], line[2048];
    FILE *manifest;

    if (argc < 2 || (argc == 3 && !differential) || argc > 3)
        die("usage", "check_corpus DIR [--differential]");
    engine_count = otls_backend_list(engines, ENGINES_MAX);
    if (engine_count == 0 || engine_count > ENGINES_MAX)
        die("engines", "none can be loaded");
    snprintf(path, sizeof(path), "%s/manifest.tsv", argv[1]);
    manifest = fopen(path, "r");
    if (manifest == NULL)
        die(path, "missing");
    while (fgets(line, sizeof(line), manifest) != NULL) {
        loaded_case loaded;
        row test;

        if (!parse_row(line, &test))
            die(line, "malformed");
        load(&loaded, argv[1], &test);
        cases++;
        for (size_t i = 0; i < engine_count; i++, checks++) {
            failures += (size_t)check(&loaded, &test, engines[i]);
            if (differential)
                compare(&loaded, &test, engines[i]);
        }
        unload(&loaded);
    }
    fclose(manifest);
    printf("%zu cases, %zu engines, %zu verdicts, %zu wrong\n", cases, engine_count, checks,
           failures);
    return failures != 0 || cases < 150;
}
