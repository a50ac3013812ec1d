/* SPDX-License-Identifier: MIT */
/*
 * Whatever decides whether a peer is accepted is in the hash that sessions are bound to: a context
 * that differs in it resumes nothing of the other's.
 */
#include "context/context.h"
#include "x509/crl.h"
#include "trust/trust.h"

#include <criterion/criterion.h>
#include <string.h>

static otls_status accept(otls_connection *conn, const otls_verdict *verdict, uint32_t *accepted,
                          void *user)
{
    (void)conn;
    (void)verdict;
    (void)accepted;
    (void)user;
    return OTLS_OK;
}

static otls_status accept_certificate(otls_connection *conn, const otls_certificate *certificate,
                                      int32_t depth, uint32_t flags, uint32_t *accepted, void *user)
{
    (void)conn;
    (void)certificate;
    (void)depth;
    (void)flags;
    (void)accepted;
    (void)user;
    return OTLS_OK;
}

static uint8_t first_pin[32], second_pin[32] = {1};
static uint8_t der[2][4] = {{1, 2, 3, 4}, {1, 2, 3, 5}};
static omni_anchor anchors[2];
static omni_crl crls[2];
static omni_crl *lists[2] = {&crls[0], &crls[1]};
static otls_trust trusts[2];
static otls_certificate leaf, other_leaf; /* they end in a flexible array: not in one of ours */
static otls_certificate *const leaves[2] = {&leaf, &other_leaf};
static otls_identity identities[2];
static otls_identity *first_list[] = {&identities[0]}, *second_list[] = {&identities[1]};

/* Two of each, of the same size and count: only what they hold differs. */
static void make_objects(void)
{
    for (size_t i = 0; i < 2; i++) {
        anchors[i].der = crls[i].der = leaves[i]->x509.der = (otls_slice){der[i], sizeof(der[i])};
        identities[i].chain[0] = leaves[i];
        trusts[i].anchors = &anchors[0];
        trusts[i].crls = &lists[0];
        trusts[i].anchor_count = trusts[i].crl_count = 1;
    }
}

static void base(omni_settings *s)
{
    s->verdict.verify_mode = OTLS_VERIFY_MODE_REQUIRED;
    s->verdict.pins = first_pin;
    s->verdict.pin_count = 1;
    s->verdict.trust = &trusts[0];
    s->present.identities = first_list;
    s->present.identity_count = 1;
    s->sessions.id_context_size = 3;
}

/* In both roles unless it says otherwise. */
#define CLIENT 1u
#define SERVER 2u
#define CHANGE(name, change)                                                                       \
    static void name(omni_settings *s)                                                             \
    {                                                                                              \
        change;                                                                                    \
    }
CHANGE(nothing, (void)s)
CHANGE(mode, s->verdict.verify_mode = OTLS_VERIFY_MODE_OPTIONAL)
CHANGE(no_verify, s->verdict.no_verify = true)
CHANGE(no_name_check, s->verdict.no_name_check = true)
CHANGE(callback, s->verdict.verify = accept)
CHANGE(certificate_callback, s->verdict.verify_certificate = accept_certificate)
CHANGE(depth, s->verdict.verify_depth++)
CHANGE(level, s->verdict.security_level++)
CHANGE(options, s->verdict.options ^= OTLS_VERIFY_OPTION_STRICT)
CHANGE(purpose, s->verdict.purpose = OTLS_PURPOSE_ANY)
CHANGE(verifier, s->verdict.verifier = OTLS_VERIFIER_ENGINE)
CHANGE(certificates, s->verdict.max_certificates = 20)
CHANGE(bytes, s->verdict.max_bytes = 20000)
CHANGE(pin, s->verdict.pins = second_pin)
CHANGE(no_pin, s->verdict.pin_count = 0)
CHANGE(ocsp, s->verdict.ocsp = OTLS_OCSP_REQUIRED)
CHANGE(no_trust, s->verdict.trust = NULL)
CHANGE(anchor, trusts[1].anchors = &anchors[1]; s->verdict.trust = &trusts[1])
CHANGE(list, trusts[1].crls = &lists[1]; s->verdict.trust = &trusts[1])
CHANGE(no_list, trusts[1].crl_count = 0; s->verdict.trust = &trusts[1])
CHANGE(identity, s->present.identities = second_list)
CHANGE(no_identity, s->present.identity_count = 0)
CHANGE(id_context, s->sessions.id_context[2] = 1)
CHANGE(id_context_size, s->sessions.id_context_size = 4)

static const struct {
    const char *name;
    void (*make)(omni_settings *settings);
    unsigned roles;
} changes[] = {
    {"verify mode", mode, CLIENT | SERVER},
    {"no verify", no_verify, CLIENT | SERVER},
    {"no name check", no_name_check, CLIENT | SERVER},
    {"callback", callback, CLIENT | SERVER},
    {"callback per certificate", certificate_callback, CLIENT | SERVER},
    {"depth", depth, CLIENT | SERVER},
    {"security level", level, CLIENT | SERVER},
    {"options", options, CLIENT | SERVER},
    {"purpose", purpose, CLIENT | SERVER},
    {"verifier", verifier, CLIENT | SERVER},
    {"certificates", certificates, CLIENT | SERVER},
    {"bytes", bytes, CLIENT | SERVER},
    {"pin", pin, CLIENT | SERVER},
    {"no pin", no_pin, CLIENT | SERVER},
    {"OCSP", ocsp, CLIENT | SERVER},
    {"no trust", no_trust, CLIENT | SERVER},
    {"anchor", anchor, CLIENT | SERVER},
    {"revocation list", list, CLIENT | SERVER},
    {"no revocation list", no_list, CLIENT | SERVER},
    {"identity", identity, CLIENT},
    {"no identity", no_identity, CLIENT},
    {"session id context", id_context, SERVER},
    {"size of the session id context", id_context_size, SERVER},
};

static void hash(const otls_backend *backend, bool server, void (*change)(omni_settings *settings),
                 uint8_t out[OMNI_BINDING_SIZE])
{
    static otls_context context;
    otls_error err = OTLS_ERROR_INIT;

    context = (otls_context){.backend = backend};
    make_objects();
    base(&context.settings);
    change(&context.settings);
    cr_assert_eq(omni_settings_hash(&context.settings, backend, server, out, &err), OTLS_OK, "%s", err.text);
}

Test(session_policy, is_told_by_its_hash)
{
    const otls_backend *backend;
    otls_error err = OTLS_ERROR_INIT;
    uint8_t plain[OMNI_BINDING_SIZE], again[OMNI_BINDING_SIZE], other[OMNI_BINDING_SIZE];

    cr_assert_eq(otls_backend_find(&backend, NULL, &err), OTLS_OK, "%s", err.text);
    for (unsigned role = CLIENT; role <= SERVER; role++) {
        hash(backend, role == SERVER, nothing, plain);
        hash(backend, role == SERVER, nothing, again);
        cr_assert(memcmp(plain, again, sizeof(plain)) == 0);
        for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
            hash(backend, role == SERVER, changes[i].make, other);
            cr_expect_eq(memcmp(plain, other, sizeof(plain)) != 0, (changes[i].roles & role) != 0,
                         "%s, %s", role == SERVER ? "server" : "client", changes[i].name);
        }
    }
}

Test(session_policy, differs_by_side)
{
    const otls_backend *backend;
    uint8_t client[OMNI_BINDING_SIZE], server[OMNI_BINDING_SIZE];

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    hash(backend, false, nothing, client);
    hash(backend, true, nothing, server);
    cr_expect(memcmp(client, server, sizeof(client)) != 0);
}
