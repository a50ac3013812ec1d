/* SPDX-License-Identifier: MIT */
/* Bad files and bad values: one error each, the same on every engine, and nothing is changed by it.
 */
#include <criterion/criterion.h>

#include "divergence.h"
#include <omnitls/parity.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PKI OTLS_TEST_PKI "/"

/* ---- files ---- */

typedef enum use { CHAIN, KEY, COMBINED, KEY_ALONE, P12, ANCHORS, CRLS, DH, USES } use;

static const struct {
    const char *name, *pem, *der; /* good ones, to be spoilt; NULL = there is none */
} uses[USES] = {
    [CHAIN] = {"chain", PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.crt.der"},
    [KEY] = {"key", PKI "server-ecdsa-p256.key", PKI "server-ecdsa-p256.key.der"},
    [COMBINED] = {"combined", PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.crt.der"},
    [KEY_ALONE] = {"key alone", PKI "server-rsa-2048.key", PKI "server-rsa-2048.key.der"},
    [P12] = {"PKCS #12", NULL, PKI "server-ecdsa-p256.p12"},
    [ANCHORS] = {"anchors", PKI "root.pem", PKI "der/root.der"},
    [CRLS] = {"CRLs", NULL, NULL},
    [DH] = {"DH parameters", PKI "dh2048.pem", NULL},
};

typedef enum fault {
    MISSING,
    DIRECTORY,
    UNREADABLE,
    EMPTY,
    GARBAGE,
    TRUNCATED_PEM,
    BAD_BASE64,
    TRUNCATED_DER,
    TRAILING_DER,
    FAULTS
} fault;

static const struct {
    const char *name;
    otls_status status;
    int32_t code;
} faults[FAULTS] = {
    [MISSING] = {"missing", OTLS_E_IO, OTLS_CODE_FILE_NOT_FOUND},
    [DIRECTORY] = {"directory", OTLS_E_IO, OTLS_CODE_FILE_IS_DIRECTORY},
    [UNREADABLE] = {"unreadable", OTLS_E_IO, OTLS_CODE_FILE_UNREADABLE},
    [EMPTY] = {"empty", OTLS_E_CREDENTIAL, OTLS_CODE_FILE_EMPTY},
    [GARBAGE] = {"garbage", OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM},
    [TRUNCATED_PEM] = {"truncated PEM", OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM},
    [BAD_BASE64] = {"broken base64", OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM},
    [TRUNCATED_DER] = {"truncated DER", OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER},
    [TRAILING_DER] = {"DER with trailing bytes", OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER},
};

static size_t slurp(const char *path, char *out, size_t capacity)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    cr_assert(file != NULL, "%s", path);
    size = fread(out, 1, capacity, file);
    (void)fclose(file);
    return size;
}

static void spill(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");

    cr_assert(file != NULL, "%s", path);
    cr_assert_eq(fwrite(data, 1, size, file), size);
    (void)fclose(file);
}

/* Make the bad file; false when there is no such fault of this kind of file. */
static bool spoil(char path[256], const char *directory, use u, fault f)
{
    char data[16384];
    size_t size;

    (void)snprintf(path, 256, "%s/%d-%d", directory, (int)u, (int)f);
    switch (f) {
    case MISSING:
        return true;
    case DIRECTORY:
        return mkdir(path, 0700) == 0;
    case UNREADABLE:
        /* nobody is root enough to read address 0 */
        (void)snprintf(path, 256, "/proc/self/mem");
        return access(path, F_OK) == 0;
    case EMPTY:
        spill(path, "", 0);
        return true;
    case GARBAGE:
        spill(path, "this is no certificate\n", 23);
        return u != P12;
    case TRUNCATED_PEM:
    case BAD_BASE64:
        if (uses[u].pem == NULL)
            return false;
        size = slurp(uses[u].pem, data, sizeof(data));
        if (f == TRUNCATED_PEM)
            size = 100;
        else
            data[90] = '*';
        break;
    default:
        if (uses[u].der == NULL)
            return false;
        size = slurp(uses[u].der, data, sizeof(data) - 3);
        if (f == TRUNCATED_DER)
            size -= 5;
        else
            memcpy(data + size, "xyz", 3), size += 3;
        break;
    }
    spill(path, data, size);
    return true;
}

static otls_status load_trust(const char *path, bool crls, otls_error *err)
{
    otls_trust *trust;
    otls_status status;

    cr_assert_eq(otls_trust_new(&trust, err), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, PKI "root.pem", err), OTLS_OK);
    status =
        crls ? otls_trust_add_crl_file(trust, path, err) : otls_trust_add_file(trust, path, err);
    cr_assert_eq(otls_trust_count(trust), 1, "a bad file has changed the store");
    otls_trust_free(trust);
    return status;
}

static otls_status load_key(const otls_backend *backend, const char *path, otls_error *err)
{
    otls_key *key;
    const otls_status status = otls_key_from_file(&key, backend, path, NULL, NULL, err);

    cr_assert(status == OTLS_OK || key == NULL);
    otls_key_free(key);
    return status;
}

static otls_status try_file(const otls_backend *backend, otls_context *context, use u,
                            const char *path, otls_error *err)
{
    static char secret[] = "secret";
    otls_identity *identity = NULL;
    otls_status status = OTLS_OK;

    switch (u) {
    case CHAIN:
        status = otls_identity_from_files(&identity, backend, path, PKI "server-ecdsa-p256.key",
                                          NULL, NULL, err);
        break;
    case KEY:
        status = otls_identity_from_files(&identity, backend, PKI "server-ecdsa-p256.pem", path,
                                          NULL, NULL, err);
        break;
    case COMBINED:
        status = otls_identity_from_files(&identity, backend, path, NULL, NULL, NULL, err);
        break;
    case KEY_ALONE:
        return load_key(backend, path, err);
    case P12:
        status = otls_identity_from_pkcs12_file(&identity, backend, path, otls_password_string,
                                                secret, err);
        break;
    case ANCHORS:
    case CRLS:
        return load_trust(path, u == CRLS, err);
    default:
        return otls_context_set_dh_params_file(context, path, err);
    }
    cr_assert(status == OTLS_OK || identity == NULL);
    otls_identity_free(identity);
    return status;
}

static const pair_case *same_engine(size_t index)
{
    static pair_case which;
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    cr_assert(count > 0, "no engine could be loaded");
    if (index >= count)
        return NULL;
    which = (pair_case){backends[index], backends[index],
                        otls_backend_supports(backends[index], OTLS_FEATURE_TLS1_3, NULL) != OTLS_NO
                            ? OTLS_TLS1_3
                            : OTLS_TLS1_2,
                        "ecdsa-p256"};
    return &which;
}

Test(bad_input, files)
{
    const pair_case *which;
    char directory[] = "/tmp/omnitls-bad.XXXXXX", command[64];
    unsigned tried = 0;

    cr_assert(mkdtemp(directory) != NULL);
    for (size_t e = 0; (which = same_engine(e)) != NULL; e++) {
        char inside[64];
        otls_context *context;

        (void)snprintf(inside, sizeof(inside), "%s/%zu", directory, e);
        cr_assert_eq(mkdir(inside, 0700), 0);
        cr_assert_eq(otls_context_new(&context, which->server, OTLS_SERVER, NULL), OTLS_OK);
        for (int i = 0; i < USES * FAULTS; i++) {
            const use u = (use)(i / FAULTS);
            const fault f = (fault)(i % FAULTS);
            otls_error err = OTLS_ERROR_INIT;
            char path[256];

            if (u == P12 &&
                otls_backend_supports(which->server, OTLS_FEATURE_PKCS12, NULL) == OTLS_NO) {
                tried++; /* whatever is in the file, it is not read */
                continue;
            }
            if (!spoil(path, inside, u, f))
                continue;
            tried++;
            cr_assert_eq(try_file(which->server, context, u, path, &err), faults[f].status,
                         "%s, %s, %s: %s: %s", otls_backend_name(which->server), uses[u].name,
                         faults[f].name, otls_status_name((otls_status)err.status), err.text);
            /* a store takes what certificates there are; that there are none is its word for it */
            cr_assert_eq(err.code,
                         (f == GARBAGE && (u == ANCHORS || u == CRLS)) ||
                                 (f == TRUNCATED_DER && u == ANCHORS)
                             ? OTLS_CODE_NO_CERTIFICATE
                             : faults[f].code,
                         "%s, %s, %s: %s: %s", otls_backend_name(which->server), uses[u].name,
                         faults[f].name, otls_code_name(err.code), err.text);
            cr_assert(strstr(err.text, path) != NULL, "%s is not named: %s", path, err.text);
        }
        otls_context_free(context);
    }
    cr_assert(tried >= 55, "only %u", tried);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", directory);
    cr_assert_eq(system(command), 0);
}

/* ---- values ---- */

static char long_name[70001], name_300[301];

static otls_status alpn(otls_context *context, const char *one, const char *two, otls_error *err)
{
    const char *const names[2] = {one, two};

    return otls_context_set_alpn(context, names, 2, err);
}

static otls_status set_value(otls_context *context, size_t row, otls_error *err)
{
    switch (row) {
    case 0:
        return alpn(context, "h2", "", err);
    case 1:
        return alpn(context, "h2", name_300, err);
    case 2:
        return alpn(context, "h2", NULL, err);
    case 3:
        return otls_context_set_verify_depth(context, 2000000000, err);
    case 4:
        return otls_context_set_verify_depth(context, -1, err);
    case 5:
        return otls_context_set_versions(context, OTLS_TLS1_3, OTLS_TLS1_2, err);
    case 6:
        return otls_context_set_versions(context, 0x0300, 0, err);
    case 7:
        return otls_context_set_versions(context, 0x0305, 0, err);
    case 8:
        return otls_context_set_versions_by_name(context, "SSLv3", NULL, err);
    case 9:
        return otls_context_set_ciphers(context, "NO-SUCH-SUITE", err);
    case 10:
        return otls_context_set_tls13_suites(context, "TLS_AES_999_GCM_SHA256", err);
    case 11:
        return otls_context_set_groups(context, "X25519:frobnicate", err);
    case 12:
        return otls_context_set_signature_algorithms(context, "ed25519:frobnicate", err);
    case 13:
        return otls_context_set_security_level(context, 99, err);
    case 14:
        return otls_context_set_options(context, 0x80000000u, err);
    case 15:
        return otls_context_set_ecdh_curve(context, "frobnicate", err);
    case 16:
        return otls_context_set_ecdh_curve(context, "X25519:P-256", err);
    case 17:
        return otls_context_add_identity(context, NULL, err);
    case 18:
        return otls_context_set_dh_params_memory(context, "frobnicate", 10, err);
    case 19:
        return otls_context_set_ciphers(context, long_name, err);
    default:
        return otls_context_set_verify_mode(context, (otls_verify_mode)77, err);
    }
}

static const struct {
    const char *name;
    otls_status status;
    int32_t code;
    const char *says;
} values[] = {
    {"an ALPN name without bytes", OTLS_E_CONFIG, OTLS_CODE_LIMIT, "name 2 has 0 bytes"},
    {"an ALPN name of 300 bytes", OTLS_E_CONFIG, OTLS_CODE_LIMIT, "name 2 has 300 bytes"},
    {"no ALPN name", OTLS_E_CONFIG, OTLS_CODE_LIMIT, "name 2 has 0 bytes"},
    {"absurd depth", OTLS_E_CONFIG, OTLS_CODE_LIMIT, "2000000000"},
    {"negative depth", OTLS_E_CONFIG, OTLS_CODE_LIMIT, "-1"},
    {"versions crossed", OTLS_E_CONFIG, OTLS_CODE_NONE, "TLSv1.3"},
    {"SSLv3 by number", OTLS_E_CONFIG, OTLS_CODE_OBSOLETE, "SSLv3"},
    {"no version", OTLS_E_CONFIG, OTLS_CODE_NONE, "0x0305"},
    {"SSLv3 by name", OTLS_E_CONFIG, OTLS_CODE_OBSOLETE, "SSLv3"},
    {"no suite", OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT, "NO-SUCH-SUITE"},
    {"no TLS 1.3 suite", OTLS_E_CONFIG, OTLS_CODE_BAD_LIST, "TLS_AES_999_GCM_SHA256"},
    {"no group", OTLS_E_CONFIG, OTLS_CODE_BAD_LIST, "frobnicate"},
    {"no signature algorithm", OTLS_E_CONFIG, OTLS_CODE_BAD_LIST, "frobnicate"},
    {"absurd level", OTLS_E_CONFIG, OTLS_CODE_LIMIT, "99"},
    {"no option", OTLS_E_CONFIG, OTLS_CODE_NONE, "0x80000000"},
    {"no curve", OTLS_E_CONFIG, OTLS_CODE_BAD_LIST, "frobnicate"},
    {"two curves", OTLS_E_CONFIG, OTLS_CODE_BAD_LIST, "X25519:P-256"},
    {"no identity", OTLS_E_USAGE, OTLS_CODE_NO_IDENTITY, "identity"},
    {"no DH parameters", OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM, "DH parameters in memory"},
    {"64 KiB of cipher list", OTLS_E_CONFIG, OTLS_CODE_LIMIT, "cipher"},
    {"no verify mode", OTLS_E_USAGE, OTLS_CODE_NONE, "77"},
};

#define VALUES (sizeof(values) / sizeof(values[0]))

static void spoil_values(otls_context *context)
{
    const char *engine = otls_backend_name(otls_context_backend(context));

    for (size_t i = 0; i < VALUES; i++) {
        otls_error err = OTLS_ERROR_INIT;

        if (strcmp(values[i].says, "TLSv1.3") == 0 &&
            otls_backend_supports(otls_context_backend(context), OTLS_FEATURE_TLS1_3, NULL) == OTLS_NO)
            continue; /* that is what is said there */
        cr_assert_eq(set_value(context, i, &err), values[i].status, "%s, %s: %s", engine,
                     values[i].name, err.text);
        cr_assert_eq(err.code, values[i].code, "%s, %s: %s: %s", engine, values[i].name,
                     otls_code_name(err.code), err.text);
        cr_assert(strstr(err.text, values[i].says) != NULL, "%s, %s: %s", engine, values[i].name,
                  err.text);
    }
}

static const struct {
    const char *name;
    const char *host;
    const char *says;
} hosts[] = {
    {"64 KiB", long_name, "aaaa"},
    {"empty", "", "\"\""},
    {"a space", "local host", "local host"},
    {"an empty label", "a..b", "a..b"},
    {"not ASCII",
     "b\xc3\xbc"
     "cher.test",
     "cher.test"},
    {"a wildcard", "*.test", "*.test"},
};

static void spoil_connection(otls_connection *conn)
{
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_connection_set_server_name(conn, hosts[i].host, &err), OTLS_E_USAGE,
                     "%s: %s", hosts[i].name, err.text);
        cr_assert(strstr(err.text, hosts[i].says) != NULL, "%s: %s", hosts[i].name, err.text);
        cr_assert_str_eq(otls_connection_server_name(conn), "localhost");
    }
}

static void reopen(pair *p)
{
    otls_context *copy;
    otls_transport transport;

    otls_connection_free(p->client);
    otls_connection_free(p->server);
    cr_assert_eq(otls_context_copy(&copy, p->client_context, NULL), OTLS_OK);
    otls_context_free(p->client_context);
    p->client_context = copy;
    cr_assert_eq(otls_context_copy(&copy, p->server_context, NULL), OTLS_OK);
    otls_context_free(p->server_context);
    p->server_context = copy;
    spoil_values(p->client_context);
    spoil_values(p->server_context);
    transport = wire_transport(&p->wire.client);
    cr_assert_eq(otls_connection_new(&p->client, p->client_context, &transport, NULL), OTLS_OK);
    transport = wire_transport(&p->wire.server);
    cr_assert_eq(otls_connection_new(&p->server, p->server_context, &transport, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(p->client, "localhost", NULL), OTLS_OK);
}

ParameterizedTestParameters(bad_input, values)
{
    return pair_parameters_short();
}

/* Everything bad is tried on contexts that were set up well; then they still connect as before. */
ParameterizedTest(size_t *index, bad_input, values)
{
    static const char *const names[] = {"h2", "http/1.1"};
    const pair_case which = pair_case_short_at(*index);
    const uint8_t *chosen;
    size_t size;
    pair p;

    memset(long_name, 'a', sizeof(long_name) - 1);
    memset(name_300, 'n', sizeof(name_300) - 1);
    pair_open(&p, &which,
              &(pair_options){.client_alpn = names,
                              .client_alpn_count = 2,
                              .server_alpn = &names[1],
                              .server_alpn_count = 1});
    reopen(&p);
    spoil_connection(p.client);
    pair_connect(&p);
    cr_assert_eq(otls_connection_version(p.client), which.version);
    cr_assert_eq(otls_connection_group(p.client), 0x001d);
    cr_assert_eq(otls_context_security_level(p.client_context), 2);
    chosen = otls_connection_alpn(p.client, &size);
    cr_assert(size == 8 && memcmp(chosen, "http/1.1", 8) == 0);
    pair_transfer(p.client, p.server, 1000, 5);
    pair_close(&p);
}

static otls_status with_nul(char *out, size_t capacity, size_t *length, void *user)
{
    (void)capacity, (void)user;
    memcpy(out, "secret\0x", 8);
    *length = 8;
    return OTLS_OK;
}

static otls_status too_long(char *out, size_t capacity, size_t *length, void *user)
{
    (void)out, (void)user;
    *length = capacity + 1;
    return OTLS_OK;
}

Test(bad_input, passwords)
{
    static const char *const keys[] = {PKI "server-ecdsa-p256.enc.key",
                                       PKI "server-rsa-2048.legacy.key"};
    const pair_case *which;

    for (size_t e = 0; (which = same_engine(e)) != NULL; e++)
        for (size_t k = 0; k < 2; k++) {
            otls_error err = OTLS_ERROR_INIT;
            otls_key *key;

            cr_assert_eq(otls_key_from_file(&key, which->server, keys[k], with_nul, NULL, &err),
                         OTLS_E_CREDENTIAL, "%s", otls_backend_name(which->server));
            cr_assert_eq(err.code, OTLS_CODE_WRONG_PASSWORD, "%s", err.text);
            cr_assert_eq(otls_key_from_file(&key, which->server, keys[k], too_long, NULL, &err),
                         OTLS_E_CREDENTIAL);
            cr_assert_eq(err.code, OTLS_CODE_PASSWORD_NEEDED, "%s", err.text);
        }
}
