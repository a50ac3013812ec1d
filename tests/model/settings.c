/* SPDX-License-Identifier: MIT */
/* Contexts: what a setter answers, and that a getter says what was set. */
#include "model.h"

#include <stdio.h>
#include <string.h>

#define SWITCHES (OTLS_OPTION_NO_TLSV1_2 | OTLS_OPTION_NO_TLSV1_3)
#define ALWAYS_ON                                                                                  \
    (OTLS_OPTION_NO_COMPRESSION | OTLS_OPTION_SINGLE_DH_USE | OTLS_OPTION_SINGLE_ECDH_USE |        \
     OTLS_OPTION_NO_SSLV2 | OTLS_OPTION_NO_SSLV3)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const otls_backend *engine(const model_world *w, int at)
{
    return w->engines[at % 2];
}

static const char *name_of(model_world *w, int at)
{
    return otls_backend_name(engine(w, at));
}

/* ---- versions ---- */

bool model_versions(const model_settings *set, uint16_t *lowest, uint16_t *highest)
{
    uint16_t low = set->lowest == 0 ? OTLS_TLS1_2 : set->lowest;
    uint16_t high = set->highest == 0 ? OTLS_TLS1_3 : set->highest;

    if ((set->options & OTLS_OPTION_NO_TLSV1_2) != 0 && low == OTLS_TLS1_2)
        low = OTLS_TLS1_3;
    if ((set->options & OTLS_OPTION_NO_TLSV1_3) != 0 && high == OTLS_TLS1_3)
        high = OTLS_TLS1_2;
    *lowest = low;
    *highest = high;
    return low <= high;
}

static void set_versions(model_world *w, model_context *c, const model_step *s)
{
    static const struct {
        uint16_t low, high;
    } pairs[] = {{0, 0},
                 {OTLS_TLS1_2, OTLS_TLS1_2},
                 {OTLS_TLS1_3, OTLS_TLS1_3},
                 {OTLS_TLS1_2, OTLS_TLS1_3},
                 {OTLS_TLS1_3, OTLS_TLS1_2},
                 {0x0305, 0x0306}};
    const size_t which = s->a % COUNT(pairs);
    model_settings tried = c->set;
    otls_status wanted = OTLS_OK;
    otls_error err;

    tried.lowest = pairs[which].low;
    tried.highest = pairs[which].high;
    if (c->sealed)
        wanted = OTLS_E_SEALED;
    else if (which == 5 || which == 4)
        wanted = OTLS_E_CONFIG;
    model_call(w, &err, "otls_context_set_versions(c%d, 0x%04x, 0x%04x)", s->at, pairs[which].low,
               pairs[which].high);
    model_wanted(w, &err,
                 otls_context_set_versions(c->real, pairs[which].low, pairs[which].high, &err),
                 wanted);
    if (wanted == OTLS_OK)
        c->set = tried;
}

static const uint32_t some_options[] = {
    OTLS_OPTION_NO_TICKET,  OTLS_OPTION_CIPHER_SERVER_PREFERENCE,
    OTLS_OPTION_NO_TLSV1_2, OTLS_OPTION_NO_TLSV1_3,
    SWITCHES,               OTLS_OPTION_NO_COMPRESSION,
    1u << 25,               OTLS_OPTION_IGNORE_UNEXPECTED_EOF,
    0,                      OTLS_OPTION_NO_RENEGOTIATION};

static void set_options(model_world *w, model_context *c, const model_step *s, bool on)
{
    const uint32_t bits = some_options[s->a % COUNT(some_options)];
    model_settings tried = c->set;
    otls_status wanted = OTLS_OK, got;
    uint16_t low, high;
    otls_error err;

    tried.options = on ? tried.options | bits : tried.options & ~bits;
    if (c->sealed)
        wanted = OTLS_E_SEALED;
    else if (bits == 1u << 25)
        wanted = OTLS_E_CONFIG;
    else if (!on && (bits & ALWAYS_ON) != 0)
        wanted = OTLS_E_UNSUPPORTED;
    else if (!on && bits == OTLS_OPTION_NO_RENEGOTIATION &&
             otls_backend_supports(engine(w, s->at), OTLS_FEATURE_RENEGOTIATION, NULL) == OTLS_NO)
        wanted = OTLS_E_UNSUPPORTED;
    else if ((bits & SWITCHES) != 0 && !model_versions(&tried, &low, &high))
        wanted = OTLS_E_CONFIG;
    model_call(w, &err, "otls_context_%s_options(c%d, 0x%x)", on ? "set" : "clear", s->at,
               (unsigned)bits);
    got = on ? otls_context_set_options(c->real, bits, &err)
             : otls_context_clear_options(c->real, bits, &err);
    model_wanted(w, &err, got, wanted);
    if (wanted == OTLS_OK)
        c->set = tried;
}

/* ---- numbers ---- */

static otls_status bounded(const model_context *c, bool inside)
{
    return c->sealed ? OTLS_E_SEALED : inside ? OTLS_OK : OTLS_E_CONFIG;
}

static void set_number(model_world *w, model_context *c, const model_step *s)
{
    static const int levels[] = {2, 1, 2, 6, -1}, depths[] = {10, 5, 3, 101, -1};
    static const uint32_t lifetimes[] = {7200, 1, 604800, 0, 604801};
    const int level = levels[s->a % COUNT(levels)], depth = depths[s->a % COUNT(depths)];
    const uint32_t lifetime = lifetimes[s->a % COUNT(lifetimes)];
    const otls_status wanted = bounded(c, s->a % 5 < 3);
    otls_error err;

    if (s->op == OP_LEVEL) {
        model_call(w, &err, "otls_context_set_security_level(c%d, %d)", s->at, level);
        model_wanted(w, &err, otls_context_set_security_level(c->real, level, &err), wanted);
        c->set.level = wanted == OTLS_OK ? level : c->set.level;
    } else if (s->op == OP_DEPTH) {
        model_call(w, &err, "otls_context_set_verify_depth(c%d, %d)", s->at, depth);
        model_wanted(w, &err, otls_context_set_verify_depth(c->real, depth, &err), wanted);
        c->set.depth = wanted == OTLS_OK ? depth : c->set.depth;
    } else {
        model_call(w, &err, "otls_context_set_session_lifetime(c%d, %u)", s->at, (unsigned)lifetime);
        model_wanted(w, &err, otls_context_set_session_lifetime(c->real, lifetime, &err), wanted);
        c->set.lifetime = wanted == OTLS_OK ? lifetime : c->set.lifetime;
    }
}

/* ---- verification ---- */

static void set_verify_mode(model_world *w, model_context *c, const model_step *s)
{
    static const int modes[] = {0, 1, 2, 2, 2, 3}; /* 3 is none */
    const int drawn = modes[s->a % COUNT(modes)];
    const otls_verify_mode mode = (otls_verify_mode)drawn;
    otls_status wanted = OTLS_OK;
    otls_error err;

    if (c->sealed)
        wanted = OTLS_E_SEALED;
    else if (drawn == 3 || (c->set.role == OTLS_CLIENT && mode != OTLS_VERIFY_MODE_REQUIRED))
        wanted = OTLS_E_USAGE;
    model_call(w, &err, "otls_context_set_verify_mode(c%d, %d)", s->at, drawn);
    model_wanted(w, &err, otls_context_set_verify_mode(c->real, mode, &err), wanted);
    if (wanted != OTLS_OK)
        return;
    c->set.verify_mode = (int)mode;
    if (c->set.role != OTLS_SERVER && mode == OTLS_VERIFY_MODE_REQUIRED)
        c->set.no_verify = false;
}

static void set_checks(model_world *w, model_context *c, const model_step *s)
{
    const bool server = c->set.role == OTLS_SERVER;
    const bool on = s->a % 2 == 0;
    otls_status wanted = c->sealed ? OTLS_E_SEALED : server ? OTLS_E_USAGE : OTLS_OK;
    otls_error err;

    if (s->op == OP_NO_VERIFY) {
        model_call(w, &err, "otls_context_insecure_no_verify(c%d)", s->at);
        model_wanted(w, &err, otls_context_insecure_no_verify(c->real, &err), wanted);
        c->set.no_verify = c->set.no_verify || wanted == OTLS_OK;
        return;
    }
    if (wanted == OTLS_OK && c->set.no_verify)
        wanted = OTLS_E_USAGE;
    if (s->op == OP_NO_NAME) {
        model_call(w, &err, "otls_context_insecure_no_name_check(c%d)", s->at);
        model_wanted(w, &err, otls_context_insecure_no_name_check(c->real, &err), wanted);
        c->set.no_name = c->set.no_name || wanted == OTLS_OK;
        return;
    }
    if (wanted == OTLS_OK && !on)
        wanted = OTLS_E_USAGE;
    model_call(w, &err, "otls_context_set_check_hostname(c%d, %d)", s->at, on);
    model_wanted(w, &err, otls_context_set_check_hostname(c->real, on, &err), wanted);
    if (wanted == OTLS_OK)
        c->set.no_name = false;
}

static void set_trust(model_world *w, model_context *c, const model_step *s)
{
    const int which = s->a % (MODEL_TRUSTS + 1);
    model_trust *trust = which < MODEL_TRUSTS ? &w->trusts[which] : NULL;
    otls_error err;

    if (trust != NULL && trust->real == NULL)
        return;
    if (trust != NULL)
        model_call(w, &err, "otls_context_set_trust(c%d, t%d)", s->at, which);
    else
        model_call(w, &err, "otls_context_set_trust(c%d, NULL)", s->at);
    model_wanted(w, &err,
                 otls_context_set_trust(c->real, trust != NULL ? trust->real : NULL, &err),
                 c->sealed ? OTLS_E_SEALED : OTLS_OK);
    if (c->sealed)
        return;
    c->set.has_root = trust != NULL && trust->has_root;
    if (trust != NULL)
        trust->sealed = true;
    model_claim(w, otls_context_trust(c->real) == (trust != NULL ? trust->real : NULL),
                "another trust is told");
}

/* ---- identities ---- */

static size_t find_identity(const model_settings *set, model_identity kind)
{
    size_t at = 0;

    while (at < set->identity_count && set->identities[at] != kind)
        at++;
    return at;
}

/* A client presents one; on a server one takes the place of another with the same names and kind of key. */
static void put_identity(model_settings *set, model_identity kind)
{
    if (set->role == OTLS_CLIENT && set->identity_count != 0) {
        set->identities[0] = kind;
        return;
    }
    for (size_t i = 0; i < set->identity_count; i++)
        if (set->identities[i] != ID_OTHER_NAME && kind != ID_OTHER_NAME) {
            set->identities[i] = kind;
            return;
        }
    set->identities[set->identity_count++] = kind;
}

static void identity_step(model_world *w, model_context *c, const model_step *s)
{
    const model_identity drawn = (model_identity)(1 + s->a % (ID_KINDS - 1));
    const model_identity kind = drawn == ID_CLIENT && c->set.role != OTLS_CLIENT ? ID_GOOD : drawn;
    const int side = s->b % 8 == 0 ? 1 - s->at % 2 : s->at % 2; /* now and then the other engine's */
    otls_identity *identity = w->identities[side][kind];
    const bool foreign = w->engines[side] != engine(w, s->at);
    const size_t place = side == s->at % 2 ? find_identity(&c->set, kind) : c->set.identity_count;
    otls_status wanted = c->sealed ? OTLS_E_SEALED : OTLS_OK;
    otls_error err;

    if (side != s->at % 2 && !foreign)
        return;
    if (s->op == OP_IDENTITY_CLEAR) {
        model_call(w, &err, "otls_context_clear_identities(c%d)", s->at);
        model_wanted(w, &err, otls_context_clear_identities(c->real, &err), wanted);
        c->set.identity_count = c->sealed ? c->set.identity_count : 0;
    } else if (s->op == OP_IDENTITY_ADD) {
        wanted = wanted == OTLS_OK && foreign ? OTLS_E_WRONG_BACKEND : wanted;
        model_call(w, &err, "otls_context_add_identity(c%d, %s of %s)", s->at,
                   model_identity_name(kind), name_of(w, side));
        model_wanted(w, &err, otls_context_add_identity(c->real, identity, &err), wanted);
        if (wanted == OTLS_OK && place == c->set.identity_count)
            put_identity(&c->set, kind);
    } else {
        wanted = wanted == OTLS_OK && place == c->set.identity_count ? OTLS_E_USAGE : wanted;
        model_call(w, &err, "otls_context_remove_identity(c%d, %s of %s)", s->at,
                   model_identity_name(kind), name_of(w, side));
        model_wanted(w, &err, otls_context_remove_identity(c->real, identity, &err), wanted);
        if (wanted == OTLS_OK)
            memmove(&c->set.identities[place], &c->set.identities[place + 1],
                    (--c->set.identity_count - place) * sizeof(c->set.identities[0]));
    }
}

/* ---- protocols, sessions ---- */

static void alpn_step(model_world *w, model_context *c, const model_step *s)
{
    static const char *const lists[][2] = {{"h2", "http/1.1"}, {"http/1.1", ""}, {"", "h2"}};
    static const size_t counts[] = {2, 1, 2, 1, 0};
    static const int bits[] = {3, 2, 0, 1, 0};
    const size_t which = s->a % 5;
    const otls_status wanted = bounded(c, which != 2);
    otls_error err;

    if (s->op == OP_ALPN_REQUIRED) {
        model_call(w, &err, "otls_context_set_alpn_required(c%d, %d)", s->at, s->a % 2);
        model_wanted(w, &err, otls_context_set_alpn_required(c->real, s->a % 2 != 0, &err),
                     bounded(c, true));
        c->set.alpn_optional = c->sealed ? c->set.alpn_optional : s->a % 2 == 0;
        return;
    }
    model_call(w, &err, "otls_context_set_alpn(c%d, list %zu of %zu)", s->at, which, counts[which]);
    model_wanted(w, &err,
                 otls_context_set_alpn(c->real, lists[which < 3 ? which : 0], counts[which], &err),
                 wanted);
    c->set.alpn = wanted == OTLS_OK ? bits[which] : c->set.alpn;
}

static void cache_step(model_world *w, model_context *c, const model_step *s)
{
    static const unsigned modes[] = {OTLS_SESSION_CACHE_OFF, OTLS_SESSION_CACHE_BOTH,
                                     OTLS_SESSION_CACHE_CLIENT, 0x4000u};
    const unsigned mode = modes[s->a % 4];
    const otls_status wanted = c->sealed ? OTLS_E_SEALED : mode == 0x4000u ? OTLS_E_USAGE : OTLS_OK;
    otls_error err;

    model_call(w, &err, "otls_context_set_session_cache_mode(c%d, 0x%x)", s->at, mode);
    model_wanted(w, &err, otls_context_set_session_cache_mode(c->real, mode, &err), wanted);
    c->set.cache_mode = wanted == OTLS_OK ? mode : c->set.cache_mode;
}

/* A client has none; else there may be a ring or not, which the model does not follow once sealed. */
static void ticket_keys_step(model_world *w, model_context *c, const model_step *s)
{
    uint8_t keys[3 * OTLS_TICKET_KEY_SIZE] = {1};
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_context_%s(c%d)",
               s->a % 2 == 0 ? "rotate_ticket_keys" : "ticket_keys", s->at);
    status = s->a % 2 == 0 ? otls_context_rotate_ticket_keys(c->real, &err)
                           : otls_context_ticket_keys(c->real, keys, &err);
    (void)model_answer(w, &err, status);
    if (otls_backend_supports(engine(w, s->at), OTLS_FEATURE_TICKET_KEYS, NULL) == OTLS_NO)
        model_claim(w, status == OTLS_E_UNSUPPORTED || status == OTLS_E_USAGE, "it has none");
    else if (c->set.role == OTLS_CLIENT)
        model_claim(w, status == OTLS_E_USAGE, "a client's ticket keys");
    else
        model_claim(w, status == OTLS_OK || (c->sealed && status == OTLS_E_SEALED), "%s",
                    otls_status_name(status));
}

/* ---- contexts themselves ---- */

static void defaults(model_context *c, otls_role role)
{
    *c = (model_context){.real = c->real};
    c->set.role = role;
    c->set.level = 2;
    c->set.depth = 10;
    c->set.lifetime = 7200;
    c->set.options =
        ALWAYS_ON | OTLS_OPTION_CIPHER_SERVER_PREFERENCE | OTLS_OPTION_NO_RENEGOTIATION;
}

static void context_new(model_world *w, model_context *c, const model_step *s)
{
    const otls_role own = s->at % 2 == 0 ? OTLS_CLIENT : OTLS_SERVER;
    const otls_role role = s->a % 8 == 6 ? OTLS_EITHER : s->a % 8 == 7 ? (otls_role)7 : own;
    otls_context *made = NULL;
    otls_error err;

    model_socks_keep(w, s->at);
    otls_context_free(c->real);
    *c = (model_context){.real = NULL};
    model_call(w, &err, "otls_context_new(&c%d, %s, %d)", s->at, name_of(w, s->at), (int)role);
    model_wanted(w, &err, otls_context_new(&made, engine(w, s->at), role, &err),
                 (int)role == 7 ? OTLS_E_USAGE : OTLS_OK);
    model_claim(w, (made != NULL) == ((int)role != 7), "the object is %p", (void *)made);
    c->real = made;
    if (made != NULL)
        defaults(c, role);
}

static void context_copy(model_world *w, model_context *c, const model_step *s)
{
    const int to = (s->at + 2) % MODEL_CONTEXTS;
    model_context *copy = &w->contexts[to];
    otls_error err;

    model_socks_keep(w, to);
    otls_context_free(copy->real);
    copy->real = NULL;
    model_call(w, &err, "otls_context_copy(&c%d, c%d)", to, s->at);
    model_wanted(w, &err, otls_context_copy(&copy->real, c->real, &err), OTLS_OK);
    copy->set = c->set;
    copy->sealed = false;
}

otls_status model_seals(const model_context *context)
{
    uint16_t low, high;

    if (!model_versions(&context->set, &low, &high))
        return OTLS_E_CONFIG; /* the range was set after what it holds was switched off */
    return context->set.role == OTLS_SERVER && context->set.identity_count == 0 ? OTLS_E_CREDENTIAL
                                                                                : OTLS_OK;
}

static void context_seal(model_world *w, model_context *c, const model_step *s)
{
    const otls_status wanted = c->sealed ? OTLS_OK : model_seals(c);
    otls_error err;

    model_call(w, &err, "otls_context_seal(c%d)", s->at);
    model_wanted_code(w, &err, otls_context_seal(c->real, &err), wanted,
                      wanted == OTLS_E_CREDENTIAL ? OTLS_CODE_NO_IDENTITY : OTLS_CODE_NO_SHARED_VERSION);
    c->sealed = wanted == OTLS_OK;
}

void model_context_step(model_world *w, const model_step *step)
{
    const model_step s = {step->op, (uint8_t)(step->at % MODEL_CONTEXTS), step->a, step->b, step->n};
    model_context *c = &w->contexts[s.at];

    if (s.op == OP_CONTEXT_NEW) {
        context_new(w, c, &s);
        return;
    }
    if (c->real == NULL)
        return;
    switch (s.op) {
    case OP_CONTEXT_COPY: context_copy(w, c, &s); break;
    case OP_CONTEXT_FREE:
        model_socks_keep(w, s.at);
        otls_context_free(c->real);
        *c = (model_context){.real = NULL};
        break;
    case OP_CONTEXT_SEAL: context_seal(w, c, &s); break;
    case OP_VERSIONS: set_versions(w, c, &s); break;
    case OP_OPTIONS_ON: set_options(w, c, &s, true); break;
    case OP_OPTIONS_OFF: set_options(w, c, &s, false); break;
    case OP_LEVEL:
    case OP_DEPTH:
    case OP_LIFETIME: set_number(w, c, &s); break;
    case OP_VERIFY_MODE: set_verify_mode(w, c, &s); break;
    case OP_NO_VERIFY:
    case OP_NO_NAME:
    case OP_CHECK_NAME: set_checks(w, c, &s); break;
    case OP_TRUST_SET: set_trust(w, c, &s); break;
    case OP_IDENTITY_ADD:
    case OP_IDENTITY_REMOVE:
    case OP_IDENTITY_CLEAR: identity_step(w, c, &s); break;
    case OP_ALPN:
    case OP_ALPN_REQUIRED: alpn_step(w, c, &s); break;
    case OP_CACHE_MODE: cache_step(w, c, &s); break;
    case OP_TICKET_KEYS: ticket_keys_step(w, c, &s); break;
    default: break;
    }
}

void model_contexts_check(model_world *w)
{
    for (int i = 0; i < MODEL_CONTEXTS; i++) {
        const model_settings *set = &w->contexts[i].set;
        const otls_context *real = w->contexts[i].real;
        const bool unverified = set->role != OTLS_SERVER && set->no_verify;
        const int mode = unverified ? 0 : set->role == OTLS_CLIENT ? 2 : set->verify_mode;
        uint16_t low, high, wanted_low = 0, wanted_high = 0;

        if (real == NULL)
            continue;
        otls_context_versions(real, &low, &high);
        if (!model_versions(set, &wanted_low, &wanted_high))
            wanted_low = wanted_high = 0;
        model_claim(w, low == wanted_low && high == wanted_high, "c%d has versions %04x to %04x, not %04x to %04x", i,
                    low, high, wanted_low, wanted_high);
        model_claim(w, otls_context_options(real) == set->options, "c%d has options 0x%x, not 0x%x",
                    i, (unsigned)otls_context_options(real), (unsigned)set->options);
        model_claim(w, otls_context_security_level(real) == set->level, "c%d has another level", i);
        model_claim(w, otls_context_verify_depth(real) == set->depth, "c%d has another depth", i);
        model_claim(w, (int)otls_context_verify_mode(real) == mode, "c%d has verify mode %d, not %d",
                    i, (int)otls_context_verify_mode(real), mode);
        model_claim(w, otls_context_check_hostname(real) ==
                           (set->role != OTLS_SERVER && !set->no_verify && !set->no_name),
                    "c%d checks names otherwise", i);
        model_claim(w, otls_context_session_cache_mode(real) == set->cache_mode,
                    "c%d has another cache mode", i);
        model_claim(w, otls_context_session_lifetime(real) == set->lifetime,
                    "c%d has another lifetime", i);
        model_claim(w, otls_context_identity_count(real) == set->identity_count,
                    "c%d has %zu identities, not %zu", i, otls_context_identity_count(real),
                    set->identity_count);
        for (size_t k = 0; k < set->identity_count; k++)
            model_claim(w, otls_context_identity(real, k) ==
                               w->identities[i % 2][set->identities[k]],
                        "c%d has another identity at %zu", i, k);
        model_claim(w, otls_context_identity(real, set->identity_count) == NULL, "c%d: one more", i);
    }
}
