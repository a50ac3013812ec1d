/* SPDX-License-Identifier: MIT */
/*
 * --explain of these cases: what each program does, call by call. A test holds the names to the
 * code.
 */
#include "peers/peers.h"

typedef enum step { STEP_CONTEXT, STEP_CONNECT, STEP_EXCHANGE, STEP_GET, STEP_CLOSE, STEPS } step;

typedef struct program {
    const char *name;
    const char *calls[STEPS];
} program;

static const program programs[] = {
    {"libtls",
     {
         [STEP_CONTEXT] = "tls_config_new, tls_config_set_ca_file, tls_config_set_protocols, "
                          "tls_config_set_ecdhecurves",
         [STEP_CONNECT] = "tls_client, tls_configure, tls_connect_socket, tls_handshake",
         [STEP_EXCHANGE] = "tls_write, then tls_read until all is there",
         [STEP_CLOSE] = "tls_close, which sends close_notify, tls_free, close",
     }},
    {"libevent",
     {
         [STEP_CONTEXT] = "event_base_new; SSL_CTX_new, SSL_CTX_set_min_proto_version, "
                          "SSL_CTX_set1_groups_list, SSL_CTX_load_verify_locations, "
                          "SSL_CTX_set_verify",
         [STEP_CONNECT] = "SSL_new, SSL_set_tlsext_host_name, SSL_set1_host; "
                          "bufferevent_openssl_socket_new, bufferevent_setcb, bufferevent_enable, "
                          "event_base_dispatch until the handshake is done",
         [STEP_EXCHANGE] = "bufferevent_write, event_base_dispatch, bufferevent_read in the "
                           "callback until all is there",
         [STEP_CLOSE] = "SSL_set_shutdown, SSL_shutdown, which sends close_notify, "
                        "bufferevent_free",
     }},
    {"glib",
     {
         [STEP_CONTEXT] = "g_tls_file_database_new, g_tls_backend_set_default_database, "
                          "g_network_address_new; groups are as GLib has them",
         [STEP_CONNECT] = "g_socket_new_from_fd, g_socket_connection_factory_create_connection, "
                          "g_tls_client_connection_new, g_tls_connection_set_database, "
                          "g_tls_connection_handshake",
         [STEP_EXCHANGE] = "g_output_stream_write_all, g_input_stream_read_all",
         [STEP_CLOSE] = "g_io_stream_close, which sends close_notify, g_object_unref of all three",
     }},
    {"python",
     {
         [STEP_CONTEXT] = "ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), minimum_version, "
                          "load_verify_locations, set_ecdh_curve",
         [STEP_CONNECT] = "socket.create_connection, context.wrap_socket",
         [STEP_EXCHANGE] = "sendall, recv_into until all is there",
         [STEP_CLOSE] = "close, without close_notify",
     }},
    {"libcurl",
     {
         [STEP_CONTEXT] = "curl_easy_init; curl_easy_setopt with CURLOPT_RESOLVE, CURLOPT_CAINFO, "
                          "CURLOPT_CAPATH, CURLOPT_SSLVERSION, CURLOPT_PROXY and, over OpenSSL, "
                          "CURLOPT_SSL_EC_CURVES",
         [STEP_GET] = "curl_easy_setopt with CURLOPT_URL, CURLOPT_FRESH_CONNECT and "
                      "CURLOPT_FORBID_REUSE; curl_easy_perform, CURLOPT_WRITEFUNCTION",
         [STEP_CLOSE] = "within curl_easy_perform, with close_notify",
     }},
    {"omnitls",
     {
         [STEP_CONTEXT] = "otls_context_new, otls_trust_add_file, otls_context_set_trust, "
                          "otls_context_set_versions, otls_context_seal; "
                          "otls_context_set_groups where the peer can be told its groups",
         [STEP_CONNECT] = "otls_connection_new_fd, otls_connection_set_server_name, "
                          "otls_connection_handshake; beside libevent the socket does not block, "
                          "and poll() waits",
         [STEP_EXCHANGE] = "otls_connection_write, then otls_connection_read until all is there",
         [STEP_GET] = "otls_connection_write of a request, otls_connection_read until the head and "
                      "as much as its Content-Length says are there",
         [STEP_CLOSE] = "otls_connection_shutdown, which sends close_notify (not beside python), "
                        "otls_connection_free, close",
     }},
};

#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

/* libcurl-gnutls is the program of libcurl. */
static bool wanted(const bench_options *options, const program *what, bool get)
{
    const size_t length = strlen(what->name);

    if (what == &programs[PROGRAMS - 1])
        return true;
    return (what->calls[STEP_GET] != NULL) == get &&
           (options->peer == NULL || strncmp(options->peer, what->name, length) == 0);
}

static void tell(const bench_options *options, const char *title, step which, bool get)
{
    printf("  %s\n", title);
    for (size_t i = 0; i < PROGRAMS; i++)
        if (wanted(options, &programs[i], get) && programs[i].calls[which] != NULL)
            bench_explain_calls(programs[i].name, programs[i].calls[which]);
}

static void one(const bench_options *options, const peer_case *what)
{
    const bool get = what->kind == PEER_GET_NEW || what->kind == PEER_GET_KEPT;
    const bool kept = what->kind == PEER_EXCHANGE || what->kind == PEER_GET_KEPT;

    printf("%s: %s\n", what->what.name, what->what.title);
    printf("  a client; the server is omnitls on the first engine of this build, in another "
           "process, the same\n  for all; TCP on 127.0.0.1\n"
           "  TLS 1.3, TLS_AES_128_GCM_SHA256 and X25519, since the server has no others; key "
           "ecdsa-p256, leaf and\n  intermediate, %s; asked of the server before anything is "
           "measured.\n  Both programs must refuse another name and another authority then\n",
           bench_chain_is_fresh(what->what.chain) ? "new ones each time" : "the same each time");
    tell(options, "once, not timed: a context that verifies, with one root", STEP_CONTEXT, get);
    if (!get || !kept)
        tell(options,
             kept ? "every few rounds, not timed: a connection" : "each operation: a connection",
             STEP_CONNECT, get);
    if (get)
        tell(options,
             kept ? "each operation: a GET over the connection that is open" : "a GET over it",
             STEP_GET, get);
    else if (kept)
        tell(options, "each operation: a message, and the same back", STEP_EXCHANGE, get);
    if (!kept)
        tell(options, "and its end", STEP_CLOSE, get);
}

void peer_explain(const bench_options *options)
{
    for (size_t i = 0; i < peer_case_count; i++)
        if (bench_case_wanted(options, peer_cases[i].what.name))
            one(options, &peer_cases[i]);
}
