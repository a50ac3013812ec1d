# SPDX-License-Identifier: MIT
import os

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class OmnitlsConan(ConanFile):
    name = "omnitls"
    version = "0.2.0"
    license = "MIT"
    description = "One TLS API over OpenSSL, wolfSSL and GnuTLS"
    topics = ("tls", "openssl", "wolfssl", "gnutls")
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "with_openssl": [True, False], "with_wolfssl": [True, False]}
    default_options = {"shared": True, "with_openssl": True, "with_wolfssl": False}

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "api/*", "backends/*", "accelerators/*",
                        "cmake/*", "core/*", "docs/*"):
            copy(self, pattern, root, self.export_sources_folder)

    def requirements(self):
        if self.options.with_openssl:
            self.requires("openssl/[>=3 <4]")
        if self.options.with_wolfssl:
            self.requires("wolfssl/[>=5.5 <6]")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        engines = [name for name in ("openssl", "wolfssl") if self.options.get_safe("with_" + name)]
        toolchain = CMakeToolchain(self)
        toolchain.variables["OMNITLS_BACKENDS"] = ";".join(engines)
        toolchain.variables["OMNITLS_SHARED"] = bool(self.options.shared)
        toolchain.variables["OMNITLS_STATIC_BACKENDS"] = not self.options.shared
        for part in ("TOOLS", "BENCH", "TESTS"):
            toolchain.variables["OMNITLS_" + part] = "OFF"
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.cpp_info.libs = ["omnitls"]
        self.cpp_info.set_property("cmake_file_name", "omnitls")
        self.cpp_info.set_property("cmake_target_name", "omnitls::omnitls")
        self.cpp_info.set_property("pkg_config_name", "omnitls")
        if self.settings.os == "Linux":
            self.cpp_info.system_libs = ["pthread", "dl"]
