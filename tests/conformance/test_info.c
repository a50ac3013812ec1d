/* SPDX-License-Identifier: MIT */
/* Looking on: events, alerts, log, key log file, user data, over every pair. */
#include <criterion/criterion.h>

#include "divergence.h"
#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct record {
    char text[512];
    unsigned exits;
    int last_exit;
} record;

static void on_info(const otls_connection *conn, otls_event event, int value, void *user)
{
    static const char *const names[] = {"?", "start", "state", "done", "sent", "received", "lost"};
    record *r = user;
    const size_t used = strlen(r->text);

    if (event == OTLS_INFO_HANDSHAKE_EXIT) { /* how often depends on the records */
        r->exits++;
        r->last_exit = value;
        return;
    }
    cr_assert((event == OTLS_INFO_FAILED) == (value < 0));
    if (event == OTLS_INFO_STATE)
        (void)snprintf(r->text + used, sizeof(r->text) - used, "%s ",
                       otls_connection_state_name(conn));
    else if (event == OTLS_INFO_ALERT_SENT || event == OTLS_INFO_ALERT_RECEIVED)
        (void)snprintf(r->text + used, sizeof(r->text) - used, "%s:%d%s ", names[event], value,
                       otls_connection_alert_fatal(conn) ? "!" : "");
    else
        (void)snprintf(r->text + used, sizeof(r->text) - used, "%s ", names[event]);
}

typedef struct both {
    record client, server;
} both;

static void use(pair *p, void *user)
{
    both *b = user;

    cr_assert_eq(otls_context_set_info_callback(p->client_context, on_info, &b->client, NULL),
                 OTLS_OK);
    cr_assert_eq(otls_context_set_info_callback(p->server_context, on_info, &b->server, NULL),
                 OTLS_OK);
}

ParameterizedTestParameters(info, good)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, info, good)
{
    const pair_case which = pair_case_short_at(*index);
    both b = {0};
    const pair_options options = {.setup = use, .user = &b};
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    pair_open(&p, &which, &options);
    for (unsigned i = 1; i <= 3; i++) { /* asking again is no event but its end */
        cr_assert_eq(otls_connection_handshake(p.server, &err), OTLS_WANT_READ);
        cr_assert(b.server.exits == i && b.server.last_exit == OTLS_WANT_READ);
    }
    pair_connect(&p);
    cr_assert_eq(otls_connection_handshake(p.server, &err), OTLS_OK); /* long over */
    cr_expect(b.server.exits > 3 && b.server.last_exit == OTLS_OK, "%s", pair_name(&which));
    cr_expect(b.client.exits > 0 && b.client.last_exit == OTLS_OK, "%s", pair_name(&which));
    b.server.last_exit = b.client.last_exit = OTLS_WANT_READ;
    cr_assert_eq(otls_connection_shutdown(p.client, &err), OTLS_OK);
    cr_assert_eq(pair_read_end(p.server, p.client, &err), OTLS_CLOSED);
    cr_expect(b.server.last_exit == OTLS_WANT_READ && b.client.last_exit == OTLS_WANT_READ);
    cr_assert_str_eq(b.client.text, "start handshake open done sent:0 ", "%s: %s",
                     pair_name(&which), b.client.text);
    cr_assert_str_eq(b.server.text, "start client hello handshake open done received:0 ", "%s: %s",
                     pair_name(&which), b.server.text);
    pair_close(&p);
}

ParameterizedTestParameters(info, refused)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, info, refused)
{
    const pair_case which = pair_case_short_at(*index);
    const divergence *row = divergence_find("an alert in the clear where records are sealed", &which);
    both b = {0};
    const pair_options options = {.setup = use, .user = &b, .server_identity = "server-expired"};
    pair p;

    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_expect_eq(b.client.last_exit, OTLS_E_VERIFY);
    cr_assert_str_eq(b.client.text, "start handshake sent:45! failed lost ", "%s: %s", pair_name(&which),
                     b.client.text);
    cr_assert_eq(strncmp(b.server.text, "start client hello handshake ", 29), 0, "%s: %s",
                 pair_name(&which), b.server.text);
    cr_assert_not_null(strstr(b.server.text, row != NULL ? "received:45! sent:10! failed lost"
                                                         : "received:45! failed lost"),
                       "%s: %s", pair_name(&which), b.server.text);
    pair_close(&p);
}

ParameterizedTestParameters(info, refused_before_the_engine)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, info, refused_before_the_engine)
{
    static const char *const one[] = {"one"};
    static const char *const two[] = {"two"};
    const pair_case which = pair_case_short_at(*index);
    both b = {0};
    const pair_options options = {.setup = use,
                                  .user = &b,
                                  .client_alpn = one,
                                  .client_alpn_count = 1,
                                  .server_alpn = two,
                                  .server_alpn_count = 1};
    pair p;

    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_assert_str_eq(b.server.text, "start client hello sent:120! failed lost ", "%s", b.server.text);
    cr_assert_str_eq(b.client.text, "start handshake received:120! failed lost ", "%s: %s",
                     pair_name(&which), b.client.text);
    pair_close(&p);
}

/* A client that gives up before its hello says why. */
ParameterizedTestParameters(info, alert_for_hello)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, info, alert_for_hello)
{
    static const uint8_t alert[] = {21, 3, 3, 0, 2, 2, OTLS_ALERT_HANDSHAKE_FAILURE};
    const pair_case which = pair_case_short_at(*index);
    both b = {0};
    const pair_options options = {.setup = use, .user = &b};
    pair p;

    pair_open(&p, &which, &options);
    pipe_put(&p.wire.to_server, alert, sizeof(alert));
    cr_assert_eq(otls_connection_handshake(p.server, NULL), OTLS_E_ALERT);
    cr_assert_str_eq(b.server.text, "start client hello received:40! failed lost ", "%s",
                     b.server.text);
    pair_close(&p);
}

/* ---- log ---- */

static void on_log(const char *message, void *user)
{
    record *r = user;

    (void)snprintf(r->text, sizeof(r->text), "%s", message);
}

Test(log, unknown_cipher_word)
{
    otls_context *context;
    record r = {.text = ""};

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_CLIENT, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_log_callback(context, on_log, &r, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_ciphers(context, "HIGH", NULL), OTLS_OK);
    cr_assert_str_eq(r.text, "");
    cr_assert_eq(otls_context_set_ciphers(context, "HIGH:GOST2001", NULL), OTLS_OK);
    cr_assert_not_null(strstr(r.text, "\"GOST2001\""), "%s", r.text);
    otls_context_free(context);
}

/* ---- key log file ---- */

/* ---- key log, with the connection ---- */

typedef struct lines {
    const otls_connection *of;
    unsigned count;
} lines;

static void on_line(const otls_connection *conn, const char *line, void *user)
{
    lines *l = user;

    cr_assert_not_null(strchr(line, ' '));
    cr_assert(l->of == NULL || l->of == conn, "a line of another connection");
    l->of = conn;
    l->count++;
}

static bool logs(const otls_backend *backend)
{
    return otls_backend_supports(backend, OTLS_FEATURE_KEY_LOG, NULL) != OTLS_NO;
}

static void use_lines(pair *p, void *user)
{
    lines *both = user;

    cr_assert_eq(otls_context_set_connection_key_log_callback(p->client_context, on_line, &both[0],
                                                              NULL),
                 logs(p->which.client) ? OTLS_OK : OTLS_E_UNSUPPORTED);
    cr_assert_eq(otls_context_set_connection_key_log_callback(p->server_context, on_line, &both[1],
                                                              NULL),
                 logs(p->which.server) ? OTLS_OK : OTLS_E_UNSUPPORTED);
}

ParameterizedTestParameters(key_log, with_the_connection)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, key_log, with_the_connection)
{
    const pair_case which = pair_case_short_at(*index);
    lines both[2] = {{NULL, 0}, {NULL, 0}};
    const pair_options options = {.setup = use_lines, .user = both};
    pair p;

    pair_open(&p, &which, &options);
    pair_connect(&p);
    cr_expect_eq(both[0].of, logs(which.client) ? p.client : NULL, "%s", pair_name(&which));
    cr_expect_eq(both[1].of, logs(which.server) ? p.server : NULL, "%s", pair_name(&which));
    cr_expect_eq(both[0].count != 0, logs(which.client), "%s", pair_name(&which));
    cr_expect_eq(both[1].count != 0, logs(which.server), "%s", pair_name(&which));
    pair_close(&p);
}

static void use_file(pair *p, void *user)
{
    otls_error err = OTLS_ERROR_INIT;

    if (otls_backend_supports(p->which.client, OTLS_FEATURE_KEY_LOG, NULL) != OTLS_NO)
        cr_assert_eq(otls_context_set_key_log_file(p->client_context, user, &err), OTLS_OK, "%s",
                     err.text);
    else
        cr_assert_eq(otls_context_set_key_log_file(p->client_context, user, &err),
                     OTLS_E_UNSUPPORTED);
}

ParameterizedTestParameters(key_log, file)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, key_log, file)
{
    const pair_case which = pair_case_short_at(*index);
    char path[64], line[512];
    unsigned lines = 0;
    const pair_options options = {.setup = use_file, .user = path};
    struct stat info;
    pair p;

    if (otls_backend_supports(which.client, OTLS_FEATURE_KEY_LOG, NULL) == OTLS_NO)
        return; /* the setter's refusal: test_features */
    (void)snprintf(path, sizeof(path), "/tmp/otls-keylog-%ld-%zu", (long)getpid(), *index);
    pair_open(&p, &which, &options);
    pair_connect(&p);
    pair_close(&p);
    FILE *file = fopen(path, "r");

    cr_assert_not_null(file);
    cr_assert_eq(stat(path, &info), 0);
    cr_assert_eq(info.st_mode & 0777, 0600u);
    while (fgets(line, sizeof(line), file) != NULL) {
        cr_assert(strncmp(line, "CLIENT_", 7) == 0 || strncmp(line, "SERVER_", 7) == 0 ||
                      strncmp(line, "EXPORTER_SECRET ", 16) == 0,
                  "%s", line);
        cr_assert_eq(line[strlen(line) - 1], '\n');
        lines++;
    }
    (void)fclose(file);
    (void)unlink(path);
    cr_assert_geq(lines, which.version == OTLS_TLS1_3 ? 4u : 1u, "%s: %u lines", pair_name(&which),
                  lines);
}

/* A pipe that nobody reads, and a file with a second name, under which somebody else may have it. */
static void refuse_shared_files(otls_context *context)
{
    char directory[] = "/tmp/otls-keylog-XXXXXX", path[64], other[64];
    otls_error err = OTLS_ERROR_INIT;
    FILE *file;

    cr_assert_not_null(mkdtemp(directory));
    (void)snprintf(path, sizeof(path), "%s/one", directory);
    (void)snprintf(other, sizeof(other), "%s/two", directory);
    cr_assert_eq(mkfifo(path, 0600), 0);
    (void)alarm(60); /* or it waits for a reader */
    cr_expect_eq(otls_context_set_key_log_file(context, path, &err), OTLS_E_IO);
    (void)alarm(0);
    cr_assert_eq(unlink(path), 0);
    file = fopen(path, "w");
    cr_assert_not_null(file);
    (void)fclose(file);
    cr_expect_eq(otls_context_set_key_log_file(context, path, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(link(path, other), 0);
    cr_expect_eq(otls_context_set_key_log_file(context, path, &err), OTLS_E_IO);
    cr_expect_not_null(strstr(err.text, "second name"), "%s", err.text);
    if (geteuid() == 0) {
        cr_assert_eq(unlink(other), 0);
        cr_assert_eq(chown(path, 1, 1), 0);
        cr_expect_eq(otls_context_set_key_log_file(context, path, &err), OTLS_E_IO);
        cr_expect_not_null(strstr(err.text, "another user"), "%s", err.text);
    }
    cr_expect_eq(otls_context_set_key_log_file(context, "/dev/null", &err), OTLS_OK, "%s", err.text);
    (void)unlink(other);
    (void)unlink(path);
    (void)rmdir(directory);
}

static void refuse_bad_files(const otls_backend *backend)
{
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_CLIENT, NULL), OTLS_OK);
    if (otls_backend_supports(backend, OTLS_FEATURE_KEY_LOG, NULL) == OTLS_NO) {
        cr_assert_eq(otls_context_set_key_log_file(context, "/nowhere/x", &err),
                     OTLS_E_UNSUPPORTED);
    } else {
        cr_assert_eq(otls_context_set_key_log_file(context, "/", &err), OTLS_E_IO);
        cr_assert_eq(err.code, OTLS_CODE_FILE_IS_DIRECTORY);
        cr_assert_eq(otls_context_set_key_log_file(context, "/nowhere/x", &err), OTLS_E_IO);
        cr_assert_eq(err.code, OTLS_CODE_FILE_NOT_FOUND);
        cr_assert_not_null(strstr(err.text, "/nowhere/x"));
        refuse_shared_files(context);
    }
    otls_context_free(context);
}

Test(key_log, bad_files)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    cr_assert(count != 0);
    for (size_t i = 0; i < count; i++)
        refuse_bad_files(engines[i]);
}

/* ---- user data ---- */

static void count_up(void *data)
{
    unsigned *count = data;

    ++*count;
}

/* Shared objects take it while one hand holds them, and give it up once. */
Test(user_data, on_shared_objects)
{
    const otls_backend *backend;
    unsigned trust_count = 0, identity_count = 0, certificate_count = 0;
    otls_trust *trust = test_trust("root");
    otls_identity *identity;
    otls_certificate *copy;
    const otls_certificate *leaf;
    otls_context *context;
    const uint8_t *der;
    size_t size;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    identity = test_identity(backend, "server-ecdsa-p256");
    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_set_user_data(trust, &trust_count, count_up, NULL), OTLS_OK);
    cr_assert_eq(otls_identity_set_user_data(identity, &identity_count, count_up, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_trust(context, trust, NULL), OTLS_OK);
    cr_assert_eq(otls_context_add_identity(context, identity, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_set_user_data(trust, NULL, NULL, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_identity_set_user_data(identity, NULL, NULL, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_trust_user_data(trust), &trust_count);
    cr_assert_eq(otls_identity_user_data(identity), &identity_count);
    leaf = otls_identity_chain(identity, 0);
    der = otls_certificate_der(leaf, &size);
    cr_assert_eq(otls_certificate_from_der(&copy, der, size, NULL), OTLS_OK);
    cr_assert_null(otls_certificate_user_data(copy));
    cr_assert_eq(otls_certificate_set_user_data(copy, &certificate_count, count_up, NULL), OTLS_OK);
    (void)otls_certificate_ref(copy);
    cr_assert_eq(otls_certificate_set_user_data(copy, NULL, NULL, NULL), OTLS_E_SEALED);
    otls_certificate_free(copy);
    cr_assert_eq(certificate_count, 0u);
    otls_certificate_free(copy);
    cr_assert_eq(certificate_count, 1u);
    otls_trust_free(trust);
    otls_identity_free(identity);
    cr_assert_eq(trust_count + identity_count, 0u);
    otls_context_free(context);
    cr_assert_eq(trust_count, 1u);
    cr_assert_eq(identity_count, 1u);
}

Test(user_data, destroyed_once)
{
    unsigned context_count = 0, conn_count = 0, socket_count = 0, first = 0;
    otls_context *context, *copy;
    otls_connection *conn;
    otls_socket *sock;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_CLIENT, NULL), OTLS_OK);
    cr_assert_null(otls_context_user_data(context));
    cr_assert_eq(otls_context_set_user_data(context, &first, count_up, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_user_data(context, &context_count, count_up, NULL), OTLS_OK);
    cr_assert_eq(first, 1u);
    cr_assert_eq(otls_context_copy(&copy, context, NULL), OTLS_OK);
    cr_assert_null(otls_context_user_data(copy));
    otls_context_free(copy);
    cr_assert_eq(context_count, 0u);
    cr_assert_eq(otls_connection_new_memory(&conn, context, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_user_data(context, NULL, NULL, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_user_data(context), &context_count);
    otls_connection_set_user_data(conn, &conn_count, count_up);
    cr_assert_eq(otls_connection_user_data(conn), &conn_count);
    otls_connection_free(conn);
    cr_assert_eq(conn_count, 1u);
    cr_assert_eq(otls_socket_new(&sock, context, NULL), OTLS_OK);
    otls_socket_set_user_data(sock, &socket_count, count_up);
    cr_assert_eq(otls_socket_user_data(sock), &socket_count);
    otls_socket_close(sock);
    cr_assert_eq(socket_count, 1u);
    cr_assert_eq(otls_context_user_data(context), &context_count);
    otls_context_free(context);
    cr_assert_eq(context_count, 1u);
    cr_assert_eq(first, 1u);
}

/* A pointer that nobody destroys may be changed while the context is in use. */
Test(user_data, of_a_context_in_use)
{
    int first = 1, second = 2;
    unsigned count = 0;
    otls_context *context;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_CLIENT, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_user_data(context, &first, NULL, NULL), OTLS_OK);
    cr_assert_eq(otls_context_seal(context, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_user_data(context, &second, NULL, NULL), OTLS_OK);
    cr_assert_eq(otls_context_user_data(context), &second);
    cr_assert_eq(otls_context_set_user_data(context, &count, count_up, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_user_data(context), &second);
    otls_context_free(context);
    cr_assert_eq(count, 0u);
}
