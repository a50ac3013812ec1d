/* SPDX-License-Identifier: MIT */
/* The program over omnitls, its part with the system's roots. */
#include "ours.h"

#include <omnitls/verify.h>
#include <stdlib.h>
#include <time.h>

struct bench_trust {
    otls_trust *roots;
    otls_context *context;
};

bool bench_ours_failed(const char *what, const otls_error *err)
{
    const char *engine = err->backend; /* NULL: core found it, and its sentence names the engine */

    return bench_complain("omnitls%s%s: %s: %s%s%s", engine != NULL ? " over " : "",
                          engine != NULL ? engine : "", what, err->text,
                          err->native_text[0] != '\0' ? ": " : "", err->native_text);
}

bool bench_ours_prepare(const bench_roots *roots)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;
    otls_context *context = NULL;
    otls_status status = otls_backend_find(&backend, roots->engine, &err);

    if (status == OTLS_OK)
        status = otls_context_new(&context, backend, OTLS_CLIENT, &err);
    if (status == OTLS_OK)
        status = otls_context_seal(context, &err);
    otls_context_free(context);
    return status == OTLS_OK || bench_ours_failed("a bare context", &err);
}

void bench_ours_trust_close(bench_trust *trust)
{
    if (trust == NULL)
        return;
    otls_context_free(trust->context);
    otls_trust_free(trust->roots);
    free(trust);
}

static otls_status roots_load(bench_trust *trust, const bench_trust *earlier, otls_error *err)
{
    otls_status status;

    if (earlier != NULL) {
        trust->roots = otls_trust_ref(earlier->roots);
        return OTLS_OK;
    }
    status = otls_trust_new(&trust->roots, err);
    return status == OTLS_OK ? otls_trust_add_system(trust->roots, err) : status;
}

bench_trust *bench_ours_trust_open(const bench_roots *roots, const bench_trust *earlier)
{
    bench_trust *trust = calloc(1, sizeof(*trust));
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;
    otls_status status;

    if (trust == NULL)
        return NULL;
    status = otls_backend_find(&backend, roots->engine, &err);
    if (status == OTLS_OK)
        status = otls_context_new(&trust->context, backend, OTLS_CLIENT, &err);
    if (status == OTLS_OK)
        status = roots_load(trust, earlier, &err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(trust->context, trust->roots, &err);
    if (status == OTLS_OK)
        status = otls_context_seal(trust->context, &err);
    if (status == OTLS_OK)
        return trust;
    (void)bench_ours_failed("the system's roots", &err);
    bench_ours_trust_close(trust);
    return NULL;
}

static otls_status verify(const bench_trust *trust, const otls_certificate *const *chain,
                          size_t count, time_t now, otls_error *err)
{
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_verdict *verdict = NULL;
    otls_status status;

    parameters.backend = otls_context_backend(trust->context);
    parameters.name = BENCH_HOST;
    parameters.time = now;
    status = otls_trust_verify(trust->roots, chain, count, &parameters, &verdict, err);
    if (status == OTLS_OK && otls_verdict_flags(verdict) != 0)
        status = OTLS_E_VERIFY;
    otls_verdict_free(verdict);
    return status;
}

bool bench_ours_trust_verify(bench_trust *trust, const bench_roots *roots)
{
    otls_certificate *chain[BENCH_CHAIN_MAX] = {NULL};
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_OK;

    for (size_t i = 0; status == OTLS_OK && i < roots->chain_count; i++)
        status =
            otls_certificate_from_der(&chain[i], roots->chain[i].der, roots->chain[i].size, &err);
    if (status == OTLS_OK)
        status = verify(trust, (const otls_certificate *const *)chain, roots->chain_count,
                        time(NULL), &err);
    for (size_t i = 0; i < roots->chain_count; i++)
        otls_certificate_free(chain[i]);
    return status == OTLS_OK || bench_ours_failed("verifying", &err);
}
