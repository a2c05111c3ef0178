# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# /// script
# dependencies = ["nox >= 2025.2.9", "antsibull-nox ~= 1.10"]
# ///

"""The ready-made checks of the wider ecosystem, and a few of our own. ``make nox`` runs them all.

Settings of the ready-made sessions are in antsibull-nox.toml.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nox

try:
    import antsibull_nox
except ImportError:
    print("Install antsibull-nox beside nox: pip install nox antsibull-nox", file=sys.stderr)
    raise

antsibull_nox.load_antsibull_nox_toml()


@nox.session
def ruff(session: nox.Session) -> None:
    """Check the style of all Python code: plugins, roles, tests and this file."""
    session.install("ruff ~= 0.17.0")
    session.run("ruff", "check", "--output-format", "concise", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def simulator_types(session: nox.Session) -> None:
    """Check the types of the simulator, which is no plugin."""
    session.install("mypy ~= 2.4.0", "cryptography")
    with session.chdir("roles/simulator/files"):
        session.run("mypy", "--config-file", "../../../mypy.ini", "-p", "speedlab_simulator")


@nox.session
def examples(session: nox.Session) -> None:
    """Check the example pipelines and budgets against their schemas."""
    session.install("check-jsonschema ~= 0.39.0")
    for schema, example in (
        ("--builtin-schema=vendor.gitlab-ci", ".gitlab-ci.yml"),
        ("--builtin-schema=vendor.github-workflows", "github-workflow.yml"),
        ("--builtin-schema=vendor.azure-pipelines", "azure-pipelines.yml"),
        ("--schemafile=docs/schemas/budgets-1.schema.json", "budgets.yml"),
    ):
        session.run("check-jsonschema", "--regex-variant", "nonunicode", schema, f"docs/examples/{example}")


@nox.session
def changelog(session: nox.Session) -> None:
    """Check the changelog and its fragments."""
    session.install("antsibull-changelog ~= 0.36.0")
    session.run("antsibull-changelog", "lint")
    session.run("antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml")


@nox.session
def execution_environment(session: nox.Session) -> None:
    """Check that ansible-builder finds the libraries which the collection needs."""
    session.install("ansible-builder ~= 3.2")
    found = Path(session.create_tmp()) / "requirements.txt"
    collections = Path.cwd().parents[2]
    session.run("ansible-builder", "introspect", "--sanitize", "--write-pip", str(found), str(collections))
    if "requests" not in found.read_text(encoding="utf-8"):
        session.error("ansible-builder does not find that the collection needs requests")


if __name__ == "__main__":
    nox.main()
