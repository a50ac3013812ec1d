/* SPDX-License-Identifier: MIT */
/* --explain: what the two programs of a case do, call by call. A test holds the names to the code.
 */
#include "bench.h"
#include "judge/judge.h"

typedef enum step {
    STEP_CONTEXTS,
    STEP_MUTUAL,
    STEP_TICKETS,
    STEP_ONE_TICKET,
    STEP_CONNECT,
    STEP_HANDSHAKE,
    STEP_SESSION,
    STEP_WRITE,
    STEP_GATHER,
    STEP_READ,
    STEP_CLOSE,
    STEP_PREPARE,
    STEP_TRUST,
    STEP_VERIFY,
    STEP_TRUST_CLOSE,
    STEPS
} step;

typedef struct program {
    const char *name;
    const char *calls[STEPS];
} program;

static const program programs[] = {
    {"openssl",
     {
         [STEP_CONTEXTS] =
             "SSL_CTX_new, SSL_CTX_set_min_proto_version and _max_, SSL_CTX_set_cipher_list, "
             "SSL_CTX_set_ciphersuites, SSL_CTX_set1_groups_list; client: SSL_CTX_set_verify, "
             "SSL_CTX_load_verify_locations; "
             "server: SSL_CTX_use_certificate_chain_file, SSL_CTX_use_PrivateKey_file",
         [STEP_MUTUAL] = "server: SSL_VERIFY_FAIL_IF_NO_PEER_CERT, SSL_CTX_load_verify_locations; "
                         "client: SSL_CTX_use_certificate_chain_file",
         [STEP_TICKETS] = "SSL_OP_NO_TICKET, SSL_SESS_CACHE_OFF; server: SSL_CTX_set_num_tickets",
         [STEP_ONE_TICKET] = "server: SSL_CTX_set_num_tickets",
         [STEP_CONNECT] = "SSL_new, BIO_new with a method over the pipe and SSL_set_bio, or "
                          "SSL_set_fd; SSL_set_accept_state or SSL_set_connect_state; client: "
                          "SSL_set_tlsext_host_name, SSL_set1_host",
         [STEP_HANDSHAKE] = "SSL_do_handshake by turns, until both are done",
         [STEP_SESSION] = "client: SSL_set_session before it; after it SSL_read_ex, which takes up "
                          "the ticket, and SSL_get1_session",
         [STEP_WRITE] = "SSL_write_ex",
         [STEP_GATHER] = "SSL_write_ex for each",
         [STEP_READ] = "SSL_read_ex",
         [STEP_CLOSE] = "SSL_free",
         [STEP_PREPARE] = "SSL_CTX_new and SSL_CTX_free",
         [STEP_TRUST] = "SSL_CTX_new, SSL_CTX_load_verify_locations, SSL_CTX_set_verify",
         [STEP_VERIFY] =
             "d2i_X509 for each certificate, X509_STORE_CTX_init, "
             "X509_STORE_CTX_set_default, X509_VERIFY_PARAM_set1_host, X509_verify_cert",
         [STEP_TRUST_CLOSE] = "SSL_CTX_free",
     }},
    {"wolfssl",
     {
         [STEP_CONTEXTS] =
             "wolfSSL_CTX_new, wolfSSL_CTX_set_min_proto_version and _max_, "
             "wolfSSL_CTX_set_cipher_list, wolfSSL_CTX_set_groups, wolfSSL_CTX_UseSupportedCurve; "
             "client: wolfSSL_CTX_set_verify, "
             "wolfSSL_CTX_load_verify_locations; server: wolfSSL_CTX_use_certificate_chain_file, "
             "wolfSSL_CTX_use_PrivateKey_file",
         [STEP_MUTUAL] = "server: WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT, "
                         "wolfSSL_CTX_load_verify_locations; client: "
                         "wolfSSL_CTX_use_certificate_chain_file",
         [STEP_TICKETS] = "WOLFSSL_SESS_CACHE_OFF; server: wolfSSL_CTX_no_ticket_TLSv13 or "
                          "wolfSSL_CTX_NoTicketTLSv12",
         [STEP_ONE_TICKET] = "client: wolfSSL_CTX_UseSessionTicket",
         [STEP_CONNECT] = "wolfSSL_new, wolfSSL_SetIOReadCtx and wolfSSL_SetIOWriteCtx, or "
                          "wolfSSL_set_fd; client: wolfSSL_UseSNI, wolfSSL_check_domain_name",
         [STEP_HANDSHAKE] = "wolfSSL_connect and wolfSSL_accept by turns, until both are done",
         [STEP_SESSION] = "client: wolfSSL_set_session before it; after it wolfSSL_read, which "
                          "takes up the ticket, and wolfSSL_get1_session",
         [STEP_WRITE] = "wolfSSL_write",
         [STEP_GATHER] = "wolfSSL_write for each",
         [STEP_READ] = "wolfSSL_read",
         [STEP_CLOSE] = "wolfSSL_free",
         [STEP_PREPARE] = "wolfSSL_Init, wolfSSL_CTX_new and wolfSSL_CTX_free",
         [STEP_TRUST] =
             "wolfSSL_CTX_new, wolfSSL_CTX_load_verify_locations, wolfSSL_CTX_set_verify",
         [STEP_VERIFY] = "from the root down: wolfSSL_CertManagerVerifyBuffer, "
                         "wolfSSL_CertManagerLoadCABuffer; wolfSSL_X509_check_host",
         [STEP_TRUST_CLOSE] = "wolfSSL_CTX_free",
     }},
    {"gnutls",
     {
         [STEP_CONTEXTS] = "gnutls_priority_init, gnutls_certificate_allocate_credentials; client: "
                           "gnutls_certificate_set_x509_trust_file; server: "
                           "gnutls_certificate_set_x509_key_file",
         [STEP_MUTUAL] = "server: gnutls_certificate_set_x509_trust_file, GNUTLS_CERT_REQUIRE; "
                         "client: gnutls_certificate_set_x509_key_file",
         [STEP_TICKETS] = "GNUTLS_NO_TICKETS",
         [STEP_ONE_TICKET] =
             "server: gnutls_session_ticket_key_generate, gnutls_session_ticket_enable_server, "
             "GNUTLS_NO_AUTO_SEND_TICKET, and gnutls_session_ticket_send after the handshake",
         [STEP_CONNECT] = "gnutls_init, gnutls_priority_set, gnutls_credentials_set, "
                          "gnutls_transport_set_push_function, _pull_ and _pull_timeout_, or "
                          "gnutls_transport_set_int; client: gnutls_session_set_verify_cert, "
                          "gnutls_server_name_set",
         [STEP_HANDSHAKE] = "gnutls_handshake by turns, until both are done",
         [STEP_SESSION] = "client: gnutls_session_set_data before it; after it "
                          "gnutls_record_recv, which takes up the ticket, and "
                          "gnutls_session_get_data2",
         [STEP_WRITE] = "gnutls_record_send",
         [STEP_GATHER] = "gnutls_record_send for each",
         [STEP_READ] = "gnutls_record_recv",
         [STEP_CLOSE] = "gnutls_deinit",
         [STEP_PREPARE] =
             "gnutls_certificate_allocate_credentials, gnutls_certificate_free_credentials",
         [STEP_TRUST] = "gnutls_certificate_allocate_credentials, "
                        "gnutls_certificate_set_x509_trust_file",
         [STEP_VERIFY] = "gnutls_x509_crt_import for each certificate, "
                         "gnutls_x509_trust_list_verify_crt2 with host name and purpose",
         [STEP_TRUST_CLOSE] = "gnutls_certificate_free_credentials",
     }},
    {"omnitls",
     {
         [STEP_CONTEXTS] =
             "otls_context_new, otls_context_set_versions, otls_context_set_tls13_suites or "
             "otls_context_set_ciphers, otls_context_set_groups; client: otls_trust_add_file, "
             "otls_context_set_trust; server: otls_identity_from_files, "
             "otls_context_add_identity; otls_context_seal",
         [STEP_MUTUAL] = "server: otls_context_set_trust, otls_context_set_verify_mode; client: "
                         "otls_context_add_identity",
         [STEP_TICKETS] = "nothing: no resumption is the default",
         [STEP_ONE_TICKET] = "client: otls_context_set_session_callback; server: "
                             "otls_context_set_ticket_count, otls_context_set_session_cache_mode",
         [STEP_CONNECT] = "otls_connection_new over callbacks on the pipe, or "
                          "otls_connection_new_fd; client: otls_connection_set_server_name",
         [STEP_HANDSHAKE] = "otls_connection_handshake by turns, until both are done",
         [STEP_SESSION] = "client: otls_connection_set_session before it; after it "
                          "otls_connection_read, which takes up the ticket, and "
                          "otls_connection_session",
         [STEP_WRITE] = "otls_connection_write",
         [STEP_GATHER] = "otls_connection_writev",
         [STEP_READ] = "otls_connection_read",
         [STEP_CLOSE] = "otls_connection_free",
         [STEP_PREPARE] = "otls_backend_find, otls_context_new, otls_context_seal and "
                          "otls_context_free",
         [STEP_TRUST] = "otls_context_new, otls_trust_new and otls_trust_add_system (later ones: "
                        "otls_trust_ref), otls_context_set_trust, otls_context_seal",
         [STEP_VERIFY] = "otls_certificate_from_der for each certificate, otls_trust_verify",
         [STEP_TRUST_CLOSE] = "otls_context_free, otls_trust_free",
     }},
};

#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))
#define WIDTH 86

/* Broken at spaces, the lines after the first one indented. */
void bench_explain_calls(const char *name, const char *text)
{
    size_t column = 0;

    printf("    %-9s", name);
    while (*text != '\0') {
        const size_t length = strcspn(text, " ");

        if (column != 0 && column + 1 + length > WIDTH) {
            printf("\n%13s", "");
            column = 0;
        }
        column += (size_t)printf("%s%.*s", column != 0 ? " " : "", (int)length, text);
        text += length + strspn(text + length, " ");
    }
    putchar('\n');
}

static void tell(const char *title, step which, const char *engine)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);

    printf("  %s\n", title);
    for (size_t i = 0; i < PROGRAMS; i++) {
        bool wanted = i == PROGRAMS - 1;

        for (size_t j = 0; j < count; j++)
            wanted = wanted || (strcmp(programs[i].name, sides[j]->name) == 0 &&
                                (engine == NULL || strcmp(engine, sides[j]->name) == 0));
        if (wanted)
            bench_explain_calls(programs[i].name, programs[i].calls[which]);
    }
}

static void handshakes(const bench_case *what, const bench_options *options)
{
    if (what->threads != 0)
        printf("  each operation on %zu threads at once, over the same contexts, in wall-clock time\n",
               what->threads);
    tell("each operation, timed: two connection objects", STEP_CONNECT, options->engine);
    tell("the handshake", STEP_HANDSHAKE, options->engine);
    if (what->resume)
        tell("the session of the operation before, and none in one of 200", STEP_SESSION, options->engine);
    tell("the end", STEP_CLOSE, options->engine);
}

static void data(const bench_case *what, const bench_options *options)
{
    tell("every few rounds, not timed: two connections", STEP_CONNECT, options->engine);
    tell("and their handshake", STEP_HANDSHAKE, options->engine);
    if (what->connections > 1)
        printf("  %zu such pairs are open, and each operation takes the next one\n",
               what->connections);
    printf("  each operation, timed: %zu bytes %s\n", what->size,
           what->kind == BENCH_RECORD   ? "from the client to the server"
           : what->kind == BENCH_GATHER ? "in 256 pieces from the client to the server"
                                        : "there, and back again");
    tell("one end writes", what->kind == BENCH_GATHER ? STEP_GATHER : STEP_WRITE, options->engine);
    tell("the other reads until all are there", STEP_READ, options->engine);
}

static void connections(const bench_case *what, const bench_options *options)
{
    const bench_chain chain = what->chain != BENCH_CHAIN_INTERMEDIATE
                                  ? what->chain
                                  : (bench_chain)options->chain; /* what a case says goes first */

    printf("  both ends: %s, suite 0x%04x, X25519, key %s, checked after each set-up; over %s\n",
           what->version == BENCH_TLS1_3 ? "TLS 1.3" : "TLS 1.2", what->suite, what->key,
           what->kind == BENCH_SOCKET_PING_PONG ? "a socketpair" : "a pipe in memory");
    if (what->kind == BENCH_HANDSHAKE && !what->resume)
        printf("  chain: %s; caches are %s\n", bench_chain_name(chain),
               bench_chain_is_fresh(chain)
                   ? "cold for the chain, warm for keys"
                   : "warm: every chain has been seen");
    tell("once, not timed: contexts", STEP_CONTEXTS, options->engine);
    if (what->accelerated)
        printf("  and omnitls' contexts compute with libcrypto: otls_context_set_acceleration\n");
    if (what->mutual)
        tell("and the client's certificate", STEP_MUTUAL, options->engine);
    if (what->identities != 0)
        printf("  and %zu identities for other names with omnitls' server: otls_identity_self_signed, "
               "otls_context_add_identity\n",
               what->identities);
    if (what->sessions != 0)
        printf(
            "  and %zu other sessions in the cache of omnitls' server, a full handshake for each: "
            "OTLS_OPTION_NO_TICKET, otls_context_set_session_cache_size\n",
            what->sessions);
    tell(what->resume ? "and one ticket for each handshake" : "no tickets",
         what->resume ? STEP_ONE_TICKET : STEP_TICKETS, options->engine);
    if (what->kind == BENCH_HANDSHAKE)
        handshakes(what, options);
    else
        data(what, options);
}

static void roots(const bench_case *what, const bench_options *options)
{
    const bool later = what->kind == BENCH_TRUST_LATER;

    if (what->roots != 0)
        printf("  %zu roots, the benchmark's own the last, in a temporary file\n", what->roots);
    else
        printf(
            "  the system's bundle with the benchmark's own root behind it, in a temporary file\n");
    tell(later ? "once, not timed" : "in a child process, not timed", STEP_PREPARE,
         options->engine);
    tell("each operation, timed", STEP_TRUST, options->engine);
    if (!later)
        tell("and a chain from DER to its verdict", STEP_VERIFY, options->engine);
    tell(later ? "and" : "not timed", STEP_TRUST_CLOSE, options->engine);
}

static void one(const bench_case *what, const bench_options *options)
{
    printf("%s: %s\n", what->name, what->title);
    if (what->kind == BENCH_TRUST_FIRST || what->kind == BENCH_TRUST_LATER)
        roots(what, options);
    else
        connections(what, options);
}

/* ---- what has a target ----------------------------------------------------------------------- */

static const bench_case *listed(const char *name)
{
    for (size_t i = 0; i < bench_case_count; i++)
        if (strcmp(bench_cases[i].name, name) == 0)
            return &bench_cases[i];
    return NULL;
}

/* What is judged is not always what is timed. */
static void figure_of(const judge_target *target)
{
    static const char *const texts[] = {
        [JUDGE_SPEED] = "the figure is speed of omnitls / speed of the engine",
        [JUDGE_SCALING] = "the figure is what a second thread brings to omnitls / to the engine, in "
                          "wall-clock time",
        [JUDGE_MANY] = "the figure is speed with so many / speed with one identity, omnitls / engine",
        [JUDGE_HEAP] = "the figure is the heap of a pair at rest after this, omnitls' beside the "
                       "engine's",
        [JUDGE_EACH_HEAP] = "the figure is the heap of each further identity",
        [JUDGE_ROOTS_HEAP] = "the figure is the heap of such a context, omnitls / engine",
        [JUDGE_INSTRUCTIONS] = "the figure is instructions, omnitls / engine, in a build that has "
                               "one engine linked in",
    };

    printf("  row %s of --judge: %s\n", target->row, texts[target->kind]);
}

static void judged(const bench_options *options)
{
    for (size_t i = 0; i < judge_target_count; i++) {
        const judge_target *target = &judge_targets[i];

        if (!bench_case_wanted(options, target->what.name) || listed(target->what.name) != NULL)
            continue;
        one(&target->what, options);
        figure_of(target);
    }
}

void bench_explain(const bench_options *options)
{
    for (size_t i = 0; i < bench_case_count; i++)
        if (bench_case_wanted(options, bench_cases[i].name))
            one(&bench_cases[i], options);
    judged(options);
}

bool bench_explain_knows(const bench_options *options)
{
    for (size_t i = 0; i < judge_target_count; i++)
        if (bench_case_wanted(options, judge_targets[i].what.name))
            return true;
    return false;
}
