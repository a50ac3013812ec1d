/* SPDX-License-Identifier: MIT */
/*
 * make_corpus CHAINS OUTDIR: make the certificates of chains.txt (which explains the format) with
 * OpenSSL, and a manifest that the tests read. For each case: OUTDIR/<case>/sent.pem, key.pem (of
 * the leaf), trust.pem and crl.pem where there are any; OUTDIR/manifest.tsv has one line per case.
 */
#include "make_corpus.h"
#include "make_keys.h"
#include "make_name.h"
#include "make_odd.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int line_number;

void fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "make_corpus: line %d: ", line_number);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static char *trim(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

/* "id | name=value | name" -> attributes; the first has no name. */
size_t split(char *text, attribute *out)
{
    size_t count = 0;

    for (char *part = text, *next; part != NULL; part = next) {
        char *equals;

        next = strstr(part, " | ");
        if (next != NULL) {
            *next = '\0';
            next += 3;
        }
        part = trim(part);
        if (count == ATTRIBUTES_MAX)
            fail("too many attributes");
        equals = count != 0 ? strchr(part, '=') : NULL;
        if (equals != NULL)
            *equals++ = '\0';
        out[count].name = trim(part);
        out[count++].value = equals != NULL ? trim(equals) : part + strlen(part);
    }
    return count;
}

const char *get(const attribute *list, size_t count, const char *name, const char *other)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].value;
    return other;
}

static member *find(corpus_case *test, const char *id)
{
    for (size_t i = test->member_count; i-- > 0;)
        if (strcmp(test->members[i].id, id) == 0)
            return &test->members[i];
    return NULL;
}

member *need(corpus_case *test, const char *id)
{
    member *found = find(test, id);

    if (found == NULL)
        fail("%s: no certificate called %s", test->name, id);
    return found;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static EVP_PKEY *make_key(const char *kind)
{
    EVP_PKEY *key = make_keys_new(kind);

    if (key == NULL)
        fail("cannot make a %s key", kind);
    return key;
}

/* RSA keys are slow to make: one per size and use. */
static EVP_PKEY *key_of(const char *kind, const char *id)
{
    static struct {
        char name[64];
        EVP_PKEY *key;
    } kept[32];
    char name[64];

    if (strncmp(kind, "rsa", 3) != 0)
        return make_key(kind);
    snprintf(name, sizeof(name), "%.20s %.30s", kind, id);
    for (size_t i = 0; i < 32; i++) {
        if (kept[i].key == NULL) {
            kept[i].key = make_key(kind);
            snprintf(kept[i].name, sizeof(kept[i].name), "%s", name);
        }
        if (strcmp(kept[i].name, name) == 0) {
            EVP_PKEY_up_ref(kept[i].key);
            return kept[i].key;
        }
    }
    fail("too many RSA keys");
}

/* ---- certificates -------------------------------------------------------------------------- */

long long when(const char *text)
{
    char *end;
    const long long number = strtoll(text, &end, 10);

    if (*end == 'd')
        return reference_time + number * 86400;
    return *end == 's' ? reference_time + number : number;
}

/* ASN1_TIME_set would take a time_t, which may have 32 bits. */
ASN1_TIME *time_of(ASN1_TIME *time, long long seconds)
{
    return ASN1_TIME_adj(time, 0, (int)(seconds / 86400), (long)(seconds % 86400));
}

X509_NAME *parse_name(char *text, const char *type)
{
    X509_NAME *name = make_name(text, type);

    if (name == NULL)
        fail("bad name");
    return name;
}

static void set_extension(attribute *list, size_t *count, char *name, char *value)
{
    size_t i = 0;

    while (i < *count && strcmp(list[i].name, name) != 0)
        i++;
    if (i == *count) {
        if (*count == EXTENSIONS_MAX)
            fail("too many extensions");
        ++*count;
    }
    list[i].name = name;
    list[i].value = value;
}

CONF *empty_configuration(void)
{
    static CONF *conf;

    if (conf == NULL)
        conf = NCONF_new(NULL);
    return conf;
}

static void add_extension(X509 *cert, X509 *issuer, const char *name, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    if (strncmp(name, "again-", 6) == 0) /* a second one of the same kind */
        name += 6;
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509V3_set_nconf(&context, empty_configuration());
    extension = X509V3_EXT_nconf(empty_configuration(), &context, name, value);
    if (extension == NULL || X509_add_ext(cert, extension, -1) != 1)
        fail("bad extension %s=%s", name, value);
    X509_EXTENSION_free(extension);
}

/* `many-names=N`: as many alternative names. */
static void add_many_names(X509 *cert, int count, const char *first)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();

    for (int i = -1; i < count; i++) {
        char text[64];
        GENERAL_NAME *name = GENERAL_NAME_new();
        ASN1_IA5STRING *string = ASN1_IA5STRING_new();

        snprintf(text, sizeof(text), i < 0 ? "%s" : "n%.0s%d.test", first, i);
        ASN1_STRING_set(string, text, -1);
        GENERAL_NAME_set0_value(name, GEN_DNS, string);
        sk_GENERAL_NAME_push(names, name);
    }
    X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, X509V3_ADD_REPLACE);
    GENERAL_NAMES_free(names);
}

static void apply_extensions(X509 *cert, X509 *issuer, bool authority, const attribute *list,
                             size_t count)
{
    static char ca[] = "critical,CA:TRUE", no_ca[] = "critical,CA:FALSE";
    static char ca_usage[] = "critical,keyCertSign,cRLSign", usage[] = "critical,digitalSignature";
    static char server[] = "serverAuth", host[] = "DNS:host.test", hash[] = "hash",
                keyid[] = "keyid";
    static char n_bc[] = "basicConstraints", n_ku[] = "keyUsage", n_eku[] = "extendedKeyUsage",
                n_san[] = "subjectAltName", n_ski[] = "subjectKeyIdentifier",
                n_aki[] = "authorityKeyIdentifier";
    attribute wanted[EXTENSIONS_MAX];
    size_t used = 0;

    set_extension(wanted, &used, n_bc, authority ? ca : no_ca);
    set_extension(wanted, &used, n_ku, authority ? ca_usage : usage);
    if (!authority) {
        set_extension(wanted, &used, n_eku, server);
        set_extension(wanted, &used, n_san, host);
    }
    set_extension(wanted, &used, n_ski, hash);
    if (issuer != cert)
        set_extension(wanted, &used, n_aki, keyid);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(list[i].name, "drop") == 0)
            set_extension(wanted, &used, list[i].value, NULL);
        else if (strncmp(list[i].name, "ext ", 4) == 0)
            set_extension(wanted, &used, list[i].name + 4, list[i].value);
    }
    for (size_t i = 0; i < used; i++)
        if (wanted[i].value != NULL)
            add_extension(cert, issuer, wanted[i].name, wanted[i].value);
}

static void set_serial(X509 *cert, const char *text)
{
    static unsigned long next = 0x1000;
    BIGNUM *number = NULL;
    ASN1_INTEGER *serial;

    if (text == NULL) {
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), next++);
        return;
    }
    if (BN_hex2bn(&number, text) == 0)
        fail("bad serial %s", text);
    serial = BN_to_ASN1_INTEGER(number, NULL);
    X509_set_serialNumber(cert, serial);
    ASN1_INTEGER_free(serial);
    BN_free(number);
}

/* Little-endian, RFC 8032 5.1: the sum has no carry out of its 32 octets. */
static void add_order(unsigned char *scalar)
{
    static const unsigned char order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
                                            0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
                                            0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    unsigned carry = 0;

    for (size_t i = 0; i < 32; i++) {
        carry += scalar[i] + order[i];
        scalar[i] = (unsigned char)carry;
        carry >>= 8;
    }
}

/* Break the encoding after signing. */
static void tamper(member *made, const char *how)
{
    static const unsigned char ecdsa[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03};
    unsigned char *der = made->der;
    size_t at;

    if (strcmp(how, "signature") == 0) {
        der[made->der_size - 1] ^= 1;
    } else if (strcmp(how, "order") == 0) { /* Ed25519: S plus the group's order, equal modulo it */
        add_order(der + made->der_size - 32);
    } else if (strcmp(how, "serial") == 0) { /* header 4, header 4, version 5, then 02 length */
        der[13 + 1 + der[14]] ^= 1;
    } else if (strcmp(how, "truncate") == 0) {
        made->der_size -= 7;
    } else if (strcmp(how, "indefinite") == 0) {
        der[1] = 0x80;
    } else if (strcmp(how, "algorithm") == 0) { /* the outer one: the last in the text */
        for (at = made->der_size - sizeof(ecdsa) - 1; at != 0; at--)
            if (memcmp(der + at, ecdsa, sizeof(ecdsa)) == 0)
                break;
        der[at + sizeof(ecdsa)] ^= 1; /* SHA-256 becomes SHA-384 */
    } else {
        fail("tamper with what?");
    }
}

ASN1_TIME *general_of(long long seconds)
{
    return ASN1_GENERALIZEDTIME_adj(NULL, 0, (int)(seconds / 86400), (long)(seconds % 86400));
}

/* `dates=general`: not as UTCTime, whatever the year. */
static void set_dates(X509 *cert, const attribute *list, size_t count)
{
    const long long from = when(get(list, count, "from", "-100d")),
                    to = when(get(list, count, "to", "100d"));
    ASN1_TIME *date;

    time_of(X509_getm_notBefore(cert), from);
    time_of(X509_getm_notAfter(cert), to);
    if (get(list, count, "dates", NULL) == NULL)
        return;
    date = general_of(to);
    X509_set1_notAfter(cert, date);
    ASN1_TIME_free(date);
}

/* What RFCs forbid of a key; before anything is made of it. */
static void odd_key(member *made, const attribute *list, size_t count)
{
    const char *point = get(list, count, "point", NULL);
    const char *parameters = get(list, count, "key-parameters", NULL);

    if ((point != NULL && !make_odd_point(made->cert, made->key, point)) ||
        (parameters != NULL && !make_odd_key_parameters(made->cert, made->key, parameters)))
        fail("cannot make the key odd");
}

/* What RFCs forbid of a signature; after it has been made. */
static void odd_signature(member *made, const member *issuer, const attribute *list, size_t count)
{
    const char *parameters = get(list, count, "signature-parameters", NULL);
    const char *how = get(list, count, "odd-signature", NULL);

    if ((parameters != NULL &&
         !make_odd_parameters(made->cert, issuer->key, get(list, count, "digest", "SHA256"),
                              parameters)) ||
        (how != NULL && !make_odd_signature(made->cert, issuer->key, how)))
        fail("cannot make the signature odd");
}

static void make_certificate(corpus_case *test, bool authority, char *text)
{
    attribute list[ATTRIBUTES_MAX];
    const size_t count = split(text, list);
    const char *id = list[0].name;
    const char *issuer_id =
        get(list, count, "issuer", authority ? (strcmp(id, "root") == 0 ? id : "root") : "int");
    const char *share = get(list, count, "keyof", NULL);
    char subject[2048];
    member *made = &test->members[test->member_count], *issuer;
    X509_NAME *name;
    int size;

    if (test->member_count == MEMBERS_MAX)
        fail("too many certificates");
    memset(made, 0, sizeof(*made));
    snprintf(made->id, sizeof(made->id), "%s", id);
    made->key = share != NULL ? need(test, share)->key
                              : key_of(get(list, count, "key", "P-256"), authority ? id : "leaf");
    if (share != NULL)
        EVP_PKEY_up_ref(made->key);
    made->odd_key = make_keys_odd(get(list, count, "key", "P-256"));
    made->cert = X509_new();
    issuer = strcmp(issuer_id, id) == 0 ? made : need(test, issuer_id);
    test->member_count++;
    X509_set_version(made->cert, atoi(get(list, count, "version", "3")) - 1);
    set_serial(made->cert, get(list, count, "serial", NULL));
    snprintf(subject, sizeof(subject), authority ? "/O=Corpus/CN=%s" : "/O=Corpus/CN=host.test",
             id);
    if (get(list, count, "subject", NULL) != NULL)
        snprintf(subject, sizeof(subject), "%s", get(list, count, "subject", NULL));
    name = parse_name(subject, get(list, count, "strings", "utf8"));
    X509_set_subject_name(made->cert, name);
    X509_NAME_free(name);
    if (get(list, count, "issuer-name", NULL) != NULL) { /* written differently than the subject */
        snprintf(subject, sizeof(subject), "%s", get(list, count, "issuer-name", NULL));
        name = parse_name(subject, get(list, count, "issuer-strings", "utf8"));
        X509_set_issuer_name(made->cert, name);
        X509_NAME_free(name);
    } else {
        X509_set_issuer_name(made->cert, X509_get_subject_name(issuer->cert));
    }
    set_dates(made->cert, list, count);
    X509_set_pubkey(made->cert, made->key);
    odd_key(made, list, count);
    if (get(list, count, "plain", NULL) == NULL)
        apply_extensions(made->cert, issuer->cert, authority, list, count);
    if (get(list, count, "many-names", NULL) != NULL)
        add_many_names(made->cert, atoi(get(list, count, "many-names", "0")), "host.test");
    if (!make_keys_sign(made->cert,
                        get(list, count, "forged", NULL) != NULL ? made->key : issuer->key,
                        get(list, count, "digest", "SHA256"), get(list, count, "pss", NULL)))
        fail("cannot sign");
    odd_signature(made, issuer, list, count);
    size = i2d_X509(made->cert, &made->der);
    if (size <= 0)
        fail("cannot encode");
    made->der_size = (size_t)size;
    if (get(list, count, "tamper", NULL) != NULL)
        tamper(made, get(list, count, "tamper", NULL));
}

/* ---- output -------------------------------------------------------------------------------- */

static FILE *open_file(const char *out, const char *name, const char *file)
{
    char path[1024];
    FILE *stream;

    snprintf(path, sizeof(path), "%s/%s", out, name);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        fail("cannot make %s", path);
    snprintf(path, sizeof(path), "%s/%s/%s", out, name, file);
    stream = fopen(path, "w");
    if (stream == NULL)
        fail("cannot write %s", path);
    return stream;
}

static void write_members(corpus_case *test, const char *out, const char *file, const char *ids)
{
    char list[2048], *id;
    FILE *stream;

    if (strcmp(ids, "none") == 0)
        return;
    stream = open_file(out, test->name, file);
    snprintf(list, sizeof(list), "%s", ids);
    for (id = strtok(list, " "); id != NULL; id = strtok(NULL, " ")) {
        const member *made = need(test, id);

        PEM_write(stream, "CERTIFICATE", "", made->der, (long)made->der_size);
    }
    fclose(stream);
}

static void finish_case(corpus_case *test, const char *out, FILE *manifest)
{
    const member *leaf;
    FILE *stream;

    if (!test->active)
        return;
    write_members(test, out, "sent.pem", test->send);
    write_members(test, out, "trust.pem", test->trust);
    leaf = find(test, "leaf");
    if (leaf != NULL) {
        stream = open_file(out, test->name, "key.pem");
        if (leaf->odd_key) { /* whoever presents it only needs some key */
            EVP_PKEY *other = make_key("P-256");

            PEM_write_PrivateKey(stream, other, NULL, NULL, 0, NULL, NULL);
            EVP_PKEY_free(other);
        } else {
            PEM_write_PrivateKey(stream, leaf->key, NULL, NULL, 0, NULL, NULL);
        }
        fclose(stream);
    }
    if (test->crl_count != 0) {
        stream = open_file(out, test->name, "crl.pem");
        for (size_t i = 0; i < test->crl_count; i++)
            PEM_write_X509_CRL(stream, test->crls[i]);
        fclose(stream);
    }
    fprintf(manifest, "%s\t%s\t%s\t%s\t%d\t%d\t%lld\t%s\t%d\t%s\n", test->name, test->host,
            test->purpose, test->options, test->depth, test->level, test->time, test->want,
            test->wanted_depth, test->source);
    for (size_t i = 0; i < test->crl_count; i++)
        X509_CRL_free(test->crls[i]);
    for (size_t i = 0; i < test->member_count; i++)
        if (!test->members[i].shared) {
            EVP_PKEY_free(test->members[i].key);
            X509_free(test->members[i].cert);
            OPENSSL_free(test->members[i].der);
        }
}

static void begin_case(corpus_case *test, const corpus_case *shared, const char *name)
{
    memset(test, 0, sizeof(*test));
    test->active = true;
    snprintf(test->name, sizeof(test->name), "%s", name);
    strcpy(test->host, "host.test");
    strcpy(test->purpose, "server");
    strcpy(test->options, "-");
    strcpy(test->send, "leaf int");
    strcpy(test->trust, "root");
    test->wanted_depth = test->depth = test->level = -1;
    test->time = reference_time;
    for (size_t i = 0; i < shared->member_count; i++)
        test->members[test->member_count++] = shared->members[i];
}

/* `chain N`: leaf, i1 ... iN below root; sent in order. */
static void make_chain(corpus_case *test, int count)
{
    char text[128];

    strcpy(test->send, "leaf");
    for (int i = count; i >= 1; i--) {
        if (i == count)
            snprintf(text, sizeof(text), "i%d | issuer=root", i);
        else
            snprintf(text, sizeof(text), "i%d | issuer=i%d", i, i + 1);
        make_certificate(test, true, text);
    }
    for (int i = 1; i <= count; i++)
        snprintf(test->send + strlen(test->send), sizeof(test->send) - strlen(test->send), " i%d",
                 i);
}

static bool set_text(const char *word, const char *wanted, char *to, size_t size, const char *value)
{
    if (strcmp(word, wanted) != 0)
        return false;
    snprintf(to, size, "%s", value);
    return true;
}

static void statement(corpus_case *test, const char *word, char *rest)
{
    char *depth;

    if (strcmp(word, "ca") == 0 || strcmp(word, "leaf") == 0) {
        make_certificate(test, word[0] == 'c', rest);
    } else if (strcmp(word, "crl") == 0) {
        make_crl(test, rest);
    } else if (strcmp(word, "chain") == 0) {
        make_chain(test, atoi(rest));
    } else if (strcmp(word, "depth") == 0) {
        test->depth = atoi(rest);
    } else if (strcmp(word, "level") == 0) {
        test->level = atoi(rest);
    } else if (strcmp(word, "time") == 0) {
        test->time = when(rest);
    } else if (strcmp(word, "want") == 0) { /* FLAG,FLAG@depth, or ok */
        depth = strchr(rest, '@');
        if (depth != NULL)
            *depth++ = '\0';
        test->wanted_depth = depth != NULL ? atoi(depth) : -1;
        snprintf(test->want, sizeof(test->want), "%s", rest);
    } else if (!set_text(word, "source", test->source, sizeof(test->source), rest) &&
               !set_text(word, "host", test->host, sizeof(test->host), rest) &&
               !set_text(word, "purpose", test->purpose, sizeof(test->purpose), rest) &&
               !set_text(word, "options", test->options, sizeof(test->options), rest) &&
               !set_text(word, "send", test->send, sizeof(test->send), rest) &&
               !set_text(word, "trust", test->trust, sizeof(test->trust), rest)) {
        fail("what is %s?", word);
    }
}

int main(int argc, char **argv)
{
    static corpus_case shared, test;
    static char line[4096];
    char root[] = "root", intermediate[] = "int";
    char path[1024];
    FILE *input, *manifest;

    if (argc != 3 || (input = fopen(argv[1], "r")) == NULL) {
        fprintf(stderr, "usage: make_corpus CHAINS OUTDIR\n");
        return 1;
    }
    if (mkdir(argv[2], 0777) != 0 && errno != EEXIST)
        fail("cannot make %s", argv[2]);
    snprintf(path, sizeof(path), "%s/manifest.tsv", argv[2]);
    manifest = fopen(path, "w");
    if (manifest == NULL)
        fail("cannot write %s", path);
    make_certificate(&shared, true, root);
    make_certificate(&shared, true, intermediate);
    for (size_t i = 0; i < shared.member_count; i++)
        shared.members[i].shared = true;
    while (fgets(line, sizeof(line), input) != NULL) {
        char *text = trim(line), *rest;

        line_number++;
        if (*text == '\0' || *text == '#')
            continue;
        rest = text + strcspn(text, " ");
        if (*rest != '\0')
            *rest++ = '\0';
        rest = trim(rest);
        if (strcmp(text, "case") == 0) {
            finish_case(&test, argv[2], manifest);
            begin_case(&test, &shared, rest);
        } else {
            statement(&test, text, rest);
        }
    }
    finish_case(&test, argv[2], manifest);
    fclose(manifest);
    fclose(input);
    return 0;
}
