/* SPDX-License-Identifier: MIT */
/*
 * The operating system's roots. SSL_CERT_FILE and SSL_CERT_DIR, when set, replace the built-in
 * places, as they do in OpenSSL. Otherwise the first bundle that can be read is taken, else the
 * first directory: on every system in the lists they hold the same certificates.
 */
#include "base/base.h"
#include "trust/trust.h"

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
    const size_t before = batch->added_count;

    OMNI_TRY(omni_trust_batch_load_directory(batch, path, true, true, err));
    if (batch->added_count != before)
        return OTLS_OK;
    return omni_trust_batch_load_directory(batch, path, true, false, err);
}

/* SSL_CERT_DIR is a list, like PATH. */
static otls_status load_directories(omni_trust_batch *batch, const char *list, otls_error *err)
{
    while (*list != '\0') {
        char path[1024];
        size_t length = strcspn(list, ":");

        if (length >= sizeof(path))
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                             "SSL_CERT_DIR names a path that is too long");
        memcpy(path, list, length);
        path[length] = '\0';
        if (length != 0)
            OMNI_TRY(load_directory(batch, path, err));
        list += length;
        if (*list == ':')
            list++;
    }
    return OTLS_OK;
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

static otls_status load_usual(omni_trust_batch *batch, otls_error *err)
{
    for (size_t i = 0; i < OMNI_COUNT(bundles); i++)
        if (omni_trust_batch_load_file(batch, bundles[i], true, NULL) == OTLS_OK &&
            batch->added_count != 0)
            return OTLS_OK;
    for (size_t i = 0; i < OMNI_COUNT(directories); i++)
        if (load_directory(batch, directories[i], NULL) == OTLS_OK && batch->added_count != 0)
            return OTLS_OK;
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                     "the system's root certificates were not found; set SSL_CERT_FILE");
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
