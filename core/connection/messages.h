/* SPDX-License-Identifier: MIT */
/** @file connection/messages.h What the message callback hears. */
#ifndef OMNI_CONNECTION_MESSAGES_H
#define OMNI_CONNECTION_MESSAGES_H

#include "connection/connection.h"

/**
 * Watch from now on, if the context in force wants it: before the engine starts, as often as one
 * likes. OTLS_E_NOMEM.
 */
otls_status omni_messages_begin(otls_connection *conn);
/** Server: `wire` begins with the records of a ClientHello, all of them. */
void omni_messages_hello(otls_connection *conn, const uint8_t *wire, size_t size);
/** An alert went by. */
void omni_messages_alert(otls_connection *conn, bool received, bool fatal, uint8_t description);

#endif
