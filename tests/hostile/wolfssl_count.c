/* SPDX-License-Identifier: MIT */
/*
 * Preloaded: newer wolfSSL's lists of names over an older library. A push answers with the new
 * count, and lists grow at their end.
 */
#define _GNU_SOURCE
#define WOLFSSL_OPTIONS_IGNORE_SYS
#include <wolfssl/options.h>

#include <wolfssl/ssl.h>

#include <dlfcn.h>
#include <string.h>

enum { NAMES_MAX = 64 };

typedef WOLF_STACK_OF(WOLFSSL_X509_NAME) name_stack;

/* The list that is being made; its names go into the real one when it is given away. */
static name_stack *current;
static WOLFSSL_X509_NAME *list[NAMES_MAX];
static int count;

static void real(void *function, const char *name)
{
    void *address = dlsym(RTLD_NEXT, name);

    memcpy(function, &address, sizeof(address)); /* ISO C has no cast from data to code */
}

int wolfSSL_sk_X509_NAME_push(name_stack *names, WOLFSSL_X509_NAME *name)
{
    if (names != current)
        count = 0;
    current = names;
    if (names == NULL || name == NULL || count == NAMES_MAX)
        return -1;
    list[count++] = name;
    return count;
}

WOLFSSL_X509_NAME *wolfSSL_sk_X509_NAME_value(const name_stack *names, int at)
{
    return names == current && at >= 0 && at < count ? list[at] : NULL;
}

void wolfSSL_sk_X509_NAME_pop_free(name_stack *names, void (*release)(WOLFSSL_X509_NAME *))
{
    void (*next)(name_stack *, void (*)(WOLFSSL_X509_NAME *));

    for (int i = 0; names != NULL && names == current && i < count; i++)
        wolfSSL_X509_NAME_free(list[i]);
    count = names == current ? 0 : count;
    real(&next, "wolfSSL_sk_X509_NAME_pop_free");
    next(names, release);
}

void wolfSSL_CTX_set_client_CA_list(WOLFSSL_CTX *ctx, name_stack *names)
{
    int (*push)(name_stack *, WOLFSSL_X509_NAME *);
    void (*next)(WOLFSSL_CTX *, name_stack *);

    real(&push, "wolfSSL_sk_X509_NAME_push");
    real(&next, "wolfSSL_CTX_set_client_CA_list");
    while (names == current && count > 0)
        (void)push(names, list[--count]); /* the old ones grow at their head */
    current = NULL;
    next(ctx, names);
}
