/* SPDX-License-Identifier: MIT */
#include "lying.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

const char *const lying_truths[LYING_TRUTHS] = {"openssl", "wolfssl", "gnutls"};
lying_control *lying;

struct criterion_test_params lying_parameters(void)
{
    static size_t indexes[LYING_TRUTHS] = {0, 1, 2};

    return cr_make_param_array(size_t, indexes, LYING_TRUTHS);
}

static void *open_module(const char *directory, const char *name)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s.so", directory, name);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

#define LYING_DIRECTORY OTLS_TEST_BUILD_DIR "/tests/lying"

bool lying_about(const otls_backend **out, const char *truth)
{
    void *liar, *real;
    lying_prepare_function *set;

    (void)setenv("OMNITLS_MODULE_DIR", LYING_DIRECTORY, 1);
    liar = open_module(LYING_DIRECTORY, LYING_ENGINE);
    real = open_module(OTLS_TEST_MODULE_DIR, truth);
    if (liar == NULL || real == NULL)
        return false;
    set = (lying_prepare_function *)(uintptr_t)dlsym(liar, LYING_PREPARE);
    lying = dlsym(liar, LYING_CONTROL);
    cr_assert(set != NULL && lying != NULL);
    set(dlsym(real, "otls_module"));
    *out = test_backend(LYING_ENGINE);
    return true;
}

otls_status lying_read(otls_connection *conn, otls_connection *other, otls_error *err)
{
    uint8_t buffer[64];
    size_t count = 0;
    otls_status status = OTLS_WANT_READ;

    for (int turn = 0; turn < 64 && status == OTLS_WANT_READ; turn++) {
        (void)otls_connection_flush(other, NULL);
        status = otls_connection_read(conn, buffer, sizeof(buffer), &count, err);
        cr_assert(status == OTLS_OK ? count == 5 : count == 0);
    }
    return status;
}
