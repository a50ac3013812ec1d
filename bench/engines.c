/* SPDX-License-Identifier: MIT */
/* The engines of this build. */
#include "bench.h"

#include <omnitls/omnitls.h>

size_t bench_engines(const bench_side *out[BENCH_ENGINES_MAX])
{
    size_t count = 0;

#ifdef OTLS_BENCH_ENGINE_OPENSSL
    out[count++] = &bench_native_openssl;
#endif
#ifdef OTLS_BENCH_ENGINE_WOLFSSL
    out[count++] = &bench_native_wolfssl;
#endif
#ifdef OTLS_BENCH_ENGINE_GNUTLS
    out[count++] = &bench_native_gnutls;
#endif
    return count;
}

const char *bench_engine_version(const char *engine)
{
    const otls_backend *backend;

    return otls_backend_find(&backend, engine, NULL) == OTLS_OK ? otls_backend_version(backend)
                                                                : "";
}

const char *bench_library_version(void)
{
    return otls_version();
}
