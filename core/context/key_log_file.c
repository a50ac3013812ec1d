/* SPDX-License-Identifier: MIT */
/* A key log that contexts share: opened once, a line is one write. */
#include "base/base.h"
#include "context/settings.h"

#include <stdatomic.h>
#include <string.h>

/** The longest line: label, 64 bytes and 64 bytes in hexadecimal. */
#define LINE_MAX_SIZE 512

struct omni_key_log_file {
    atomic_uint references;
    int fd;
};

otls_status omni_key_log_file_open(omni_key_log_file **out, const char *path, otls_error *err)
{
    omni_key_log_file *file = omni_calloc(1, sizeof(*file));
    otls_status status;

    if (file == NULL)
        return omni_fail_nomem(err);
    file->references = 1;
    status = omni_file_append_open(path, &file->fd, err);
    if (status != OTLS_OK) {
        omni_free(file);
        return status;
    }
    *out = file;
    return OTLS_OK;
}

omni_key_log_file *omni_key_log_file_ref(omni_key_log_file *file)
{
    if (file != NULL)
        omni_references_take(&file->references);
    return file;
}

void omni_key_log_file_free(omni_key_log_file *file)
{
    if (file == NULL || !omni_references_drop(&file->references))
        return;
    omni_file_append_close(file->fd);
    omni_free(file);
}

void omni_key_log_file_write(omni_key_log_file *file, const char *line)
{
    char text[LINE_MAX_SIZE];
    const size_t size = strlen(line);

    if (size + 1 > sizeof(text))
        return;
    memcpy(text, line, size);
    text[size] = '\n';
    /* a full disk is no reason to end a connection: the line is lost */
    omni_file_append(file->fd, text, size + 1);
    omni_wipe(text, size);
}
