# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts beside it. wolfssl_source: the directory of wolfSSL's sources, as the distribution
# packages them, on stdout; fetched once with the package manager. Fails with a reason on stderr.

wolfssl_source() {
    local cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/omnitls/wolfssl found

    if [ -n "${OMNITLS_WOLFSSL_SOURCE:-}" ]; then
        echo "$OMNITLS_WOLFSSL_SOURCE"
        return 0
    fi
    mkdir -p "$cache"
    found=$(find "$cache" -maxdepth 1 -type d -name 'wolfssl-*' | sort | tail -n 1)
    if [ -z "$found" ]; then
        wolfssl_fetch "$cache" >&2 || return 1
        found=$(find "$cache" -maxdepth 1 -type d -name 'wolfssl-*' | sort | tail -n 1)
    fi
    [ -n "$found" ] || return 1
    echo "$found"
}

# The machine's own package sources, asked for source packages; its settings are left as they are.
wolfssl_fetch() {
    local cache=$1 work sources

    command -v apt-get >/dev/null || { echo "no apt-get to fetch wolfSSL's source package with"; return 1; }
    work=$(mktemp -d) || return 1
    sources=$work/sources.list.d
    mkdir -p "$sources" "$work/lists"
    for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/ubuntu.sources; do
        [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$sources/${file##*/}"
    done
    [ ! -s /etc/apt/sources.list ] || sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$sources/one.list"
    local options=(-q -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$sources"
        -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
    (cd "$work" && apt-get "${options[@]}" update && apt-get "${options[@]}" --download-only source wolfssl &&
        tar -xzf wolfssl_*.orig.tar.gz -C "$cache") || { rm -rf "$work"; return 1; }
    rm -rf "$work"
}

# wolfssl_version DIRECTORY: of those sources, or of an installed prefix' include.
wolfssl_version() {
    sed -n 's/^#define LIBWOLFSSL_VERSION_STRING "\(.*\)"/\1/p' "$1/wolfssl/version.h"
}
