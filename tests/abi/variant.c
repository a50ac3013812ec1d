/* SPDX-License-Identifier: MIT */
/*
 * An engine of the build under another head: the module in OMNITLS_ABI_TRUTH is loaded, its tables are
 * copied, and what CASE says is changed. Compiled once for each case by variants.sh.
 */
#include <omnitls/backend.h>

#include <dlfcn.h>
#include <stdlib.h>

/* Cases, and what each changes. */
#define SAME 0        /* the name alone */
#define OLDER 1       /* a lower minor: tables and module end early, optional slots are absent */
#define NEWER 2       /* a higher minor: more slots behind all that this library knows */
#define MAJOR 3       /* another major */
#define MAGIC 4       /* other bytes in the place of the magic number */
#define TRUNCATED 5   /* the connection table ends before a mandatory slot */
#define MIDDLE 6      /* the table ends in the middle of one */
#define MISSING 7     /* a mandatory slot is NULL */
#define NO_TABLE 8    /* a whole table is */
#define SHORT_HEAD 9  /* the module ends behind its head */
#define OTHER_NAME 10 /* it calls itself something else than its file */
#define NO_START 11   /* start fails */
#define MUTE 12       /* it loads and shakes hands, but its shutdown sends nothing */

typedef struct wider_connection {
    otls_connection_ops known;
    void (*later[4])(void);
} wider_connection;

static otls_crypto_ops crypto;
static otls_context_ops context;
static wider_connection connection;

extern struct variant {
    otls_backend_module known;
    const void *later[4];
} otls_module;
OTLS_BACKEND_EXPORT struct variant otls_module;

/* Never called: a library calls nothing that it does not know. */
static void from_the_future(void)
{
    abort();
}

#if CASE == NO_START
static otls_status no_start(otls_error *err)
{
    return otls_backend_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, NAME, 0, "%s", "not today");
}
#endif

#if CASE == MUTE
static otls_status say_nothing(otls_backend_connection *conn, otls_error *err)
{
    (void)conn, (void)err;
    return OTLS_OK;
}
#endif

static void change(otls_backend_module *module)
{
    module->name = NAME;
#if CASE == OLDER
    module->abi_minor = 0;
    module->size = offsetof(otls_backend_module, certificate);
    crypto.size = offsetof(otls_crypto_ops, private_key_from_callback);
    connection.known.size = offsetof(otls_connection_ops, export_keying);
#elif CASE == NEWER
    module->abi_minor = OTLS_BACKEND_ABI_MINOR + 7;
    module->size = sizeof(otls_module);
    connection.known.size = sizeof(connection);
#elif CASE == MAJOR
    module->abi_major = OTLS_BACKEND_ABI_MAJOR + 1;
#elif CASE == MAGIC
    module->magic = 0x12345678;
#elif CASE == TRUNCATED
    connection.known.size = offsetof(otls_connection_ops, info);
#elif CASE == MIDDLE
    connection.known.size = offsetof(otls_connection_ops, info) + sizeof(void *) / 2;
#elif CASE == MISSING
    context.has_group = NULL;
#elif CASE == NO_TABLE
    module->crypto = NULL;
#elif CASE == SHORT_HEAD
    module->size = offsetof(otls_backend_module, name);
#elif CASE == OTHER_NAME
    module->name = "somebody";
#elif CASE == NO_START
    module->start = no_start;
#elif CASE == MUTE
    connection.known.shutdown = say_nothing;
#endif
}

__attribute__((constructor)) static void copy(void)
{
    const char *path = getenv("OMNITLS_ABI_TRUTH");
    void *handle = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) : NULL;
    const otls_backend_module *truth = handle != NULL ? dlsym(handle, "otls_module") : NULL;

    if (truth == NULL)
        abort();
    otls_module.known = *truth;
    crypto = *truth->crypto;
    context = *truth->context;
    connection.known = *truth->connection;
    otls_module.known.crypto = &crypto;
    otls_module.known.context = &context;
    otls_module.known.connection = &connection.known;
    for (size_t i = 0; i < 4; i++)
        connection.later[i] = from_the_future;
    change(&otls_module.known);
}
