/* SPDX-License-Identifier: MIT */
/* An allocator of the application's: it gets everything of core's back, and comes first or never. A
 * program of its own, because it counts for the whole process. */
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <stdlib.h>

static long live, calls;

static void *allocate(size_t size, void *user)
{
    long *counter = user;

    ++*counter;
    calls++;
    return size != 0 ? malloc(size) : NULL;
}

static void *reallocate(void *block, size_t size, void *user)
{
    (void)user;
    calls++;
    return block != NULL && size != 0 ? realloc(block, size) : NULL;
}

static void release(void *block, void *user)
{
    long *counter = user;

    --*counter;
    free(block);
}

static int expect(int good, const char *what)
{
    if (!good)
        (void)fprintf(stderr, "failed: %s\n", what);
    return good ? 0 : 1;
}

int main(void)
{
    const otls_allocator allocator = {.size = sizeof(allocator),
                                      .allocate = allocate,
                                      .reallocate = reallocate,
                                      .release = release,
                                      .user = &live};
    const otls_allocator half = {.size = sizeof(half), .allocate = allocate};
    static const char *const names[] = {"h2"};
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context, *copy;
    otls_trust *trust;
    int bad = 0;

    bad += expect(otls_set_allocator(NULL, &err) == OTLS_E_USAGE, "none is refused");
    bad += expect(otls_set_allocator(&half, &err) == OTLS_E_USAGE, "half of one is refused");
    bad += expect(otls_set_allocator(&allocator, &err) == OTLS_OK, "the first call may set it");
    bad += expect(otls_trust_new(&trust, &err) == OTLS_OK, "a trust store");
    bad += expect(otls_trust_add_file(trust, OTLS_TEST_PKI "/root.pem", &err) == OTLS_OK, err.text);
    bad += expect(otls_set_allocator(&allocator, &err) == OTLS_E_USAGE, "now it is too late");
    const long before = live;

    bad += expect(before > 0 && calls > 0, "core uses it");
    bad += expect(otls_context_new(&context, NULL, OTLS_CLIENT, &err) == OTLS_OK, err.text);
    const long registered = live; /* the engine stays for the process */

    bad += expect(otls_context_set_alpn(context, names, 1, &err) == OTLS_OK, err.text);
    bad += expect(otls_context_set_trust(context, trust, &err) == OTLS_OK, err.text);
    bad += expect(otls_context_seal(context, &err) == OTLS_OK, err.text);
    bad += expect(otls_context_copy(&copy, context, &err) == OTLS_OK, err.text);
    bad += expect(live > registered, "contexts live there");
    otls_context_free(copy);
    otls_context_free(context);
    otls_trust_free(trust);
    bad += expect(live < registered, "and give everything back");
    return bad != 0;
}
