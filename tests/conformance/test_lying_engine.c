/* SPDX-License-Identifier: MIT */
/*
 * Whatever an engine says, core believes nothing that the policy forbids or that cannot be. Each
 * row first runs with an honest engine and succeeds; then the engine tells one lie, and the call
 * that hears it must fail, for the right reason (tests/support/lying).
 */
#include "lying.h"
#include "pair.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* ---- the lies about what was negotiated ---- */

#define INFO_LIE(name, change)                                                                     \
    static void name(otls_connection_info *info)                                                   \
    {                                                                                              \
        change;                                                                                    \
    }

INFO_LIE(version_old, info->version = 0x0302)
INFO_LIE(version_below, info->version = 0x0303)
INFO_LIE(version_above, info->version = 0x0305)
INFO_LIE(version_none, info->version = 0)
INFO_LIE(suite_null, info->suite = 0x0000)
INFO_LIE(suite_weak, info->suite = 0x000a)
INFO_LIE(suite_unknown, info->suite = 0xfefe)
INFO_LIE(suite_of_12, info->suite = 0xc02f)
INFO_LIE(suite_of_13, info->suite = 0x1301)
INFO_LIE(group_unknown, info->group = 0xfefe)
INFO_LIE(group_weak, info->group = 0x0013) /* secp192r1 */
INFO_LIE(group_other, info->group = info->group == 0x0018 ? 0x0017 : 0x0018)
INFO_LIE(signature_sha1, info->peer_signature = 0x0203)
INFO_LIE(signature_unknown, info->peer_signature = 0xfefe)
INFO_LIE(own_sha1, info->own_signature = 0x0203)
INFO_LIE(own_unknown, info->own_signature = 0xfefe)
INFO_LIE(resumed, info->resumed = 1)
INFO_LIE(psk, info->psk = 1)
INFO_LIE(early_accepted, info->early_data = OTLS_EARLY_DATA_ACCEPTED)
INFO_LIE(early_unknown, info->early_data = 77)

static void alpn(otls_connection_info *info, const char *name)
{
    info->alpn = (otls_slice){(const uint8_t *)name, strlen(name)};
}

INFO_LIE(alpn_other, alpn(info, "spdy/3"))
INFO_LIE(alpn_shorter, alpn(info, "h"))
INFO_LIE(alpn_longer, alpn(info, "h2h2"))
INFO_LIE(alpn_two_in_one, alpn(info, "h2\x08http/1.1"))
INFO_LIE(alpn_same_length, alpn(info, "h3"))
INFO_LIE(alpn_second, alpn(info, "http/1.1"))

static void alpn_large(otls_connection_info *info)
{
    static uint8_t name[300] = "h2";

    info->alpn = (otls_slice){name, sizeof(name)};
}

static void nothing_was_negotiated(otls_connection_info *info)
{
    *info = (otls_connection_info){.size = sizeof(*info)};
}

/* ---- about the peer ---- */

static otls_status never_asks(otls_core *core, const otls_slice *chain, size_t count,
                              const otls_slice *staple, uint8_t *alert)
{
    (void)core;
    (void)chain;
    (void)count;
    (void)staple;
    (void)alert;
    return OTLS_OK;
}

static otls_status says_with(otls_core *core, otls_slice first, size_t count, uint8_t *alert)
{
    static otls_slice chain[2000];

    for (size_t i = 0; i < count; i++)
        chain[i] = first;
    return core->ops->verify_peer(core, chain, count, NULL, alert);
}

#define CHAIN_LIE(name, data, size, copies)                                                        \
    static otls_status name(otls_core *core, const otls_slice *chain, size_t count,                \
                            const otls_slice *staple, uint8_t *alert)                              \
    {                                                                                              \
        static const uint8_t zeros[70000];                                                         \
                                                                                                   \
        (void)zeros;                                                                               \
        (void)chain;                                                                               \
        (void)count;                                                                               \
        (void)staple;                                                                              \
        return says_with(core, (otls_slice){data, size}, copies, alert);                           \
    }

CHAIN_LIE(chain_none, NULL, 0, 0)
CHAIN_LIE(chain_null, NULL, 0, 1)
CHAIN_LIE(chain_null_sized, NULL, 100, 1)
CHAIN_LIE(chain_empty, zeros, 0, 1)
CHAIN_LIE(chain_zeros, zeros, 100, 1)
CHAIN_LIE(chain_large, zeros, 70000, 1)
CHAIN_LIE(chain_huge, zeros, 70000, 4)
CHAIN_LIE(chain_long, chain[0].data, chain[0].size, 33)
CHAIN_LIE(chain_endless, chain[0].data, chain[0].size, 2000)
CHAIN_LIE(chain_truncated, chain[0].data, chain[0].size - 1, 1)

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

static otls_status ignores_missing(otls_core *core, const otls_slice *chain, size_t count,
                                   const otls_slice *staple, uint8_t *alert)
{
    (void)chain;
    (void)count;
    (void)staple;
    (void)core->ops->verify_peer(core, NULL, 0, NULL, alert);
    return OTLS_OK;
}

static otls_status staple_large(otls_core *core, const otls_slice *chain, size_t count,
                                const otls_slice *staple, uint8_t *alert)
{
    static const uint8_t bytes[200000];

    (void)staple;
    return core->ops->verify_peer(core, chain, count, &(otls_slice){bytes, sizeof(bytes)}, alert);
}

static void names_that_are_none(otls_core *core)
{
    static const uint8_t zeros[70000];
    static otls_slice names[20000];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        names[i] = (otls_slice){zeros, 4};
    names[0] = (otls_slice){NULL, 0};
    names[1] = (otls_slice){NULL, 100};
    names[2] = (otls_slice){zeros, sizeof(zeros)};
    core->ops->client_ca_names(core, names, sizeof(names) / sizeof(names[0]));
}

/* ---- statuses that are none, and sizes that cannot be ---- */

#define STATUS_LIE(name, answer)                                                                   \
    static otls_status name(otls_status truth)                                                     \
    {                                                                                              \
        return truth == OTLS_OK ? (otls_status)(answer) : truth;                                   \
    }

STATUS_LIE(status_positive, 99)
STATUS_LIE(status_negative, -99)
STATUS_LIE(status_closed, OTLS_CLOSED)
STATUS_LIE(status_want_write, OTLS_WANT_WRITE)
STATUS_LIE(status_internal, OTLS_E_INTERNAL)
STATUS_LIE(status_unsupported, OTLS_E_UNSUPPORTED)
STATUS_LIE(status_credential, OTLS_E_CREDENTIAL)
STATUS_LIE(status_verify, OTLS_E_VERIFY)

static otls_status done_at_once(otls_status truth)
{
    return truth >= 0 ? OTLS_OK : truth;
}

#define COUNT_LIE(name, change)                                                                    \
    static otls_status name(otls_status truth, size_t capacity, size_t *count)                     \
    {                                                                                              \
        (void)capacity;                                                                            \
        (void)count;                                                                               \
        if (truth != OTLS_OK)                                                                      \
            return truth;                                                                          \
        change;                                                                                    \
        return OTLS_OK;                                                                            \
    }

COUNT_LIE(count_none, *count = 0)
COUNT_LIE(count_beyond, *count = capacity + 1)
COUNT_LIE(count_huge, *count = SIZE_MAX)
COUNT_LIE(count_status, return (otls_status)99)
COUNT_LIE(count_negative, return (otls_status)-99)

/* ---- the table ---- */

/** Which call must hear the lie; the earlier ones succeed. */
typedef enum stage {
    HANDSHAKE,
    WRITE,
    READ,
    SHUTDOWN,
    KEY_UPDATE,
    EXPORT,
    RANDOM,
    UNIQUE,
    NOWHERE /* nothing comes of it: all succeeds as if it were not said */
} stage;

typedef struct row {
    const char *name;
    lying_hooks hooks;
    bool server;      /* the side that lies */
    uint16_t version; /* 0 = both */
    stage where;
    otls_status status;
    int32_t code;
    uint32_t flags; /* of the verdict: all that an engine's word can bring about; 0 = any */
    bool mutual;    /* the server requires a certificate */
    bool unchecked; /* the client does not verify */
    bool wide;      /* the client takes TLS 1.2 and 1.3 */
    const char *suite; /* below TLS 1.3, on both sides; NULL = the default ones */
} row;

#define OUTSIDE .status = OTLS_E_PROTOCOL, .code = OTLS_CODE_OUTSIDE_POLICY
#define MISSING .status = OTLS_E_VERIFY, .code = OTLS_CODE_PEER_CERTIFICATE_MISSING
#define REFUSED .status = OTLS_E_VERIFY, .code = OTLS_CODE_NONE
#define INTERNAL .status = OTLS_E_INTERNAL, .code = OTLS_CODE_NONE
#define INFO(function) .hooks = {.info = (function)}
#define ASK(function) .hooks = {.ask = (function)}
#define SERVER .server = true
#define MUTUAL .server = true, .mutual = true

/* As good in TLS 1.0. */
#define OLD_SUITE "ECDHE-ECDSA-AES128-SHA"

static const row rows[] = {
    {"version TLS 1.1", INFO(version_old), OUTSIDE},
    {"version TLS 1.1", INFO(version_old), SERVER, OUTSIDE},
    {"version below the range", INFO(version_below), .version = OTLS_TLS1_3, OUTSIDE},
    {"version below the range", INFO(version_below), .version = OTLS_TLS1_3, SERVER, OUTSIDE},
    {"version below the range, of the suite's", INFO(version_old), .version = OTLS_TLS1_2, OUTSIDE,
     .suite = OLD_SUITE},
    {"version below the range, of the suite's", INFO(version_old), .version = OTLS_TLS1_2, SERVER,
     OUTSIDE, .suite = OLD_SUITE},
    {"version above", INFO(version_above), OUTSIDE},
    {"version above", INFO(version_above), SERVER, OUTSIDE},
    {"no version", INFO(version_none), OUTSIDE},
    {"nothing was negotiated", INFO(nothing_was_negotiated), OUTSIDE},
    {"suite without encryption", INFO(suite_null), OUTSIDE},
    {"suite without encryption", INFO(suite_null), SERVER, OUTSIDE},
    {"suite that is not allowed", INFO(suite_weak), OUTSIDE},
    {"suite that is not allowed", INFO(suite_weak), SERVER, OUTSIDE},
    {"suite that does not exist", INFO(suite_unknown), OUTSIDE},
    {"suite of TLS 1.2 in TLS 1.3", INFO(suite_of_12), .version = OTLS_TLS1_3, OUTSIDE},
    {"suite of TLS 1.3 in TLS 1.2", INFO(suite_of_13), .version = OTLS_TLS1_2, OUTSIDE},
    {"group that does not exist", INFO(group_unknown), OUTSIDE},
    {"group that does not exist", INFO(group_unknown), SERVER, OUTSIDE},
    {"group that is not allowed", INFO(group_weak), OUTSIDE},
    {"group that the hello did not lead to", INFO(group_other), .version = OTLS_TLS1_3, SERVER, OUTSIDE},
    {"signature with SHA-1", INFO(signature_sha1), OUTSIDE},
    {"signature that does not exist", INFO(signature_unknown), OUTSIDE},
    {"signature that does not exist", INFO(signature_unknown), MUTUAL, OUTSIDE},
    {"a signature of our own with SHA-1", INFO(own_sha1), SERVER, OUTSIDE},
    {"a signature of our own with SHA-1", INFO(own_sha1), OUTSIDE},
    {"a signature of our own that does not exist", INFO(own_unknown), SERVER, OUTSIDE},
    {"protocol that was not offered", INFO(alpn_other), OUTSIDE},
    {"protocol cut short", INFO(alpn_shorter), OUTSIDE},
    {"protocol drawn out", INFO(alpn_longer), OUTSIDE},
    {"protocol of the same length", INFO(alpn_same_length), OUTSIDE},
    {"two protocols as one", INFO(alpn_two_in_one), OUTSIDE},
    {"suite of TLS 1.2 in TLS 1.3, both allowed", INFO(suite_of_12), .version = OTLS_TLS1_3,
     OUTSIDE, .wide = true},
    {"protocol of 300 bytes", INFO(alpn_large), OUTSIDE},
    {"protocol that was not chosen", INFO(alpn_second), SERVER, OUTSIDE},
    {"protocol of the same length", INFO(alpn_same_length), SERVER, OUTSIDE},
    {"protocol drawn out", INFO(alpn_longer), SERVER, OUTSIDE},
    {"resumed, though nothing was offered", INFO(resumed), OUTSIDE},
    {"resumed, though nothing was offered", INFO(resumed), SERVER, OUTSIDE},
    {"resumed, though nothing was offered", INFO(resumed), MUTUAL, OUTSIDE},
    {"early data accepted that nobody sent", INFO(early_accepted), OUTSIDE},
    {"early data accepted that nobody sent", INFO(early_accepted), SERVER, OUTSIDE},
    {"early data in a state that is none", INFO(early_unknown), OUTSIDE},

    {"asks about no chain", ASK(never_asks), MISSING},
    {"asks about no chain", ASK(never_asks), MUTUAL, MISSING},
    {"a pre-shared key instead of a chain", .hooks = {.info = psk, .ask = never_asks}, MISSING},
    {"a pre-shared key instead of a chain", .hooks = {.info = psk, .ask = never_asks}, MUTUAL,
     MISSING},
    {"goes on when refused", ASK(ignores_refusal), REFUSED},
    {"goes on when refused", ASK(ignores_refusal), MUTUAL, REFUSED},
    {"goes on without a chain", ASK(ignores_missing), MISSING},
    {"goes on without a chain", ASK(ignores_missing), MUTUAL, MISSING},
    {"no chain", ASK(chain_none), MISSING},
    {"no chain", ASK(chain_none), MUTUAL, MISSING},
    {"chain of nothing", ASK(chain_null), REFUSED},
    {"chain of nothing with a size", ASK(chain_null_sized), REFUSED},
    {"chain of an empty certificate", ASK(chain_empty), REFUSED},
    {"chain of zeros", ASK(chain_zeros), REFUSED},
    {"certificate of 70,000 bytes", ASK(chain_large), REFUSED},
    {"chain of 280,000 bytes", ASK(chain_huge), REFUSED},
    {"chain of 33", ASK(chain_long), REFUSED},
    {"chain of 2,000", ASK(chain_endless), REFUSED},
    {"chain of 2,000", ASK(chain_endless), MUTUAL, REFUSED},
    {"chain of zeros, not verified", ASK(chain_zeros), REFUSED, .unchecked = true},
    {"certificate of 70,000 bytes, not verified", ASK(chain_large), REFUSED, .unchecked = true},
    {"chain of 33, not verified", ASK(chain_long), REFUSED, .unchecked = true},
    {"certificate cut short", ASK(chain_truncated), REFUSED},

    {"a handshake that is done at once", .hooks = {.handshake = done_at_once}, OUTSIDE},
    {"an unknown positive status", .hooks = {.handshake = status_positive}, INTERNAL},
    {"an unknown negative status", .hooks = {.handshake = status_negative}, INTERNAL},
    {"a handshake that is closed", .hooks = {.handshake = status_closed}, INTERNAL},
    {"a handshake that wants to write", .hooks = {.handshake = status_want_write}, INTERNAL},
    {"a failure of its own", .hooks = {.handshake = status_internal}, SERVER, INTERNAL},

    {"nothing read", .hooks = {.read = count_none}, .where = READ, INTERNAL},
    {"more read than there is room", .hooks = {.read = count_beyond}, .where = READ, INTERNAL},
    {"very much read", .hooks = {.read = count_huge}, .where = READ, SERVER, INTERNAL},
    {"an unknown status of read", .hooks = {.read = count_status}, .where = READ, INTERNAL},
    {"a negative status of read", .hooks = {.read = count_negative}, .where = READ, INTERNAL},
    {"an unknown status of write", .hooks = {.write = status_positive}, .where = WRITE, INTERNAL},
    {"a negative status of write", .hooks = {.write = status_negative}, .where = WRITE, INTERNAL},
    {"a negative status of shutdown", .hooks = {.shutdown = status_negative}, .where = SHUTDOWN,
     INTERNAL},
    {"an unknown status of shutdown", .hooks = {.shutdown = status_positive}, .where = SHUTDOWN,
     INTERNAL},
    {"a negative status of key update", .hooks = {.key_update = status_negative},
     .where = KEY_UPDATE, .version = OTLS_TLS1_3, INTERNAL},
    {"an unknown status of key update", .hooks = {.key_update = status_positive},
     .where = KEY_UPDATE, .version = OTLS_TLS1_3, INTERNAL},
    {"an unknown status of the exporter", .hooks = {.export_keying = status_positive},
     .where = EXPORT, INTERNAL},
    {"an unknown negative status of the exporter", .hooks = {.export_keying = status_negative},
     .where = EXPORT, INTERNAL},
    {"a random value of no bytes", .hooks = {.secret = count_none}, .where = RANDOM,
     .version = OTLS_TLS1_3, INTERNAL},
    {"a random value that is too long", .hooks = {.secret = count_beyond}, .where = RANDOM,
     .version = OTLS_TLS1_3, INTERNAL},
    {"an unknown status of a secret", .hooks = {.secret = count_status}, .where = RANDOM,
     .version = OTLS_TLS1_3, INTERNAL},
    {"a binding of no bytes", .hooks = {.secret = count_none}, .where = UNIQUE,
     .version = OTLS_TLS1_2, INTERNAL},
    {"a binding that is too long", .hooks = {.secret = count_beyond}, .where = UNIQUE,
     .version = OTLS_TLS1_2, INTERNAL},

    {"names that are none", .hooks = {.names = names_that_are_none}, .mutual = true,
     .where = NOWHERE},
    {"a staple nobody asked for", ASK(staple_large), .where = NOWHERE},
    {"signatures of an unknown status", .hooks = {.check = status_positive}, INTERNAL},
    {"signatures that cannot be checked", .hooks = {.check = status_unsupported}, REFUSED,
     .flags = OTLS_VERIFY_UNSUPPORTED},
    {"signatures by keys that cannot be read", .hooks = {.check = status_credential}, INTERNAL},
    {"signatures that are bad", .hooks = {.check = status_verify}, REFUSED,
     .flags = OTLS_VERIFY_BAD_SIGNATURE},
    {"signatures of an unknown failure", .hooks = {.check = status_negative}, INTERNAL},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- one row ---- */

/** What came of it: where it ended, and how. */
typedef struct outcome {
    stage where;
    otls_status status;
    otls_error err;
} outcome;

static bool failed(outcome *o, stage where, otls_status status)
{
    o->where = where;
    o->status = status;
    return status != OTLS_OK;
}

static otls_status unique(otls_connection *conn, otls_error *err)
{
    uint8_t out[64];
    size_t length = 0;
    const otls_status status = otls_connection_channel_binding(conn, OTLS_BINDING_TLS_UNIQUE, out,
                                                               sizeof(out), &length, err);

    cr_assert(status != OTLS_OK || (length != 0 && length <= sizeof(out)));
    cr_assert(status == OTLS_OK || length == 0);
    return status;
}

/* What an engine has no slot for is no lie. */
static otls_status unless_unsupported(otls_status status)
{
    return status == OTLS_E_UNSUPPORTED ? OTLS_OK : status;
}

static void steps(outcome *o, otls_connection *liar, otls_connection *peer)
{
    uint8_t bytes[64];
    size_t count;

    if (failed(o, WRITE, otls_connection_write(liar, "hello", 5, &count, &o->err)) ||
        failed(o, READ, lying_read(peer, liar, &o->err)) ||
        otls_connection_write(peer, "world", 5, &count, NULL) != OTLS_OK ||
        failed(o, READ, lying_read(liar, peer, &o->err)))
        return;
    if (otls_connection_version(liar) == OTLS_TLS1_3 &&
        failed(o, KEY_UPDATE, unless_unsupported(otls_connection_key_update(liar, true, &o->err))))
        return;
    if (failed(o, EXPORT,
               unless_unsupported(otls_connection_export_keying(liar, "EXPERIMENTAL-lies", NULL, 0,
                                                                bytes, 32, &o->err))) ||
        (otls_connection_version(liar) < OTLS_TLS1_3 &&
         failed(o, UNIQUE, unless_unsupported(unique(liar, &o->err)))) ||
        failed(o, RANDOM,
               unless_unsupported(otls_connection_client_random(liar, bytes, &o->err))) ||
        failed(o, SHUTDOWN, otls_connection_shutdown(liar, &o->err)))
        return;
    o->where = NOWHERE;
}

static const char *const protocols[] = {"h2", "http/1.1"};

static outcome run(const row *r, const otls_backend *backend, uint16_t version)
{
    const pair_case which = {backend, backend, version, "ecdsa-p256"};
    const pair_options options = {
        .client_alpn = protocols,
        .client_alpn_count = 2,
        .server_alpn = protocols,
        .server_alpn_count = 2,
        .no_verify = r->unchecked,
        .client_ciphers = r->suite,
        .server_ciphers = r->suite,
        .client_lowest = r->wide ? OTLS_TLS1_2 : 0,
        .client_highest = r->wide ? OTLS_TLS1_3 : 0,
        .client_identity = r->mutual ? "client-ecdsa-p256" : NULL,
        .verify_mode = r->mutual ? OTLS_VERIFY_MODE_REQUIRED : OTLS_VERIFY_MODE_NONE,
    };
    outcome o = {.where = HANDSHAKE, .err = OTLS_ERROR_INIT};
    const lying_hooks hooks = lying->hooks;
    pair p;

    lying->hooks.check = NULL; /* our own key is proved by a signature, and would not load */
    pair_open(&p, &which, &options);
    lying->hooks = hooks;
    pair_handshake(&p);
    o.status = r->server ? p.server_status : p.client_status;
    o.err = r->server ? p.server_error : p.client_error;
    if (o.status == OTLS_OK && (r->server ? p.client_status : p.server_status) == OTLS_OK)
        steps(&o, r->server ? p.server : p.client, r->server ? p.client : p.server);
    if (o.where == HANDSHAKE) { /* the first cause stays, and nothing moves any more */
        size_t count;

        cr_expect(!otls_connection_handshake_done(r->server ? p.server : p.client) ||
                  otls_connection_failure(r->server ? p.server : p.client, NULL) == o.status);
        cr_expect_eq(otls_connection_write(r->server ? p.server : p.client, "x", 1, &count, NULL),
                     o.status);
    }
    pair_close(&p);
    return o;
}

static void check(const row *r, const otls_backend *backend, const char *truth, uint16_t version)
{
    char name[160];
    outcome o;

    (void)snprintf(name, sizeof(name), "%s, %s, %s, %s", r->name, r->server ? "server" : "client",
                   truth, otls_version_name(version));
    lying->server = r->server;
    lying->hooks = (lying_hooks){0};
    o = run(r, backend, version);
    cr_assert_eq(o.where, NOWHERE, "%s: honest, and yet: stage %d, %s", name, (int)o.where,
                 o.err.text);
    lying->hooks = r->hooks;
    o = run(r, backend, version);
    cr_expect_eq(o.where, r->where, "%s: stage %d, not %d: %s %s", name, (int)o.where,
                 (int)r->where, otls_status_name(o.status), o.err.text);
    if (o.where != r->where || r->where == NOWHERE)
        return;
    cr_expect_eq(o.status, r->status, "%s: %s %d: %s", name, otls_status_name(o.status),
                 (int)o.status, o.err.text);
    cr_expect_eq(o.err.status, o.status, "%s: the report says %d", name, (int)o.err.status);
    cr_expect_eq(o.err.code, r->code, "%s: code %d, not %d: %s", name, (int)o.err.code,
                 (int)r->code, o.err.text);
    if (r->flags != 0)
        cr_expect_eq(o.err.verify_flags, r->flags, "%s: flags 0x%x: %s", name,
                     (unsigned)o.err.verify_flags, o.err.text);
    cr_expect_neq(o.err.text[0], '\0', "%s: without a word", name);
}

ParameterizedTestParameters(lying_engine, lie)
{
    static size_t indexes[ROWS * LYING_TRUTHS];

    for (size_t i = 0; i < ROWS * LYING_TRUTHS; i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, ROWS * LYING_TRUTHS);
}

ParameterizedTest(size_t *index, lying_engine, lie)
{
    const row *r = &rows[*index / LYING_TRUTHS];
    const char *truth = lying_truths[*index % LYING_TRUTHS];
    const otls_backend *backend;

    if (!lying_about(&backend, truth))
        cr_skip("%s is no module of this build", truth);
    if (r->version != OTLS_TLS1_3)
        check(r, backend, truth, OTLS_TLS1_2);
    if (r->version != OTLS_TLS1_2)
        check(r, backend, truth, OTLS_TLS1_3);
}
