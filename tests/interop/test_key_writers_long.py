#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PKCS #12 files as Java's keytool writes them today: each loads on every engine, or is KEY_UNSUPPORTED there;
a wrong password is a wrong password, and no password is told as that."""
import ctypes
import os
import shutil
import subprocess
import tempfile
import unittest

from binding import SOURCE
import omnitls_ssl as tls

GIVE = ctypes.cast(tls._library.otls_password_string, tls.PASSWORD)
P12 = tls._library.otls_identity_from_pkcs12_file
P12.argtypes = [tls.OUT, tls.P, ctypes.c_char_p, tls.PASSWORD, tls.P, ctypes.POINTER(tls.Report)]
NAME = tls._library.otls_code_name
NAME.argtypes, NAME.restype = [ctypes.c_int32], ctypes.c_char_p

# Where an engine may say that it cannot: RC2, which Debian's wolfSSL is built without; EC keys without their
# public key, as Java writes them, which GnuTLS does not take.
UNSUPPORTED = {("keytool-legacy", "wolfssl"), ("keytool", "gnutls"), ("keytool-sha512", "gnutls"),
               ("keytool-legacy", "gnutls")}


def load(engine, path, password):
    """The code's word: "none" when it was loaded."""
    backend, out, report = tls._make(tls._otls.backend_find, engine.encode()), ctypes.c_void_p(), tls.Report()
    ask = GIVE if password is not None else tls.PASSWORD()
    status = P12(ctypes.byref(out), backend, path.encode(), ask, password, ctypes.byref(report))
    if status == tls.OK:
        tls._otls.identity_free(out)
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

    def check(self, what, path):
        for engine in tls.engines():
            with self.subTest(what=what, engine=engine):
                code = load(engine, path, b"secret")
                if (what, engine) in UNSUPPORTED:
                    self.assertEqual(code, self.unsupported)
                    continue
                self.assertEqual(code, "none")
                self.assertEqual(load(engine, path, b"wrong"), self.wrong)
                self.assertEqual(load(engine, path, None), self.needed)

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


if __name__ == "__main__":
    unittest.main()
