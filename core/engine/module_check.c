/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "engine/loader.h"
#include "engine/registry.h"

#include <string.h>

#define FAIL(...) omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, __VA_ARGS__)
#define REQUIRE(table, slot)                                                                       \
    do {                                                                                           \
        if (!OMNI_HAS(table, slot))                                                                \
            return FAIL("module %s lacks the mandatory slot %s; fill it, and its table's size",    \
                        name, #table "." #slot);                                                   \
    } while (0)

static otls_status check_crypto(const otls_crypto_ops *crypto, const char *name, otls_error *err)
{
    REQUIRE(crypto, random);
    REQUIRE(crypto, digest);
    REQUIRE(crypto, private_key_import);
    REQUIRE(crypto, private_key_free);
    REQUIRE(crypto, private_key_public);
    REQUIRE(crypto, public_key_import);
    REQUIRE(crypto, public_key_free);
    REQUIRE(crypto, verify);
    REQUIRE(crypto, sign);
    return OTLS_OK;
}

static otls_status check_context(const otls_context_ops *context, const char *name,
                                 otls_error *err)
{
    REQUIRE(context, init);
    REQUIRE(context, fini);
    REQUIRE(context, has_suite);
    REQUIRE(context, has_group);
    REQUIRE(context, has_signature);
    return OTLS_OK;
}

static otls_status check_connection(const otls_connection_ops *connection, const char *name,
                                    otls_error *err)
{
    REQUIRE(connection, init);
    REQUIRE(connection, fini);
    REQUIRE(connection, handshake);
    REQUIRE(connection, read);
    REQUIRE(connection, write);
    REQUIRE(connection, pending);
    REQUIRE(connection, shutdown);
    REQUIRE(connection, info);
    if (OMNI_HAS(connection, session_free) || OMNI_HAS(connection, session_encode)) {
        REQUIRE(connection, session_free);
        REQUIRE(connection, session_encode);
    }
    return OTLS_OK;
}

otls_status omni_module_check(const otls_backend_module *module, const char *name, otls_error *err)
{
    if (module->magic != OTLS_BACKEND_MAGIC)
        return FAIL("module %s is not one of omnitls'; begin its table with OTLS_BACKEND_MAGIC",
                    name);
    if (module->abi_major != OTLS_BACKEND_ABI_MAJOR)
        return FAIL("module %s speaks ABI %u.%u, this library %u.%u; build it with this library's "
                    "headers",
                    name,
                    (unsigned)module->abi_major, (unsigned)module->abi_minor,
                    OTLS_BACKEND_ABI_MAJOR, OTLS_BACKEND_ABI_MINOR);
    REQUIRE(module, name);
    if (strcmp(module->name, name) != 0)
        return FAIL("module %s calls itself %.40s; the file must bear that name", name,
                    module->name);
    REQUIRE(module, description);
    REQUIRE(module, built_version);
    REQUIRE(module, start);
    REQUIRE(module, version);
    REQUIRE(module, version_number);
    REQUIRE(module, supports);
    REQUIRE(module, crypto);
    REQUIRE(module, context);
    REQUIRE(module, connection);
    OMNI_TRY(check_crypto(module->crypto, name, err));
    OMNI_TRY(check_context(module->context, name, err));
    return check_connection(module->connection, name, err);
}

bool omni_module_name_ok(const char *name)
{
    const size_t length = strlen(name);

    return length > 0 && length <= OMNI_MODULE_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

otls_status omni_module_start(otls_status (*start)(otls_error *err), const char *kind, const char *name,
                              otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    /* libcrypto starts without what it found no room for, and says nothing of it */
    const otls_status status = OMNI_ENGINE_GET(&inner, start(&inner));

    return status == OTLS_OK ? OTLS_OK
                             : omni_fail(err, status == OTLS_E_NOMEM ? status : OTLS_E_BACKEND,
                                         OTLS_CODE_NONE, "%s %s does not start: %s", kind, name, inner.text);
}
