/* SPDX-License-Identifier: MIT */
/**
 * @file pair.h
 * A client and a server of any two engines over a test_wire, and the table of all combinations.
 */
#ifndef OTLS_TEST_PAIR_H
#define OTLS_TEST_PAIR_H

#include "wire.h"
#include <criterion/parameterized.h>
#include <omnitls/insecure.h>
#include <omnitls/omnitls.h>

#define PAIR_KEYS 3
#define PAIR_ENGINES 4
#define PAIR_MAX (PAIR_ENGINES * PAIR_ENGINES * 2 * PAIR_KEYS)

/** One cell of the matrix. */
typedef struct pair_case {
    const otls_backend *client, *server;
    uint16_t version;
    const char *key; /* "ecdsa-p256" ... */
} pair_case;

/**
 * The engines under test: those of this build, or those whose names, separated by commas, stand in the
 * environment's OMNITLS_TEST_ENGINES, whoever wrote their modules.
 */
size_t test_engines(const otls_backend *out[PAIR_ENGINES]);
/**
 * Those of them that tests of one engine are about: all, or the one that the environment's
 * OMNITLS_TEST_ABOUT names. Pairs are then those with that engine on a side.
 */
size_t test_subjects(const otls_backend *out[PAIR_ENGINES]);
/** Every ordered pair of engines, both versions, all keys. Returns how many. */
size_t pair_cases(pair_case out[PAIR_MAX]);
/** The same with ECDSA only. */
size_t pair_cases_short(pair_case out[PAIR_MAX]);
/** Criterion parameters: indexes, because pointers do not survive its processes. */
struct criterion_test_params pair_parameters(void);
/** Sanitizers make everything five to ten times slower: under them the kinds of key take turns, and
 *  so do the places of a sweep, unless OMNITLS_TEST_KEYS=all (./check --long); with
 *  OMNITLS_TEST_KEYS=turns always. Every pair, version and kind is still there. */
bool pair_in_turns(void);
struct criterion_test_params pair_parameters_short(void);
pair_case pair_case_at(size_t index);
pair_case pair_case_short_at(size_t index);

struct pair;

/** What to set up otherwise than usual. Zero is the usual. */
typedef struct pair_options {
    const char *server_identity;  /* "server-expired" instead of "server-<key>" */
    const char *client_identity;  /* "client-ecdsa-p256"; NULL = none */
    const char *client_trust;     /* "other-root" instead of "root" */
    const char *server_trust;     /* "root" by default when verifying */
    const char *server_name;      /* "localhost" by default */
    otls_verify_mode verify_mode; /* the server's */
    const char *const *client_alpn;
    size_t client_alpn_count;
    const char *const *server_alpn;
    size_t server_alpn_count;
    bool alpn_optional;
    bool no_verify, no_name_check;
    int64_t now; /* 0 = the system's clock */
    uint16_t client_lowest, client_highest; /* 0 = the case's version */
    const char *client_ciphers, *server_ciphers;
    const char *client_groups, *server_groups;
    bool no_server_identity;
    /* called when both contexts are set up, before there are connections */
    void (*setup)(struct pair *p, void *user);
    void *user;
} pair_options;

typedef struct pair {
    pair_case which;
    test_wire wire;
    otls_context *client_context, *server_context;
    otls_connection *client, *server;
    otls_error client_error, server_error;
    otls_status client_status, server_status;
    int64_t now;
} pair;

/** Make contexts and connections; asserts that all of that works. */
void pair_open(pair *p, const pair_case *which, const pair_options *options);
void pair_close(pair *p);
/** Both sides in turn until both are done, failed, or nothing moves any more. */
void pair_handshake(pair *p);
/** Handshake and assert that both succeeded. */
void pair_connect(pair *p);
/** Read on a side until it answers something final or nothing moves; drives the other's output. */
otls_status pair_read_end(otls_connection *conn, otls_connection *other, otls_error *err);
/** Write all of it on one side and read all of it on the other; asserts equality. */
void pair_transfer(otls_connection *from, otls_connection *to, size_t size, unsigned seed);

/** End the test as skipped, with the engine's own reason, when it does not have the feature. */
void test_needs(const otls_backend *backend, otls_feature feature);
/** The same for a version, and for the kind of key that a name ends in ("server-ed25519"). */
void test_needs_version(const otls_backend *backend, uint16_t version);
void test_needs_key(const otls_backend *backend, const char *name);
/** Would a context of the engine, of that version alone, use the signature algorithm at all? */
bool test_has_signature(const otls_backend *backend, uint16_t version, const char *name);
const otls_backend *test_backend(const char *name);
otls_identity *test_identity(const otls_backend *backend, const char *name);
otls_trust *test_trust(const char *name);
/** "openssl -> gnutls TLSv1.3 ecdsa-p256" in static storage, for messages. */
const char *pair_name(const pair_case *which);

#endif
