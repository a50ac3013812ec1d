/* SPDX-License-Identifier: MIT */
#include "selftest.h"

#include "selftest_pki.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const char *chain, *key;
    otls_feature feature; /* what both engines need; 0 = nothing */
} keys[] = {
    {"ecdsa-p256", selftest_server_ecdsa_p256_pem, selftest_server_ecdsa_p256_key, 0},
    {"rsa-2048", selftest_server_rsa_2048_pem, selftest_server_rsa_2048_key, 0},
    {"ed25519", selftest_server_ed25519_pem, selftest_server_ed25519_key, OTLS_FEATURE_ED25519},
};
static const uint16_t versions[] = {OTLS_TLS1_2, OTLS_TLS1_3};
static const otls_feature version_features[] = {OTLS_FEATURE_TLS1_2, OTLS_FEATURE_TLS1_3};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))
#define VERSION_COUNT (sizeof(versions) / sizeof(versions[0]))

typedef struct matrix {
    tool_engine engines[TOOL_ENGINE_MAX]; /* those that load stand first */
    size_t engine_count, usable;
    otls_trust *trust;
    cell *cells; /* by version, client, server, key */
    size_t cell_count;
} matrix;

static cell *at(const matrix *m, size_t version, size_t client, size_t server, size_t key)
{
    return &m->cells[((version * m->usable + client) * m->usable + server) * KEY_COUNT + key];
}

static bool lacks(cell *c, const otls_backend *engine, otls_feature feature)
{
    const char *why;

    if (feature == 0 || otls_backend_supports(engine, feature, &why) != OTLS_NO)
        return false;
    c->absent = true;
    (void)snprintf(c->reason, sizeof(c->reason), "%s has no %s: %s", otls_backend_name(engine),
                   otls_feature_name(feature), why);
    return true;
}

static bool cannot(cell *c, otls_feature version, otls_feature key)
{
    return lacks(c, c->client, version) || lacks(c, c->server, version) ||
           lacks(c, c->client, key) || lacks(c, c->server, key);
}

static void run_key(matrix *m, size_t server, size_t key)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = NULL;
    otls_status status = otls_identity_from_memory(
        &identity, m->engines[server].backend, keys[key].chain, strlen(keys[key].chain),
        keys[key].key, strlen(keys[key].key), NULL, NULL, &err);

    for (size_t version = 0; version < VERSION_COUNT; version++) {
        for (size_t client = 0; client < m->usable; client++) {
            cell *c = at(m, version, client, server, key);

            c->client = m->engines[client].backend;
            c->server = m->engines[server].backend;
            c->version = versions[version];
            c->key = keys[key].name;
            if (cannot(c, version_features[version], keys[key].feature))
                continue;
            if (status == OTLS_OK)
                cell_run(c, m->trust, identity);
            else
                (void)snprintf(c->reason, sizeof(c->reason), "identity: %s", err.text);
        }
    }
    otls_identity_free(identity);
}

static otls_status run_all(matrix *m, otls_error *err)
{
    otls_status status = otls_trust_new(&m->trust, err);

    if (status == OTLS_OK)
        status = otls_trust_add_memory(m->trust, selftest_root_pem, strlen(selftest_root_pem), err);
    if (status != OTLS_OK)
        return status;
    for (size_t server = 0; server < m->usable; server++) {
        for (size_t key = 0; key < KEY_COUNT; key++)
            run_key(m, server, key);
    }
    return OTLS_OK;
}

static void print_json(const matrix *m)
{
    json_t *cells = json_array(), *missing = json_array();

    for (size_t i = 0; i < m->cell_count; i++) {
        const cell *c = &m->cells[i];
        json_t *entry = json_object();

        json_object_set_new(entry, "client", json_string(otls_backend_name(c->client)));
        json_object_set_new(entry, "server", json_string(otls_backend_name(c->server)));
        json_object_set_new(entry, "version", json_string(tool_version_text(c->version)));
        json_object_set_new(entry, "key", json_string(c->key));
        json_object_set_new(entry, "ok", json_boolean(c->ok));
        json_object_set_new(entry, "reason", tool_json_text(c->reason));
        if (c->absent)
            json_object_set_new(entry, "supported", json_false());
        json_array_append_new(cells, entry);
    }
    for (size_t i = m->usable; i < m->engine_count; i++) {
        json_t *entry = json_object();

        json_object_set_new(entry, "engine", tool_json_text(m->engines[i].name));
        json_object_set_new(entry, "reason", tool_json_text(m->engines[i].reason));
        json_array_append_new(missing, entry);
    }
    (void)tool_json_line(json_pack("{s:o, s:o}", "cells", cells, "missing", missing), stdout);
}

static void print_row(const matrix *m, size_t version, size_t client)
{
    printf("  %-10s", m->engines[client].name);
    for (size_t server = 0; server < m->usable; server++) {
        for (size_t key = 0; key < KEY_COUNT; key++) {
            const cell *c = at(m, version, client, server, key);

            printf(" %s%-5s%s",
                   tool_paint(stdout, c->ok ? TOOL_GREEN : c->absent ? TOOL_PLAIN : TOOL_RED),
                   c->ok       ? "ok"
                   : c->absent ? "-"
                               : "FAIL",
                   tool_paint(stdout, TOOL_PLAIN));
        }
        printf("  ");
    }
    printf("\n");
}

static void print_matrix(const matrix *m)
{
    for (size_t version = 0; version < VERSION_COUNT; version++) {
        printf("%sTLS %s%s\n  client    ", tool_paint(stdout, TOOL_BOLD),
               tool_version_text(versions[version]), tool_paint(stdout, TOOL_PLAIN));
        for (size_t server = 0; server < m->usable; server++)
            printf(" server %-11s ", m->engines[server].name);
        printf("\n            ");
        for (size_t server = 0; server < m->usable; server++)
            printf("ecdsa rsa   ed     ");
        printf("\n");
        for (size_t client = 0; client < m->usable; client++)
            print_row(m, version, client);
        printf("\n");
    }
}

static size_t print_failures(const matrix *m)
{
    size_t wrong = 0, absent = 0;

    for (size_t i = 0; i < m->cell_count; i++) {
        const cell *c = &m->cells[i];
        char text[2 * CELL_REASON];

        absent += c->absent ? 1 : 0;
        if (c->ok || c->absent)
            continue;
        wrong++;
        printf("client %s, server %s, TLS %s, %s: %s\n", otls_backend_name(c->client),
               otls_backend_name(c->server), tool_version_text(c->version), c->key,
               tool_printable(text, sizeof(text), c->reason, strlen(c->reason)));
    }
    for (size_t i = m->usable; i < m->engine_count; i++)
        printf("%s is left out: %s\n", m->engines[i].name, m->engines[i].reason);
    printf("%zu of %zu cells are right", m->cell_count - absent - wrong, m->cell_count - absent);
    if (absent > 0)
        printf(", %zu are of what an engine does not have", absent);
    printf("\n");
    return wrong;
}

static size_t count_wrong(const matrix *m)
{
    size_t wrong = 0;

    for (size_t i = 0; i < m->cell_count; i++)
        wrong += m->cells[i].ok || m->cells[i].absent ? 0 : 1;
    return wrong;
}

int tool_selftest(const tool_options *options)
{
    otls_error err = OTLS_ERROR_INIT;
    matrix m = {0};
    int code = TOOL_OK;

    if (options->against != NULL && options->backend == NULL) {
        tool_complain(options, "--against needs --backend: the engine that is to talk to them");
        return TOOL_USAGE;
    }
    m.engine_count = tool_engines(options, m.engines, TOOL_ENGINE_MAX);
    while (m.usable < m.engine_count && m.engines[m.usable].backend != NULL)
        m.usable++;
    m.cell_count = m.usable * m.usable * KEY_COUNT * VERSION_COUNT;
    m.cells = calloc(m.cell_count + 1, sizeof(*m.cells));
    if (m.cells == NULL) {
        tool_complain(options, "out of memory");
        return TOOL_USAGE;
    }
    if (run_all(&m, &err) != OTLS_OK)
        code = tool_report(options, NULL, &err);
    else if (options->json)
        print_json(&m);
    else {
        print_matrix(&m);
        (void)print_failures(&m);
    }
    if (m.usable == 0) {
        tool_complain(options, "no engine can be used");
        code = TOOL_USAGE;
    } else if (options->against != NULL && m.usable < m.engine_count) {
        tool_complain(options, "%s cannot be used: %s", m.engines[m.usable].name,
                      m.engines[m.usable].reason);
        code = TOOL_USAGE;
    } else if (code == TOOL_OK && count_wrong(&m) > 0) {
        code = TOOL_HANDSHAKE;
    }
    otls_trust_free(m.trust);
    free(m.cells);
    return code;
}
