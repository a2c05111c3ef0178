# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What guards the project: the steps behind ``make test``, and those for each ansible-core of ``make matrix``."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import environments
import paths
import pythons
from environments import Environment
from steps import Command, Step

COLLECTION = paths.collection_in(paths.TREE)
UNDER_ANSIBLE_TEST = paths.collection_in(paths.ANSIBLE_TEST_TREE)
PYTEST = "python -m pytest -p no:cacheprovider -q"

# The oldest and the newest released ansible-core run all system tests. The others run what depends on the core itself,
# and the examples and guides, in which each module, plugin and role is used as a user does.
ON_EVERY_CORE = (
    "test_documented_examples.py",
    "test_event_playbooks.py",
    "test_fronts.py",
    "test_inventory.py",
    "test_lookup.py",
    "test_options.py",
    "test_readme.py",
)


def steps_of_test(pytest_arguments: str = "") -> list[Step]:
    """Return the steps of ``make test``, in the order in which they are started."""
    core = pythons.newest_core()[0]
    known = environments.by_name()
    tools, ansible = known["tools"], known[f"ansible-{core}"]
    return [
        make(ansible),
        make(tools),
        build(ansible),
        install(core, ansible),
        sanity(core, tools),
        *lint_steps(tools),
        make(known["nox"]),
        extra_checks(known["nox"]),
        tooling_tests(tools, pytest_arguments),
        make(known["without-ansible"]),
        units_without_ansible(known["without-ansible"], pytest_arguments),
        system(core, ansible, pytest_arguments),
        galaxy_importer(tools),
        execution_environment(core, tools),
        *ansible_test_units(core, ansible),
        *integration(core, ansible),
        make(known["contract"]),
        contract(known["contract"], pytest_arguments),
        make(known["reports"]),
        debian_programs(),
        reports(core, known["reports"], pytest_arguments),
        make(known["conformance"]),
        conformance(core, known["conformance"], pytest_arguments),
        make(known["eda"]),
        eda(core, known["eda"], pytest_arguments),
    ]


def steps_of_matrix(pytest_arguments: str = "") -> list[Step]:
    """Return the steps that run the collection on every supported ansible-core."""
    known = environments.by_name()
    newest = pythons.newest_core()[0]
    builder = known[f"ansible-{newest}"]
    steps = [make(builder), build(builder), make(known["tools"])]
    for core in pythons.CORES:
        if f"ansible-{core}" not in known:
            steps.append(no_python_for(core))
            continue
        ansible = known[f"ansible-{core}"]
        steps += [
            make(ansible),
            install(core, ansible),
            sanity(core, known["tools"] if core == newest else ansible),
            units(core, ansible, pytest_arguments),
            system(core, ansible, pytest_arguments),
            *integration(core, ansible),
        ]
    return steps


def lint_steps(tools: Environment) -> list[Step]:
    """Return the steps that read the code without running it."""
    config = f"--config-file {COLLECTION / 'mypy.ini'}"
    mypy = (
        command(tools, f"mypy {config} {COLLECTION / 'plugins'}", paths.TREE),
        command(tools, f"mypy {config} -p speedlab_simulator", COLLECTION / "roles/simulator/files"),
        command(tools, f"mypy {config} .", COLLECTION / "tests/tools"),
    )
    return [
        lint("ruff", tools, "ruff check --output-format concise .", "ruff format --check ."),
        Step("mypy", mypy, "lint", after=("environment tools",)),
        lint("reuse", tools, "reuse lint --lines"),
        lint("yamllint", tools, "yamllint --strict ."),
        lint(
            "changelog",
            tools,
            "antsibull-changelog lint",
            "antsibull-changelog lint-changelog-yaml --strict changelogs/changelog.yaml",
        ),
        lint(
            "documentation",
            tools,
            "antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .",
        ),
        lint(
            "examples",
            tools,
            "check-jsonschema --builtin-schema vendor.gitlab-ci docs/examples/.gitlab-ci.yml",
            "check-jsonschema --builtin-schema vendor.github-workflows docs/examples/github-workflow.yml",
            "check-jsonschema --builtin-schema vendor.azure-pipelines --regex-variant nonunicode"
            " docs/examples/azure-pipelines.yml",
            "check-jsonschema --schemafile docs/schemas/budgets-1.schema.json docs/examples/budgets.yml",
        ),
        lint(
            "ansible-lint",
            tools,
            "ansible-lint --offline --profile production --strict",
            variables={"ANSIBLE_COLLECTIONS_PATH": str(paths.TREE)},
        ),
    ]


def extra_checks(nox: Environment) -> Step:
    """Return the checks for which only antsibull-nox has the programs: action group, unwanted files, white space."""
    session = command(nox, "nox --no-venv --error-on-missing-interpreters --session extra-checks", COLLECTION)
    return Step("extra checks", (session,), "lint", after=(f"environment {nox.name}",))


def make(environment: Environment) -> Step:
    """Return the step that creates a virtual environment or finds it ready."""
    return Step(f"environment {environment.name}", (tooling("make-environment", environment.name),), "environment")


def build(ansible: Environment) -> Step:
    """Return the step that builds the tarball."""
    commands = (tooling("build-tarball", ansible.name),)
    return Step("tarball", commands, "package", after=(f"environment {ansible.name}",))


def install(core: str, ansible: Environment) -> Step:
    """Return the step that installs the tarball with one ansible-core, and checks what it installed."""
    folder = paths.installed(core)
    verify = f"ansible-galaxy collection verify --offline --collections-path {folder} contentsquare.speedlab"
    commands = (tooling("install-tarball", ansible.name, str(folder)), command(ansible, verify, paths.HOME))
    return Step(f"install {core}", commands, "package", after=("tarball", f"environment {ansible.name}"))


def sanity(core: str, environment: Environment) -> Step:
    """Return the step that runs the sanity tests of one ansible-core, on every Python of this machine."""
    without = pythons.CORES[core].sanity_without
    left_out = "".join(f" --skip-test {name}" for name in without)
    return Step(
        f"sanity {core}",
        (command(environment, f"ansible-test sanity --local --color no{left_out}", COLLECTION),),
        "sanity",
        after=(f"environment {environment.name}",),
        room="sanity",
        # Where a program or the files are missing, ansible-test only warns.
        refused_output=r"Required program .* not found.*|All targets skipped",
        telling_output=r"^(?:ERROR|FATAL): ",
        note="; ".join(f"without {name}: {reason}" for name, reason in without.items()),
    )


def ansible_test_units(core: str, ansible: Environment) -> list[Step]:
    """Return the unit tests under ansible-test: all on the controller's Python, the modules' side on the oldest."""
    return [
        Step(
            f"units {core}, Python {version}",
            (command(ansible, f"ansible-test units --venv --python {version} --color no", UNDER_ANSIBLE_TEST),),
            "unit",
            after=(f"environment {ansible.name}",),
            room="ansible-test",
            counts_tests=True,
        )
        for version in dict.fromkeys((ansible.python.version, pythons.oldest().version))
    ]


def integration(core: str, ansible: Environment) -> list[Step]:
    """Return the integration targets under ansible-test: with modules on the controller's Python and on the oldest."""
    own, oldest = ansible.python.version, pythons.oldest().version
    sides = {own: f"--venv --python {own}"}
    if core == pythons.newest_core()[0] and oldest != own:
        sides[oldest] = f"--controller origin:python=venv/{own} --target controller:python=venv/{oldest}"
    return [
        Step(
            f"integration {core}, Python {version}",
            (command(ansible, f"ansible-test integration {side} --color no", UNDER_ANSIBLE_TEST),),
            "integration",
            after=(f"environment {ansible.name}",),
            room="ansible-test",
            refused_output="All targets skipped",
        )
        for version, side in sides.items()
    ]


def units(core: str, ansible: Environment, arguments: str) -> Step:
    """Return the unit tests under plain pytest with one ansible-core."""
    return suite(f"units {core}", "unit", ansible, f"tests/unit {arguments}", {"PYTHONPATH": str(paths.TREE)})


def units_without_ansible(environment: Environment, arguments: str) -> Step:
    """Return the unit tests of the rooms that know nothing of Ansible, where Ansible is not installed but scipy is."""
    rooms = "tests/unit/plugins/module_utils/_client tests/unit/plugins/module_utils/_judge tests/statistics"
    variables = {"PYTHONPATH": str(paths.TREE)}
    return suite("units without Ansible", "unit", environment, f"{rooms} {arguments}", variables)


def tooling_tests(tools: Environment, arguments: str) -> Step:
    """Return the tests of the tooling itself: it must not call something good that is not."""
    return suite("tests of the tooling", "lint", tools, f"tests/tools {arguments}")


def contract(environment: Environment, arguments: str) -> Step:
    """Return the tests that hold the simulator against the description of the API."""
    return suite("contract", "contract", environment, f"tests/contract {arguments}")


def debian_programs() -> Step:
    """Return the step that brings the programs which no package index has."""
    return Step("Debian programs", (tooling("install-programs"),), "environment")


def reports(core: str, environment: Environment, arguments: str) -> Step:
    """Return the tests that show what the collection writes to a browser and to the programs for which it is made."""
    variables = {"PYTHONPATH": str(paths.TREE), "SPEEDLAB_TEST_COLLECTIONS": str(paths.installed(core))}
    after = ("Debian programs", f"install {core}")
    return suite("reports", "reports", environment, f"tests/reports {arguments}", variables, after)


def conformance(core: str, environment: Environment, arguments: str) -> Step:
    """Return the tests that hold what the collection reads and writes against the validators of others."""
    variables = {"PYTHONPATH": str(paths.TREE), "SPEEDLAB_TEST_COLLECTIONS": str(paths.installed(core))}
    after = ("Debian programs", f"install {core}")
    # Two, because a browser and the program that drives it take turns.
    arguments = f"tests/conformance --numprocesses 2 {arguments}"
    return suite("conformance", "conformance", environment, arguments, variables, after)


def eda(core: str, environment: Environment, arguments: str) -> Step:
    """Return the tests that run the event source, and the real ansible-rulebook on the installed collection."""
    variables = {"SPEEDLAB_TEST_COLLECTIONS": str(paths.installed(core))}
    # Most of their time they wait, for the next look of a source.
    arguments = f"tests/eda --numprocesses 4 {arguments}"
    return suite("eda", "eda", environment, arguments, variables, (f"install {core}", "Debian programs"))


def system(core: str, ansible: Environment, arguments: str) -> Step:
    """Return the tests that run real playbooks on the collection installed from the tarball."""
    variables = {"SPEEDLAB_TEST_COLLECTIONS": str(paths.installed(core))}
    after = (f"install {core}",)
    released = [each for each, known in pythons.CORES.items() if not known.pre_release]
    all_of_them = core in (released[0], released[-1])
    chosen = "tests/system" if all_of_them else " ".join(f"tests/system/{name}" for name in ON_EVERY_CORE)
    # By far the longest suite, so on several processors; but one at a time, as it measures too.
    processes = min(4, max(2, os.cpu_count() or 2))
    arguments = f"{chosen} --numprocesses {processes} {arguments}"
    return suite(f"system {core}", "system", ansible, arguments, variables, after, room="system")


def galaxy_importer(tools: Environment) -> Step:
    """Return the check that Galaxy makes of every upload."""
    return Step(
        "galaxy-importer",
        (command(tools, f"python -m galaxy_importer.main {paths.tarball().name}", paths.DIST),),
        "package",
        after=("tarball", "environment tools"),
        refused_output=r"^(?:WARNING|ERROR): .*",
        telling_output=r"^(?:WARNING|ERROR): ",
    )


def execution_environment(core: str, tools: Environment) -> Step:
    """Return the check that ansible-builder finds the libraries which the collection needs."""
    found = paths.BUILD / "execution-environment.txt"
    introspect = f"ansible-builder introspect --sanitize --write-pip {found} {paths.installed(core)}"
    look = Command(("grep", "requests", str(found)), paths.BUILD, os.environ)
    commands = (command(tools, introspect, paths.BUILD), look)
    return Step("execution environment", commands, "package", after=(f"install {core}", "environment tools"))


def no_python_for(core: str) -> Step:
    """Return a step that fails: a supported ansible-core must not drop out of the matrix unseen."""
    first, last = pythons.CORES[core].pythons
    message = f"ansible-core {core} needs a Python from 3.{first[1]} to 3.{last[1]}, and none is here"
    command = Command((sys.executable, "-c", f"raise SystemExit({message!r})"), paths.CHECKOUT, os.environ)
    return Step(f"environment ansible-{core}", (command,), "environment")


def suite(
    name: str,
    group: str,
    environment: Environment,
    arguments: str,
    variables: Mapping[str, str] | None = None,
    after: tuple[str, ...] = (),
    room: str = "",
) -> Step:
    """Return a step that runs a folder of tests under plain pytest."""
    commands = (command(environment, f"{PYTEST} {arguments}", COLLECTION, variables),)
    return Step(name, commands, group, after=(f"environment {environment.name}", *after), room=room, counts_tests=True)


def lint(name: str, tools: Environment, *lines: str, variables: Mapping[str, str] | None = None) -> Step:
    """Return a step that runs tools over the copy of the collection."""
    commands = tuple(command(tools, line, COLLECTION, variables) for line in lines)
    return Step(name, commands, "lint", after=(f"environment {tools.name}",))


def command(environment: Environment, line: str, folder: Path, variables: Mapping[str, str] | None = None) -> Command:
    """Return a command whose program comes from the environment."""
    program, *arguments = shlex.split(line)
    return Command((environment.program(program), *arguments), folder, {**environment.variables(), **(variables or {})})


def tooling(*arguments: str) -> Command:
    """Return a command of the tooling itself, which needs no environment."""
    script = paths.CHECKOUT / "tests/tools/run.py"
    return Command((sys.executable, str(script), *arguments), paths.CHECKOUT, os.environ)
