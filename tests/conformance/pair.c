/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** More turns than any handshake takes, even one byte at a time with a block before each. */
#define TURNS 200000

static const char *const keys[PAIR_KEYS] = {"ecdsa-p256", "rsa-2048", "ed25519"};
static const uint16_t versions[2] = {OTLS_TLS1_2, OTLS_TLS1_3};

/* Here, because a failure where the parameters are made would leave Criterion waiting for ever. */
ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
    const char *names = getenv("OMNITLS_TEST_ENGINES");
    const otls_backend *backend;
    otls_error err = OTLS_ERROR_INIT;

    (void)tests;
    for (const char *at = names != NULL ? names : ""; *at != '\0'; at += at[0] == ',') {
        const size_t length = strcspn(at, ",");
        char name[64];

        (void)snprintf(name, sizeof(name), "%.*s", (int)length, at);
        if (otls_backend_find(&backend, name, &err) != OTLS_OK) {
            (void)fprintf(stderr, "OMNITLS_TEST_ENGINES: %s\n", err.text);
            exit(2);
        }
        at += length;
    }
}

size_t test_engines(const otls_backend *out[PAIR_ENGINES])
{
    const char *names = getenv("OMNITLS_TEST_ENGINES");
    size_t count = 0;

    if (names == NULL || names[0] == '\0') {
        count = otls_backend_list(out, PAIR_ENGINES);
        return count < PAIR_ENGINES ? count : PAIR_ENGINES;
    }
    for (const char *at = names; *at != '\0'; at += at[0] == ',') {
        const size_t length = strcspn(at, ",");
        char name[64];

        cr_assert(length > 0 && length < sizeof(name) && count < PAIR_ENGINES,
                  "OMNITLS_TEST_ENGINES: 1 to %d names and commas", PAIR_ENGINES);
        memcpy(name, at, length);
        name[length] = '\0';
        out[count++] = test_backend(name);
        at += length;
    }
    return count;
}

static bool is_about(const otls_backend *engine)
{
    const char *about = getenv("OMNITLS_TEST_ABOUT");

    return about == NULL || about[0] == '\0' || strcmp(otls_backend_name(engine), about) == 0;
}

size_t test_subjects(const otls_backend *out[PAIR_ENGINES])
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t all = test_engines(engines);
    size_t count = 0;

    for (size_t i = 0; i < all; i++)
        if (is_about(engines[i]))
            out[count++] = engines[i];
    return count;
}

bool pair_in_turns(void)
{
    const char *sanitizers = getenv("OMNITLS_SANITIZE"), *which = getenv("OMNITLS_TEST_KEYS");

    if (which != NULL && strcmp(which, "turns") == 0)
        return true; /* emulators, which are slow as well */
    return sanitizers != NULL && sanitizers[0] != '\0' &&
           (which == NULL || strcmp(which, "all") != 0);
}

static size_t cases(pair_case *out, size_t key_count)
{
    const bool turns = key_count == PAIR_KEYS && pair_in_turns();
    const otls_backend *engines[PAIR_ENGINES];
    const size_t engine_count = test_engines(engines);
    size_t count = 0;

    for (size_t c = 0; c < engine_count; c++)
        for (size_t s = 0; s < engine_count; s++)
            for (size_t v = 0; v < 2; v++)
                for (size_t k = 0; k < key_count; k++) {
                    if (!is_about(engines[c]) && !is_about(engines[s]))
                        continue;
                    if (turns && k != (c + 2 * s + v) % PAIR_KEYS)
                        continue;
                    out[count++] = (pair_case){.client = engines[c],
                                               .server = engines[s],
                                               .version = versions[v],
                                               .key = keys[k]};
                }
    return count;
}

size_t pair_cases(pair_case out[PAIR_MAX])
{
    return cases(out, PAIR_KEYS);
}

size_t pair_cases_short(pair_case out[PAIR_MAX])
{
    return cases(out, 1);
}

static struct criterion_test_params parameters(size_t key_count)
{
    static size_t indexes[PAIR_MAX];
    pair_case all[PAIR_MAX];
    const size_t count = cases(all, key_count);

    cr_assert(count != 0, "no engine could be loaded");
    for (size_t i = 0; i < count; i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, count);
}

struct criterion_test_params pair_parameters(void)
{
    return parameters(PAIR_KEYS);
}

struct criterion_test_params pair_parameters_short(void)
{
    return parameters(1);
}

pair_case pair_case_at(size_t index)
{
    pair_case all[PAIR_MAX];

    cr_assert(index < pair_cases(all));
    return all[index];
}

pair_case pair_case_short_at(size_t index)
{
    pair_case all[PAIR_MAX];

    cr_assert(index < pair_cases_short(all));
    return all[index];
}

const char *pair_name(const pair_case *which)
{
    static char text[128];

    (void)snprintf(text, sizeof(text), "%s -> %s %s %s", otls_backend_name(which->client),
                   otls_backend_name(which->server), otls_version_name(which->version),
                   which->key);
    return text;
}

void test_needs(const otls_backend *backend, otls_feature feature)
{
    const char *why;

    if (otls_backend_supports(backend, feature, &why) == OTLS_NO)
        cr_skip_test("%s has no %s: %s", otls_backend_name(backend), otls_feature_name(feature),
                     why);
}

void test_needs_version(const otls_backend *backend, uint16_t version)
{
    static const otls_feature features[] = {OTLS_FEATURE_TLS1_0, OTLS_FEATURE_TLS1_1,
                                            OTLS_FEATURE_TLS1_2, OTLS_FEATURE_TLS1_3};

    if (version >= OTLS_TLS1_0 && version <= OTLS_TLS1_3)
        test_needs(backend, features[version - OTLS_TLS1_0]);
}

void test_needs_key(const otls_backend *backend, const char *name)
{
    if (strstr(name, "ed25519") != NULL)
        test_needs(backend, OTLS_FEATURE_ED25519);
    else if (strstr(name, "ed448") != NULL)
        test_needs(backend, OTLS_FEATURE_ED448);
}

bool test_has_signature(const otls_backend *backend, uint16_t version, const char *name)
{
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_CLIENT, &err), OTLS_OK, "%s", err.text);
    status = otls_context_set_versions(context, version, version, &err);
    if (status == OTLS_OK)
        status = otls_context_set_signature_algorithms(context, name, &err);
    if (status == OTLS_OK)
        status = otls_context_seal(context, &err);
    otls_context_free(context);
    return status == OTLS_OK;
}

/* What a case is about, both of its engines must have. */
static void case_needs(const pair_case *which)
{
    test_needs_version(which->client, which->version);
    test_needs_version(which->server, which->version);
    test_needs_key(which->client, which->key);
    test_needs_key(which->server, which->key);
}

const otls_backend *test_backend(const char *name)
{
    const otls_backend *backend;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert(otls_backend_find(&backend, name, &err) == OTLS_OK, "%s", err.text);
    return backend;
}

otls_identity *test_identity(const otls_backend *backend, const char *name)
{
    char chain[512], key[512];
    otls_identity *identity;
    otls_error err = OTLS_ERROR_INIT;

    test_needs_key(backend, name);
    (void)snprintf(chain, sizeof(chain), "%s/%s.pem", OTLS_TEST_PKI, name);
    (void)snprintf(key, sizeof(key), "%s/%s.key", OTLS_TEST_PKI, name);
    cr_assert(otls_identity_from_files(&identity, backend, chain, key, NULL, NULL, &err) == OTLS_OK,
              "%s: %s (%s)", otls_backend_name(backend), err.text, err.native_text);
    return identity;
}

otls_trust *test_trust(const char *name)
{
    char path[512];
    otls_trust *trust;
    otls_error err = OTLS_ERROR_INIT;

    (void)snprintf(path, sizeof(path), "%s/%s.pem", OTLS_TEST_PKI, name);
    cr_assert(otls_trust_new(&trust, &err) == OTLS_OK, "%s", err.text);
    cr_assert(otls_trust_add_file(trust, path, &err) == OTLS_OK, "%s", err.text);
    return trust;
}

static int64_t fixed_now(void *user)
{
    const pair *p = user;

    return p->now;
}

#define MUST(call)                                                                                 \
    do {                                                                                           \
        otls_error err = OTLS_ERROR_INIT;                                                          \
        cr_assert((call) == OTLS_OK, "%s: %s: %s [%s]", pair_name(&p->which), #call, err.text,     \
                  err.native_text);                                                                \
    } while (0)

static void use_trust(pair *p, otls_context *context, const char *name)
{
    otls_trust *trust = test_trust(name);

    MUST(otls_context_set_trust(context, trust, &err));
    otls_trust_free(trust);
}

static void use_identity(pair *p, otls_context *context, const char *name)
{
    otls_identity *identity = test_identity(otls_context_backend(context), name);

    MUST(otls_context_add_identity(context, identity, &err));
    otls_identity_free(identity);
}

/* The whole run with acceleration (tests/CMakeLists.txt), where the engine has a use for it. */
static void accelerate(const pair *p, otls_context *context, const otls_backend *backend)
{
    const char *name = getenv("OMNITLS_TEST_ACCELERATION");

    if (name != NULL && otls_backend_supports(backend, OTLS_FEATURE_ACCELERATION, NULL) != OTLS_NO)
        MUST(otls_context_set_acceleration(context, name, &err));
}

static void open_client(pair *p, const pair_options *o)
{
    const uint16_t lowest = o->client_lowest != 0 ? o->client_lowest : p->which.version;
    const uint16_t highest = o->client_highest != 0 ? o->client_highest : p->which.version;
    otls_context *context;

    MUST(otls_context_new(&p->client_context, p->which.client, OTLS_CLIENT, &err));
    context = p->client_context;
    accelerate(p, context, p->which.client);
    MUST(otls_context_set_versions(context, lowest, highest, &err));
    use_trust(p, context, o->client_trust != NULL ? o->client_trust : "root");
    if (o->client_identity != NULL)
        use_identity(p, context, o->client_identity);
    if (o->client_alpn_count != 0)
        MUST(otls_context_set_alpn(context, o->client_alpn, o->client_alpn_count, &err));
    if (o->no_verify)
        MUST(otls_context_insecure_no_verify(context, &err));
    if (o->no_name_check)
        MUST(otls_context_insecure_no_name_check(context, &err));
    if (o->now != 0)
        MUST(otls_context_set_clock_callback(context, fixed_now, p, &err));
    if (o->client_ciphers != NULL)
        MUST(otls_context_set_ciphers(context, o->client_ciphers, &err));
    if (o->client_groups != NULL)
        MUST(otls_context_set_groups(context, o->client_groups, &err));
}

static void open_server(pair *p, const pair_options *o)
{
    char name[64];
    otls_context *context;

    MUST(otls_context_new(&p->server_context, p->which.server, OTLS_SERVER, &err));
    context = p->server_context;
    accelerate(p, context, p->which.server);
    MUST(otls_context_set_versions(context, p->which.version, p->which.version, &err));
    (void)snprintf(name, sizeof(name), "server-%s", p->which.key);
    if (!o->no_server_identity)
        use_identity(p, context, o->server_identity != NULL ? o->server_identity : name);
    if (o->verify_mode != OTLS_VERIFY_MODE_NONE) {
        use_trust(p, context, o->server_trust != NULL ? o->server_trust : "root");
        MUST(otls_context_set_verify_mode(context, o->verify_mode, &err));
    }
    if (o->server_alpn_count != 0)
        MUST(otls_context_set_alpn(context, o->server_alpn, o->server_alpn_count, &err));
    if (o->alpn_optional)
        MUST(otls_context_set_alpn_required(context, false, &err));
    if (o->now != 0)
        MUST(otls_context_set_clock_callback(context, fixed_now, p, &err));
    if (o->server_ciphers != NULL)
        MUST(otls_context_set_ciphers(context, o->server_ciphers, &err));
    if (o->server_groups != NULL)
        MUST(otls_context_set_groups(context, o->server_groups, &err));
}

void pair_open(pair *p, const pair_case *which, const pair_options *options)
{
    static const pair_options usual;
    const pair_options *o = options != NULL ? options : &usual;
    otls_transport transport;

    case_needs(which);
    *p = (pair){.which = *which, .now = o->now};
    p->client_error = p->server_error = (otls_error)OTLS_ERROR_INIT;
    wire_init(&p->wire);
    open_client(p, o);
    open_server(p, o);
    if (o->setup != NULL)
        o->setup(p, o->user);
    transport = wire_transport(&p->wire.client);
    MUST(otls_connection_new(&p->client, p->client_context, &transport, &err));
    transport = wire_transport(&p->wire.server);
    MUST(otls_connection_new(&p->server, p->server_context, &transport, &err));
    if (o->server_name == NULL || o->server_name[0] != '\0')
        MUST(otls_connection_set_server_name(
            p->client, o->server_name != NULL ? o->server_name : "localhost", &err));
}

void pair_close(pair *p)
{
    otls_connection_free(p->client);
    otls_connection_free(p->server);
    otls_context_free(p->client_context);
    otls_context_free(p->server_context);
    wire_free(&p->wire);
}

static bool is_final(otls_status status)
{
    return status == OTLS_OK || status < 0;
}

static unsigned long progress_of(const pair *p)
{
    return (unsigned long)(p->wire.to_client.total + p->wire.to_server.total +
                           (p->wire.to_client.end - p->wire.to_client.start) * 7 +
                           (p->wire.to_server.end - p->wire.to_server.start) * 7);
}

void pair_handshake(pair *p)
{
    unsigned idle = 0;
    unsigned long before = 0;

    p->client_status = p->server_status = OTLS_WANT_READ;
    for (unsigned turn = 0; turn < TURNS && idle < 8; turn++) {
        if (!is_final(p->client_status))
            p->client_status = otls_connection_handshake(p->client, &p->client_error);
        if (p->client_status < 0)
            p->wire.to_server.ended = true;
        if (!is_final(p->server_status))
            p->server_status = otls_connection_handshake(p->server, &p->server_error);
        if (p->server_status < 0)
            p->wire.to_client.ended = true;
        if (is_final(p->client_status) && is_final(p->server_status))
            return;
        idle = progress_of(p) == before ? idle + 1 : 0;
        before = progress_of(p);
    }
}

void pair_connect(pair *p)
{
    pair_handshake(p);
    cr_assert(p->client_status == OTLS_OK && p->server_status == OTLS_OK,
              "%s: client %s: %s [%s]; server %s: %s [%s]", pair_name(&p->which),
              otls_status_name(p->client_status), p->client_error.text,
              p->client_error.native_text, otls_status_name(p->server_status),
              p->server_error.text, p->server_error.native_text);
}

otls_status pair_read_end(otls_connection *conn, otls_connection *other, otls_error *err)
{
    uint8_t buffer[4096];
    size_t count;
    otls_status status = OTLS_WANT_READ;

    for (unsigned turn = 0; turn < 64; turn++) {
        status = otls_connection_read(conn, buffer, sizeof(buffer), &count, err);
        if (status < 0 || status == OTLS_CLOSED)
            return status;
        if (other != NULL)
            (void)otls_connection_flush(other, NULL);
    }
    return status;
}

static void fill(uint8_t *data, size_t size, unsigned seed)
{
    uint32_t state = seed * 2654435761u + 1u;

    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = (uint8_t)(state >> 24);
    }
}

void pair_transfer(otls_connection *from, otls_connection *to, size_t size, unsigned seed)
{
    uint8_t *sent = malloc(size + 1), *got = malloc(size + 1);
    size_t written = 0, have = 0;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert(sent != NULL && got != NULL);
    fill(sent, size, seed);
    for (unsigned turn = 0; turn < TURNS * 20u && (written < size || have < size); turn++) {
        size_t count;
        otls_status status;

        if (written < size) {
            /* a fresh copy each time: any pointer may be passed when taking the rest up again */
            uint8_t *moved = malloc(size - written);

            cr_assert(moved != NULL);
            memcpy(moved, sent + written, size - written);
            status = otls_connection_write(from, moved, size - written, &count, &err);
            free(moved);
            /* a first write may still have to wait for the handshake */
            cr_assert(status == OTLS_OK || status == OTLS_WANT_WRITE ||
                          (status == OTLS_WANT_READ && !otls_connection_handshake_done(from)),
                      "write: %s %s", otls_status_name(status), err.text);
            cr_assert(status == OTLS_OK || count == 0);
            written += count;
        } else {
            (void)otls_connection_flush(from, &err);
        }
        if (have < size) {
            status = otls_connection_read(to, got + have, size - have, &count, &err);
            cr_assert(status == OTLS_OK || status == OTLS_WANT_READ || status == OTLS_WANT_WRITE,
                      "read: %s %s [%s]", otls_status_name(status), err.text, err.native_text);
            have += count;
        }
    }
    cr_assert_eq(have, size, "%zu of %zu bytes arrived", have, size);
    cr_assert(memcmp(sent, got, size) == 0);
    free(sent);
    free(got);
}
