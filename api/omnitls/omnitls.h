/* SPDX-License-Identifier: MIT */
/**
 * @file omnitls.h
 * TLS contexts, sockets and certificates over OpenSSL, wolfSSL or GnuTLS: the same program, the same
 * answers, whichever engine. This header includes the whole safe API; what turns a check off stands
 * in omnitls/insecure.h, what only programs moved from Python need in omnitls/parity.h.
 *
 * The first page. Most programs need these calls and no others:
 *
 *   engine       otls_backend_find, otls_backend_name, otls_backend_supports
 *   whom to trust  otls_trust_new, otls_trust_add_system, otls_trust_add_file, otls_trust_free
 *   what to show   otls_identity_from_files, otls_identity_free
 *   policy       otls_context_new, otls_context_set_trust, otls_context_add_identity,
 *                otls_context_set_versions, otls_context_set_ciphers, otls_context_set_alpn,
 *                otls_context_set_verify_mode, otls_context_copy, otls_context_free
 *   a socket     otls_connect, otls_listen, otls_socket_accept, otls_socket_recv,
 *                otls_socket_send_all, otls_socket_read_line, otls_socket_set_timeout,
 *                otls_socket_connection, otls_socket_close
 *   your own transport  otls_connection_new, otls_connection_new_fd, otls_connection_new_memory,
 *                otls_connection_set_server_name, otls_connection_handshake, otls_connection_read,
 *                otls_connection_write, otls_connection_shutdown, otls_connection_free
 *   what came of it  otls_connection_version, otls_connection_suite, otls_connection_alpn,
 *                otls_connection_peer_chain, otls_connection_verify_flags,
 *                otls_certificate_subject, otls_certificate_san_text, otls_status_name
 */
#ifndef OMNITLS_OMNITLS_H
#define OMNITLS_OMNITLS_H

#include <omnitls/callbacks.h>
#include <omnitls/certificate.h>
#include <omnitls/client_auth.h>
#include <omnitls/client_hello.h>
#include <omnitls/connection.h>
#include <omnitls/context.h>
#include <omnitls/engine.h>
#include <omnitls/error.h>
#include <omnitls/identity.h>
#include <omnitls/key.h>
#include <omnitls/memory.h>
#include <omnitls/options.h>
#include <omnitls/ocsp.h>
#include <omnitls/psk.h>
#include <omnitls/random.h>
#include <omnitls/session.h>
#include <omnitls/socket.h>
#include <omnitls/suite.h>
#include <omnitls/trust.h>
#include <omnitls/verify.h>

/* What the library was built with: OTLS_WITH_SOCKETS and the like, docs/features-build.md. */
#ifdef __has_include
#if __has_include(<omnitls/config.h>)
#include <omnitls/config.h>
#endif
#endif

#endif
