/* SPDX-License-Identifier: MIT */
/*
 * An engine that lies about sessions, about the chain behind a resumed handshake, about its keys,
 * and after the handshake (tests/support/lying).
 */
#include "lying.h"
#include "session_pair.h"

#include <criterion/criterion.h>
#include <string.h>

/* ---- lies about resumption ---- */

static void peer_chain_none(void (*emit)(void *user, otls_slice der), void *user)
{
    (void)emit;
    (void)user;
}

static void peer_chain_null(void (*emit)(void *user, otls_slice der), void *user)
{
    emit(user, (otls_slice){NULL, 0});
}

static void peer_chain_long(void (*emit)(void *user, otls_slice der), void *user)
{
    static const uint8_t zeros[4];

    for (int i = 0; i < 2000; i++)
        emit(user, (otls_slice){zeros, sizeof(zeros)});
}

static void peer_chain_large(void (*emit)(void *user, otls_slice der), void *user)
{
    static const uint8_t zeros[70000];

    for (int i = 0; i < 4; i++)
        emit(user, (otls_slice){zeros, sizeof(zeros)});
}

/* The right chain, and behind it what no chain has room for. */
static void peer_chain_and_more(void (*emit)(void *user, otls_slice der), void *user)
{
    static const uint8_t zeros[300000];
    otls_certificate **list = NULL;
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 0;

    cr_assert_eq(otls_certificate_list_from_file(&list, &count,
                                                 OTLS_TEST_PKI "/client-ecdsa-p256.pem", &err),
                 OTLS_OK, "%s", err.text);
    for (size_t i = 0; i < count; i++) {
        otls_slice der;

        der.data = otls_certificate_der(list[i], &der.size);
        emit(user, der);
    }
    emit(user, (otls_slice){zeros, sizeof(zeros)});
    otls_certificate_list_free(list, count);
}

static const struct {
    lying_hooks hooks;
    bool whole; /* there is a chain that can be judged, if only as missing or malformed */
} chain_lies[] = {{{.peer_chain = peer_chain_and_more}, false},
                  {{.peer_chain = peer_chain_none}, true},
                  {{.peer_chain = peer_chain_null}, true},
                  {{.peer_chain = peer_chain_long}, false},
                  {{.peer_chain = peer_chain_large}, true}};
#define CHAIN_LIES (sizeof(chain_lies) / sizeof(chain_lies[0]))

/* A resumption with this session; the server's answer. Leaves a session for the next. */
static otls_status resume(const session_pair *s, otls_session *session, otls_error *err)
{
    otls_status status;
    pair p;

    session_begin(&p, &s->which, s->client, s->server, session, "localhost", 0);
    pair_handshake(&p);
    status = p.server_status;
    *err = p.server_error;
    if (status == OTLS_OK)
        cr_expect(otls_connection_session_resumed(p.server), "the control did not resume");
    pair_close(&p);
    return status;
}

static void check_resumed_chain(const otls_backend *backend, uint16_t version, size_t lie,
                                otls_verify_mode mode)
{
    const pair_case which = {backend, backend, version, "ecdsa-p256"};
    const session_options options = {.client_identity = "client-ecdsa-p256", .verify_mode = mode};
    otls_error err = OTLS_ERROR_INIT;
    session_pair s;
    session_run first;

    lying->server = true;
    lying->hooks = (lying_hooks){0};
    session_open(&s, &which, &options);
    first = session_connect(&s, NULL, "localhost");
    cr_assert_not_null(first.session);
    cr_assert_eq(resume(&s, first.session, &err), OTLS_OK, "%s", err.text);
    lying->hooks = chain_lies[lie].hooks;
    cr_expect_eq(resume(&s, first.session, &err), OTLS_E_VERIFY, "lie %zu: %s", lie, err.text);
    cr_expect(chain_lies[lie].whole ? err.verify_flags != 0 || err.code == OTLS_CODE_SESSION_REFUSED
                                    : err.code == OTLS_CODE_SESSION_REFUSED,
              "lie %zu: %s: %s", lie, otls_code_name(err.code), err.text);
    otls_session_free(first.session);
    session_close(&s);
}

ParameterizedTestParameters(lying_sessions, resumed_chain)
{
    static size_t indexes[CHAIN_LIES * LYING_TRUTHS];

    for (size_t i = 0; i < CHAIN_LIES * LYING_TRUTHS; i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, CHAIN_LIES * LYING_TRUTHS);
}

ParameterizedTest(size_t *index, lying_sessions, resumed_chain)
{
    const otls_backend *backend;

    if (!lying_about(&backend, lying_truths[*index % LYING_TRUTHS]))
        cr_skip("no module of this build");
    for (uint16_t version = OTLS_TLS1_2; version <= OTLS_TLS1_3; version++) {
        const size_t lie = *index / LYING_TRUTHS;

        check_resumed_chain(backend, version, lie, OTLS_VERIFY_MODE_REQUIRED);
        if (!chain_lies[lie].whole) /* nor is this a client that has none */
            check_resumed_chain(backend, version, lie, OTLS_VERIFY_MODE_OPTIONAL);
    }
}

/* ---- sessions that are none ---- */

#define SESSION_LIE(name, change)                                                                  \
    static void name(otls_native_session *session)                                                 \
    {                                                                                              \
        static const uint8_t zeros[300000];                                                        \
                                                                                                   \
        (void)zeros;                                                                               \
        change;                                                                                    \
    }

SESSION_LIE(session_null, session->blob = ((otls_slice){NULL, 0}))
SESSION_LIE(session_null_sized, session->blob = ((otls_slice){NULL, 100}))
SESSION_LIE(session_large, session->blob = ((otls_slice){zeros, sizeof(zeros)}))
SESSION_LIE(session_version, session->version = 0x0304 + 0x0303 - session->version)
SESSION_LIE(session_no_version, session->version = 0)
SESSION_LIE(session_id_long, session->id = ((otls_slice){zeros, 70000}))
SESSION_LIE(session_id_null, session->id = ((otls_slice){NULL, 32}))

static const struct {
    void (*say)(otls_native_session *session);
} session_lies[] = {{session_null},       {session_null_sized}, {session_large},  {session_version},
                    {session_no_version}, {session_id_long},    {session_id_null}};
#define SESSION_LIES (sizeof(session_lies) / sizeof(session_lies[0]))

/* A session that is none does the connection no harm, and is not handed on. */
static void check_session(const otls_backend *backend, uint16_t version, size_t lie)
{
    const pair_case which = {backend, backend, version, "ecdsa-p256"};
    const session_options options = {.verify_mode = OTLS_VERIFY_MODE_NONE};
    session_pair s;
    session_run honest, lied;

    lying->server = false;
    lying->hooks = (lying_hooks){0};
    session_open(&s, &which, &options);
    honest = session_connect(&s, NULL, "localhost");
    cr_assert_not_null(honest.session);
    lying->hooks = (lying_hooks){.session = session_lies[lie].say};
    lied = session_connect(&s, NULL, "localhost");
    cr_expect_null(lied.session, "lie %zu was kept in %s", lie, otls_version_name(version));
    otls_session_free(honest.session);
    otls_session_free(lied.session);
    session_close(&s);
}

ParameterizedTestParameters(lying_sessions, session)
{
    static size_t indexes[SESSION_LIES * LYING_TRUTHS];

    for (size_t i = 0; i < SESSION_LIES * LYING_TRUTHS; i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, SESSION_LIES * LYING_TRUTHS);
}

ParameterizedTest(size_t *index, lying_sessions, session)
{
    const otls_backend *backend;

    if (!lying_about(&backend, lying_truths[*index % LYING_TRUTHS]))
        cr_skip("no module of this build");
    check_session(backend, OTLS_TLS1_2, *index / LYING_TRUTHS);
    check_session(backend, OTLS_TLS1_3, *index / LYING_TRUTHS);
}

/* ---- keys, and a client that is refused after the handshake ---- */

static otls_status spki_beyond(otls_status truth, size_t *length)
{
    *length = (size_t)1 << 20;
    return truth;
}

static otls_status spki_none(otls_status truth, size_t *length)
{
    *length = 0;
    return truth;
}

/* It asks, is told no, and goes on. */
static otls_status ignores_refusal(otls_core *core, const otls_slice *chain, size_t count,
                                   const otls_slice *staple, uint8_t *alert)
{
    static const uint8_t other[4];

    (void)chain;
    (void)count;
    (void)staple;
    (void)core->ops->verify_peer(core, &(otls_slice){other, sizeof(other)}, 1, NULL, alert);
    return OTLS_OK;
}

ParameterizedTestParameters(lying_sessions, other)
{
    return lying_parameters();
}

static void ask_later(pair *p, void *user)
{
    otls_error err = OTLS_ERROR_INIT;

    (void)user;
    cr_assert_eq(otls_context_set_post_handshake_auth(p->client_context, true, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_post_handshake_auth(p->server_context, true, &err), OTLS_OK);
}

static otls_status asks_nobody(void)
{
    return OTLS_E_USAGE;
}

/* The client is not asked: who it is stays known. An engine that asks once says so, however often. */
static void known_still(pair *p)
{
    const bool once = otls_backend_supports(p->which.server, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) ==
                      OTLS_PARTLY;
    otls_error err = OTLS_ERROR_INIT;

    lying->hooks.request = asks_nobody;
    cr_expect_eq(otls_connection_request_client_certificate(p->server, &err),
                 once ? OTLS_E_UNSUPPORTED : OTLS_E_USAGE, "%s", err.text);
    cr_expect_gt(otls_connection_peer_chain_count(p->server), 0);
    cr_expect_eq(otls_connection_failure(p->server, NULL), OTLS_OK);
}

/* What the server's read answers when the client has shown its certificate. */
static otls_status late(const otls_backend *backend, const lying_hooks *lie, otls_error *err)
{
    const pair_case which = {backend, backend, OTLS_TLS1_3, "ecdsa-p256"};
    const pair_options options = {.client_identity = "client-ecdsa-p256",
                                  .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                  .setup = ask_later};
    uint8_t buffer[64];
    otls_status status;
    size_t count;
    pair p;

    lying->server = true;
    lying->hooks = (lying_hooks){0};
    pair_open(&p, &which, &options);
    pair_connect(&p);
    lying->hooks = *lie;
    cr_assert_eq(otls_connection_request_client_certificate(p.server, err), OTLS_OK, "%s",
                 err->text);
    (void)otls_connection_read(p.client, buffer, sizeof(buffer), &count, NULL);
    cr_assert_eq(otls_connection_write(p.client, "hello", 5, &count, err), OTLS_OK);
    status = lying_read(p.server, p.client, err);
    if (status == OTLS_OK)
        known_still(&p);
    pair_close(&p);
    return status;
}

ParameterizedTest(size_t *index, lying_sessions, other)
{
    static const lying_hooks honest, refused = {.ask = ignores_refusal};
    uint8_t spki[4096], wide[sizeof(spki) * 8];
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;
    otls_key *key;
    size_t length;

    if (!lying_about(&backend, lying_truths[*index]))
        cr_skip("no module of this build");

    lying->hooks = (lying_hooks){0};
    cr_assert_eq(
        otls_key_from_file(&key, backend, OTLS_TEST_PKI "/server-ecdsa-p256.key", NULL, NULL, &err),
        OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_key_public(key, spki, sizeof(spki), &length, &err), OTLS_OK);
    lying->hooks.key_public = spki_beyond;
    cr_expect_eq(otls_key_public(key, wide, sizeof(wide), &length, &err), OTLS_E_INTERNAL);
    lying->hooks.key_public = spki_none;
    cr_expect_eq(otls_key_public(key, spki, sizeof(spki), &length, &err), OTLS_E_INTERNAL);
    otls_key_free(key);

    if (otls_backend_supports(backend, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) != OTLS_NO) {
        cr_expect_eq(late(backend, &honest, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(late(backend, &refused, &err), OTLS_E_VERIFY, "%s: a refused client is heard",
                     lying_truths[*index]);
    }
}
