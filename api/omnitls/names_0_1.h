/* SPDX-License-Identifier: MIT */
/**
 * @file names_0_1.h
 * The names that 0.1 had for what is called otherwise since. For programs that are being moved to
 * the new names; nothing includes this header, and it goes with 0.3.
 */
#ifndef OMNITLS_NAMES_0_1_H
#define OMNITLS_NAMES_0_1_H

#include <omnitls/parity.h>

#define otls_connection_session_reused otls_connection_session_resumed
#define otls_connection_shared_ciphers otls_connection_shared_suites
#define otls_context_set_clock otls_context_set_clock_callback
#define otls_context_set_key_log otls_context_set_key_log_callback
#define otls_context_set_log otls_context_set_log_callback
#define otls_context_set_psk_client otls_context_set_psk_client_callback
#define otls_context_set_psk_server otls_context_set_psk_server_callback
#define otls_context_set_tls13_ciphers otls_context_set_tls13_suites
#define otls_identity_load_files otls_identity_from_files
#define otls_identity_load_memory otls_identity_from_memory
#define otls_identity_load_pkcs12_file otls_identity_from_pkcs12_file
#define otls_identity_load_pkcs12_memory otls_identity_from_pkcs12_memory
#define otls_key_load_file otls_key_from_file
#define otls_key_load_memory otls_key_from_memory
#define otls_trust_statistics_get otls_trust_stats

#endif
