/* SPDX-License-Identifier: MIT */
/** @file connection/events.h What the info callback hears. */
#ifndef OMNI_CONNECTION_EVENTS_H
#define OMNI_CONNECTION_EVENTS_H

#include "connection/connection.h"

/* connection/events.c: to the info callback */
void omni_event(otls_connection *conn, otls_event event, int value);
void omni_event_state(otls_connection *conn);
/** ... and to the message callback. */
void omni_event_alert(otls_connection *conn, bool received, bool fatal, uint8_t description);

#endif
