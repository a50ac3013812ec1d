#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keys and PKCS #12 files as Java's keytool and GnuTLS' certtool write them today: each loads on every engine, or
is KEY_UNSUPPORTED there; a wrong password is a wrong password, and no password is told as that."""
import ctypes
import os
import shutil
import subprocess
import tempfile
import unittest

from binding import CHAIN, KEY as PRIVATE, SOURCE
import omnitls_ssl as tls

GIVE = ctypes.cast(tls._library.otls_password_string, tls.PASSWORD)
P12 = tls._library.otls_identity_from_pkcs12_file
P12.argtypes = [tls.OUT, tls.P, ctypes.c_char_p, tls.PASSWORD, tls.P, ctypes.POINTER(tls.Report)]
KEY = tls._library.otls_key_from_file
KEY.argtypes = P12.argtypes
KEY_FREE = tls._library.otls_key_free
KEY_FREE.argtypes, KEY_FREE.restype = [tls.P], None
NAME = tls._library.otls_code_name
NAME.argtypes, NAME.restype = [ctypes.c_int32], ctypes.c_char_p

# Where an engine may say that it cannot: RC2, which Debian's wolfSSL is built without; EC keys without their
# public key, as Java writes them, which GnuTLS does not take.
UNSUPPORTED = {("keytool-legacy", "wolfssl"), ("keytool", "gnutls"), ("keytool-sha512", "gnutls"),
               ("keytool-legacy", "gnutls"), ("certtool rc2-40", "wolfssl")}
# RC4 and GOST are asked of no engine.
NOBODYS = ("certtool arcfour", "certtool gost28147-tc26z")


def load(engine, path, password):
    """The code's word: "none" when it was loaded."""
    backend, out, report = tls._make(tls._otls.backend_find, engine.encode()), ctypes.c_void_p(), tls.Report()
    ask = GIVE if password is not None else tls.PASSWORD()
    read, free = (P12, tls._library.otls_identity_free) if path.endswith(".p12") else (KEY, KEY_FREE)
    status = read(ctypes.byref(out), backend, path.encode(), ask, password, ctypes.byref(report))
    if status == tls.OK:
        free(out)
        return "none"
    return NAME(report.code).decode()


class Writers(unittest.TestCase):
    def setUp(self):
        self.work = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.work.cleanup()

    def run_tool(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.work.name,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stdout}{done.stderr}")

    def check(self, what, path, password=b"secret", needed=True):
        for engine in tls.engines():
            with self.subTest(what=what, engine=engine, file=os.path.basename(path)):
                code = load(engine, path, password)
                if (what, engine) in UNSUPPORTED or what in NOBODYS:
                    self.assertEqual(code, self.unsupported)
                    continue
                self.assertEqual(code, "none")
                self.assertEqual(load(engine, path, b"wrong"), self.wrong)
                self.assertEqual(load(engine, path, None), self.needed if needed else "none")

    wrong = needed = unsupported = None

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(SOURCE, "api/omnitls/error.h"), encoding="utf-8") as file:
            text = file.read()
        number = lambda name: int(text.split(f"OTLS_CODE_{name} = ")[1].split(",")[0].split()[0])
        cls.wrong, cls.needed, cls.unsupported = (
            NAME(number(name)).decode() for name in ("WRONG_PASSWORD", "PASSWORD_NEEDED",
                                                     "KEY_UNSUPPORTED"))

    @unittest.skipUnless(shutil.which("keytool"), "there is no keytool")
    def test_keytool(self):
        variants = {
            "keytool": (),
            "keytool RSA": (),
            "keytool-legacy": ("-J-Dkeystore.pkcs12.legacy",),
            "keytool-sha512": ("-J-Dkeystore.pkcs12.keyProtectionAlgorithm=PBEWithHmacSHA512AndAES_128",
                               "-J-Dkeystore.pkcs12.certProtectionAlgorithm=PBEWithHmacSHA384AndAES_256",
                               "-J-Dkeystore.pkcs12.macAlgorithm=HmacPBESHA512"),
        }
        for what, settings in variants.items():
            path = os.path.join(self.work.name, what.replace(" ", "-") + ".p12")
            kind = ("RSA", "-keysize", "2048") if "RSA" in what else ("EC", "-groupname", "secp256r1")
            self.run_tool("keytool", *settings, "-genkeypair", "-keyalg", *kind, "-dname", "CN=localhost",
                          "-storetype", "PKCS12", "-storepass", "secret", "-keystore", path, "-alias", "x")
            self.check(what, path)

    @unittest.skipUnless(shutil.which("certtool"), "there is no certtool")
    def test_certtool(self):
        key = ("--load-privkey", PRIVATE)
        chain = ("--load-certificate", CHAIN, "--p12-name", "x")
        for cipher in ("3des", "3des-pkcs12", "aes-128", "aes-192", "aes-256", "rc2-40", "arcfour",
                       "gost28147-tc26z"):
            self.certtool(f"certtool {cipher}", (*key, "--pkcs-cipher", cipher, "--password", "secret"), chain)
        self.certtool("certtool utf8", (*key, "--password", "p\u00e4ssw\u00f6rd"), chain,
                      password="p\u00e4ssw\u00f6rd".encode())
        plain = os.path.join(self.work.name, "certtool-none.key")
        self.run_tool("certtool", "--to-p8", *key, "--pkcs-cipher", "none", "--outfile", plain)
        for engine in tls.engines():
            self.assertEqual(load(engine, plain, None), "none")
        # without a password RFC 7292 has two ways to say so; of a key it is none
        self.certtool("certtool empty", (*key, "--empty-password"), chain, password=b"", needed=False)
        self.certtool("certtool null", (*key, "--null-password"), chain, password=b"", needed=False)

    def certtool(self, what, settings, chain, password=b"secret", needed=True):
        name = os.path.join(self.work.name, what.replace(" ", "-"))
        self.run_tool("certtool", "--to-p8", *settings, "--outfile", name + ".key")
        self.check(what, name + ".key", password, True)
        if not what.endswith("tc26z"):  # half a minute, for the same answer
            self.run_tool("certtool", "--to-p12", *settings, *chain, "--outder", "--outfile", name + ".p12")
            self.check(what, name + ".p12", password, needed)


if __name__ == "__main__":
    unittest.main()
