# SPDX-License-Identifier: MIT
class Omnitls < Formula
  desc "One TLS API over OpenSSL, wolfSSL and GnuTLS"
  homepage "https://omnitls.example/"
  license "MIT"
  head "https://omnitls.example/omnitls.git", branch: "main"

  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "pkgconf" => :build
  depends_on "python@3.13" => :build
  depends_on "gnutls"
  depends_on "jansson"
  depends_on "openssl@3"
  depends_on "wolfssl"

  def install
    system "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DOMNITLS_TOOLS=ON",
           "-DOMNITLS_BENCH=OFF", "-DOMNITLS_TESTS=OFF", *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    system bin/"omnitls", "selftest"
  end
end
