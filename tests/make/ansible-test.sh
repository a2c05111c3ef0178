#!/usr/bin/env bash
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: ansible-test.sh ARGUMENTS      run ansible-test, and fail where it only warns
#        ansible-test.sh --prepare VENV give the ansible-test of an environment the script with which it installs pip
#
# ansible-test downloads that script from a host that many networks do not reach. The stand-in does the same with pip's
# own wheel, which comes from the package index like everything else.

set -euo pipefail

if [[ $1 == --prepare ]]; then
  source=$(compgen -G "$2/lib/python3.*/site-packages/ansible_test/_internal/python_requirements.py" || true)
  [[ -n $source ]] || exit 0
  version=$(grep -oP "\bpip='\K[0-9.]+" "$source" | sort --version-sort | tail -n 1)
  cache=$HOME/.ansible/test/cache
  mkdir -p "$cache"
  "$2/bin/python" -m pip download --quiet --no-deps --dest "$cache" "pip==$version"
  cat >"$cache/get_pip_${version//./_}.py" <<PYTHON
import sys
sys.path.insert(0, "$cache/pip-$version-py3-none-any.whl")
from pip._internal.cli.main import main
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(main(["install", "--upgrade", "--force-reinstall", *arguments]))
PYTHON
  exit 0
fi

output=$(mktemp)
trap 'rm -f "$output"' EXIT
ansible-test "$@" 2>&1 | tee "$output"
if grep -E 'Required program .* not found|All targets skipped' "$output"; then
  echo "ansible-test skipped what the line above names, and that is no pass." >&2
  exit 1
fi
