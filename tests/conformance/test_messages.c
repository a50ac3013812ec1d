/* SPDX-License-Identifier: MIT */
/*
 * The message callback: the same messages in the same order on every engine, over every pair, and
 * what one side sent is byte for byte what the other received.
 */
#include <criterion/criterion.h>

#include "session_pair.h"
#include <omnitls/parity.h>

#include <stdio.h>
#include <string.h>

#define BYTES_MAX 32768u

/* What one side has heard: ">ClientHello <ServerHello ...", and of records their number. */
typedef struct record {
    char text[2048];
    unsigned headers[2];
    uint16_t hello_version; /* as told with the first message */
    uint16_t version;       /* ... and with the last */
    uint8_t bytes[2][BYTES_MAX]; /* received, sent: handshake messages, one behind the other */
    size_t size[2];
} record;

static void keep(record *r, const otls_message *message)
{
    cr_assert_leq(message->length, BYTES_MAX - r->size[message->sent]);
    memcpy(r->bytes[message->sent] + r->size[message->sent], message->data, message->length);
    r->size[message->sent] += message->length;
}

static void check_shape(const otls_message *m)
{
    cr_assert_geq(m->size, sizeof(*m));
    switch (m->content) {
    case OTLS_CONTENT_HANDSHAKE:
        cr_assert_geq(m->length, 4u);
        cr_assert_eq(m->type, m->data[0]);
        cr_assert_eq(m->length - 4,
                     (size_t)m->data[1] << 16 | (size_t)m->data[2] << 8 | m->data[3]);
        break;
    case OTLS_CONTENT_ALERT:
        cr_assert_eq(m->length, 2u);
        cr_assert_eq(m->type, m->data[1]);
        break;
    case OTLS_CONTENT_CHANGE_CIPHER_SPEC:
        cr_assert_eq(m->length, 1u);
        cr_assert_eq(m->data[0], 1);
        break;
    default:
        cr_assert_eq(m->content, OTLS_CONTENT_RECORD_HEADER);
        cr_assert_eq(m->length, 5u);
        cr_assert_eq(m->type, m->data[0]);
        cr_assert(m->type >= OTLS_CONTENT_CHANGE_CIPHER_SPEC &&
                  m->type <= OTLS_CONTENT_APPLICATION_DATA);
        break;
    }
}

static void on_message(const otls_connection *conn, const otls_message *m, void *user)
{
    record *r = user;
    const size_t used = strlen(r->text);

    cr_assert_not_null(conn);
    check_shape(m);
    if (m->content == OTLS_CONTENT_RECORD_HEADER) {
        r->headers[m->sent]++;
        return;
    }
    if (used == 0)
        r->hello_version = m->version;
    r->version = m->version;
    if (m->content == OTLS_CONTENT_HANDSHAKE)
        keep(r, m);
    (void)snprintf(r->text + used, sizeof(r->text) - used, "%c%s ", m->sent ? '>' : '<',
                   otls_message_name(m));
}

typedef struct both {
    record client, server;
} both;

static both heard; /* large, and one test is one process */

/* Both engines show all of it: those that do not are for conformance/features. */
static bool shows(const pair_case *which)
{
    return otls_backend_supports(which->client, OTLS_FEATURE_MESSAGE_CALLBACK, NULL) == OTLS_YES &&
           otls_backend_supports(which->server, OTLS_FEATURE_MESSAGE_CALLBACK, NULL) == OTLS_YES;
}

static void watch(otls_context *context, record *r)
{
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_set_message_callback(context, on_message, r, &err), OTLS_OK, "%s",
                 err.text);
}

static void use(pair *p, void *user)
{
    otls_error err = OTLS_ERROR_INIT;
    void (*more)(pair *) = *(void (**)(pair *))user;

    watch(p->client_context, &heard.client);
    watch(p->server_context, &heard.server);
    cr_assert_eq(otls_context_set_ticket_count(p->server_context, 1, &err), OTLS_OK, "%s", err.text);
    if (more != NULL)
        more(p);
}

static void expect(const pair *p, const char *who, const record *got, const char *wanted)
{
    cr_expect_str_eq(got->text, wanted, "%s, %s:\n got    %s\n wanted %s", pair_name(&p->which), who,
                     got->text, wanted);
}

/* Nothing was left out, made up, or cut on the way. */
static void expect_same_bytes(const pair *p)
{
    for (int sent = 0; sent < 2; sent++) {
        cr_expect_eq(heard.client.size[sent], heard.server.size[!sent], "%s, sent %d: %zu and %zu",
                     pair_name(&p->which), sent, heard.client.size[sent], heard.server.size[!sent]);
        cr_expect_arr_eq(heard.client.bytes[sent], heard.server.bytes[!sent],
                         heard.client.size[sent], "%s", pair_name(&p->which));
    }
}

static void finish(pair *p)
{
    otls_error err = OTLS_ERROR_INIT;

    pair_transfer(p->client, p->server, 100, 1);
    pair_transfer(p->server, p->client, 100, 2);
    cr_assert_eq(otls_connection_shutdown(p->client, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(pair_read_end(p->server, p->client, &err), OTLS_CLOSED, "%s", err.text);
}

#define SCENE(name)                                                                                \
    ParameterizedTestParameters(messages, name)                                                    \
    {                                                                                              \
        return pair_parameters_short();                                                            \
    }                                                                                              \
    ParameterizedTest(size_t *index, messages, name)

/* ---- handshakes that come to their end, message by message ---- */

static const struct scene {
    const char *name;
    uint16_t version;
    const char *client_identity;
    const char *client_groups, *server_groups;
    const char *client, *server; /* what each of them hears */
} scenes[] = {
    {.name = "one side",
     .version = OTLS_TLS1_3,
     .client = ">ClientHello <ServerHello <EncryptedExtensions <Certificate <CertificateVerify "
               "<Finished >Finished <NewSessionTicket >close_notify ",
     .server = "<ClientHello >ServerHello >EncryptedExtensions >Certificate >CertificateVerify "
               ">Finished <Finished >NewSessionTicket <close_notify "},
    {.name = "both sides",
     .version = OTLS_TLS1_3,
     .client_identity = "client-ecdsa-p256",
     .client = ">ClientHello <ServerHello <EncryptedExtensions <CertificateRequest <Certificate "
               "<CertificateVerify <Finished >Certificate >CertificateVerify >Finished "
               "<NewSessionTicket >close_notify ",
     .server = "<ClientHello >ServerHello >EncryptedExtensions >CertificateRequest >Certificate "
               ">CertificateVerify >Finished <Certificate <CertificateVerify <Finished "
               ">NewSessionTicket <close_notify "},
    {.name = "another group",
     .version = OTLS_TLS1_3,
     .client_groups = "P-256:P-384",
     .server_groups = "P-384",
     .client = ">ClientHello <ServerHello >ClientHello <ServerHello <EncryptedExtensions "
               "<Certificate <CertificateVerify <Finished >Finished <NewSessionTicket "
               ">close_notify ",
     .server = "<ClientHello >ServerHello <ClientHello >ServerHello >EncryptedExtensions "
               ">Certificate >CertificateVerify >Finished <Finished >NewSessionTicket "
               "<close_notify "},
    {.name = "one side",
     .version = OTLS_TLS1_2,
     .client = ">ClientHello <ServerHello <Certificate <ServerKeyExchange <ServerHelloDone "
               ">ClientKeyExchange >ChangeCipherSpec >Finished <ChangeCipherSpec <Finished "
               ">close_notify ",
     .server = "<ClientHello >ServerHello >Certificate >ServerKeyExchange >ServerHelloDone "
               "<ClientKeyExchange <ChangeCipherSpec <Finished >ChangeCipherSpec >Finished "
               "<close_notify "},
    {.name = "both sides",
     .version = OTLS_TLS1_2,
     .client_identity = "client-ecdsa-p256",
     .client = ">ClientHello <ServerHello <Certificate <ServerKeyExchange <CertificateRequest "
               "<ServerHelloDone >Certificate >ClientKeyExchange >CertificateVerify "
               ">ChangeCipherSpec >Finished <ChangeCipherSpec <Finished >close_notify ",
     .server = "<ClientHello >ServerHello >Certificate >ServerKeyExchange >CertificateRequest "
               ">ServerHelloDone <Certificate <ClientKeyExchange <CertificateVerify "
               "<ChangeCipherSpec <Finished >ChangeCipherSpec >Finished <close_notify "},
};

static void play(const struct scene *scene, const pair_case *which)
{
    void (*more)(pair *) = NULL;
    const pair_options options = {
        .setup = use,
        .user = &more,
        .client_identity = scene->client_identity,
        .verify_mode = scene->client_identity != NULL ? OTLS_VERIFY_MODE_REQUIRED : 0,
        .client_groups = scene->client_groups,
        .server_groups = scene->server_groups};
    pair p;

    memset(&heard, 0, sizeof(heard));
    pair_open(&p, which, &options);
    pair_connect(&p);
    finish(&p);
    expect(&p, scene->name, &heard.client, scene->client);
    expect(&p, scene->name, &heard.server, scene->server);
    expect_same_bytes(&p);
    cr_expect_eq(heard.client.hello_version, 0);
    cr_expect_eq(heard.client.version, scene->version);
    cr_expect_eq(heard.server.version, scene->version);
    for (int sent = 0; sent < 2; sent++)
        cr_expect_geq(heard.client.headers[sent], 3u, "%u records", heard.client.headers[sent]);
    pair_close(&p);
}

SCENE(handshake)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]) && shows(&which); i++)
        if (scenes[i].version == which.version)
            play(&scenes[i], &which);
}

/* ---- those that do not ---- */

SCENE(refused_certificate)
{
    const pair_case which = pair_case_short_at(*index);
    void (*more)(pair *) = NULL;
    const pair_options options = {
        .setup = use, .user = &more, .server_identity = "server-expired"};
    pair p;

    if (!shows(&which))
        return;
    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_expect_eq(strncmp(heard.client.text, ">ClientHello <ServerHello ", 26), 0, "%s: %s",
                 pair_name(&which), heard.client.text);
    cr_expect_not_null(strstr(heard.client.text, "<Certificate "));
    cr_expect_not_null(strstr(heard.client.text, " >certificate_expired "), "%s: %s",
                       pair_name(&which), heard.client.text);
    cr_expect_not_null(strstr(heard.server.text, " <certificate_expired "), "%s: %s",
                       pair_name(&which), heard.server.text);
    pair_close(&p);
}

/* The engine never sees this hello. */
SCENE(refused_hello)
{
    static const char *const one[] = {"one"};
    static const char *const two[] = {"two"};
    const pair_case which = pair_case_short_at(*index);
    void (*more)(pair *) = NULL;
    const pair_options options = {.setup = use,
                                  .user = &more,
                                  .client_alpn = one,
                                  .client_alpn_count = 1,
                                  .server_alpn = two,
                                  .server_alpn_count = 1};
    pair p;

    if (!shows(&which))
        return;
    pair_open(&p, &which, &options);
    pair_handshake(&p);
    expect(&p, "client", &heard.client, ">ClientHello <no_application_protocol ");
    expect(&p, "server", &heard.server, "<ClientHello >no_application_protocol ");
    pair_close(&p);
}

/* ---- after the handshake ---- */

static void late(pair *p)
{
    cr_assert_eq(otls_context_set_post_handshake_auth(p->server_context, true, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_post_handshake_auth(p->client_context, true, NULL), OTLS_OK);
}

static bool has(const pair_case *which, otls_feature feature)
{
    return otls_backend_supports(which->client, feature, NULL) != OTLS_NO &&
           otls_backend_supports(which->server, feature, NULL) != OTLS_NO;
}

/* One direction after the other, and both again under the new keys. */
SCENE(key_update)
{
    const pair_case which = pair_case_short_at(*index);
    void (*more)(pair *) = NULL;
    const pair_options options = {.setup = use, .user = &more};
    pair p;

    if (!shows(&which) || which.version != OTLS_TLS1_3 || !has(&which, OTLS_FEATURE_KEY_UPDATE))
        return;
    pair_open(&p, &which, &options);
    pair_connect(&p);
    for (int round = 0; round < 4; round++) {
        otls_connection *from = round % 2 == 0 ? p.client : p.server;
        otls_connection *to = round % 2 == 0 ? p.server : p.client;

        cr_assert_eq(otls_connection_key_update(from, true, NULL), OTLS_OK);
        pair_transfer(from, to, 20000, 1);
        pair_transfer(to, from, 20000, 2);
    }
    finish(&p);
    cr_expect_not_null(strstr(heard.client.text, ">KeyUpdate "), "%s", heard.client.text);
    cr_expect_not_null(strstr(heard.client.text, "<KeyUpdate "), "%s", heard.client.text);
    expect_same_bytes(&p);
    pair_close(&p);
}

SCENE(late_authentication)
{
    const pair_case which = pair_case_short_at(*index);
    void (*more)(pair *) = late;
    const pair_options options = {.setup = use,
                                  .user = &more,
                                  .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                  .client_identity = "client-ecdsa-p256"};
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    if (!shows(&which) || which.version != OTLS_TLS1_3 ||
        !has(&which, OTLS_FEATURE_POST_HANDSHAKE_AUTH))
        return;
    pair_open(&p, &which, &options);
    pair_connect(&p);
    pair_transfer(p.client, p.server, 100, 3);
    cr_assert_eq(otls_connection_request_client_certificate(p.server, &err), OTLS_OK, "%s", err.text);
    for (unsigned turn = 0; turn < 8; turn++) {
        uint8_t byte;
        size_t count;

        (void)otls_connection_read(p.client, &byte, 1, &count, NULL);
        (void)otls_connection_read(p.server, &byte, 1, &count, NULL);
    }
    finish(&p);
    cr_expect_not_null(
        strstr(heard.client.text, "<CertificateRequest >Certificate >CertificateVerify >Finished "),
        "%s: %s", pair_name(&which), heard.client.text);
    cr_expect_not_null(
        strstr(heard.server.text, ">CertificateRequest <Certificate <CertificateVerify <Finished "),
        "%s: %s", pair_name(&which), heard.server.text);
    expect_same_bytes(&p);
    pair_close(&p);
}

static void again(pair *p)
{
    cr_assert_eq(
        otls_context_clear_options(p->client_context, OTLS_OPTION_NO_RENEGOTIATION, NULL), OTLS_OK);
    cr_assert_eq(
        otls_context_clear_options(p->server_context, OTLS_OPTION_NO_RENEGOTIATION, NULL), OTLS_OK);
}

/* A whole handshake under the keys of the one before. */
SCENE(renegotiation)
{
    const pair_case which = pair_case_short_at(*index);
    void (*more)(pair *) = again;
    const pair_options options = {.setup = use, .user = &more};
    otls_error err = OTLS_ERROR_INIT;
    uint8_t byte;
    size_t count;
    pair p;

    if (!shows(&which) || which.version != OTLS_TLS1_2 || !has(&which, OTLS_FEATURE_RENEGOTIATION))
        return;
    pair_open(&p, &which, &options);
    pair_connect(&p);
    cr_assert_eq(otls_connection_renegotiate(p.client, &err), OTLS_OK, "%s", err.text);
    for (unsigned turn = 0; turn < 8; turn++) {
        (void)otls_connection_read(p.server, &byte, 1, &count, NULL);
        (void)otls_connection_read(p.client, &byte, 1, &count, NULL);
    }
    cr_assert_eq(otls_connection_renegotiations(p.client), 1, "%s", pair_name(&which));
    finish(&p);
    cr_expect_not_null(strstr(heard.client.text, "<Finished >ClientHello <ServerHello "), "%s: %s",
                       pair_name(&which), heard.client.text);
    cr_expect_not_null(strstr(heard.server.text, ">Finished <ClientHello >ServerHello "), "%s: %s",
                       pair_name(&which), heard.server.text);
    expect_same_bytes(&p);
    pair_close(&p);
}

/* ---- sessions, suites ---- */

SCENE(resumed)
{
    const pair_case which = pair_case_short_at(*index);
    session_pair s;
    session_run first, second;
    pair p;

    if (!shows(&which))
        return;
    session_open(&s, &which, NULL);
    watch(s.client, &heard.client);
    watch(s.server, &heard.server);
    first = session_connect(&s, NULL, "localhost");
    cr_assert_not_null(first.session);
    memset(&heard, 0, sizeof(heard));
    session_begin(&p, &which, s.client, s.server, first.session, "localhost", 0);
    second = session_end(&p);
    cr_expect(second.reused_client, "%s", pair_name(&which));
    cr_expect_null(strstr(heard.client.text, "Certificate"), "%s: %s", pair_name(&which),
                   heard.client.text);
    cr_expect_not_null(strstr(heard.client.text, "<Finished "), "%s: %s", pair_name(&which),
                       heard.client.text);
    cr_expect_not_null(strstr(heard.server.text, "<Finished "), "%s: %s", pair_name(&which),
                       heard.server.text);
    expect_same_bytes(&(pair){.which = which});
    otls_session_free(first.session);
    otls_session_free(second.session);
    session_close(&s);
}

static const char *suite; /* of both sides */

static void one_suite(pair *p)
{
    (void)otls_context_set_tls13_suites(p->client_context, suite, NULL);
    (void)otls_context_set_tls13_suites(p->server_context, suite, NULL);
}

static bool knows(const otls_backend *backend, const char *name)
{
    otls_context *context;
    bool known;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_CLIENT, NULL), OTLS_OK);
    known = otls_context_set_tls13_suites(context, name, NULL) == OTLS_OK;
    otls_context_free(context);
    return known;
}

/* Each has another way to seal. */
SCENE(suites)
{
    static const char *const names[] = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"};
    const pair_case which = pair_case_short_at(*index);
    void (*more)(pair *) = one_suite;
    const pair_options options = {.setup = use, .user = &more};
    pair p;

    for (size_t i = 0; i < 5 && shows(&which) && which.version == OTLS_TLS1_3; i++) {
        suite = names[i];
        if (!knows(which.client, suite) || !knows(which.server, suite))
            continue;
        memset(&heard, 0, sizeof(heard));
        pair_open(&p, &which, &options);
        pair_connect(&p);
        finish(&p);
        expect(&p, suite, &heard.client, scenes[0].client);
        expect(&p, suite, &heard.server, scenes[0].server);
        expect_same_bytes(&p);
        pair_close(&p);
    }
}

/* ---- one connection alone ---- */

SCENE(of_one_connection)
{
    const pair_case which = pair_case_short_at(*index);
    otls_context *own;
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    if (!shows(&which))
        return;
    pair_open(&p, &which, NULL);
    cr_assert_eq(otls_context_set_message_callback(p.client_context, on_message, NULL, NULL),
                 OTLS_E_SEALED);
    cr_assert_eq(otls_connection_own_context(p.client, &own, &err), OTLS_OK, "%s", err.text);
    watch(own, &heard.client);
    pair_connect(&p);
    finish(&p);
    cr_expect_eq(strncmp(heard.client.text, ">ClientHello <ServerHello ", 26), 0, "%s: %s",
                 pair_name(&which), heard.client.text);
    cr_expect_str_eq(heard.server.text, "");
    pair_close(&p);
}

/* ---- names ---- */

Test(message_name, every_kind)
{
    static const struct {
        uint16_t content;
        uint8_t type;
        const char *name;
    } rows[] = {
        {OTLS_CONTENT_HANDSHAKE, 1, "ClientHello"},
        {OTLS_CONTENT_HANDSHAKE, 5, "EndOfEarlyData"},
        {OTLS_CONTENT_HANDSHAKE, 24, "KeyUpdate"},
        {OTLS_CONTENT_HANDSHAKE, 77, "unknown"},
        {OTLS_CONTENT_ALERT, OTLS_ALERT_UNKNOWN_CA, "unknown_ca"},
        {OTLS_CONTENT_CHANGE_CIPHER_SPEC, 1, "ChangeCipherSpec"},
        {OTLS_CONTENT_RECORD_HEADER, 23, "application data"},
        {OTLS_CONTENT_RECORD_HEADER, 22, "handshake"},
        {OTLS_CONTENT_RECORD_HEADER, 21, "alert"},
        {OTLS_CONTENT_RECORD_HEADER, 20, "ChangeCipherSpec"},
        {99, 1, "unknown"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const otls_message message = {
            .size = sizeof(message), .content = rows[i].content, .type = rows[i].type};

        cr_expect_str_eq(otls_message_name(&message), rows[i].name, "%s",
                         otls_message_name(&message));
    }
}
