# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The targets that do one thing and show what they do: demo, benchmark, documentation, tarball, formatting."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable

import checks
import environments
import paths
import pythons
import snapshot
from environments import Environment
from steps import Runner, Step, duration, end_process_group, report

SITE = paths.BUILD / "docs"
SITE_SETTINGS = """
# No network while building: neither other projects' indexes nor warnings about what only they hold.
intersphinx_mapping = {}
suppress_warnings = ["ref.ref"]
"""


def run_demo() -> int:
    """build and install the tarball, then run the demo playbook on it against the simulator"""
    environment = environments.by_name()["demo"]
    _prepare(environment, checks.build(environment), checks.install("demo", environment))
    paths.remove(paths.DEMO)
    paths.DEMO.mkdir()
    started = time.monotonic()
    variables = json.dumps({"demo_report_dir": str(paths.DEMO)})
    _run(
        environment,
        ["ansible-playbook", "contentsquare.speedlab.demo", "--extra-vars", variables],
        paths.HOME,
        {"ANSIBLE_COLLECTIONS_PATH": str(paths.installed("demo"))},
    )
    pages, data = (sorted(paths.DEMO.rglob(pattern)) for pattern in ("*.html", "*.json"))
    if not pages or not data:
        sys.exit(f"make demo: the playbook ended well but left no report in {_shown(paths.DEMO)}")
    seconds = duration(time.monotonic() - started)
    names = ", ".join(_shown(file) for file in (*pages, *data))
    print(f"make demo: done in {seconds}; open the reports: {names}")
    return 0


def run_benchmarks() -> int:
    """run the benchmarks on the collection installed from its tarball"""
    core = pythons.newest_core()[0]
    environment = environments.by_name()[f"ansible-{core}"]
    _prepare(environment, checks.build(environment), checks.install(core, environment))
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": str(paths.installed(core)),
        "SPEEDLAB_TEST_COLLECTIONS": str(paths.installed(core)),
    }
    for script in ("run.py", "watch.py"):
        _run(environment, ["python", f"tests/benchmarks/{script}"], paths.CHECKOUT, variables)
    return 0


def build_documentation() -> int:
    """build the HTML documentation of all plugins and roles, with warnings as errors"""
    environment = environments.by_name()["docs"]
    _prepare(environment)
    snapshot.take_for_tools()
    paths.remove(SITE)
    SITE.mkdir(parents=True)
    tree = {"ANSIBLE_COLLECTIONS_PATH": str(paths.TREE)}
    name = f"{paths.NAMESPACE}.{paths.NAME}"
    what = ["--use-current", "--squash-hierarchy"]
    _run(environment, ["antsibull-docs", "sphinx-init", *what, "--lenient", "--dest-dir", str(SITE), name], SITE, tree)
    with (SITE / "conf.py").open("a", encoding="utf-8") as settings:
        settings.write(SITE_SETTINGS)
    pages = ["collection", "--cleanup", "everything", *what, "--fail-on-error", "--dest-dir", "rst", name]
    _run(environment, ["antsibull-docs", "--config-file", "antsibull-docs.cfg", *pages], SITE, tree)
    _run(environment, ["sphinx-build", "-M", "html", "rst", "build", "-c", ".", "-W", "-q"], SITE, tree)
    print(f"make docs: {_shown(SITE / 'build/html/index.html')}")
    return 0


def build_tarball() -> int:
    """build the tarball"""
    environment = environments.by_name()["demo"]
    _prepare(environment, checks.build(environment))
    print(f"make build: {_shown(paths.tarball())}")
    return 0


def format_code() -> int:
    """format the Python code and mend what ruff can mend by itself"""
    environment = environments.by_name()["tools"]
    _prepare(environment)
    _run(environment, ["ruff", "check", "--fix", "."], paths.CHECKOUT)
    _run(environment, ["ruff", "format", "."], paths.CHECKOUT)
    return 0


def release_changelog() -> int:
    """write the fragments into CHANGELOG.rst under the version of galaxy.yml"""
    environment = environments.by_name()["tools"]
    _prepare(environment)
    refresh = ["--update-existing", "--refresh", "--reload-plugins"]
    _run(environment, ["antsibull-changelog", "release", *refresh], paths.CHECKOUT)
    return 0


ERRANDS: Mapping[str, Callable[[], int]] = {
    "demo": run_demo,
    "bench": run_benchmarks,
    "docs": build_documentation,
    "build": build_tarball,
    "format": format_code,
    "changelog": release_changelog,
}


def _prepare(environment: Environment, *steps: Step) -> None:
    """Run the steps that make everything ready; end here if one of them fails."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    outcomes = Runner([checks.make(environment), *steps], lanes=1).run()
    if not all(outcome.passed for outcome in outcomes):
        sys.exit(report(outcomes, "preparation", time.monotonic() - started))


def _run(
    environment: Environment, arguments: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None
) -> None:
    """Run a program of the environment in the foreground; end here with its exit code if it fails."""
    command = [environment.program(arguments[0]), *arguments[1:]]
    everything = {**environment.variables(), **(variables or {})}
    if sys.stdout.isatty():
        # Somebody watches, and no log is written: colours are welcome.
        everything.pop("NO_COLOR")
    process = subprocess.Popen(command, cwd=folder, env=everything, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        end_process_group(process, signal.SIGINT)
        raise
    if code != 0:
        print(f"{arguments[0]} failed with exit code {code}", file=sys.stderr)
        sys.exit(code)


def _shown(path: Path) -> str:
    return str(path.relative_to(paths.CHECKOUT))
