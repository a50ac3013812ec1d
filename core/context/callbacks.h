/* SPDX-License-Identifier: MIT */
/**
 * @file context/callbacks.h
 * The application's callbacks and what goes with them: a part of a context's settings and a part of
 * a connection, each with its own life.
 */
#ifndef OMNI_CONTEXT_CALLBACKS_H
#define OMNI_CONTEXT_CALLBACKS_H

#include "base/user_data.h"
#include "x509/dn_list.h"
#include <omnitls/callbacks.h>
#include <omnitls/client_auth.h>
#include <omnitls/client_hello.h>
#include <omnitls/psk.h>

typedef struct omni_key_log_file omni_key_log_file; /* context/key_log_file.c; shared by copies */

/** Zero = none of all this. */
typedef struct omni_callbacks {
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
    omni_dn_list client_ca;
    omni_key_log_file *key_log_file;
    bool post_handshake_auth;
} omni_callbacks;

/** `calls` is a plain copy of another's: make it its own. On failure it is left empty. */
otls_status omni_callbacks_adopt(omni_callbacks *calls, otls_error *err);
void omni_callbacks_clear(omni_callbacks *calls);

/** What a connection keeps for them. */
typedef struct omni_connection_callbacks {
    omni_user_data user;
    omni_dn_list client_ca; /* client: what the server asked for */
    uint8_t told_state;       /* the state last told to the info callback */
    bool told_start;
    bool psk_given;   /* core handed a pre-shared key to the engine */
    bool cannot_wait; /* the verify callback wants to, the engine cannot */
} omni_connection_callbacks;

void omni_connection_callbacks_clear(omni_connection_callbacks *calls);

/* context/key_log_file.c */
otls_status omni_key_log_file_open(omni_key_log_file **out, const char *path, otls_error *err);
omni_key_log_file *omni_key_log_file_ref(omni_key_log_file *file);
void omni_key_log_file_free(omni_key_log_file *file);
void omni_key_log_file_write(omni_key_log_file *file, const char *line);

#endif
