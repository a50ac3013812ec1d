/* SPDX-License-Identifier: MIT */
/* A key log that contexts share: opened once, a line is one write. */
#include "alloc.h"
#include "calls.h"
#include "fail.h"
#include "files.h"

#include <stdatomic.h>
#include <string.h>

/** The longest line: label, 64 bytes and 64 bytes in hexadecimal. */
#define LINE_MAX_SIZE 512

struct otls_key_log_file {
    atomic_uint references;
    int fd;
};

otls_status otls_key_log_file_open(otls_key_log_file **out, const char *path, otls_error *err)
{
    otls_key_log_file *file = otls_calloc(1, sizeof(*file));
    otls_status status;

    if (file == NULL)
        return otls_fail_nomem(err);
    file->references = 1;
    status = otls_file_append_open(path, &file->fd, err);
    if (status != OTLS_OK) {
        otls_free(file);
        return status;
    }
    *out = file;
    return OTLS_OK;
}

otls_key_log_file *otls_key_log_file_ref(otls_key_log_file *file)
{
    if (file != NULL)
        atomic_fetch_add_explicit(&file->references, 1, memory_order_relaxed);
    return file;
}

void otls_key_log_file_free(otls_key_log_file *file)
{
    if (file == NULL || atomic_fetch_sub_explicit(&file->references, 1, memory_order_acq_rel) != 1)
        return;
    otls_file_append_close(file->fd);
    otls_free(file);
}

void otls_key_log_file_write(otls_key_log_file *file, const char *line)
{
    char text[LINE_MAX_SIZE];
    const size_t size = strlen(line);

    if (size + 1 > sizeof(text))
        return;
    memcpy(text, line, size);
    text[size] = '\n';
    /* a full disk is no reason to end a connection: the line is lost */
    otls_file_append(file->fd, text, size + 1);
    otls_wipe(text, size);
}
