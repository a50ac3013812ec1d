/* SPDX-License-Identifier: MIT */
/*
 * What is in a block of memory when it is given back? Private keys, passwords, pre-shared and ticket
 * keys, master secrets may not be in one that core or a backend asked for; what the engines leave
 * behind in theirs is counted and listed.
 *
 *   secrets PKI ENGINE
 */
#include "memory.h"
#include "scenario.h"
#include "scenarios.h"

#include <omnitls/insecure.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** So many octets of a secret are one. */
#define PART 20
#define SECRETS 16
#define PLACES 64

typedef struct secret {
    const char *name;
    uint8_t part[2][PART]; /* as it is written, and from its end: engines' numbers */
    unsigned long ours, engines;
} secret;

typedef struct place {
    char stack[1024];
    const char *name;
    size_t size;
    bool ours;
} place;

static secret secrets[SECRETS];
static size_t secret_count, place_count;
static place places[PLACES];
static unsigned long blocks;
static const char *engine_module;

/* Who asked for it: the first that is neither C library nor this program. */
static bool is_ours(const char *stack)
{
    const char *at = stack;

    while (*at != '\0') {
        const size_t size = strcspn(at, " ");

        if (strncmp(at, "libc.so", 7) != 0 && strncmp(at, "secrets", 7) != 0)
            return strncmp(at, "libomnitls", 10) == 0 ||
                   strncmp(at, engine_module, strlen(engine_module)) == 0;
        at += size + strspn(at + size, " ");
    }
    return true;
}

static void note(secret *s, const void *block, size_t size)
{
    char stack[1024];
    bool ours;

    if (!memory_owner(block, stack, sizeof(stack)))
        return; /* older than all secrets */
    ours = is_ours(stack);
    size_t i = 0;

    if (ours)
        s->ours++;
    else
        s->engines++;
    while (i < place_count && (places[i].name != s->name || strncmp(places[i].stack, stack, 120) != 0))
        i++;
    if (i < place_count || place_count == PLACES)
        return;
    places[place_count] = (place){.name = s->name, .ours = ours, .size = size};
    (void)snprintf(places[place_count].stack, sizeof(stack), "%s", stack);
    place_count++;
}

static void look(const void *block, size_t size)
{
    blocks++;
    for (size_t i = 0; i < secret_count; i++)
        if (memmem(block, size, secrets[i].part[0], PART) != NULL ||
            memmem(block, size, secrets[i].part[1], PART) != NULL)
            note(&secrets[i], block, size);
}

static void add(const char *name, const uint8_t *data, size_t size)
{
    secret *s = &secrets[secret_count];

    if (size < PART || secret_count == SECRETS)
        abort();
    memset(s, 0, sizeof(*s));
    s->name = name;
    memcpy(s->part[0], data, PART);
    for (size_t i = 0; i < PART; i++)
        s->part[1][i] = data[PART - 1 - i];
    secret_count++;
}

/* The secret part of a file, behind the octets that come before it. */
static void add_from(const world *w, const char *name, const char *file, const char *before, size_t size)
{
    uint8_t data[8192];
    const uint8_t *at;
    char path[512];
    size_t count;
    FILE *stream;

    (void)snprintf(path, sizeof(path), "%s/%s", w->pki, file);
    stream = fopen(path, "rb");
    if (stream == NULL) {
        perror(path);
        exit(2);
    }
    (void)setvbuf(stream, NULL, _IONBF, 0);
    count = fread(data, 1, sizeof(data), stream);
    (void)fclose(stream);
    at = memmem(data, count, before, size);
    if (at == NULL || at + size + PART > data + count)
        exit(2);
    add(name, at + size, PART);
    memset(data, 0, sizeof(data));
}

/* ---- what the scenarios lack ------------------------------------------------------------------ */

static const char long_password[] = "a password of more than twenty octets";
static uint8_t ticket_keys[OTLS_TICKET_KEY_SIZE];
static uint8_t psk_key[32];

static otls_status give_password(char *out, size_t capacity, size_t *length, void *user)
{
    (void)user;
    if (capacity < sizeof(long_password))
        return OTLS_E_USAGE;
    memcpy(out, long_password, sizeof(long_password) - 1);
    *length = sizeof(long_password) - 1;
    return OTLS_OK;
}

static otls_status client_key(otls_connection *conn, const char *hint, otls_psk *out, void *user)
{
    (void)conn;
    (void)hint;
    (void)user;
    (void)snprintf(out->identity, sizeof(out->identity), "somebody");
    memcpy(out->key, psk_key, sizeof(psk_key));
    out->key_size = sizeof(psk_key);
    return OTLS_OK;
}

static otls_status server_key(otls_connection *conn, const uint8_t *identity, size_t size,
                              otls_psk *out, void *user)
{
    (void)identity;
    (void)size;
    return client_key(conn, NULL, out, user);
}

/* Pre-shared keys, ticket keys and the secret of the connection, which is one more from then on. */
static bool shared_keys(const world *w)
{
    otls_context *contexts[2] = {NULL, NULL};
    otls_connection *conns[2] = {NULL, NULL};
    otls_error err = OTLS_ERROR_INIT;
    uint8_t master[48];
    otls_status status = OTLS_OK;
    test_wire wire;
    scenario run = {0};

    wire_init(&wire);
    for (int side = 0; side < 2 && status == OTLS_OK; side++) {
        const otls_transport transport = wire_transport(side ? &wire.server : &wire.client);

        status = otls_context_new(&contexts[side], w->backend, side ? OTLS_SERVER : OTLS_CLIENT, &err);
        if (status == OTLS_OK)
            status = otls_context_set_versions(contexts[side], w->version, w->version, &err);
        if (status == OTLS_OK && w->version == OTLS_TLS1_2)
            status = otls_context_set_ciphers(contexts[side], "ECDHE-PSK:PSK", &err);
        if (status == OTLS_OK)
            status = side ? otls_context_set_psk_server_callback(contexts[side], server_key, NULL, &err)
                          : otls_context_set_psk_client_callback(contexts[side], client_key, NULL, &err);
        if (status == OTLS_OK && side)
            status = otls_context_set_session_cache_mode(contexts[side], OTLS_SESSION_CACHE_SERVER, &err);
        if (status == OTLS_OK && side)
            status = otls_context_set_ticket_keys(contexts[side], ticket_keys, sizeof(ticket_keys), &err);
        if (status == OTLS_OK)
            status = otls_connection_new(&conns[side], contexts[side], &transport, &err);
    }
    if (status == OTLS_OK) {
        scenario_run(&run, conns[0], conns[1], &wire, true);
        status = run.client.status != OTLS_OK ? run.client.status : run.server.status;
        if (status == OTLS_OK && w->version == OTLS_TLS1_2 &&
            otls_connection_insecure_master_secret(conns[0], master, NULL) == OTLS_OK)
            add("master secret", master, sizeof(master));
    }
    if (status != OTLS_OK && status != OTLS_E_UNSUPPORTED)
        (void)printf("FAIL: shared keys %s: %s %s\n", otls_version_name(w->version),
                     otls_status_name(status), status == run.client.status ? run.client.error.text
                                                                           : err.text);
    for (int side = 0; side < 2; side++) {
        otls_connection_free(conns[side]);
        otls_context_free(contexts[side]);
    }
    wire_free(&wire);
    memset(master, 0, sizeof(master));
    return status == OTLS_OK || status == OTLS_E_UNSUPPORTED;
}

static bool run_scenarios(world *w)
{
    static const uint16_t versions[] = {OTLS_TLS1_2, OTLS_TLS1_3};

    for (size_t i = 0; i < torture_scenario_count; i++)
        for (int v = 0; v < (torture_scenarios[i].versions ? 2 : 1); v++) {
            outcome out = {.error = OTLS_ERROR_INIT};

            w->version = versions[v];
            torture_scenarios[i].run(w, &out);
            if (out.status != OTLS_OK || out.wrong != NULL) {
                (void)printf("FAIL: %s: %s\n", torture_scenarios[i].name,
                             out.wrong != NULL ? out.wrong : out.error.text);
                return false;
            }
        }
    torture_wrong_password(w, give_password);
    for (int v = 0; v < 2; v++) {
        w->version = versions[v];
        if (!shared_keys(w))
            return false;
    }
    return true;
}

static unsigned long report(const char *engine)
{
    unsigned long ours = 0;

    for (size_t i = 0; i < place_count; i++)
        (void)printf("%s: %s, in %zu bytes of %s\n", places[i].ours ? "FAIL" : "  engine's",
                     places[i].name, places[i].size, places[i].stack);
    for (size_t i = 0; i < secret_count; i++) {
        (void)printf("  %-18s in omnitls' blocks: %lu; in the engine's: %lu\n", secrets[i].name,
                     secrets[i].ours, secrets[i].engines);
        ours += secrets[i].ours;
    }
    (void)printf("%s: %lu blocks looked at for %zu secrets: %lu of omnitls' with one\n", engine, blocks,
                 secret_count, ours);
    return ours;
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    world w = {.pki = argc > 1 ? argv[1] : ""};
    char module[64];
    bool right;

    if (argc < 3 || otls_backend_find(&w.backend, argv[2], &err) != OTLS_OK) {
        (void)fprintf(stderr, "secrets PKI ENGINE: %s\n", err.text);
        return 2;
    }
    (void)snprintf(module, sizeof(module), "%s.so", argv[2]);
    engine_module = module;
    for (size_t i = 0; i < sizeof(psk_key); i++)
        psk_key[i] = (uint8_t)(i * 7 + 3);
    for (size_t i = 0; i < sizeof(ticket_keys); i++)
        ticket_keys[i] = (uint8_t)(i * 11 + 5);
    add_from(&w, "EC private key", "server-ecdsa-p256.key.der", "\x02\x01\x01\x04\x20", 5);
    add_from(&w, "RSA prime", "server-rsa-2048.key.der", "\x02\x81\x81\x00", 4);
    add_from(&w, "EC key in PEM", "server-ecdsa-p256.key", "KEY-----\n", 9);
    add("password", (const uint8_t *)long_password, sizeof(long_password) - 1);
    add("pre-shared key", psk_key, sizeof(psk_key));
    add("ticket key", ticket_keys + 16, 32);
    add("ticket MAC key", ticket_keys + 48, 32);
    memory_trace();
    memory_on_free(look);
    right = run_scenarios(&w);
    memory_on_free(NULL);
    return report(argv[2]) != 0 || !right;
}
