#!/usr/bin/env bash
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: run.sh TITLE TARGET...
# Make the targets, several at a time, whatever becomes of the others. Then say in two lines how it went.

set -uo pipefail

title=$1
shift
rm -rf build/passed
started=$SECONDS
PROCESSES=1 "${MAKE:-make}" --no-print-directory --keep-going --jobs="${JOBS:-2}" --output-sync=target "$@"

failed=()
for target in "$@"; do
  [[ -e build/passed/$target ]] || failed+=("$target")
done
took="$(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
echo
echo "$(($# - ${#failed[@]})) passed, ${#failed[@]} failed"
if ((${#failed[@]})); then
  echo "$title: failed in $took: ${failed[*]}. Read the output above, or run one alone: make ${failed[0]}"
  exit 1
fi
echo "$title: all $# checks passed in $took; their output is above"
