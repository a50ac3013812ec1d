# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by run.sh and package.sh: root file systems of other releases, and how they are entered.

skip() {
    echo "skipped: $*" >&2
    exit 77
}

roots_possible() {
    local program

    [ "$(id -u)" -eq 0 ] || skip "a root file system is made and entered by root only"
    for program in debootstrap unshare chroot tar; do
        command -v $program >/dev/null || skip "$program is not installed"
    done
    unshare --mount --pid --fork true 2>/dev/null || skip "no name spaces may be made here"
}

# find_mirror SUITE: the address of one of this machine's package sources that knows the suite
find_mirror() {
    local suite=$1 address work

    work=$(mktemp -d)
    while read -r address; do
        if /usr/lib/apt/apt-helper download-file "${address%/}/dists/$suite/Release" "$work/Release" \
            >/dev/null 2>&1; then
            echo "$address"
            break
        fi
    done < <(apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' 2>/dev/null | awk '!seen[$0]++')
    rm -rf "$work"
}

# make_root ROOT SUITE MIRROR [DEBOOTSTRAP_ARGUMENT...]: unless it is there already
make_root() {
    local root=$1 suite=$2 mirror=$3 script=
    shift 3

    [ ! -e "$root/.complete" ] || return 0
    [ -n "$mirror" ] || mirror=$(find_mirror "$suite")
    [ -n "$mirror" ] || skip "none of this machine's package sources has the suite $suite (-m names one)"
    rm -rf "$root"
    mkdir -p "$root"
    echo "== $suite: root file system"
    # Ubuntu has wolfSSL in universe, and one script for all its releases, which debootstrap may not know by name
    case $mirror in
    */ubuntu*)
        set -- --components=main,universe "$@"
        [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=/usr/share/debootstrap/scripts/gutsy ;;
    esac
    if ! debootstrap "$@" --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" \
        ${script:+"$script"} >"$root.log" 2>&1; then
        tail -n 20 "$root.log" >&2
        rm -rf "$root"
        exit 1
    fi
    touch "$root/.complete"
}

# copy_sources SOURCE ROOT DIRECTORY: as they are here, without what was built from them. Files that are as
# they were at the last run keep its time, so that a build directory goes on from where it was.
copy_sources() {
    local source=$1 place=$2$3 old=$2$3.old file

    rm -rf "$old"
    [ ! -d "$place" ] || mv "$place" "$old"
    mkdir -p "$place"
    tar -C "$source" --exclude=./build --exclude='./build-*' --exclude=./.git --exclude=__pycache__ -cf - . |
        tar -C "$place" --no-same-owner -xmf -
    [ -d "$old" ] || return 0
    while IFS= read -r -d '' file; do
        if cmp -s "$place/$file" "$old/$file"; then
            touch -r "$old/$file" "$place/$file"
        fi
    done < <(cd "$place" && find . -type f -print0)
    rm -rf "$old"
}

# enter ROOT COMMAND...: what is mounted is mounted in a name space of its own, which ends with the command
enter() {
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --pid --fork --kill-child sh -c '
        mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/dev/shm" &&
        mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts" &&
        root=$1 && shift &&
        exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"' sh "$@"
}
