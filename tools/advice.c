/* SPDX-License-Identifier: MIT */
/* What to do about a failure: a line for each that people meet. */
#include "tool.h"

#include <errno.h>
#include <string.h>

/* The first that applies: what must be mended first stands first. */
static const struct {
    uint32_t flag;
    const char *text;
} verify_advice[] = {
    {OTLS_VERIFY_REVOKED, "do not connect; the server's owner must install a new certificate"},
    {OTLS_VERIFY_BAD_SIGNATURE, "the chain was altered or put together wrongly; see omnitls cert HOST:PORT"},
    {OTLS_VERIFY_EXPIRED, "the server's owner must renew it; if it is new, look at this machine's clock"},
    {OTLS_VERIFY_NOT_YET_VALID, "look at this machine's clock"},
    {OTLS_VERIFY_NAME_MISMATCH,
     "connect to a name that the certificate has (omnitls cert HOST:PORT), or name it with --servername"},
    {OTLS_VERIFY_SELF_SIGNED,
     "if it is yours: omnitls cert --pem HOST:PORT >it.pem, compare its fingerprint, then --ca it.pem"},
    {OTLS_VERIFY_UNKNOWN_CA,
     "give its authority with --ca FILE; if that is a public one, the server may leave out an intermediate"},
    {OTLS_VERIFY_PIN_MISMATCH, "the key has changed, or somebody is in between; omnitls cert HOST:PORT shows its pin"},
    {OTLS_VERIFY_REVOCATION_UNKNOWN, "get a current revocation list of its issuer for --crl"},
    {OTLS_VERIFY_STAPLE, "the server must staple a good OCSP response; --ocsp off goes without"},
    {OTLS_VERIFY_WEAK, "the server's owner needs a stronger key or digest; --security-level lowers the bar"},
    {OTLS_VERIFY_WRONG_PURPOSE, "the certificate is not one for this side of a connection"},
    {OTLS_VERIFY_MISSING, "the peer must present a certificate"},
};

static const struct {
    int32_t code;
    const char *text;
} code_advice[] = {
    {OTLS_CODE_NOT_TLS, "is it the right port? many protocols begin in plain text: see --starttls"},
    {OTLS_CODE_NO_SHARED_VERSION, "omnitls scan HOST:PORT shows what the server takes; see --min and --max"},
    {OTLS_CODE_NO_SHARED_SUITE, "omnitls scan HOST:PORT shows what the server takes; see --ciphers"},
    {OTLS_CODE_NO_SHARED_GROUP, "omnitls scan HOST:PORT shows what the server takes; see --groups"},
    {OTLS_CODE_NO_SHARED_ALPN, "omnitls scan HOST:PORT shows what the server takes; see --alpn"},
    {OTLS_CODE_NAME_LOOKUP, "look at the spelling of the name, and at this machine's resolver"},
    {OTLS_CODE_NO_CERTIFICATE,
     "omnitls cert FILE shows what is in a file; PEM has lines -----BEGIN CERTIFICATE----- in it"},
    {OTLS_CODE_KEY_MISMATCH, "omnitls cert shows the public key of a certificate and of a key: find the pair"},
    {OTLS_CODE_WRONG_PASSWORD, "the first line of --password-file is taken, without its end"},
    {OTLS_CODE_PASSWORD_NEEDED, "give --password-file, or run it on a terminal to be asked"},
};

static const struct {
    int32_t alert;
    const char *text;
} alert_advice[] = {
    {OTLS_ALERT_CERTIFICATE_REQUIRED, "the server wants a client certificate: --cert and --key"},
    {OTLS_ALERT_PROTOCOL_VERSION, "omnitls scan HOST:PORT shows what the server takes; see --min and --max"},
    {OTLS_ALERT_HANDSHAKE_FAILURE,
     "nothing in common, or the server wants a client certificate; omnitls scan HOST:PORT shows what it takes"},
    {OTLS_ALERT_BAD_CERTIFICATE, "the server does not take our certificate; does it want one (--cert)?"},
    {OTLS_ALERT_UNKNOWN_CA, "the server does not know the authority of our certificate (--cert)"},
    {OTLS_ALERT_UNRECOGNIZED_NAME, "the server does not know this name; see --servername"},
    {OTLS_ALERT_NO_APPLICATION_PROTOCOL, "the server has none of these protocols; see --alpn"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *system_advice(int number)
{
    switch (number) {
    case ECONNREFUSED:
        return "nothing listens there: is the server running, and is it the right port?";
    case ECONNRESET:
        return "the server hangs up: is it the right port? does it want another version (omnitls scan HOST:PORT)?";
    case EHOSTUNREACH:
    case ENETUNREACH:
        return "there is no way to that address from here";
    default:
        return NULL;
    }
}

static const char *advice(const otls_error *err)
{
    for (size_t i = 0; err->status == OTLS_E_VERIFY && i < COUNT(verify_advice); i++)
        if ((err->verify_flags & verify_advice[i].flag) != 0)
            return verify_advice[i].text;
    for (size_t i = 0; i < COUNT(code_advice); i++)
        if (err->code == code_advice[i].code)
            return code_advice[i].text;
    for (size_t i = 0; err->alert_received == 1 && i < COUNT(alert_advice); i++)
        if (err->alert == alert_advice[i].alert)
            return alert_advice[i].text;
    if (err->status == OTLS_E_TIMEOUT)
        return "it does not answer: is a firewall in between? --timeout waits longer";
    return system_advice(err->system_error);
}

/* Ours knows the options of this command; the verdict's is for everybody. */
void tool_advise(const otls_error *err, const otls_connection *conn)
{
    const otls_verdict *verdict =
        conn != NULL && err->status == OTLS_E_VERIFY ? otls_connection_verdict(conn) : NULL;
    const char *text = advice(err);

    if (text == NULL && verdict != NULL && *otls_verdict_advice(verdict) != '\0')
        text = otls_verdict_advice(verdict);
    if (text != NULL)
        (void)fprintf(stderr, "  what to do: %s\n", text);
}
