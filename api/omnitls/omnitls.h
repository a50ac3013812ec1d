/* SPDX-License-Identifier: MIT */
/**
 * @file omnitls.h
 * TLS contexts, sockets and certificates over OpenSSL, wolfSSL or GnuTLS: the same program, the same
 * answers, whichever engine. This header includes the whole safe API.
 */
#ifndef OMNITLS_OMNITLS_H
#define OMNITLS_OMNITLS_H

#include <omnitls/certificate.h>
#include <omnitls/connection.h>
#include <omnitls/context.h>
#include <omnitls/engine.h>
#include <omnitls/error.h>
#include <omnitls/identity.h>
#include <omnitls/socket.h>
#include <omnitls/trust.h>

#endif
