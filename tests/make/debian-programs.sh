#!/usr/bin/env bash
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Install the programs that no package index has, where they are missing. That needs Debian or Ubuntu, and root.

set -euo pipefail

declare -A packages=(
  [chromium]="chromium fonts-dejavu-core"
  [promtool]=prometheus
  [prometheus]=prometheus
  [prometheus-node-exporter]=prometheus-node-exporter
  [java]=default-jre-headless
)

missing=()
for program in "${!packages[@]}"; do
  command -v "$program" >/dev/null || missing+=("$program")
done
((${#missing[@]})) || exit 0

wanted=()
for program in "${missing[@]}"; do
  read -ra of_this <<<"${packages[$program]}"
  wanted+=("${of_this[@]}")
done
if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
  echo "Not here: ${missing[*]}. Debian and Ubuntu have them in the packages ${wanted[*]}: install them." >&2
  exit 1
fi
# With this variable the packages of Prometheus start no servers on a machine that runs systemd.
export DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1
apt-get --quiet update
apt-get --quiet install --yes --no-install-recommends "${wanted[@]}"
