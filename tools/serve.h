/* SPDX-License-Identifier: MIT */
/** @file serve.h One client of `omnitls serve`, as the loop in serve.c sees it. */
#ifndef OMNITLS_TOOL_SERVE_H
#define OMNITLS_TOOL_SERVE_H

#include "tool.h"

typedef struct client client;

/** Takes over the socket; NULL (and the socket closed) when memory is short. */
client *client_new(const tool_options *options, otls_socket *sock);
/** Says close_notify if it can, never waits. */
void client_free(client *c);
int client_fileno(const client *c);
/** What to poll for; `*again`: do not sleep, there is something to go on with. */
short client_events(const client *c, bool *again);
/** When the client's patience ends, on the monotonic clock in ms. */
int64_t client_deadline(const client *c);
/** Go on as far as possible without waiting. False: it is over, free it. */
bool client_run(client *c, short revents);
/** The exit code that this connection came to. */
int client_code(const client *c);

int64_t serve_now_ms(void);

/** --listen, or what stands for it; a sentence about what is wrong, or NULL. */
const char *serve_where(const tool_options *options, tool_target *out);
/** Of a certificate that was made for want of another: its pin, and how a client trusts it. `at` is
 *  where we listen. */
bool serve_say_throwaway(const tool_options *options, const otls_context *context, const char *at);

#endif
