# SPDX-License-Identifier: MIT
{ pkgs ? import <nixpkgs> { } }:

pkgs.stdenv.mkDerivation {
  pname = "omnitls";
  version = "0.2.0";
  src = pkgs.lib.cleanSource ../..;

  nativeBuildInputs = with pkgs; [ cmake ninja pkg-config python3 openssl bash ];
  buildInputs = with pkgs; [ openssl gnutls wolfssl jansson ];
  cmakeFlags = [ "-DOMNITLS_TOOLS=ON" "-DOMNITLS_BENCH=OFF" "-DOMNITLS_TESTS=OFF" ];

  doInstallCheck = true;
  installCheckPhase = "$out/bin/omnitls selftest";

  meta = {
    description = "One TLS API over OpenSSL, wolfSSL and GnuTLS";
    license = pkgs.lib.licenses.mit;
    platforms = pkgs.lib.platforms.unix;
  };
}
