/* SPDX-License-Identifier: MIT */
/* Accelerators: found as engines are, under the same lock, and never before one is asked for. */
#include "engine/engine.h"

#include "base/base.h"
#include "engine/loader.h"
#include "engine/registry.h"
#include "platform/platform.h"

#include <string.h>

/** At most this many in a process. */
#define OMNI_ACCELERATOR_MAX 4

#define FAIL(...) omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, __VA_ARGS__)
#define REQUIRE(slot)                                                                              \
    do {                                                                                           \
        if (!OMNI_HAS(accelerator, slot))                                                          \
            return FAIL("accelerator %s lacks the slot %s; fill it, and the table's size", name,   \
                        #slot);                                                                    \
    } while (0)

/* Entries are only ever added, and the tables are const. */
static struct { /* under the global lock */
    const otls_accelerator *entries[OMNI_ACCELERATOR_MAX];
    size_t count;
} accelerators;

#ifdef OTLS_LINKED_ACCELERATOR
extern const otls_accelerator OTLS_LINKED_ACCELERATOR; /* otls_accelerator_libcrypto */
#endif

otls_status omni_accelerator_check(const otls_accelerator *accelerator, const char *name, otls_error *err)
{
    if (accelerator->magic != OTLS_ACCELERATOR_MAGIC)
        return FAIL("accelerator %s is not one of omnitls'; begin its table with "
                    "OTLS_ACCELERATOR_MAGIC",
                    name);
    if (accelerator->abi_major != OTLS_ACCELERATOR_ABI_MAJOR)
        return FAIL("accelerator %s speaks ABI %u.%u, this library %u.%u; build it with this "
                    "library's headers",
                    name, (unsigned)accelerator->abi_major, (unsigned)accelerator->abi_minor,
                    OTLS_ACCELERATOR_ABI_MAJOR, OTLS_ACCELERATOR_ABI_MINOR);
    REQUIRE(name);
    if (strcmp(accelerator->name, name) != 0)
        return FAIL("accelerator %s calls itself %.40s; the file must bear that name", name,
                    accelerator->name);
    REQUIRE(description);
    REQUIRE(built_version);
    REQUIRE(start);
    REQUIRE(version);
    REQUIRE(gcm_new);
    REQUIRE(gcm_free);
    REQUIRE(gcm_seal);
    REQUIRE(gcm_open);
    REQUIRE(rsa_new);
    REQUIRE(rsa_free);
    REQUIRE(rsa_sign);
    return OTLS_OK;
}

/* `path` gets the module's file, "" when it has none. */
static otls_status locate(const otls_accelerator **out, const char *name,
                          char path[OMNI_MODULE_PATH_MAX], otls_error *err)
{
    path[0] = '\0';
#ifdef OTLS_LINKED_ACCELERATOR
    if (strcmp(OTLS_LINKED_ACCELERATOR.name, name) == 0) {
        *out = &OTLS_LINKED_ACCELERATOR;
        return OTLS_OK;
    }
#endif
#ifdef OTLS_ONLY_BACKEND
    (void)out;
    return FAIL("accelerator %s is not in this build, which loads no modules", name);
#else
    return omni_accelerator_load(out, name, path, err);
#endif
}

static otls_status take(const otls_accelerator **out, const char *name, otls_error *err)
{
    char path[OMNI_MODULE_PATH_MAX];
    otls_status status;

    if (accelerators.count == OMNI_ACCELERATOR_MAX)
        return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_LIMIT, "more than %d accelerators",
                         OMNI_ACCELERATOR_MAX);
    status = locate(out, name, path, err);
    if (status == OTLS_OK)
        status = omni_accelerator_check(*out, name, err);
    if (status == OTLS_OK)
        status = omni_module_start((*out)->start, "accelerator", name, err);
#ifndef OTLS_ONLY_BACKEND
    if (status != OTLS_OK)
        omni_module_name_file(err, path);
#endif
    if (status == OTLS_OK)
        accelerators.entries[accelerators.count++] = *out;
    return status;
}

otls_status omni_accelerator_find(const otls_accelerator **out, const char *name, otls_error *err)
{
    otls_status status = OTLS_OK;

    *out = NULL;
    if (name == NULL || !omni_module_name_ok(name))
        return FAIL("\"%.40s\" is no accelerator's name", name != NULL ? name : "");
    omni_lock_take_global();
    for (size_t i = 0; i < accelerators.count; i++)
        if (strcmp(accelerators.entries[i]->name, name) == 0)
            *out = accelerators.entries[i];
    if (*out == NULL)
        status = take(out, name, err);
    omni_lock_give_global();
    if (status != OTLS_OK)
        *out = NULL;
    return status;
}

otls_status otls_acceleration_version(const char *name, const char **version, otls_error *err)
{
    const otls_accelerator *accelerator;

    *version = NULL;
    OMNI_TRY(omni_accelerator_find(&accelerator, name, err));
    *version = accelerator->version();
    return OTLS_OK;
}
