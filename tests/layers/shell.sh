#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shell.sh SOURCE_DIR SHELLCHECK: the scripts that people run, and those of the build, are clean.
set -euo pipefail
cd "$1"
"$2" quickstart check .ci/run cmake/*.sh tests/layers/*.sh tests/install/*.sh tests/support/*.sh tests/analysis/*.sh tests/distro/*.sh
