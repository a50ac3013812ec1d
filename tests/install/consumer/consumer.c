/* SPDX-License-Identifier: MIT */
/* consumer ENGINE...: somebody else's program. Each engine must be there and make a context. */
#include <omnitls/omnitls.h>
#include <stdio.h>

static int use(const char *name)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;
    otls_context *context;

    if (otls_backend_find(&backend, name, &err) != OTLS_OK ||
        otls_context_new(&context, backend, OTLS_CLIENT, &err) != OTLS_OK) {
        fprintf(stderr, "%s: %s\n", name != NULL ? name : "default", err.text);
        return 1;
    }
    printf("%s %s\n", otls_backend_name(backend), otls_backend_version(backend));
    otls_context_free(context);
    return 0;
}

int main(int argc, char **argv)
{
    int failures = use(NULL);

    printf("omnitls %s\n", otls_version());
    for (int i = 1; i < argc; i++)
        failures += use(argv[i]);
    return failures == 0 && argc > 1 ? 0 : 1;
}
