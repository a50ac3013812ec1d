/* SPDX-License-Identifier: MIT */
/**
 * @file omnitls.h
 * TLS contexts, sockets and certificates over OpenSSL, wolfSSL or GnuTLS: the same program, the same
 * answers, whichever engine. This header includes the whole safe API.
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
#include <omnitls/options.h>
#include <omnitls/ocsp.h>
#include <omnitls/psk.h>
#include <omnitls/random.h>
#include <omnitls/session.h>
#include <omnitls/socket.h>
#include <omnitls/suite.h>
#include <omnitls/trust.h>
#include <omnitls/verify.h>

#endif
