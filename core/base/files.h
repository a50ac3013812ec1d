/* SPDX-License-Identifier: MIT */
/** @file base/files.h The only place where core reads files and directories. */
#ifndef OMNI_BASE_FILES_H
#define OMNI_BASE_FILES_H

#include <omnitls/error.h>

/** The largest file that is read into memory: a CA bundle is about 230 KB. */
#define OMNI_FILE_LIMIT ((size_t)16 * 1024 * 1024)

/** The whole file, with a NUL behind it that is not counted. Free with omni_free. Errors name the
 *  file: not found, directory, unreadable, empty, too large. */
otls_status omni_file_read(const char *path, unsigned char **out, size_t *size, otls_error *err);

/** The first `want` bytes, or as many as there are. Errors as omni_file_read's, but for the sizes. */
otls_status omni_file_head(const char *path, unsigned char *out, size_t want, size_t *got,
                           otls_error *err);

/** Call `each` with the full path of every regular file (links followed), sorted by name. */
otls_status omni_directory_each(const char *path,
                                otls_status (*each)(const char *path, void *user, otls_error *err),
                                void *user, otls_error *err);
/** Open for appending, created with mode 0600 if need be. */
otls_status omni_file_append_open(const char *path, int *fd, otls_error *err);
/** One write; what does not fit the device is lost. */
void omni_file_append(int fd, const void *data, size_t size);
void omni_file_append_close(int fd);

#endif
