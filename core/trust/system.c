/* SPDX-License-Identifier: MIT */
/*
 * The operating system's roots. SSL_CERT_FILE and SSL_CERT_DIR, when set, replace the built-in
 * places, as they do in OpenSSL. Otherwise the system's own store is asked, where there is one
 * (Windows); else the first bundle that can be read is taken, else the
 * first directory: on every system in the lists they hold the same certificates.
 */
#include "base/base.h"
#include "platform/platform.h"
#include "trust/trust.h"
#include <omnitls/parity.h>

#include <errno.h>

static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Arch, Gentoo, Alpine */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL 7 and later */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* older Fedora and RHEL */
    "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
    "/var/lib/ca-certificates/ca-bundle.pem",            /* openSUSE, SLE */
    "/etc/pki/tls/cacert.pem",                           /* OpenELEC */
    "/etc/ssl/cert.pem",                                 /* Alpine, OpenBSD, macOS, FreeBSD */
    "/usr/local/share/certs/ca-root-nss.crt",            /* FreeBSD, DragonFly */
    "/usr/local/etc/ssl/cert.pem",                       /* FreeBSD */
    "/etc/openssl/certs/ca-certificates.crt",            /* NetBSD */
    "/usr/pkg/share/mozilla-rootcerts/cacert.pem",       /* NetBSD, SmartOS with pkgsrc */
    "/etc/certs/ca-certificates.crt",                    /* Solaris, illumos */
    "/opt/homebrew/etc/ca-certificates/cert.pem",        /* Homebrew on Apple silicon */
    "/usr/local/etc/ca-certificates/cert.pem",           /* Homebrew on Intel */
    "/etc/ssl/certs/ca-bundle.crt",                      /* NixOS, others */
};

static const char *const directories[] = {
    "/etc/ssl/certs",               /* most */
    "/etc/pki/tls/certs",           /* Fedora, RHEL */
    "/system/etc/security/cacerts", /* Android */
    "/usr/local/share/certs",       /* FreeBSD */
    "/etc/openssl/certs",           /* NetBSD */
    "/var/ssl/certs",               /* AIX */
    "/etc/certs/CA",                /* Solaris */
};

/* Hashed names are what OpenSSL defines for such a directory; where there are none, any will do. */
static otls_status load_directory(omni_trust_batch *batch, const char *path, otls_error *err)
{
    const size_t before = batch->found;

    OMNI_TRY(omni_trust_batch_load_directory(batch, path, true, true, err));
    if (batch->found != before)
        return OTLS_OK;
    return omni_trust_batch_load_directory(batch, path, true, false, err);
}

/* SSL_CERT_DIR is a list, like PATH: what is not there is passed over, unless nothing is. */
static otls_status load_directories(omni_trust_batch *batch, const char *list, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status = OTLS_OK;
    const size_t before = batch->found;

    while (*list != '\0') {
        char path[1024];
        size_t length = strcspn(list, OMNI_OS_PATH_SEPARATOR);

        if (length >= sizeof(path))
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                             "SSL_CERT_DIR names a path that is too long");
        memcpy(path, list, length);
        path[length] = '\0';
        if (length != 0 && status != OTLS_E_NOMEM)
            status = load_directory(batch, path, &inner) == OTLS_OK ? status
                                                                    : (otls_status)inner.status;
        list += length;
        if (*list == OMNI_OS_PATH_SEPARATOR[0])
            list++;
    }
    if (status == OTLS_OK || (status != OTLS_E_NOMEM && batch->found != before))
        return OTLS_OK;
    omni_error_give(err, &inner);
    return status;
}

static otls_status load_environment(omni_trust_batch *batch, const char *file, const char *list,
                                    otls_error *err)
{
    if (file != NULL)
        OMNI_TRY(omni_trust_batch_load_file(batch, file, false, err));
    if (list != NULL)
        OMNI_TRY(load_directories(batch, list, err));
    return OTLS_OK;
}

typedef struct root_load {
    omni_trust_batch *batch;
    otls_status status;
    otls_error *err;
} root_load;

/* Certificates of a kind that we do not read are nobody's fault: a store has hundreds. */
static bool take_root(void *user, const uint8_t *der, size_t size)
{
    root_load *load = user;
    uint8_t *block = omni_memdup(der, size);

    if (block == NULL) {
        load->status = omni_fail_nomem(load->err);
        return false;
    }
    load->status = omni_trust_batch_own(load->batch, block, load->err);
    if (load->status != OTLS_OK) {
        omni_free(block);
        return false;
    }
    load->status = omni_trust_batch_add(load->batch, (otls_slice){block, size},
                                        OMNI_TRUSTED_FOR_ALL, load->err);
    if (load->status == OTLS_E_CREDENTIAL)
        load->status = OTLS_OK;
    return load->status == OTLS_OK;
}

static otls_status load_files(omni_trust_batch *batch, otls_error *err)
{
    otls_status status = OTLS_OK;

    for (size_t i = 0; i < OMNI_COUNT(bundles) && status != OTLS_E_NOMEM; i++) {
        status = omni_trust_batch_load_file(batch, bundles[i], true, NULL);
        if (status == OTLS_OK && batch->added_count != 0)
            return OTLS_OK;
    }
    for (size_t i = 0; i < OMNI_COUNT(directories) && status != OTLS_E_NOMEM; i++) {
        status = load_directory(batch, directories[i], NULL);
        if (status == OTLS_OK && batch->added_count != 0)
            return OTLS_OK;
    }
    if (status == OTLS_E_NOMEM)
        return omni_fail_nomem(err);
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                     "the system's root certificates were not found; set SSL_CERT_FILE");
}

static otls_status load_usual(omni_trust_batch *batch, otls_error *err)
{
    root_load load = {.batch = batch, .err = err};
    const int error = omni_os_roots(take_root, &load);

    if (error == ENOSYS)
        return load_files(batch, err);
    if (error != 0)
        return omni_fail_system(err, OTLS_CODE_FILE_UNREADABLE, error,
                                "the system's certificate store");
    if (load.status == OTLS_OK && batch->added_count == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                         "the system's certificate store has no root certificate");
    return load.status;
}

otls_status otls_trust_add_system(otls_trust *trust, otls_error *err)
{
    omni_trust_batch batch = {.trust = trust};
    const char *file = omni_environment("SSL_CERT_FILE");
    const char *list = omni_environment("SSL_CERT_DIR");
    otls_status status;

    OMNI_TRY(omni_trust_writable(trust, err));
    status = file != NULL || list != NULL ? load_environment(&batch, file, list, err)
                                          : load_usual(&batch, err);
    if (status == OTLS_OK)
        status = omni_trust_batch_commit(&batch, err);
    omni_trust_batch_discard(&batch);
    return status;
}

/* ---- where that would be ---- */

static bool seen(void *user, const char *name)
{
    (void)user;
    (void)name;
    return false;
}

static bool is_root(void *user, const uint8_t *der, size_t size)
{
    (void)user;
    (void)der;
    (void)size;
    return false;
}

static const char *first_file(void)
{
    for (size_t i = 0; i < OMNI_COUNT(bundles); i++)
        if (omni_os_is_file(bundles[i]))
            return bundles[i];
    return NULL;
}

static const char *first_directory(void)
{
    for (size_t i = 0; i < OMNI_COUNT(directories); i++)
        if (omni_os_directory_each(directories[i], seen, NULL) == 0)
            return directories[i];
    return NULL;
}

void otls_trust_system_paths(const char **file, const char **directory)
{
    *file = omni_environment("SSL_CERT_FILE");
    *directory = omni_environment("SSL_CERT_DIR");
    if (*file != NULL || *directory != NULL || omni_os_roots(is_root, NULL) != ENOSYS)
        return;
    *file = first_file();
    *directory = first_directory();
}
