/* SPDX-License-Identifier: MIT */
/**
 * @file calls.h
 * The application's callbacks and what goes with them: a part of a context's settings and a part of
 * a connection, each with its own life.
 */
#ifndef OTLS_CORE_CALLS_H
#define OTLS_CORE_CALLS_H

#include "name_list.h"
#include "user_data.h"
#include <omnitls/callbacks.h>
#include <omnitls/client_auth.h>
#include <omnitls/client_hello.h>
#include <omnitls/psk.h>

typedef struct otls_key_log_file otls_key_log_file; /* key_log_file.c; shared by copies */

/** Zero = none of all this. */
typedef struct otls_calls {
    otls_client_hello_callback client_hello;
    void *client_hello_user;
    otls_alpn_callback alpn;
    void *alpn_user;
    otls_verify_certificate_callback verify_certificate;
    void *verify_certificate_user;
    otls_verify_callback verify;
    void *verify_user;
    otls_info_callback info;
    void *info_user;
    otls_log_callback log;
    void *log_user;
    otls_psk_client_callback psk_client;
    void *psk_client_user;
    otls_psk_server_callback psk_server;
    void *psk_server_user;
    char *psk_hint;
    otls_name_list client_ca;
    otls_key_log_file *key_log_file;
    bool post_handshake_auth;
} otls_calls;

/** `calls` is a plain copy of another's: make it its own. On failure it is left empty. */
otls_status otls_calls_adopt(otls_calls *calls, otls_error *err);
void otls_calls_clear(otls_calls *calls);

/** What a connection keeps for them. */
typedef struct otls_connection_calls {
    otls_user_data user;
    otls_name_list client_ca; /* client: what the server asked for */
    uint8_t told_state;       /* the state last told to the info callback */
    bool told_start;
    bool psk_given;   /* core handed a pre-shared key to the engine */
    bool cannot_wait; /* the verify callback wants to, the engine cannot */
} otls_connection_calls;

void otls_connection_calls_clear(otls_connection_calls *calls);

/* key_log_file.c */
otls_status otls_key_log_file_open(otls_key_log_file **out, const char *path, otls_error *err);
otls_key_log_file *otls_key_log_file_ref(otls_key_log_file *file);
void otls_key_log_file_free(otls_key_log_file *file);
void otls_key_log_file_write(otls_key_log_file *file, const char *line);

#endif
