/* SPDX-License-Identifier: MIT */
/*
 * What client.c asks of the machine it runs on. machine_sockets.c is for systems with sockets; a
 * board has a file of its own, as tests/platforms/bare/machine_uart.c. Each has main, and calls
 * client_run.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <omnitls/omnitls.h>

typedef struct machine {
    const char *name;  /* who says hello */
    const char *host;  /* whom we mean: in the server's certificate */
    const char *roots; /* PEM: whom we believe */
    size_t roots_size;
    otls_transport transport;   /* to the server, connected */
    int64_t (*now)(void *user); /* NULL: the system has a clock */
} machine;

/* 0 when the server answered what we said; else why not stands on stderr. */
int client_run(const machine *on);

#endif
