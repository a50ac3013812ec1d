/* SPDX-License-Identifier: MIT */
/* What this wolfSSL has beyond the distribution's: the features whose rows follow how it was built. */
#undef HAVE_SECRET_CALLBACK
#define HAVE_SECRET_CALLBACK
#undef WOLFSSL_EARLY_DATA
#define WOLFSSL_EARLY_DATA
#undef HAVE_SECURE_RENEGOTIATION
#define HAVE_SECURE_RENEGOTIATION
#undef WC_RC2
#define WC_RC2
#undef WOLFSSL_STATIC_RSA
#define WOLFSSL_STATIC_RSA
