# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Sourced by ./quickstart and ./check: install what is missing, and nothing else.
#
#   packages_install quickstart|check
#
# Each row: what needs it | how to see that it is there | apt | dnf | apk | pacman | brew
# A probe is cmd:PROGRAM, pc:PKG_CONFIG_MODULE or fn:FUNCTION. "-" means: comes with another row.
# What needs it: "q" both scripts, "c" ./check alone.

packages_table() {
    cat <<'TABLE'
q|cmd:gcc|gcc|gcc|gcc|gcc|gcc
q|fn:probe_libc|libc6-dev|glibc-devel|musl-dev|glibc|-
q|cmd:cmake|cmake|cmake|cmake|cmake|cmake
q|cmd:ninja|ninja-build|ninja-build|ninja|ninja|ninja
q|cmd:pkg-config|pkg-config|pkgconf-pkg-config|pkgconf|pkgconf|pkgconf
q|cmd:openssl|openssl|openssl|openssl|openssl|openssl@3
q|pc:openssl|libssl-dev|openssl-devel|openssl-dev|openssl|openssl@3
q|pc:gnutls|libgnutls28-dev|gnutls-devel|gnutls-dev|gnutls|gnutls
q|pc:wolfssl|libwolfssl-dev|wolfssl-devel|wolfssl-dev|wolfssl|wolfssl
q|pc:jansson|libjansson-dev|jansson-devel|jansson-dev|jansson|jansson
c|cmd:nm|binutils|binutils|binutils|binutils|binutils
c|cmd:abidw|abigail-tools|libabigail|libabigail|libabigail|-
c|cmd:g++|g++|gcc-c++|g++|gcc|-
c|cmd:clang|clang|clang|clang|clang|llvm
c|fn:probe_sanitizers|libclang-rt-14-dev|compiler-rt|compiler-rt|compiler-rt|-
c|cmd:llvm-symbolizer|llvm|llvm|llvm|llvm|llvm
c|pc:criterion|libcriterion-dev|criterion-devel|criterion-dev|criterion|criterion
q|cmd:python3|python3|python3|python3|python|python@3
c|cmd:ccache|ccache|ccache|ccache|ccache|ccache
c|cmd:valgrind|valgrind|valgrind|valgrind|valgrind|-
q|fn:probe_roots|ca-certificates|ca-certificates|ca-certificates|ca-certificates|-
c|cmd:curl|curl|curl|curl|curl|curl
c|cmd:gnutls-cli|gnutls-bin|gnutls-utils|gnutls-utils|gnutls|gnutls
c|fn:probe_nginx|nginx-light|nginx|nginx|nginx|nginx
c|fn:probe_stunnel|stunnel4|stunnel|stunnel|stunnel|stunnel
c|fn:probe_haproxy|haproxy|haproxy|haproxy|haproxy|haproxy
c|pc:libuv|libuv1-dev|libuv-devel|libuv-dev|libuv|libuv
c|pc:libevent|libevent-dev|libevent-devel|libevent-dev|libevent|libevent
c|pc:libtls|libtls-dev|-|libretls-dev|libretls|libretls
c|pc:libcurl|libcurl4-openssl-dev|libcurl-devel|curl-dev|curl|curl
c|fn:probe_glib_tls|glib-networking|glib-networking|glib-networking|glib-networking|glib-networking
c|cmd:redis-server|redis-server|redis|redis|redis|redis
c|pc:hiredis|libhiredis-dev|hiredis-devel|hiredis-dev|hiredis|hiredis
c|fn:probe_mbedtls|libmbedtls-dev|mbedtls-devel|mbedtls-dev|mbedtls2|mbedtls@2
c|pc:p11-kit-1|libp11-kit-dev|p11-kit-devel|p11-kit-dev|p11-kit|p11-kit
c|fn:probe_softhsm|softhsm2|softhsm|softhsm|softhsm|softhsm
TABLE
}

# The C library's headers are there.
probe_libc() {
    echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1
}

# The engine of docs/examples/backend-mbedtls. It has no pkg-config file everywhere.
probe_mbedtls() {
    echo '#include <mbedtls/ssl.h>' | gcc -E - >/dev/null 2>&1
}

# A PKCS #11 token in software: keys that sign by callback.
probe_softhsm() {
    command -v softhsm2-util >/dev/null 2>&1
}

# GLib finds its TLS in a module.
probe_glib_tls() {
    local file

    for file in /usr/lib/gio/modules/libgio*tls.so /usr/lib*/gio/modules/libgioopenssl.so \
        /usr/lib64/gio/modules/libgio*tls.so /usr/lib/*/gio/modules/libgio*tls.so \
        /usr/local/lib/gio/modules/libgio*tls.so /opt/homebrew/lib/gio/modules/libgio*tls.so; do
        [ ! -e "$file" ] || return 0
    done
    return 1
}

# The public authorities' certificates: what clients trust, and material for the benchmark.
probe_roots() {
    [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] ||
        [ -e /etc/ssl/cert.pem ]
}

# The other sides of the interoperability tests may be where only root's PATH leads.
probe_nginx() {
    PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx >/dev/null 2>&1
}

probe_stunnel() {
    PATH=$PATH:/usr/sbin command -v stunnel4 >/dev/null 2>&1 || PATH=$PATH:/usr/sbin command -v stunnel >/dev/null 2>&1
}

probe_haproxy() {
    PATH=$PATH:/usr/sbin:/usr/local/sbin command -v haproxy >/dev/null 2>&1
}

# clang can link a program with the sanitizers' runtime.
probe_sanitizers() {
    local directory status=0

    directory=$(mktemp -d) || return 1
    echo 'int main(void) { return 0; }' >"$directory/a.c"
    clang -fsanitize=address,undefined -o "$directory/a" "$directory/a.c" >/dev/null 2>&1 || status=1
    rm -rf "$directory"
    return $status
}

packages_probe() {
    case $1 in
    cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    pc:*) pkg-config --exists "${1#pc:}" >/dev/null 2>&1 ;;
    fn:*) "${1#fn:}" ;;
    esac
}

# The package manager of this machine, as its column's number; 0: none that we know.
packages_column() {
    local column=3 manager

    for manager in apt-get dnf apk pacman brew; do
        if command -v $manager >/dev/null 2>&1; then
            echo $column
            return
        fi
        column=$((column + 1))
    done
    echo 0
}

# packages_missing WHAT COLUMN: the names of the packages to install, one per line. A package whose
# version is in its name is looked up under the version that this machine has.
packages_missing() {
    local what=$1 column=$2 need probe rest name

    [ "$column" -ne 0 ] || column=3
    while IFS='|' read -r need probe rest; do
        if [ "$need" = c ] && [ "$what" != check ]; then
            continue
        fi
        packages_probe "$probe" && continue
        name=$(printf '%s|%s|%s\n' "$need" "$probe" "$rest" | cut -d'|' -f"$column")
        if [ "$name" = libclang-rt-14-dev ]; then
            name=$(packages_clang_runtime)
        elif [ "$name" = libtls-dev ]; then
            name=$(packages_if_known "$name")
        fi
        [ "$name" = - ] || [ -z "$name" ] || printf '%s\n' "$name"
    done < <(packages_table) | awk '!seen[$0]++'
}

# Debian and Ubuntu name the sanitizers' runtime after clang's version; before clang 14 on Debian,
# and on Ubuntu 22.04, it is part of clang itself.
packages_clang_runtime() {
    local version

    version=$(apt-cache depends clang 2>/dev/null |
        sed -n 's/.*Depends: clang-\([0-9][0-9]*\)$/\1/p' | head -n 1)
    version=${version:-14}
    if ! command -v apt-cache >/dev/null 2>&1 ||
        apt-cache show "libclang-rt-$version-dev" >/dev/null 2>&1; then
        echo "libclang-rt-$version-dev"
    fi
}

# Debian 11 has no libtls; nothing but a figure beside it is lost.
packages_if_known() {
    if ! command -v apt-cache >/dev/null 2>&1 || apt-cache show "$1" >/dev/null 2>&1; then
        echo "$1"
    fi
}

# Run as root: directly, or through sudo; fails when there is neither.
packages_as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        sudo "$@"
    else
        return 100
    fi
}

# Debian starts servers as it installs them; the tests start their own, on ports of their own.
packages_apt() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    packages_as_root sh -c '
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            printf "#!/bin/sh\nexit 101\n" >"$policy" && chmod 755 "$policy"
            trap "rm -f $policy" EXIT
        fi
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"' sh "$@"
}

packages_run() {
    local column=$1
    shift
    case $column in
    3) packages_apt "$@" ;;
    4) packages_as_root dnf install -y "$@" ;;
    5) packages_as_root apk add "$@" ;;
    6) packages_as_root pacman -S --needed --noconfirm "$@" ;;
    7) brew install "$@" ;;
    *) return 100 ;;
    esac
}

# Homebrew keeps OpenSSL out of the way.
packages_environment() {
    local prefix

    command -v brew >/dev/null 2>&1 || return 0
    prefix=$(brew --prefix openssl@3 2>/dev/null) || return 0
    export PKG_CONFIG_PATH="$prefix/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
}

packages_give_up() {
    local what=$1 names=$2 reason=$3
    {
        echo
        echo "$reason Please install these, then run ./$what again:"
        echo "    $(echo "$names" | tr '\n' ' ')"
        echo "docs/dependencies.md says what each of them is for."
    } >&2
    exit 1
}

# What the package manager says goes to this file; its end is shown when something is still missing.
packages_log=build/packages.log

# packages_quietly COMMAND...: its words are added to the log.
packages_quietly() {
    "$@" >>"$packages_log" 2>&1
}

packages_install() {
    local what=$1 column names status=0

    packages_environment
    column=$(packages_column)
    names=$(packages_missing "$what" "$column")
    if [ -z "$names" ]; then
        echo "Packages: everything is there."
        return 0
    fi
    if [ "$column" -eq 0 ]; then
        packages_give_up "$what" "$names" \
            "Packages are missing, and no package manager was found (the names are Debian's)."
    fi
    if [ "$column" -ne 7 ]; then
        packages_as_root true ||
            packages_give_up "$what" "$names" "Packages are missing, and installing needs root or sudo."
    fi
    mkdir -p "$(dirname "$packages_log")"
    : >"$packages_log"
    if [ "$column" -eq 3 ]; then
        packages_quietly packages_as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || status=$?
        # With fresh lists, the version in a package's name can be looked up.
        names=$(packages_missing "$what" "$column")
    fi
    echo "Packages: installing $(echo "$names" | tr '\n' ' ')(what is said goes to $packages_log)"
    # shellcheck disable=SC2086 # one word per package
    packages_quietly packages_run "$column" $names || status=$?
    packages_environment
    names=$(packages_missing "$what" "$column")
    if [ -n "$names" ]; then
        tail -n 15 "$packages_log" >&2
        packages_give_up "$what" "$names" "Packages are still missing (last status $status; $packages_log)."
    fi
}
