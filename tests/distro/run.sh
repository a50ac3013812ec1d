#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh [-d DIRECTORY] [-m MIRROR] [-a ARCHITECTURE] [-j N] SUITE [CTEST_ARGUMENT...]
# Build and test omnitls with the compiler and the engines of another Debian or Ubuntu release, in a
# root file system of its own. Needs root, debootstrap, network, 3 GB. Exit code 77: not possible here.
#
#   SUITE         bullseye, trixie, noble ...
#   -d DIRECTORY  where the root file systems are kept, one for each suite; default
#                 $XDG_CACHE_HOME/omnitls/distro. One that is complete is used again.
#   -m MIRROR     default: the first of the machine's own package sources that has the suite
#   -a ARCHITECTURE  i386 on a machine of 64 bits; default: the machine's own
#   -j N          N processes (default: the number of processors)
#
# What is mounted is mounted in a name space of its own: it goes with this script, as do all processes
# started inside, however the script ends.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
usage() {
    sed -n '4,/^set /s/^# \{0,1\}//p' "$0"
}

skip() {
    echo "skipped: $*" >&2
    exit 77
}

jobs=$(nproc)
mirror=
directory=${XDG_CACHE_HOME:-${HOME:?}/.cache}/omnitls/distro
architecture=
while getopts a:d:m:j:h option; do
    case $option in
    a) architecture=$OPTARG ;;
    d) directory=$OPTARG ;;
    m) mirror=$OPTARG ;;
    j) jobs=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
suite=${1:-}
case $suite in
'' | *[!a-z0-9.-]*) usage >&2; exit 2 ;;
esac
shift

[ "$(id -u)" -eq 0 ] || skip "a root file system is made and entered by root only"
for program in debootstrap unshare chroot tar; do
    command -v $program >/dev/null || skip "$program is not installed"
done
unshare --mount --pid --fork true 2>/dev/null || skip "no name spaces may be made here"

# find_mirror: the address of one of this machine's package sources that knows the suite
find_mirror() {
    local address work

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

root=$directory/$suite${architecture:+-$architecture}
personality=()
[ "$architecture" != i386 ] || personality=(linux32)
if [ ! -e "$root/.complete" ]; then
    [ -n "$mirror" ] || mirror=$(find_mirror)
    [ -n "$mirror" ] || skip "none of this machine's package sources has the suite $suite (-m names one)"
    rm -rf "$root"
    mkdir -p "$root"
    echo "== $suite: root file system"
    if ! debootstrap ${architecture:+"--arch=$architecture"} --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1; then
        tail -n 20 "$root.log" >&2
        rm -rf "$root"
        exit 1
    fi
    touch "$root/.complete"
fi
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"

# The sources as they are here, without what was built from them. Files that are as they were at the
# last run keep its time, so that its build directory goes on from where it was.
rm -rf "$root/omnitls.old"
[ ! -d "$root/omnitls" ] || mv "$root/omnitls" "$root/omnitls.old"
mkdir "$root/omnitls"
tar -C "$source" --exclude=./build --exclude='./build-*' --exclude=./.git --exclude=__pycache__ -cf - . |
    tar -C "$root/omnitls" --no-same-owner -xmf -
while IFS= read -r -d '' file; do
    if cmp -s "$root/omnitls/$file" "$root/omnitls.old/$file"; then
        touch -r "$root/omnitls.old/$file" "$root/omnitls/$file"
    fi
done < <(cd "$root/omnitls" && find . -type f -print0)
rm -rf "$root/omnitls.old"

# shellcheck disable=SC2016 # expanded by the inner shell
${personality[@]+"${personality[@]}"} unshare --mount --pid --fork --kill-child sh -c '
    mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/dev/shm" &&
    root=$1 && shift &&
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        bash /omnitls/tests/distro/inside.sh "$@"' sh "$root" "$jobs" "$@"
