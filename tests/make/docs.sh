#!/usr/bin/env bash
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: docs.sh FOLDER
# Build the HTML documentation of all plugins and roles, with warnings as errors.

set -euo pipefail

name=contentsquare.speedlab
rm -rf "$1"
mkdir -p "$1"
cd "$1"
antsibull-docs sphinx-init --use-current --squash-hierarchy --lenient --dest-dir . "$name"
printf '%s\n' 'intersphinx_mapping = {}' 'suppress_warnings = ["ref.ref"]' >>conf.py
antsibull-docs --config-file antsibull-docs.cfg collection --cleanup everything --use-current --squash-hierarchy \
  --fail-on-error --dest-dir rst "$name"
sphinx-build -M html rst build -c . -W -q
