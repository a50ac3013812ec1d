/* SPDX-License-Identifier: MIT */
/*
 * shake_corpus DIR PKI ENGINE [CASE | every N]: every chain of the corpus in a handshake with one engine, TLS 1.2
 * and 1.3. A raw peer presents the chain as it is; a context of ours has the case's trust, lists,
 * time, name and switches. Flags, depth, sentence, verified chain and the alert that arrives must
 * be those of the verdict without a handshake, whichever engine. What cannot occur in a handshake,
 * or with more than any engine reads, stands in `exceptions`; none of them is about one engine.
 * What single versions of an engine cannot read stands in `unreadable`.
 */
#include "corpus.h"
#include "raw_peer.h"

#include <omnitls/insecure.h>
#include <omnitls/omnitls.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 4000 };

static const char *directory, *pki;
static const otls_backend *engine;
static size_t exception_count, handshake_count;

/* What is not as in the verdict without a handshake; the same on every engine. */
typedef struct exception {
    const char *name;
    uint16_t version; /* 0 = both */
    int alert;        /* the same verdict with another alert; -1 = no handshake gets that far */
    const char *why;
} exception;

static const char large[] = "a Certificate message above 256 KB is not read at all";
static const char undecodable[] = "servers answer a certificate that they cannot decode like any "
                                  "other message";

static const exception exceptions[] = {
    {"p256-level-4", OTLS_TLS1_3, -1,
     "at level 4 no client offers ecdsa_secp256r1_sha256, and the peer has nothing else"},
    {"above-256-kilobytes", 0, OTLS_ALERT_ILLEGAL_PARAMETER, large},
    {"client-truncated", 0, OTLS_ALERT_DECODE_ERROR, undecodable},
    {"client-truncated-extra", 0, OTLS_ALERT_DECODE_ERROR, undecodable},
};

static const exception *exception_find(const char *name, uint16_t version)
{
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        const exception *e = &exceptions[i];

        if (strcmp(e->name, name) == 0 && (e->version == 0 || e->version == version))
            return e;
    }
    return NULL;
}

static const char no_policies[] = "wolfSSL 5.7.2 cannot read these certificate policies";
static const char no_bound[] = "wolfSSL 5.7.2 cannot read a key that is bound to RSASSA-PSS parameters";
static const char no_serial[] = "wolfSSL 5.7.2 cannot read a serial number of zero";
static const char no_id[] = "wolfSSL 5.7.2 cannot read so long a registered identifier";
static const char no_subject[] = "wolfSSL 5.7.2 cannot read such attributes of a name";
static const char no_access[] = "wolfSSL 5.7.2 cannot read a critical authority information access";
static const char no_points[] = "wolfSSL 5.7.2 cannot read such distribution points";
static const char no_modulus[] = "wolfSSL 5.7.2 cannot read a key of 16384 bits";
static const char no_usage[] = "wolfSSL 5.7.2 cannot read keyCertSign without basic constraints";
static const char no_mailbox[] = "wolfSSL 5.7.2 cannot read an SmtpUTF8Mailbox that is no UTF8String";
static const char no_uri[] = "wolfSSL 5.9 cannot read a URI without a scheme, or with a NUL in it";
static const char no_extension[] = "wolfSSL 5.7.2 cannot read such an extension";

/* Good certificates that the engine which is running cannot read, by its version. */
static const struct unreadable {
    const char *name, *engine;
    uint32_t since; /* as otls_backend_version_number says it */
    const char *why;
} unreadable[] = {
    {"good-signed-ed25519-sha256", "wolfssl", 0x05070200,
     "wolfSSL 5.7.2 takes the Ed25519 key of an intermediate certificate for a lack of memory"},
    {"path-length-huge", "wolfssl", 0x05070200, "wolfSSL 5.7.2 reads path lengths up to 127"},
    {"ext-access-critical", "wolfssl", 0x05070200, no_access},
    {"ext-ca-false-written-out", "wolfssl", 0x05070200, no_extension},
    {"ext-ca-false-written-out-beside", "wolfssl", 0x05070200, no_extension},
    {"ext-path-length-negative-beside", "wolfssl", 0x05070200, no_extension},
    {"ext-subject-key-text-beside", "wolfssl", 0x05070200, no_extension},
    {"form-mailbox-ia5", "wolfssl", 0x05070200, no_mailbox},
    {"form-mailbox-ia5-client", "wolfssl", 0x05070200, no_mailbox},
    {"form-mailbox-no-utf8", "wolfssl", 0x05070200, no_mailbox},
    {"form-mailbox-no-utf8-client", "wolfssl", 0x05070200, no_mailbox},
    {"list-reasons-of-the-point-whole-list", "wolfssl", 0x05070200, no_points},
    {"list-reasons-of-two-points", "wolfssl", 0x05070200, no_points},
    {"name-of-sequence-anchor", "wolfssl", 0x05070200, no_subject},
    {"name-of-sequence-authority", "wolfssl", 0x05070200, no_subject},
    {"name-of-sequence-client", "wolfssl", 0x05070200, no_subject},
    {"name-of-sequence-common-name", "wolfssl", 0x05070200, no_subject},
    {"name-of-sequence-leaf", "wolfssl", 0x05070200, no_subject},
    {"name-registered-id-long", "wolfssl", 0x05070200, no_id},
    {"name-registered-id-long-authority", "wolfssl", 0x05070200, no_id},
    {"name-registered-id-long-beside", "wolfssl", 0x05070200, no_id},
    {"name-registered-id-long-critical", "wolfssl", 0x05070200, no_id},
    {"policy-anchor-mapping-binds", "wolfssl", 0x05070200, no_policies},
    {"policy-anchor-policy-left-out", "wolfssl", 0x05070200, no_policies},
    {"policy-anchor-policy-same", "wolfssl", 0x05070200, no_policies},
    {"policy-anchor-required-left-out", "wolfssl", 0x05070200, no_policies},
    {"policy-anchor-required-met", "wolfssl", 0x05070200, no_policies},
    {"policy-input-128", "wolfssl", 0x05070200, no_policies},
    {"policy-input-any-above", "wolfssl", 0x05070200, no_policies},
    {"policy-input-any-below", "wolfssl", 0x05070200, no_policies},
    {"policy-input-critical", "wolfssl", 0x05070200, no_policies},
    {"policy-input-explicit-any-wanted", "wolfssl", 0x05070200, no_policies},
    {"policy-input-explicit-one-of-two-wanted", "wolfssl", 0x05070200, no_policies},
    {"policy-input-explicit-same", "wolfssl", 0x05070200, no_policies},
    {"policy-input-explicit-wanted", "wolfssl", 0x05070200, no_policies},
    {"policy-input-inhibit-any-beside", "wolfssl", 0x05070200, no_policies},
    {"policy-input-inhibit-mapping-not-explicit", "wolfssl", 0x05070200, no_policies},
    {"policy-input-inhibit-mapping-other", "wolfssl", 0x05070200, no_policies},
    {"policy-input-mapped", "wolfssl", 0x05070200, no_policies},
    {"policy-input-mapped-from-any", "wolfssl", 0x05070200, no_policies},
    {"policy-input-mapped-to-two", "wolfssl", 0x05070200, no_policies},
    {"policy-input-mapped-two-to-one", "wolfssl", 0x05070200, no_policies},
    {"policy-input-not-wanted-not-explicit", "wolfssl", 0x05070200, no_policies},
    {"policy-input-self-issued-any", "wolfssl", 0x05070200, no_policies},
    {"pss-key-bound", "wolfssl", 0x05070200, no_bound},
    {"pss-key-bound-longer-salt", "wolfssl", 0x05070200, no_bound},
    {"pss-key-crl", "wolfssl", 0x05070200, no_bound},
    {"rsa-modulus-16384", "wolfssl", 0x05070200, no_modulus},
    {"rule-access-critical-default", "wolfssl", 0x05070200, no_access},
    {"rule-access-critical-webpki", "wolfssl", 0x05070200, no_access},
    {"rule-policy-twice-default", "wolfssl", 0x05070200, no_policies},
    {"rule-policy-twice-webpki", "wolfssl", 0x05070200, no_policies},
    {"rule-serial-not-positive-default", "wolfssl", 0x05070200, no_serial},
    {"rule-serial-not-positive-webpki", "wolfssl", 0x05070200, no_serial},
    {"rule-signs-without-authority-default", "wolfssl", 0x05070200, no_usage},
    {"rule-signs-without-authority-webpki", "wolfssl", 0x05070200, no_usage},
    {"serial-zero", "wolfssl", 0x05070200, no_serial},
    {"serial-zero-authority", "wolfssl", 0x05070200, no_serial},
    {"serial-zero-beside", "wolfssl", 0x05070200, no_serial},
    {"subject-16-in-one-set", "wolfssl", 0x05070200, no_subject},
    {"subject-16-in-one-set-authority", "wolfssl", 0x05070200, no_subject},
    {"subject-16-in-one-set-beside", "wolfssl", 0x05070200, no_subject},
    {"subject-256-attributes-beside", "wolfssl", 0x05070200, no_subject},
    {"subject-empty-string", "wolfssl", 0x05070200, no_subject},
    {"subject-empty-string-authority", "wolfssl", 0x05070200, no_subject},
    {"subject-empty-string-beside", "wolfssl", 0x05070200, no_subject},
    {"subject-256-attributes", "wolfssl", 0, "wolfSSL reads names of so many octets only"},
    {"subject-256-attributes-authority", "wolfssl", 0,
     "wolfSSL reads names of so many octets only"},
    {"thousand-names", "wolfssl", 0x05070200, "wolfSSL 5.7.2 reads 128 names"},
    {"below-16-kilobytes", "wolfssl", 0x05070200, "wolfSSL 5.7.2 reads 128 names"},
    {"name-uri-relative", "wolfssl", 0x05090000, no_uri},
    {"name-uri-nul-beside", "wolfssl", 0x05090000, no_uri},
};

/* ... and since when it can, after all. */
static const struct readable {
    const char *name, *engine;
    uint32_t since;
} readable[] = {
    {"good-signed-ed25519-sha256", "wolfssl", 0x05090000},
    {"thousand-names", "wolfssl", 0x05090000},
    {"below-16-kilobytes", "wolfssl", 0x05090000},
};

static bool is_about(const char *case_name, const char *engine_name, const char *name)
{
    return strcmp(case_name, name) == 0 && strcmp(engine_name, otls_backend_name(engine)) == 0;
}

static bool is_readable(const char *name)
{
    for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
        if (is_about(readable[i].name, readable[i].engine, name) &&
            otls_backend_version_number(engine) >= readable[i].since)
            return true;
    return false;
}

static const struct unreadable *unreadable_find(const char *name)
{
    for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++) {
        const struct unreadable *u = &unreadable[i];

        if (is_about(u->name, u->engine, name) && otls_backend_version_number(engine) >= u->since &&
            !is_readable(name))
            return u;
    }
    return NULL;
}

/* Keys that are good and that no scheme of the engine is for: on both versions, in both roles, the
 * verdict says UNSUPPORTED of the leaf besides, and names the engine. */
static const struct unusable {
    const char *name, *engine;
} unusable[] = {
    {"pss-key-leaf", "wolfssl"},
    {"pss-key-leaf-bound", "wolfssl"},
    {"pss-key-leaf-client", "wolfssl"},
};

static bool is_unusable(const char *name)
{
    for (size_t i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++)
        if (is_about(unusable[i].name, unusable[i].engine, name))
            return true;
    return false;
}

typedef struct shake {
    const corpus_row *row;
    const corpus_case *loaded;
    uint16_t version;
    bool server; /* ours is the server: the chain is a client's */
    otls_context *context;
    otls_connection *conn;
    raw_peer peer;
    otls_status status;
    otls_error error;
} shake;

static void must(otls_status status, const otls_error *err, const char *what)
{
    if (status != OTLS_OK)
        corpus_die(what, err->text);
}

static int64_t row_time(void *user)
{
    const shake *s = user;

    return s->row->time;
}

static void add_identity(shake *s)
{
    otls_error err = OTLS_ERROR_INIT;
    char chain[4096], key[4096];
    otls_identity *identity;

    snprintf(chain, sizeof(chain), "%s/server-ecdsa-p256.pem", pki);
    snprintf(key, sizeof(key), "%s/server-ecdsa-p256.key", pki);
    must(otls_identity_from_files(&identity, engine, chain, key, NULL, NULL, &err), &err, chain);
    must(otls_context_add_identity(s->context, identity, &err), &err, "identity");
    otls_identity_free(identity);
    must(otls_context_set_verify_mode(s->context, OTLS_VERIFY_MODE_REQUIRED, &err), &err, "mode");
}

/* The parameters of the case, said to a context. */
static void open_context(shake *s)
{
    const otls_verify_parameters *p = &s->loaded->parameters;
    const uint32_t cn = p->options & OTLS_VERIFY_OPTION_COMMON_NAME;
    const uint32_t wildcards = p->options & OTLS_VERIFY_OPTION_PARTIAL_WILDCARDS;
    const uint32_t others = cn | wildcards | OTLS_VERIFY_OPTION_SIGNATURE;
    otls_error err = OTLS_ERROR_INIT;

    must(otls_context_new(&s->context, engine, s->server ? OTLS_SERVER : OTLS_CLIENT, &err), &err,
         "context");
    must(otls_context_set_versions(s->context, s->version, s->version, &err), &err, "version");
    must(otls_context_set_trust(s->context, s->loaded->trust, &err), &err, "trust");
    must(otls_context_set_clock_callback(s->context, row_time, s, &err), &err, "clock");
    must(otls_context_set_verify_flags(s->context, p->options & ~others, &err), &err, "flags");
    must(otls_context_set_common_name_fallback(s->context, cn != 0, &err), &err, "common name");
    must(otls_context_set_partial_wildcards(s->context, wildcards != 0, &err), &err, "wildcards");
    must(otls_context_set_verify_purpose(s->context, p->purpose, &err), &err, "purpose");
    must(otls_context_set_policies(s->context, p->policies, p->policy_count, &err), &err, "policies");
    if (p->max_depth >= 0)
        must(otls_context_set_verify_depth(s->context, p->max_depth, &err), &err, "depth");
    if (p->max_certificates != 0)
        must(otls_context_set_chain_limits(s->context, p->max_certificates, p->max_bytes, &err),
             &err, "limits");
    if (p->security_level >= 0)
        must(otls_context_set_security_level(s->context, p->security_level, &err), &err, "level");
    if (s->server)
        add_identity(s);
    else if (p->name == NULL)
        must(otls_context_insecure_no_name_check(s->context, &err), &err, "name check");
}

static void run(shake *s, raw_chain *chain)
{
    otls_transport transport;
    otls_error err = OTLS_ERROR_INIT;
    bool going = true;
    size_t idle = 0;

    s->error = (otls_error)OTLS_ERROR_INIT;
    s->status = OTLS_WANT_READ;
    open_context(s);
    raw_open(&s->peer, chain, !s->server, s->version);
    transport = raw_transport(&s->peer);
    must(otls_connection_new(&s->conn, s->context, &transport, &err), &err, "connection");
    if (s->loaded->parameters.name != NULL)
        must(otls_connection_set_server_name(s->conn, s->loaded->parameters.name, &err), &err,
             "name");
    for (size_t turn = 0; turn < TURNS && idle < 8; turn++) {
        const size_t before = s->peer.in.end + s->peer.out.end;

        if (s->status > 0)
            s->status = otls_connection_handshake(s->conn, &s->error);
        going = going && raw_step(&s->peer);
        idle = before == s->peer.in.end + s->peer.out.end ? idle + 1 : 0;
    }
}

static bool chain_equal(const shake *s, const otls_verdict *verdict)
{
    const size_t count = otls_connection_verified_chain_count(s->conn);

    if (otls_verdict_flags(verdict) != 0)
        return count == 0;
    if (count != otls_verdict_chain_count(verdict))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!otls_certificate_equal(otls_connection_verified_chain(s->conn, i),
                                    otls_verdict_chain(verdict, i)))
            return false;
    return true;
}

/* Policies are told where somebody asks for them. */
static bool policies_equal(const shake *s, const otls_verdict *got, const otls_verdict *wanted)
{
    const otls_verify_parameters *p = &s->loaded->parameters;
    const uint32_t asking = OTLS_VERIFY_OPTION_EXPLICIT_POLICY | OTLS_VERIFY_OPTION_INHIBIT_ANY |
                            OTLS_VERIFY_OPTION_INHIBIT_MAPPING | OTLS_VERIFY_OPTION_ANCHOR_POLICIES;
    const size_t count = otls_verdict_policy_count(got);

    if ((p->options & asking) == 0 && p->policy_count == 0)
        return count == 0;
    for (size_t i = 0; i < count && count == otls_verdict_policy_count(wanted); i++)
        if (strcmp(otls_verdict_policy(got, i), otls_verdict_policy(wanted, i)) != 0)
            return false;
    return count == otls_verdict_policy_count(wanted);
}

/* What the connection can tell afterwards: rule, remedy, bounds, policies. What is known of anchors
 * from the first time costs nothing the next, so the costs are not compared. */
static bool told(const shake *s, const otls_verdict *wanted)
{
    const otls_verdict *got = otls_connection_verdict(s->conn);
    otls_verify_work work = {.size = sizeof(work)}, bounds = {.size = sizeof(bounds)};

    if (got == NULL)
        return false;
    otls_verdict_work(got, &work);
    otls_verdict_work(wanted, &bounds);
    return otls_verdict_flags(got) == otls_verdict_flags(wanted) &&
           otls_verdict_depth(got) == otls_verdict_depth(wanted) &&
           strcmp(otls_verdict_text(got), otls_verdict_text(wanted)) == 0 &&
           strcmp(otls_verdict_rule(got), otls_verdict_rule(wanted)) == 0 &&
           strcmp(otls_verdict_advice(got), otls_verdict_advice(wanted)) == 0 &&
           work.signatures <= bounds.signatures_max &&
           work.signatures_max == bounds.signatures_max && policies_equal(s, got, wanted);
}

static bool same(const shake *s, const otls_verdict *verdict, int alert)
{
    const uint32_t flags = otls_verdict_flags(verdict);

    if (!told(s, verdict))
        return false;
    if (flags == 0)
        return s->status == OTLS_OK && s->peer.status == 0 && s->peer.alert < 0 &&
               otls_connection_verify_flags(s->conn) == 0 && chain_equal(s, verdict);
    return s->status == OTLS_E_VERIFY && s->error.verify_flags == flags &&
           s->error.verify_depth == otls_verdict_depth(verdict) && s->error.alert == alert &&
           !s->error.alert_received && s->peer.alert == alert &&
           strstr(s->error.text, otls_verdict_text(verdict)) != NULL && chain_equal(s, verdict);
}

static bool says_unusable(const shake *s)
{
    char words[64];

    snprintf(words, sizeof(words), "that %s cannot use in a handshake", otls_backend_name(engine));
    return s->status == OTLS_E_VERIFY && s->error.verify_flags == OTLS_VERIFY_UNSUPPORTED &&
           s->error.verify_depth == 0 && s->error.alert == OTLS_ALERT_UNSUPPORTED_CERTIFICATE &&
           !s->error.alert_received && s->peer.alert == s->error.alert &&
           strstr(s->error.text, words) != NULL;
}

/* Whatever the engine calls it: a verdict, and that it is the engine's. */
static bool says_unreadable(const shake *s)
{
    return s->status == OTLS_E_VERIFY && s->error.verify_flags == OTLS_VERIFY_UNSUPPORTED &&
           strstr(s->error.text, "presents a certificate that ") != NULL &&
           strstr(s->error.text, " cannot read") != NULL;
}

static void explain(const shake *s, const otls_verdict *verdict)
{
    char wanted[256], got[256];

    printf("FAILED %s, %s: wanted %s@%d alert %d, got %s %s@%d alert %d (peer: %d, %s): %s [%s]; "
           "wanted: %s\n",
           s->row->name, otls_version_name(s->version),
           corpus_flag_text(otls_verdict_flags(verdict), wanted, sizeof(wanted)),
           (int)otls_verdict_depth(verdict), otls_verdict_alert(verdict),
           otls_status_name(s->status), corpus_flag_text(s->error.verify_flags, got, sizeof(got)),
           (int)s->error.verify_depth, (int)s->error.alert, s->peer.alert,
           gnutls_strerror(s->peer.status), s->error.text, s->error.native_text,
           otls_verdict_text(verdict));
}

static bool still(const shake *s, const otls_verdict *verdict, const exception *e)
{
    if (e->alert >= 0)
        return same(s, verdict, e->alert);
    return s->status != OTLS_OK && s->peer.status != 0 && s->peer.alert < 0;
}

/* False: not what it should be. */
static bool check(shake *s, raw_chain *chain, const otls_verdict *verdict)
{
    const exception *e = exception_find(s->row->name, s->version);
    const struct unreadable *u = unreadable_find(s->row->name);
    bool good;

    run(s, chain);
    if (is_unusable(s->row->name))
        good = otls_verdict_flags(verdict) == 0 && says_unusable(s);
    else if (u != NULL) /* and when that is over, this has to go */
        good = otls_verdict_flags(verdict) == 0 && says_unreadable(s);
    else
        good = e == NULL ? same(s, verdict, otls_verdict_alert(verdict)) : still(s, verdict, e);
    if (!good)
        explain(s, verdict);
    else if (e != NULL || u != NULL)
        printf("EXCEPTION %s, %s: %s\n", s->row->name, otls_version_name(s->version),
               u != NULL ? u->why : e->why);
    exception_count += e != NULL || u != NULL;
    handshake_count++;
    otls_connection_free(s->conn);
    otls_context_free(s->context);
    raw_close(&s->peer);
    return good;
}

static char *case_file(const corpus_row *row, const char *name)
{
    char path[4096], *text;

    snprintf(path, sizeof(path), "%s/%s/%s", directory, row->name, name);
    text = corpus_read_file(path);
    if (text == NULL)
        corpus_die(path, "missing");
    return text;
}

/* In a handshake of each version what it is without one. */
static size_t check_versions(const corpus_row *row, corpus_case *loaded, raw_chain *chain)
{
    static const uint16_t versions[] = {OTLS_TLS1_2, OTLS_TLS1_3};
    otls_verdict *verdict;
    otls_error err = OTLS_ERROR_INIT;
    size_t failures = 0;

    must(otls_trust_verify(loaded->trust, (const otls_certificate *const *)loaded->chain,
                           loaded->count, &loaded->parameters, &verdict, &err),
         &err, row->name);
    for (size_t i = 0; i < 2; i++) {
        shake s = {.row = row,
                   .loaded = loaded,
                   .version = versions[i],
                   .server = strcmp(row->purpose, "client") == 0};

        failures += !check(&s, chain, verdict);
    }
    otls_verdict_free(verdict);
    return failures;
}

/* Higher limits are for engines that have them; the others must say no. */
static bool limits_refused(const corpus_case *loaded)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context;
    otls_status status;

    must(otls_context_new(&context, engine, OTLS_CLIENT, &err), &err, "context");
    status = otls_context_set_chain_limits(context, loaded->parameters.max_certificates,
                                           loaded->parameters.max_bytes, &err);
    otls_context_free(context);
    return status == OTLS_E_UNSUPPORTED && strstr(err.text, "long-chains") != NULL;
}

/* A host that nobody may ask for: no client gets as far as a handshake with it. */
static size_t check_host(const corpus_row *row, const corpus_case *loaded, raw_chain *chain)
{
    shake s = {.row = row, .loaded = loaded, .version = OTLS_TLS1_3};
    otls_error err = OTLS_ERROR_INIT;
    otls_transport transport;
    otls_status status;

    open_context(&s);
    raw_open(&s.peer, chain, true, s.version);
    transport = raw_transport(&s.peer);
    must(otls_connection_new(&s.conn, s.context, &transport, &err), &err, "connection");
    status = otls_connection_set_server_name(s.conn, row->host, &err);
    s.status = otls_connection_handshake(s.conn, &s.error);
    otls_connection_free(s.conn);
    otls_context_free(s.context);
    raw_close(&s.peer);
    if (status == OTLS_E_USAGE && strstr(err.text, "the host name ") != NULL && s.status < 0)
        return 0;
    printf("FAILED %s: \"%s\" was not refused: %s\n", row->name, row->host, err.text);
    return 1;
}

static size_t check_row(const corpus_row *row)
{
    char *sent = case_file(row, "sent.pem"), *key = case_file(row, "key.pem");
    corpus_case loaded;
    raw_chain chain;
    size_t failures = 0;

    corpus_load(&loaded, directory, row);
    raw_chain_load(&chain, sent, key);
    loaded.parameters.backend = engine;
    loaded.parameters.options |= OTLS_VERIFY_OPTION_SIGNATURE;
    if (corpus_refuses_host(row)) {
        failures += check_host(row, &loaded, &chain);
    } else if (!loaded.long_chain ||
        otls_backend_supports(engine, OTLS_FEATURE_LONG_CHAINS, NULL) == OTLS_YES) {
        failures += check_versions(row, &loaded, &chain);
    } else if (!limits_refused(&loaded)) {
        printf("FAILED %s: higher limits were not refused\n", row->name);
        failures++;
    }
    if (loaded.long_chain) { /* and with the limits that every engine has */
        loaded.parameters.max_certificates = loaded.parameters.max_bytes = 0;
        failures += check_versions(row, &loaded, &chain);
    }
    raw_chain_free(&chain);
    corpus_unload(&loaded);
    free(sent);
    free(key);
    return failures;
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    char line[CORPUS_LINE_SIZE];
    size_t cases = 0, failures = 0, seen = 0, every = 1;
    corpus_row row;
    FILE *manifest;

    if (argc < 4 || argc > 6 || (argc == 6 && strcmp(argv[4], "every") != 0))
        corpus_die("usage", "shake_corpus DIR PKI ENGINE [CASE | every N]");
    if (argc == 6)
        every = (size_t)strtoul(argv[5], NULL, 10);
    directory = argv[1];
    pki = argv[2];
    must(otls_backend_find(&engine, argv[3], &err), &err, argv[3]);
    manifest = corpus_open(directory);
    while (corpus_next(manifest, line, &row)) {
        if ((argc == 5 && strcmp(row.name, argv[4]) != 0) || seen++ % every != 0)
            continue;
        cases++;
        failures += check_row(&row);
    }
    fclose(manifest);
    printf("%s: %zu of %zu cases, %zu handshakes, %zu exceptions, %zu wrong\n", argv[3], cases, seen,
           handshake_count, exception_count, failures);
    return failures != 0 || (argc != 5 && seen < 150);
}
