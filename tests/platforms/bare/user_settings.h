/* SPDX-License-Identifier: MIT */
/*
 * wolfSSL for a microcontroller: no operating system, no files, no sockets, one thread. What omnitls'
 * backend needs is on (cmake/OmnitlsWolfssl.cmake has the list and the reasons), what is left is small.
 */
#ifndef USER_SETTINGS_H
#define USER_SETTINGS_H

#include <stddef.h>
#include <time.h>

/* the machine */
#define SINGLE_THREADED
#define NO_FILESYSTEM
#define NO_WRITEV
#define WOLFSSL_USER_IO
#define WOLFSSL_NO_SOCK
#define NO_MAIN_DRIVER
#define SIZEOF_LONG_LONG 8
#define SIZEOF_LONG 4
#define WOLFSSL_SMALL_STACK
#define WOLFSSL_IGNORE_FILE_WARN
#define WOLFSSL_IP4 2
#define WOLFSSL_IP6 10
#define XINET_PTON(family, text, out) (0)

/* clock and random numbers come from hooks in port.c */
#define HAVE_HASHDRBG
extern int port_seed(unsigned char *out, unsigned size);
#define CUSTOM_RAND_GENERATE_SEED port_seed
extern time_t port_time(time_t *out);
#define XTIME(out) port_time(out)
#define HAVE_GMTIME_R
#define XGMTIME(clock, out) gmtime_r((clock), (out))
#define USER_TICKS

/* arithmetic: small code, constant time */
#define WOLFSSL_SP_MATH_ALL
#define WOLFSSL_SP_SMALL
#define SP_INT_BITS 2048
#define WOLFSSL_HAVE_SP_ECC
#define ECC_TIMING_RESISTANT
#define TFM_TIMING_RESISTANT
#define WC_RSA_BLINDING

/* the protocol */
#define WOLFSSL_TLS13
#define HAVE_TLS_EXTENSIONS
#define HAVE_SUPPORTED_CURVES
#define HAVE_EXTENDED_MASTER
#define HAVE_SNI
#define HAVE_ALPN
#define HAVE_SESSION_TICKET
#define HAVE_EXT_CACHE
#define NO_OLD_TLS
#define SMALL_SESSION_CACHE
#define NO_ERROR_QUEUE

/* what omnitls' backend calls */
#define OPENSSL_EXTRA
#define OPENSSL_ALL
#define OPENSSL_NO_COEXIST
#define SESSION_CERTS
#define HAVE_EX_DATA
#define HAVE_KEYING_MATERIAL
#define HAVE_PK_CALLBACKS
#define ATOMIC_USER
#define WOLFSSL_HAVE_TLS_UNIQUE
#define WOLFSSL_POST_HANDSHAKE_AUTH
#define WOLFSSL_KEY_GEN
#define WOLFSSL_CERT_GEN
#define WOLFSSL_ALWAYS_VERIFY_CB
#define WOLFSSL_ALWAYS_KEEP_SNI
#define KEEP_PEER_CERT
#define WOLFSSL_OPENVPN

/* algorithms */
#define HAVE_ECC
#define ECC_USER_CURVES
#define HAVE_ECC384
#define HAVE_CURVE25519
#define CURVE25519_SMALL
#define HAVE_ED25519
#define ED25519_SMALL
#define HAVE_CURVE448
#define HAVE_ED448
#define WOLFSSL_SHA3
#define WOLFSSL_SHAKE256
#define HAVE_AESGCM
#define GCM_SMALL
#define WOLFSSL_AES_SMALL_TABLES
#define HAVE_CHACHA
#define HAVE_POLY1305
#define HAVE_ONE_TIME_AUTH
#define HAVE_HKDF
#define HAVE_FFDHE_2048
#define WC_RSA_PSS
#define WOLFSSL_SHA224
#define WOLFSSL_SHA384
#define WOLFSSL_SHA512
#define USE_SLOW_SHA
#define USE_SLOW_SHA256
#define USE_SLOW_SHA512
#define HAVE_PKCS8
#define HAVE_PKCS12
#define NO_DSA
#define NO_RC4
#define NO_MD4

#endif
