/* SPDX-License-Identifier: MIT */
#include "scenarios.h"

#include "memory.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/** All that a scenario may hold: given back in one place, whatever was reached. */
typedef struct held {
    otls_trust *trust;
    otls_identity *identities[2];
    otls_context *contexts[2]; /* client, server */
    otls_connection *conns[2];
    otls_certificate **list;
    size_t count;
    otls_verdict *verdict;
    otls_session *session;
    otls_socket *listener, *sockets[2];
    test_wire wire;
} held;

/** What a handshake is made of; zero is the usual. */
typedef struct setting {
    const char *root, *server, *client; /* client NULL: shows no certificate */
    const char *name, *crl, *staple;
    bool everything, sessions, early;
} setting;

#define CLIENT 0
#define SERVER 1

/* The scenario's own needs are no part of it. */
static void begin(held *h)
{
    memset(h, 0, sizeof(*h));
    wire_init(&h->wire);
    memory_pause(true);
    for (int i = 0; i < 2; i++) {
        static const uint8_t nothing[1u << 17];
        test_pipe *pipe = i == 0 ? &h->wire.to_server : &h->wire.to_client;

        pipe_put(pipe, nothing, sizeof(nothing)); /* room for all that comes */
        pipe_drain(pipe);
    }
    memory_pause(false);
}

static void end_connections(held *h)
{
    for (int i = 0; i < 2; i++) {
        otls_connection_free(h->conns[i]);
        h->conns[i] = NULL;
    }
    pipe_drain(&h->wire.to_server);
    pipe_drain(&h->wire.to_client);
    h->wire.to_server.ended = h->wire.to_client.ended = false;
}

static void end(held *h)
{
    end_connections(h);
    otls_session_free(h->session);
    for (int i = 0; i < 2; i++) {
        otls_socket_close(h->sockets[i]);
        otls_context_free(h->contexts[i]);
        otls_identity_free(h->identities[i]);
    }
    otls_socket_close(h->listener);
    otls_verdict_free(h->verdict);
    otls_certificate_list_free(h->list, h->count);
    otls_trust_free(h->trust);
    memory_pause(true);
    wire_free(&h->wire);
    memory_pause(false);
}

/* Keep the first failure. */
static bool good(outcome *out, otls_status status)
{
    if (status != OTLS_OK && out->status == OTLS_OK)
        out->status = status;
    return status == OTLS_OK;
}

#define STEP(call)                                                                                 \
    do {                                                                                           \
        if (!good(out, (call)))                                                                    \
            return false;                                                                          \
    } while (0)

static const char *file(char (*path)[512], const world *w, const char *name, const char *suffix)
{
    (void)snprintf(*path, sizeof(*path), "%s/%s%s", w->pki, name, suffix);
    return *path;
}

static const char *or_usual(const char *given, const char *usual)
{
    return given != NULL ? given : usual;
}

static bool supports(const world *w, otls_feature feature)
{
    return otls_backend_supports(w->backend, feature, NULL) != OTLS_NO;
}

/* ---- contexts -------------------------------------------------------------------------------- */

static bool load_trust(const world *w, held *h, const setting *s, outcome *out)
{
    char path[512];

    STEP(otls_trust_new(&h->trust, &out->error));
    STEP(otls_trust_add_file(h->trust, file(&path, w, or_usual(s->root, "root"), ".pem"), &out->error));
    if (s->crl != NULL)
        STEP(otls_trust_add_crl_file(h->trust, file(&path, w, s->crl, ".crl"), &out->error));
    return true;
}

static bool load_identity(const world *w, held *h, const char *name, int side, outcome *out)
{
    char chain[512], key[512];

    STEP(otls_identity_from_files(&h->identities[side], w->backend, file(&chain, w, name, ".pem"),
                                  file(&key, w, name, ".key"), NULL, NULL, &out->error));
    STEP(otls_context_add_identity(h->contexts[side], h->identities[side], &out->error));
    return true;
}

/* Every kind of setting that both roles have, and every engine. */
static bool set_everything(otls_context *context, outcome *out)
{
    static const char *const names[] = {"h2", "http/1.1"};

    STEP(otls_context_set_alpn(context, names, 2, &out->error));
    STEP(otls_context_set_ciphers(context, "ECDHE+AESGCM", &out->error));
    STEP(otls_context_set_tls13_suites(context, "TLS_AES_128_GCM_SHA256", &out->error));
    STEP(otls_context_set_groups(context, "secp256r1:secp384r1", &out->error));
    STEP(otls_context_set_signature_algorithms(
        context, "ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256", &out->error));
    STEP(otls_context_set_session_id_context(context, "torture", 7, &out->error));
    STEP(otls_context_set_session_cache_size(context, 16, &out->error));
    return true;
}

static bool make_context(const world *w, held *h, const setting *s, int side, outcome *out)
{
    otls_context **context = &h->contexts[side];
    const char *name = side == SERVER ? or_usual(s->server, "server-ecdsa-p256") : s->client;
    char path[512];

    STEP(otls_context_new(context, w->backend, side == SERVER ? OTLS_SERVER : OTLS_CLIENT, &out->error));
    STEP(otls_context_set_versions(*context, w->version, w->version, &out->error));
    STEP(otls_context_set_trust(*context, h->trust, &out->error));
    if (name != NULL && !load_identity(w, h, name, side, out))
        return false;
    if (s->everything && !set_everything(*context, out))
        return false;
    if (s->sessions || s->early)
        STEP(otls_context_set_session_cache_mode(*context, OTLS_SESSION_CACHE_BOTH, &out->error));
    if (s->early)
        STEP(otls_context_set_max_early_data(*context, 1000, &out->error));
    if (s->crl != NULL && side == CLIENT)
        STEP(otls_context_set_verify_flags(*context, OTLS_VERIFY_OPTION_CRL_LEAF, &out->error));
    if (s->staple != NULL && side == CLIENT)
        STEP(otls_context_set_ocsp(*context, OTLS_OCSP_REQUIRED, &out->error));
    if (s->staple != NULL && side == SERVER)
        STEP(otls_context_set_ocsp_response_file(*context, NULL, file(&path, w, s->staple, ".der"),
                                                 &out->error));
    if (s->client != NULL && side == SERVER) {
        STEP(otls_context_set_verify_mode(*context, OTLS_VERIFY_MODE_REQUIRED, &out->error));
        if (w->version == OTLS_TLS1_2 || supports(w, OTLS_FEATURE_CLIENT_CA_NAMES_13))
            STEP(otls_context_add_client_ca_file(*context, file(&path, w, "root", ".pem"),
                                                 &out->error));
    }
    STEP(otls_context_seal(*context, &out->error));
    return true;
}

static bool make_contexts(const world *w, held *h, const setting *s, outcome *out)
{
    return load_trust(w, h, s, out) && make_context(w, h, s, CLIENT, out) &&
           make_context(w, h, s, SERVER, out);
}

static bool make_connections(held *h, const setting *s, outcome *out)
{
    for (int side = 0; side < 2; side++) {
        const otls_transport transport = wire_transport(side == SERVER ? &h->wire.server : &h->wire.client);

        STEP(otls_connection_new(&h->conns[side], h->contexts[side], &transport, &out->error));
    }
    STEP(otls_connection_set_server_name(h->conns[CLIENT], or_usual(s->name, "localhost"), &out->error));
    return true;
}

/* ---- handshakes ------------------------------------------------------------------------------ */

/* Of two ends the one that ran out of memory speaks: the other only sees it go. */
static bool judge_ends(const scenario *s, outcome *out)
{
    const scenario_side *worse = s->client.status == OTLS_E_NOMEM || s->server.status == OTLS_OK
                                     ? &s->client
                                     : &s->server;

    if (s->client.status < 0 && s->server.status < 0 && s->client.status != OTLS_E_NOMEM &&
        s->server.status != OTLS_E_NOMEM) /* an alert only tells of the other's failure */
        worse = s->client.status == OTLS_E_ALERT || s->client.status == OTLS_E_TRUNCATED ? &s->server
                                                                                         : &s->client;
    if (s->stalled)
        out->wrong = "the connection stalls";
    if (s->client.wrong_data || s->server.wrong_data)
        out->wrong = "other data than was sent";
    if (worse->status == OTLS_OK)
        return true;
    out->error = worse->error;
    (void)snprintf(out->error.native_text, sizeof(out->error.native_text), "client %s, server %s: %.100s",
                   otls_status_name(s->client.status), otls_status_name(s->server.status),
                   worse->error.native_text);
    return good(out, worse->status);
}

static bool one_connection(held *h, const setting *s, outcome *out)
{
    scenario run;

    if (!make_connections(h, s, out))
        return false;
    scenario_run(&run, h->conns[CLIENT], h->conns[SERVER], &h->wire, true);
    if (!judge_ends(&run, out))
        return false;
    /* leaf and intermediate, also behind a resumed handshake */
    if (otls_connection_peer_chain_count(h->conns[CLIENT]) != 2)
        out->wrong = "a certificate of the server's was lost";
    return true;
}

static void shake(const world *w, const setting *s, outcome *out)
{
    held h;

    begin(&h);
    if (make_contexts(w, &h, s, out))
        (void)one_connection(&h, s, out);
    end(&h);
}

/* One end must refuse the other, for these flags (0: whichever): that is right, and going through is
 * not. */
static void refuse(const world *w, const setting *s, int who, uint32_t flags, outcome *out)
{
    scenario run;
    held h;

    begin(&h);
    if (make_contexts(w, &h, s, out) && make_connections(&h, s, out)) {
        scenario_run(&run, h.conns[CLIENT], h.conns[SERVER], &h.wire, true);
        const scenario_side *judge = who == CLIENT ? &run.client : &run.server;

        if (judge->status == OTLS_OK)
            out->wrong = "a peer that must be refused was accepted";
        else if (run.stalled)
            out->wrong = "the connection stalls";
        else if (judge->status != OTLS_E_VERIFY || (flags != 0 && judge->error.verify_flags != flags) ||
                 judge->error.verify_flags == 0)
            (void)judge_ends(&run, out);
    }
    end(&h);
}

static void plain(const world *w, outcome *out)
{
    shake(w, &(setting){0}, out);
}

static void everything(const world *w, outcome *out)
{
    shake(w, &(setting){.everything = true, .sessions = true}, out);
}

static void mutual(const world *w, outcome *out)
{
    shake(w, &(setting){.client = "client-ecdsa-p256"}, out);
}

static void rsa(const world *w, outcome *out)
{
    shake(w, &(setting){.server = "server-rsa-2048", .client = "client-rsa-2048"}, out);
}

static void crl(const world *w, outcome *out)
{
    shake(w, &(setting){.crl = "int"}, out);
}

static void staple(const world *w, outcome *out)
{
    if (supports(w, OTLS_FEATURE_OCSP_STAPLE_CLIENT) && supports(w, OTLS_FEATURE_OCSP_STAPLE_SERVER))
        shake(w, &(setting){.staple = "ocsp/server-ecdsa-p256"}, out);
}

static void refuse_unknown(const world *w, outcome *out)
{
    refuse(w, &(setting){.root = "other-root"}, CLIENT, OTLS_VERIFY_UNKNOWN_CA, out);
}

static void refuse_name(const world *w, outcome *out)
{
    refuse(w, &(setting){.name = "other.test"}, CLIENT, OTLS_VERIFY_NAME_MISMATCH, out);
}

static void refuse_expired(const world *w, outcome *out)
{
    refuse(w, &(setting){.server = "server-expired"}, CLIENT, OTLS_VERIFY_EXPIRED, out);
}

static void refuse_revoked(const world *w, outcome *out)
{
    refuse(w, &(setting){.server = "server-revoked", .crl = "int"}, CLIENT, OTLS_VERIFY_REVOKED, out);
}

static void refuse_staple(const world *w, outcome *out)
{
    const setting s = {.server = "server-revoked", .staple = "ocsp/server-revoked"};

    if (supports(w, OTLS_FEATURE_OCSP_STAPLE_CLIENT) && supports(w, OTLS_FEATURE_OCSP_STAPLE_SERVER))
        refuse(w, &s, CLIENT, OTLS_VERIFY_REVOKED, out);
}

static void refuse_client(const world *w, outcome *out)
{
    const setting s = {.root = "root", .client = "server-selfsigned"};

    refuse(w, &s, SERVER, 0, out);
}

/* Twice with the same contexts; the second offers what the first left. */
static void resumption(const world *w, outcome *out)
{
    const setting s = {.sessions = true};
    held h;

    begin(&h);
    if (make_contexts(w, &h, &s, out) && one_connection(&h, &s, out)) {
        end_connections(&h);
        (void)one_connection(&h, &s, out);
    }
    end(&h);
}

static void take_early(held *h, outcome *out)
{
    char got[64];
    size_t count = 0;
    otls_status status;

    for (int turn = 0; turn < 8; turn++) {
        status = otls_connection_read_early(h->conns[SERVER], got, sizeof(got), &count, &out->error);
        if (status == OTLS_CLOSED)
            return;
        if (status < 0 && !good(out, status))
            return;
        if (count != 0 && (count > 5 || memcmp(got, "early", count) != 0))
            out->wrong = "other early data than was sent";
        if (status == OTLS_WANT_READ)
            return;
    }
}

static void early(const world *w, outcome *out)
{
    const setting s = {.early = true};
    size_t count;
    scenario run;
    held h;

    if (w->version != OTLS_TLS1_3 || !supports(w, OTLS_FEATURE_EARLY_DATA))
        return;
    begin(&h);
    if (make_contexts(w, &h, &s, out) && one_connection(&h, &s, out)) {
        h.session = otls_connection_session(h.conns[CLIENT]);
        end_connections(&h);
        if (h.session != NULL && make_connections(&h, &s, out) &&
            good(out, otls_connection_set_session(h.conns[CLIENT], h.session, &out->error)) &&
            good(out, otls_connection_write_early(h.conns[CLIENT], "early", 5, &count, &out->error))) {
            take_early(&h, out);
            if (out->status == OTLS_OK) {
                scenario_run(&run, h.conns[CLIENT], h.conns[SERVER], &h.wire, true);
                (void)judge_ends(&run, out);
            }
        }
    }
    end(&h);
}

/* ---- offline --------------------------------------------------------------------------------- */

/** A chain and its verdict. */
typedef struct chain_row {
    const char *chain, *root, *host;
    uint32_t options, flags;
} chain_row;

enum { REVOKED_ROW = 6 };

static const chain_row chain_rows[] = {
    {"server-ecdsa-p256", "root", "localhost", 0, 0},
    {"server-rsa-2048", "root", "localhost", OTLS_VERIFY_OPTION_STRICT, 0},
    {"server-ecdsa-p256", "root", "other.test", 0, OTLS_VERIFY_NAME_MISMATCH},
    {"server-ecdsa-p256", "other-root", "localhost", 0, OTLS_VERIFY_UNKNOWN_CA},
    {"server-expired", "root", "localhost", 0, OTLS_VERIFY_EXPIRED},
    {"server-ecdsa-p256", "root", "localhost", OTLS_VERIFY_OPTION_CRL_LEAF, 0},
    [REVOKED_ROW] = {"server-revoked", "root", "localhost", OTLS_VERIFY_OPTION_CRL_LEAF, OTLS_VERIFY_REVOKED},
};

static bool verify_row(const world *w, held *h, const chain_row *row, int verifier, outcome *out)
{
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    const setting s = {.root = row->root,
                       .crl = (row->options & OTLS_VERIFY_OPTION_CRL_LEAF) != 0 ? "int" : NULL};
    char path[512];

    parameters.backend = w->backend;
    parameters.time = time(NULL);
    parameters.name = row->host;
    parameters.options = row->options;
    parameters.verifier = verifier;
    if (!load_trust(w, h, &s, out))
        return false;
    STEP(otls_certificate_list_from_file(&h->list, &h->count, file(&path, w, row->chain, ".pem"),
                                         &out->error));
    STEP(otls_trust_verify(h->trust, (const otls_certificate *const *)h->list, h->count, &parameters,
                           &h->verdict, &out->error));
    if (otls_verdict_flags(h->verdict) == row->flags)
        return true;
    out->wrong = otls_verdict_flags(h->verdict) == 0 ? "a chain that must be refused was accepted"
                                                     : "a verdict with other reasons";
    return false;
}

static bool judge_row(const world *w, const chain_row *row, int verifier, outcome *out)
{
    held h;
    bool right;

    begin(&h);
    right = verify_row(w, &h, row, verifier, out);
    end(&h);
    return right;
}

static void judge_rows(const world *w, int verifier, outcome *out)
{
    for (size_t i = 0; i < sizeof(chain_rows) / sizeof(chain_rows[0]); i++)
        if (!judge_row(w, &chain_rows[i], verifier, out))
            return;
}

static void verdicts(const world *w, outcome *out)
{
    judge_rows(w, OTLS_VERIFIER_UNIFORM, out);
}

/* The engine's own verifier, where it has one: its verdicts are in its own words, so a lack is easily one. */
static void engine_verdicts(const world *w, outcome *out)
{
    if (otls_backend_supports(w->backend, OTLS_FEATURE_ENGINE_VERIFIER, NULL) != OTLS_NO)
        judge_rows(w, OTLS_VERIFIER_ENGINE, out);
}

/* Whoever has no room for the list has nothing against the chain. */
static void engine_revoked(const world *w, outcome *out)
{
    if (otls_backend_supports(w->backend, OTLS_FEATURE_ENGINE_VERIFIER, NULL) != OTLS_NO)
        (void)judge_row(w, &chain_rows[REVOKED_ROW], OTLS_VERIFIER_ENGINE, out);
}

static otls_status password(char *out, size_t capacity, size_t *length, void *user)
{
    const char *text = user;

    if (strlen(text) >= capacity)
        return OTLS_E_USAGE;
    memcpy(out, text, strlen(text));
    *length = strlen(text);
    return OTLS_OK;
}

static bool load_pkcs12(const world *w, held *h, outcome *out)
{
    char path[512], secret[] = "secret";

    STEP(otls_identity_from_pkcs12_file(&h->identities[0], w->backend,
                                        file(&path, w, "server-ecdsa-p256", ".p12"), password, secret,
                                        &out->error));
    /* leaf and intermediate: nothing is left out for want of memory */
    if (otls_identity_chain_count(h->identities[0]) != 2)
        out->wrong = "a PKCS #12 file lost a certificate";
    return true;
}

static void pkcs12(const world *w, outcome *out)
{
    held h;

    begin(&h);
    (void)load_pkcs12(w, &h, out);
    end(&h);
}

static bool load_keys(const world *w, held *h, outcome *out)
{
    char chain[512], key[512], secret[] = "secret";

    STEP(otls_identity_from_files(
        &h->identities[0], w->backend, file(&chain, w, "server-ecdsa-p256", ".pem"),
        file(&key, w, "server-ecdsa-p256", ".enc.key"), password, secret, &out->error));
    STEP(otls_identity_from_files(
        &h->identities[1], w->backend, file(&chain, w, "server-rsa-2048", ".pem"),
        file(&key, w, "server-rsa-2048", ".key"), NULL, NULL, &out->error));
    return true;
}

static void keys(const world *w, outcome *out)
{
    held h;

    begin(&h);
    (void)load_keys(w, &h, out);
    end(&h);
}

/* ---- sockets --------------------------------------------------------------------------------- */

static bool open_sockets(held *h, outcome *out)
{
    char port[16];

    STEP(otls_listen(&h->listener, h->contexts[SERVER], "127.0.0.1", "0", 4, &out->error));
    (void)snprintf(port, sizeof(port), "%u", (unsigned)otls_socket_local_port(h->listener));
    STEP(otls_socket_set_handshake_on_connect(h->listener, false, &out->error));
    STEP(otls_socket_new(&h->sockets[CLIENT], h->contexts[CLIENT], &out->error));
    STEP(otls_socket_set_handshake_on_connect(h->sockets[CLIENT], false, &out->error));
    STEP(otls_socket_set_server_name(h->sockets[CLIENT], "localhost", &out->error));
    STEP(otls_socket_connect(h->sockets[CLIENT], "127.0.0.1", port, &out->error));
    STEP(otls_socket_accept(&h->sockets[SERVER], h->listener, &out->error));
    for (int i = 0; i < 2; i++)
        STEP(otls_socket_set_blocking(h->sockets[i], false, &out->error));
    return true;
}

static bool shake_sockets(held *h, outcome *out)
{
    otls_error errors[2] = {OTLS_ERROR_INIT, OTLS_ERROR_INIT};
    otls_status status[2] = {OTLS_WANT_READ, OTLS_WANT_READ};

    for (int turn = 0; turn < 20000 && (status[0] > 0 || status[1] > 0); turn++)
        for (int i = 0; i < 2; i++) {
            if (status[i] > 0)
                status[i] = otls_socket_handshake(h->sockets[i], &errors[i]);
            if (status[i] < 0 && status[1 - i] != OTLS_E_NOMEM) {
                out->error = errors[i];
                return good(out, status[i]); /* the first that fails: the other would wait */
            }
        }
    if (status[0] != OTLS_OK || status[1] != OTLS_OK)
        out->wrong = "sockets stall";
    return out->wrong == NULL;
}

static bool use_sockets(held *h, outcome *out)
{
    char got[8];
    size_t count = 0;
    otls_status status = OTLS_WANT_READ;

    STEP(otls_socket_set_blocking(h->sockets[CLIENT], true, &out->error));
    STEP(otls_socket_send_all(h->sockets[CLIENT], "hello", 5, &out->error));
    for (int turn = 0; turn < 20000 && status == OTLS_WANT_READ; turn++)
        status = otls_socket_recv(h->sockets[SERVER], got, sizeof(got), &count, &out->error);
    STEP(status);
    if (count != 5 || memcmp(got, "hello", 5) != 0)
        out->wrong = "other data than was sent";
    return true;
}

static void sockets(const world *w, outcome *out)
{
    held h;

    begin(&h);
    if (make_contexts(w, &h, &(setting){0}, out) && open_sockets(&h, out) && shake_sockets(&h, out))
        (void)use_sockets(&h, out);
    end(&h);
}

void torture_wrong_password(const world *w, otls_password_callback password)
{
    otls_identity *identity = NULL;
    char path[512], key[512];

    (void)snprintf(path, sizeof(path), "%s/server-ecdsa-p256.p12", w->pki);
    (void)otls_identity_from_pkcs12_file(&identity, w->backend, path, password, NULL, NULL);
    otls_identity_free(identity);
    identity = NULL;
    (void)snprintf(path, sizeof(path), "%s/server-ecdsa-p256.pem", w->pki);
    (void)snprintf(key, sizeof(key), "%s/server-ecdsa-p256.enc.key", w->pki);
    (void)otls_identity_from_files(&identity, w->backend, path, key, password, NULL, NULL);
    otls_identity_free(identity);
}

const torture_scenario torture_scenarios[] = {
    {"verdicts", false, verdicts},
    {"engine-verdicts", false, engine_verdicts},
    {"engine-revoked", false, engine_revoked},
    {"keys", false, keys},
    {"pkcs12", false, pkcs12},
    {"everything", true, everything},
    {"plain", true, plain},
    {"mutual", true, mutual},
    {"rsa", true, rsa},
    {"resumption", true, resumption},
    {"early-data", true, early},
    {"crl", true, crl},
    {"staple", true, staple},
    {"refuse-unknown", true, refuse_unknown},
    {"refuse-name", true, refuse_name},
    {"refuse-expired", true, refuse_expired},
    {"refuse-revoked", true, refuse_revoked},
    {"refuse-staple", true, refuse_staple},
    {"refuse-client", true, refuse_client},
    {"sockets", true, sockets},
};
const size_t torture_scenario_count = sizeof(torture_scenarios) / sizeof(torture_scenarios[0]);
