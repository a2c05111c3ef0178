#!/usr/bin/env bash
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: python.sh 3.12 3.13     print the path of the first of these Pythons that runs here and can make environments
#        python.sh --folders     print the folders of all real Pythons, as for PATH
# A version manager's stand-ins answer to every name but start only the selected version, so each candidate is run.

set -euo pipefail
shopt -s nullglob

usable() {
  "$1" -I -c 'import ensurepip, venv' >/dev/null 2>&1
}

find_python() {
  local folder
  for folder in "${PYENV_ROOT:-$(getent passwd "$(id -u)" | cut -d: -f6)/.pyenv}"/versions/"$1".*/bin ${PATH//:/ }; do
    if [[ -x $folder/python$1 ]] && usable "$folder/python$1"; then
      echo "$folder/python$1"
      return
    fi
  done
  return 1
}

if [[ $1 == --folders ]]; then
  for version in 3.15 3.14 3.13 3.12 3.11 3.10 3.9; do
    if found=$(find_python "$version"); then dirname "$found"; fi
  done | paste -sd:
  exit
fi

for version in "$@"; do
  if find_python "$version"; then exit; fi
done
echo "None of these Pythons is here, with its venv module: $*. Install one." >&2
exit 1
