/* SPDX-License-Identifier: MIT */
#include "engine/registry.h"

#include "base/base.h"
#include "engine/loader.h"
#include "platform/platform.h"
#include <omnitls/config.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#ifndef OMNITLS_DEFAULT_BACKEND
#define OMNITLS_DEFAULT_BACKEND "openssl"
#endif
#ifndef OMNITLS_VERSION
#define OMNITLS_VERSION "0.1.0"
#endif

/* Entries are only ever added, and are immutable once added, so a pointer to one never dies. */
static struct { /* under the global lock */
    struct otls_backend entries[OMNI_BACKEND_MAX];
    size_t count;
    _Atomic(const otls_backend *) chosen;
} registry;

#ifdef OTLS_STATIC_BACKENDS_LIST
#define X(name) extern const otls_backend_module otls_module_##name;
OTLS_STATIC_BACKENDS_LIST
#undef X
#endif

/* What is linked in; everything else is a loadable module. */
static const otls_backend_module *linked_in(const char *name)
{
#ifdef OTLS_ONLY_BACKEND
    if (strcmp(OTLS_ONLY_BACKEND.name, name) == 0)
        return &OTLS_ONLY_BACKEND;
#endif
#ifdef OTLS_STATIC_BACKENDS_LIST
#define X(known)                                                                                   \
    if (strcmp(name, #known) == 0)                                                                 \
        return &otls_module_##known;
    OTLS_STATIC_BACKENDS_LIST
#undef X
#endif
    (void)name;
    return NULL;
}

static const char *const known_names[] = {"openssl", "wolfssl", "gnutls"};
#define KNOWN_COUNT (OMNI_COUNT(known_names))

static const otls_backend *lookup(const char *name)
{
    for (size_t i = 0; i < registry.count; i++)
        if (strcmp(registry.entries[i].module->name, name) == 0)
            return &registry.entries[i];
    return NULL;
}

/* `path` gets the module's file, "" when it has none. */
static otls_status locate(const otls_backend_module **out, const char *name,
                          char path[OMNI_MODULE_PATH_MAX], otls_error *err)
{
    path[0] = '\0';
    *out = linked_in(name);
    if (*out != NULL)
        return OTLS_OK;
#ifdef OTLS_ONLY_BACKEND
    return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE,
                     "engine %s is not in this build, which has %s only", name,
                     OTLS_ONLY_BACKEND.name);
#else
    return omni_module_load(out, name, path, err);
#endif
}

/* A module that fits and runs. */
static otls_status take_module(const otls_backend_module **out, const char *name, otls_error *err)
{
    char path[OMNI_MODULE_PATH_MAX];
    otls_status status = locate(out, name, path, err);

    if (status == OTLS_OK)
        status = omni_module_check(*out, name, err);
    if (status == OTLS_OK)
        status = omni_module_start((*out)->start, "engine", name, err);
#ifndef OTLS_ONLY_BACKEND
    if (status != OTLS_OK)
        omni_module_name_file(err, path);
#endif
    return status;
}

static otls_status add(const otls_backend **out, const char *name, otls_error *err)
{
    const otls_backend_module *module;
    struct otls_backend *entry = &registry.entries[registry.count];

    if (registry.count == OMNI_BACKEND_MAX)
        return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_LIMIT, "more than %d engines",
                         OMNI_BACKEND_MAX);
    OMNI_TRY(take_module(&module, name, err));
    entry->module = module;
    entry->index = (unsigned)registry.count;
    registry.count++;
    *out = entry;
    return OTLS_OK;
}

static otls_status find_named(const otls_backend **out, const char *name, otls_error *err)
{
    const otls_backend *found;
    otls_status status = OTLS_OK;

    if (!omni_module_name_ok(name))
        return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, "\"%.40s\" is no engine's name", name);
    omni_lock_take_global();
    found = lookup(name);
    if (found == NULL)
        status = add(&found, name, err);
    omni_lock_give_global();
    if (status == OTLS_OK)
        *out = found;
    return status;
}

/* Each in turn; the report collects why each failed. */
static otls_status find_any(const otls_backend **out, otls_error *err)
{
    char reasons[sizeof(((otls_error *)NULL)->text)] = "";
    size_t used = 0;

    for (size_t i = 0; i <= KNOWN_COUNT; i++) {
        const char *name = i == 0 ? OMNITLS_DEFAULT_BACKEND : known_names[i - 1];
        otls_error inner = OTLS_ERROR_INIT;

        if (i > 0 && strcmp(name, OMNITLS_DEFAULT_BACKEND) == 0)
            continue;
        if (find_named(out, name, &inner) == OTLS_OK)
            return OTLS_OK;
        if (used < sizeof(reasons)) {
            const int wrote = snprintf(reasons + used, sizeof(reasons) - used, "%s%s: %.60s",
                                       used != 0 ? "; " : "", name, inner.text);
            used += wrote > 0 ? (size_t)wrote : 0;
        }
    }
    return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, "no engine loads: %.170s", reasons);
}

otls_status otls_backend_find(const otls_backend **out, const char *name_or_null, otls_error *err)
{
    const char *wanted = name_or_null;

    *out = NULL;
    if (wanted == NULL) {
        const otls_backend *chosen = atomic_load(&registry.chosen);
        if (chosen != NULL) {
            *out = chosen;
            return OTLS_OK;
        }
        wanted = omni_environment("OMNITLS_BACKEND");
    }
    return wanted != NULL ? find_named(out, wanted, err) : find_any(out, err);
}

void otls_backend_set_default(const otls_backend *backend)
{
    atomic_store(&registry.chosen, backend);
}

size_t otls_backend_list(const otls_backend **out, size_t capacity)
{
    size_t count = 0;

    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        const otls_backend *backend;

        if (find_named(&backend, known_names[i], NULL) != OTLS_OK)
            continue;
        if (count < capacity)
            out[count] = backend;
        count++;
    }
    return count;
}

const char *otls_backend_name(const otls_backend *backend)
{
    return OMNI_MODULE(backend)->name;
}

const char *otls_backend_description(const otls_backend *backend)
{
    return OMNI_MODULE(backend)->description;
}

const char *otls_backend_version(const otls_backend *backend)
{
    return OMNI_MODULE(backend)->version();
}

const char *otls_backend_built_version(const otls_backend *backend)
{
    return OMNI_MODULE(backend)->built_version;
}

uint32_t otls_backend_version_number(const otls_backend *backend)
{
    return OMNI_MODULE(backend)->version_number();
}

/* What the library was built without, no engine has. NULL: it is there. */
static const char *absent_reason(otls_feature feature)
{
    switch ((int)feature) {
#define ABSENT(feature_, option)                                                                   \
    case feature_:                                                                                 \
        return "this library was built without " option;
        OTLS_ABSENT_FEATURES(ABSENT)
#undef ABSENT
    default:
        return NULL;
    }
}

otls_support otls_backend_supports(const otls_backend *backend, otls_feature feature,
                                   const char **why)
{
    const char *reason = absent_reason(feature);
    otls_support answer = OTLS_NO;

    if (reason == NULL && feature > 0 && feature < OTLS_FEATURE_COUNT)
        answer = OMNI_MODULE(backend)->supports(feature, &reason);
    else if (reason == NULL)
        reason = "no such feature";
    if (why != NULL)
        *why = reason != NULL ? reason : "";
    return answer;
}

otls_status omni_fail_unsupported(otls_error *err, const otls_backend *backend,
                                  otls_feature feature)
{
    otls_error report = OTLS_ERROR_INIT;
    const char *why;

    (void)otls_backend_supports(backend, feature, &why);
    omni_fail(&report, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, "%s cannot do %s: %s",
              OMNI_MODULE(backend)->name, otls_feature_name(feature), why);
    report.backend = OMNI_MODULE(backend)->name;
    omni_error_give(err, &report);
    return OTLS_E_UNSUPPORTED;
}

otls_status omni_backend_require(const otls_backend *backend, otls_feature feature, otls_error *err)
{
    return otls_backend_supports(backend, feature, NULL) == OTLS_NO
               ? omni_fail_unsupported(err, backend, feature)
               : OTLS_OK;
}

const char *otls_version(void)
{
    return OMNITLS_VERSION;
}
