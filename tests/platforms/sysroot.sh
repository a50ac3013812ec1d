# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Sourced by emulated.sh. sysroot_make ARCHITECTURE SUITE DIRECTORY: the C library and the engines that Debian's
# SUITE has for ARCHITECTURE, with their headers, unpacked in DIRECTORY: nothing of it is installed or run here.
# Uses this machine's first package source; what is there already is used again. Fails with a reason on stderr.

sysroot_apt() {
    local architecture=$1 directory=$2

    shift 2
    apt-get -q -o "Dir::State=$directory.apt/state" -o "Dir::State::status=$directory.apt/status" \
        -o "Dir::Cache=$directory.apt/cache" -o "Dir::Etc::sourcelist=$directory.apt/sources.list" \
        -o Dir::Etc::sourceparts=/dev/null -o "APT::Architecture=$architecture" \
        -o "APT::Architectures=$architecture" -o APT::Sandbox::User=root -o APT::Install-Recommends=false "$@"
}

sysroot_make() {
    local architecture=$1 suite=$2 root=$3 mirror file packages

    [ ! -e "$root/.complete" ] || return 0
    rm -rf "$root" "$root.apt"
    mkdir -p "$root/usr/lib" "$root/usr/lib64" "$root.apt/state/lists/partial" "$root.apt/cache/archives/partial"
    ln -s usr/lib "$root/lib"
    ln -s usr/lib64 "$root/lib64"
    mirror=$(apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' 'Label: Debian' 2>/dev/null | sort -u | head -n 1)
    [ -n "$mirror" ] || { echo "no package source of Debian on this machine"; return 1; }
    echo "deb $mirror $suite main" >"$root.apt/sources.list"
    : >"$root.apt/status"
    packages=(libc6-dev libgcc-12-dev libssl-dev libgnutls28-dev libwolfssl-dev)
    sysroot_apt "$architecture" "$root" update >&2 &&
        sysroot_apt "$architecture" "$root" --yes --download-only install "${packages[@]}" >&2 || return 1
    for file in "$root.apt"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$file" | tar -x -C "$root" --keep-directory-symlink || return 1
    done
    rm -rf "$root.apt"
    touch "$root/.complete"
}
