/* SPDX-License-Identifier: MIT */
/* Prints each certificate of PEM or DER files as getpeercert-shaped JSON, one per line; with -t as
 * text. The scripts beside it compare that with what others read. */
#include <omnitls/certificate.h>
#include <stdio.h>
#include <string.h>

static int print_file(const char *path, bool text)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate **list;
    size_t count;

    if (otls_certificate_list_from_file(&list, &count, path, &err) != OTLS_OK) {
        printf("{\"error\": true}\n");
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        char *shown = NULL;

        if ((text ? otls_certificate_text : otls_certificate_json)(list[i], &shown, &err) !=
            OTLS_OK) {
            (void)fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        printf("%s\n", shown);
        otls_string_free(shown);
    }
    otls_certificate_list_free(list, count);
    return 0;
}

int main(int argc, char **argv)
{
    const bool text = argc > 1 && strcmp(argv[1], "-t") == 0;
    int failures = 0;

    for (int i = text ? 2 : 1; i < argc; i++)
        failures += print_file(argv[i], text);
    return failures != 0;
}
