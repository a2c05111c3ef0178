#!/usr/bin/env bash
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: copy.sh FOLDER
# Make FOLDER a fresh copy of the project's files: those in git, and new ones that git would not ignore. The copy is a
# repository of its own, because some tools ask git which files belong to a project.

set -euo pipefail

rm -rf "$1"
mkdir -p "$1"
git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do if [[ -e $file ]]; then printf '%s\0' "$file"; fi; done |
  xargs -0 cp --archive --parents --target-directory="$1"
git -C "$1" init --quiet
git -C "$1" add --all
