/* SPDX-License-Identifier: MIT */
#include "peers/library.h"
#include "bench.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <strings.h>

static void *open_first(const char *const *names)
{
    void *handle = NULL;

    for (size_t i = 0; handle == NULL && names[i] != NULL; i++)
        handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return handle;
}

bool peer_library_load(const char *const *names, const peer_call *calls, size_t count, void *out)
{
    void *handle = open_first(names);

    if (handle == NULL)
        return bench_complain("not installed: no %s", names[0]);
    for (size_t i = 0; i < count; i++) {
        void *found = dlsym(handle, calls[i].name);

        if (found == NULL)
            return bench_complain("%s has no %s", names[0], calls[i].name);
        memcpy((char *)out + calls[i].offset, &found, sizeof(found));
    }
    return true;
}

bool peer_library_openssl(const char *const *names, char *out, size_t size)
{
    void *handle = open_first(names);
    const char *(*version)(int what) = NULL;
    void *found = handle != NULL ? dlsym(handle, "OpenSSL_version") : NULL;

    if (found == NULL)
        return false;
    memcpy(&version, &found, sizeof(found));
    (void)snprintf(out, size, "%s", version(0));
    return true;
}

void peer_library_file(const void *function, char *out, size_t size)
{
    Dl_info info;
    char *path = NULL;
    const char *slash;

    (void)snprintf(out, size, "?");
    if (dladdr(function, &info) == 0 || info.dli_fname == NULL)
        return;
    path = realpath(info.dli_fname, NULL);
    if (path == NULL)
        return;
    slash = strrchr(path, '/');
    (void)snprintf(out, size, "%s", slash != NULL ? slash + 1 : path);
    free(path);
}

const char *peer_library_engine(const char *tls)
{
    static const char *const names[] = {"openssl", "gnutls", "wolfssl"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strncasecmp(tls, names[i], strlen(names[i])) == 0)
            return names[i];
    return "";
}
