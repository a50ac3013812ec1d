/* SPDX-License-Identifier: MIT */
/* RFC 9525, with the choices core/x509/host_name.c states. */
#include "der_make.h"

#include "x509/x509.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

/* `out` NULL: refused; an address is in hexadecimal behind '#' */
static const struct reference {
    const char *name, *out;
} references[] = {
    {"localhost", "localhost"},
    {"WWW.Example.ORG", "www.example.org"},
    {"www.example.org.", "www.example.org"},
    {"xn--bcher-kva.example", "xn--bcher-kva.example"},
    {"a_b.example", "a_b.example"},
    {"1a.2b", "1a.2b"},
    {L63 ".example", L63 ".example"},
    {"192.0.2.1", "#c0000201"},
    {"0.0.0.0", "#00000000"},
    {"255.255.255.255", "#ffffffff"},
    {"::", "#00000000000000000000000000000000"},
    {"::1", "#00000000000000000000000000000001"},
    {"fe80::1%eth0", "#fe800000000000000000000000000001"},
    {"2001:DB8::1", "#20010db8000000000000000000000001"},
    {"1:2:3:4:5:6:7:8", "#00010002000300040005000600070008"},
    {"1:2:3:4:5:6:7::", "#00010002000300040005000600070000"},
    {"::2:3:4:5:6:7:8", "#00000002000300040005000600070008"},
    {"::ffff:192.0.2.1", "#00000000000000000000ffffc0000201"},
    {"1:2:3:4:5:6:1.2.3.4", "#00010002000300040005000601020304"},
    {"", NULL},
    {".", NULL},
    {"..", NULL},
    {"a..b", NULL},
    {".a", NULL},
    {"a.b..", NULL},
    {"a b", NULL},
    {"*.example.org", NULL},
    {"b\xc3\xbc"
     "cher.example",
     NULL},
    {"a\n.example", NULL},
    {"a/b", NULL},
    {"user@host", NULL},
    {"host:443", NULL},
    {"[::1]", NULL},
    {"fe80::1%", NULL},
    {"%eth0", NULL},
    {"192.0.2.1%eth0", NULL},
    {"host%eth0", NULL},
    {"1:2:3:4:5:6:7", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"1::2::3", NULL},
    {":::", NULL},
    {"1:", NULL},
    {":1", NULL},
    {"12345::", NULL},
    {"::1.2.3", NULL},
    {"1.2.3.4::", NULL},
    {"256.1.1.1", NULL},
    {"01.1.1.1", NULL},
    {"1.2.3.4.5", NULL},
    {"127.1", NULL},
    {"2130706433", NULL},
    {"1.2.3.4.", NULL},
    {L63 "g.example", NULL},
    {L63 "." L63 "." L63 "." L63, NULL},
};

ParameterizedTestParameters(name_match, references)
{
    static size_t indexes[COUNT(references)];

    for (size_t i = 0; i < COUNT(references); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, COUNT(references));
}

ParameterizedTest(size_t *index, name_match, references)
{
    const struct reference *expected = &references[*index];
    otls_error err = OTLS_ERROR_INIT;
    omni_reference_name name;
    char buffer[256];
    char shown[300] = "#";
    const otls_status status = omni_reference_name_parse(&name, expected->name, buffer, &err);

    if (expected->out == NULL) {
        cr_expect_eq(status, OTLS_E_USAGE, "%s was taken", expected->name);
        cr_expect_neq(err.text[0], '\0');
        return;
    }
    cr_assert_eq(status, OTLS_OK, "%s: %s", expected->name, err.text);
    for (size_t i = 0; i < name.ip_size; i++)
        (void)snprintf(shown + 1 + 2 * i, 3, "%02x", (unsigned)name.ip[i]);
    cr_expect_str_eq(name.dns != NULL ? name.dns : shown, expected->out);
    cr_expect_eq(name.dns == NULL, name.ip_size != 0);
}

Test(name_match, what_is_wrong_is_said)
{
    otls_error err = OTLS_ERROR_INIT;
    omni_reference_name name;
    char buffer[256];

    cr_expect_eq(omni_reference_name_parse(&name, "b\xc3\xbc.example", buffer, &err), OTLS_E_USAGE);
    cr_expect_not_null(strstr(err.text, "A-label"), "%s", err.text);
}

#define CN "common.example"
enum { NONE = 0, WITH_CN = OTLS_MATCH_COMMON_NAME, PARTIAL = OTLS_MATCH_PARTIAL_WILDCARDS };

/* `names`: GeneralNames in DER notation, NULL = no such extension */
static const struct match {
    const char *names, *name;
    unsigned flags;
    bool matches;
} matches[] = {
    {"82{'www.example.org'}", "www.example.org", NONE, true},
    {"82{'WWW.example.ORG'}", "www.EXAMPLE.org.", NONE, true},
    {"82{'a.example'} 82{'www.example.org'}", "www.example.org", NONE, true},
    {"82{'www.example.org'}", "example.org", NONE, false},
    {"82{'example.org'}", "www.example.org", NONE, false},
    {"82{'www.example.org.evil'}", "www.example.org", NONE, false},
    {"82{'www.example.org.'}", "www.example.org", NONE, false},
    {"82{'www.example.org' 00}", "www.example.org", NONE, false},
    {"82{'www.example.org' 00 '.evil.example'}", "www.example.org", NONE, false},
    {"82{}", "localhost", NONE, false},
    {"82{'localhost'}", "localhost", NONE, true},
    {"82{'a_b.example'}", "a_b.example", NONE, true},
    /* wildcards */
    {"82{'*.example.org'}", "www.example.org", NONE, true},
    {"82{'*.EXAMPLE.org'}", "www.example.org", NONE, true},
    {"82{'*.example.org'}", "example.org", NONE, false},
    {"82{'*.example.org'}", "a.b.example.org", NONE, false},
    {"82{'*.example.org'}", "xn--bcher-kva.example.org", NONE, true},
    {"82{'*.example.org'}", "www.example.org.evil", NONE, false},
    {"82{'*.example.org.evil'}", "www.example.org", NONE, false},
    {"82{'*.org'}", "example.org", NONE, false},
    {"82{'*'}", "localhost", NONE, false},
    {"82{'*.'}", "localhost", NONE, false},
    {"82{'*..org'}", "www..org", NONE, false},
    {"82{'*.example..org'}", "www.example.org", NONE, false},
    {"82{'www.*.org'}", "www.example.org", NONE, false},
    {"82{'*.*.org'}", "www.example.org", NONE, false},
    {"82{'**.example.org'}", "www.example.org", NONE, false},
    {"82{'**.example.org'}", "www.example.org", PARTIAL, false},
    {"82{'w*.example.org'}", "www.example.org", NONE, false},
    {"82{'*w.example.org'}", "www.example.org", NONE, false},
    {"82{'w*w.example.org'}", "www.example.org", NONE, false},
    {"82{'w*.example.org'}", "www.example.org", PARTIAL, true},
    {"82{'*w.example.org'}", "www.example.org", PARTIAL, true},
    {"82{'w*w.example.org'}", "www.example.org", PARTIAL, true},
    {"82{'www*.example.org'}", "www.example.org", PARTIAL, false},
    {"82{'wx*.example.org'}", "www.example.org", PARTIAL, false},
    {"82{'x*.example.org'}", "xn--bcher-kva.example.org", PARTIAL, false},
    {"82{'xn--*.example.org'}", "xn--bcher-kva.example.org", PARTIAL, false},
    {"82{'*.example.org' 00}", "www.example.org", NONE, false},
    {"82{'*.0.2.1'}", "192.0.2.1", NONE, false},
    /* addresses */
    {"87{c0000201}", "192.0.2.1", NONE, true},
    {"87{c0000202}", "192.0.2.1", NONE, false},
    {"82{'192.0.2.1'}", "192.0.2.1", NONE, false},
    {"86{'192.0.2.1'}", "192.0.2.1", NONE, false},
    {"87{00000000000000000000000000000001}", "::1", NONE, true},
    {"87{00000000000000000000ffffc0000201}", "192.0.2.1", NONE, false},
    {"87{c0000201}", "::ffff:192.0.2.1", NONE, false},
    {"87{00000000000000000000ffffc0000201}", "::ffff:192.0.2.1", NONE, true},
    {"87{c00002}", "192.0.2.1", NONE, false},
    {"87{c000020100}", "192.0.2.1", NONE, false},
    {"87{}", "192.0.2.1", NONE, false},
    /* other kinds never count */
    {"81{'www.example.org'}", "www.example.org", NONE, false},
    {"86{'www.example.org'}", "www.example.org", NONE, false},
    /* common name */
    {NULL, CN, NONE, false},
    {NULL, CN, WITH_CN, true},
    {"81{'a@b'}", CN, WITH_CN, true},
    {"87{c0000201}", CN, WITH_CN, false},
    {"82{'other.example'}", CN, WITH_CN, false},
    {"82{}", CN, WITH_CN, false},
    {NULL, "192.0.2.1", WITH_CN, false},
    {"82 05 'cut'", CN, WITH_CN, false},
};

ParameterizedTestParameters(name_match, matches)
{
    static size_t indexes[COUNT(matches)];

    for (size_t i = 0; i < COUNT(matches); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, COUNT(matches));
}

static void parse(const char *names, const char *subject, uint8_t *der, size_t capacity,
                  omni_x509 *out)
{
    char extension[512];
    const cert_parts parts = {.extensions = names != NULL ? extension : NULL, .subject = subject};
    otls_error err = OTLS_ERROR_INIT;
    size_t size;

    (void)snprintf(extension, sizeof(extension), "30{06{551d11}04{30{%s}}}",
                   names != NULL ? names : "");
    size = cert_make(&parts, der, capacity);
    cr_assert_eq(omni_x509_parse(out, (otls_slice){.data = der, .size = size}, &err), OTLS_OK, "%s",
                 err.text);
}

ParameterizedTest(size_t *index, name_match, matches)
{
    const struct match *expected = &matches[*index];
    omni_reference_name name;
    char buffer[256];
    uint8_t der[1024];
    omni_x509 cert;

    parse(expected->names, "30{31{30{06{550403}0c{'" CN "'}}}}", der, sizeof(der), &cert);
    if (omni_reference_name_parse(&name, expected->name, buffer, NULL) != OTLS_OK) {
        cr_expect_not(expected->matches, "%s is no name", expected->name);
        return;
    }
    cr_expect_eq(omni_host_name_matches(&cert, &name, expected->flags), expected->matches, "%s and %s",
                 expected->names != NULL ? expected->names : "(none)", expected->name);
}

/* subjects whose common name stands, or does not stand, for common.example */
static const struct subject {
    const char *subject;
    bool matches;
} subjects[] = {
    {"30{31{30{06{550403}13{'common.example'}}}}", true},
    {"30{31{30{06{550403}1e{0063006f006d006d006f006e002e006500780061006d0070006c0065}}}}", true},
    {"30{31{30{06{550403}0c{'*.example'}}}}", false},
    {"30{31{30{06{550403}0c{'common.example' 00}}}}", false},
    {"30{31{30{06{550403}03{00 'common.example'}}}}", false},
    {"30{31{30{06{550403}0c{'common.example'}}}31{30{06{550403}0c{'common.example'}}}}", false},
    {"30{31{30{06{55040a}0c{'common.example'}}}}", false},
    {"30{}", false},
};

Test(name_match, common_names)
{
    for (size_t i = 0; i < COUNT(subjects); i++) {
        omni_reference_name name;
        char buffer[256];
        uint8_t der[1024];
        omni_x509 cert;

        parse(NULL, subjects[i].subject, der, sizeof(der), &cert);
        cr_assert_eq(omni_reference_name_parse(&name, CN, buffer, NULL), OTLS_OK);
        cr_expect_eq(omni_host_name_matches(&cert, &name, OTLS_MATCH_COMMON_NAME), subjects[i].matches,
                     "%s", subjects[i].subject);
    }
}
