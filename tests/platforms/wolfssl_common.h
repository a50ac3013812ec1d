/* SPDX-License-Identifier: MIT */
/*
 * What the wolfSSL of these tests has, on every machine: all that omnitls' backend needs
 * (cmake/OmnitlsWolfssl.cmake has the list and the reasons), the rest small. user_settings.h beside it has
 * the machine's own part.
 */
#ifndef WOLFSSL_COMMON_H
#define WOLFSSL_COMMON_H

/* core does all input and output */
#define NO_FILESYSTEM
#define NO_WRITEV
#define WOLFSSL_USER_IO
#define WOLFSSL_NO_SOCK
#define NO_MAIN_DRIVER
#define WOLFSSL_IGNORE_FILE_WARN
#define WOLFSSL_IP4 2
#define WOLFSSL_IP6 10
#define XINET_PTON(family, text, out) (0)

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
