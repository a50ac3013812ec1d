#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""packaging.py SOURCE_DIR: what packagers get is of this version, and each file says its licence.

1. versions in packaging/ are that of CMakeLists.txt; the options given exist
2. each file is understood by what reads it: JSON, Python, INI, YAML; ruby, nix where they are installed; and
   the templates for issues name commands that there are
3. each install rule of the Debian package names an engine, a directory or a file that CMake installs
4. every file has an SPDX identifier, or stands in REUSE.toml
"""
import ast
import configparser
import fnmatch
import glob
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = sys.argv[1]
PACKAGING = os.path.join(ROOT, "packaging")
NOT_OURS = {"build", ".git", "__pycache__", ".cache"}
found = []


def read(*path):
    with open(os.path.join(*path), encoding="utf-8", errors="replace") as file:
        return file.read()


def versions(cmake):
    version = re.search(r"project\(omnitls VERSION ([\d.]+)", cmake).group(1)
    for path, pattern in (("vcpkg/omnitls/vcpkg.json", r'"version": "(.*)"'), ("conan/conanfile.py", r'version = "(.*)"'),
                          ("meson/omnitls.wrap", r"revision = v(.*)"), ("nix/default.nix", r'version = "(.*)"'),
                          ("debian/changelog", r"^omnitls \((.*)\)"), ("ci/github.yml", r"--branch v(\S+)"),
                          ("ci/gitlab.yml", r"--branch v(\S+)"),
                          ("../tests/install/consumer/CMakeLists.txt", r"GIT_TAG v([\d.]+)")):
        said = re.search(pattern, read(PACKAGING, path), re.M)
        if said is None or said.group(1) != version:
            found.append(f"packaging/{path}: it is not of version {version}")
    soname = ".".join(version.split(".")[:2])
    if f"Package: libomnitls{soname}\n" not in read(PACKAGING, "debian/control"):
        found.append(f"packaging/debian/control: no libomnitls{soname}")


def options(cmake):
    cmake += "".join(read(path) for path in glob.glob(os.path.join(ROOT, "cmake/*.cmake")))
    for path in files(PACKAGING):
        for name in set(re.findall(r"-D(OMNITLS_\w+)", read(ROOT, path))):
            if not re.search(rf"(?:option|set)\({name}\b", cmake):
                found.append(f"{path}: there is no option {name}")


def understood():
    json.loads(read(PACKAGING, "vcpkg/omnitls/vcpkg.json"))
    ast.parse(read(PACKAGING, "conan/conanfile.py"))
    wrap = configparser.ConfigParser()
    wrap.read_string(read(PACKAGING, "meson/omnitls.wrap"))
    if "wrap-git" not in wrap:
        found.append("packaging/meson/omnitls.wrap: no [wrap-git]")
    try:
        import yaml
        for path in (*glob.glob(os.path.join(PACKAGING, "ci/*.yml")),
                     os.path.join(PACKAGING, "zephyr/zephyr/module.yml"), *templates(".yml")):
            yaml.safe_load(read(ROOT, path))
    except ImportError:
        pass
    for program, arguments, path in (("ruby", ["-c"], "homebrew/omnitls.rb"),
                                     ("nix-instantiate", ["--parse"], "nix/default.nix")):
        if shutil.which(program):
            done = subprocess.run([program, *arguments, os.path.join(PACKAGING, path)], capture_output=True, text=True)
            if done.returncode != 0:
                found.append(f"packaging/{path}: {done.stderr}")


def templates(suffix):
    return [path for folder in (".github/ISSUE_TEMPLATE", ".gitlab/issue_templates")
            for path in glob.glob(os.path.join(ROOT, folder, "*" + suffix))]


def commands():
    """What reporters are asked to run."""
    known = set(re.findall(r'\.name = "(\w+)"', read(ROOT, "tools/main.c")))
    paths = templates(".yml") + templates(".md")
    said = [(path, word) for path in paths for word in re.findall(r"`omnitls (\w+)", read(ROOT, path))]
    found.extend(f"{os.path.relpath(path, ROOT)}: there is no omnitls {word}" for path, word in said if word not in known)
    if len(paths) < 4 or len(said) < 4 or not any("SECURITY.md" in read(ROOT, path) for path in templates(".yml")):
        found.append("the templates for issues are not all there")


def debian(cmake):
    packages = re.findall(r"^Package: (\S+)", read(PACKAGING, "debian/control"), re.M)
    installed = [os.path.basename(path)[:-len(".install")] for path in glob.glob(os.path.join(PACKAGING, "debian/*.install"))]
    found.extend(f"packaging/debian: {name} has no files" for name in set(packages) - set(installed))
    found.extend(f"packaging/debian: {name} is no package" for name in set(installed) - set(packages))
    for engine in os.listdir(os.path.join(ROOT, "backends")):
        if engine != "kit" and os.path.isdir(os.path.join(ROOT, "backends", engine)):
            if f"omnitls-backend-{engine}" not in packages:
                found.append(f"packaging/debian: no package for {engine}")


# The rest of that directory belongs to whoever tries the README there: client.c is its first program.
AT_THE_TOP = re.compile(r"\..*|[A-Z].*|check|quickstart")


def files(top):
    for directory, directories, names in os.walk(top):
        directories[:] = [d for d in directories if d not in NOT_OURS and not d.startswith(("build-", "cmake-build-"))]
        for name in names:
            if directory == top and not AT_THE_TOP.fullmatch(name):
                continue
            yield os.path.relpath(os.path.join(directory, name), ROOT)


def licences():
    patterns = re.findall(r'"([^"\n]*[*.\w]+[^"\n]*)"', re.search(r"path = \[(.*?)\]", read(ROOT, "REUSE.toml"), re.S).group(1))
    count = 0
    for path in files(ROOT):
        count += 1
        if "SPDX-License-Identifier:" in read(ROOT, path)[:2000]:
            continue
        if not any(fnmatch.fnmatch(path, pattern.replace("**", "*")) for pattern in patterns):
            found.append(f"{path}: no SPDX-License-Identifier")
    return count


def main():
    cmake = read(ROOT, "CMakeLists.txt")
    versions(cmake)
    options(cmake)
    understood()
    commands()
    debian(cmake)
    count = licences()
    print("\n".join(sorted(found)) if found else f"{count} files say their licence; packaging is of this version")
    sys.exit(bool(found) or count < 300)


main()
