#!/usr/bin/env bash
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Make the home of the tests. pip and npm in it use the package index and the download cache of the real home.

set -euo pipefail

mkdir -p "$HOME"
real_home=$(getent passwd "$(id -u)" | cut -d: -f6)
for shared in .config/pip .pip .cache/pip .npmrc .npm; do
  if [[ -e $real_home/$shared && ! -L $HOME/$shared ]]; then
    mkdir -p "$(dirname "$HOME/$shared")"
    ln -s "$real_home/$shared" "$HOME/$shared"
  fi
done
