#!/bin/sh
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Deploys a release, marks the deployment, and lets the pages decide that were measured since:
#
#   RELEASE=10.42 ./release.sh
#
# Exit code: 0 they keep their budgets, 1 they do not, 3 nobody knows, 2 anything else, such as a mistake in budgets.yml.
# The pair comes from SPEEDLAB_CLIENT_ID and SPEEDLAB_CLIENT_SECRET.
set -eu

[ -n "${RELEASE:-}" ] || { echo 'RELEASE has to be set, as in RELEASE=10.42' >&2; exit 2; }
DEPLOYMENT=$(date -u +%Y%m%dT%H%M%SZ) # the same release may be deployed again
export RELEASE DEPLOYMENT
report=speedlab-reports/performance_gate.json
rm -f "$report"

./deploy.sh || exit 2
ansible-playbook contentsquare.speedlab.deployment_event -e @release.yml || exit 2
ansible-playbook contentsquare.speedlab.performance_gate -e @release.yml && exit 0

[ -f "$report" ] || exit 2
case $(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["status"])' "$report") in
  fail) exit 1 ;;
  unknown) exit 3 ;;
  *) exit 2 ;;
esac
