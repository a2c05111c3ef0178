# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interpreters, environments and copies: what the steps stand on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import environments
import paths
import programs
import pytest
import pythons
import snapshot
from environments import Environment
from pythons import Python

THIS_PYTHON = Python((sys.version_info[0], sys.version_info[1]), Path(sys.executable))


def script(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "checkout"
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    monkeypatch.setattr(paths, "CHECKOUT", folder)
    return folder


def test_a_shim_that_starts_nothing_is_not_taken_for_a_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "shims/python3.14", "exit 127")
    script(tmp_path / "real/python3.13", "echo 3.13; echo /real/python3.13")
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'real'}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "nothing"))
    monkeypatch.setattr(pythons, "found", pythons.found.__wrapped__)
    assert pythons.found() == (Python((3, 13), Path("/real/python3.13")),)


@pytest.mark.parametrize(
    ("here", "core", "version"),
    [
        ([(3, 9), (3, 12), (3, 13)], "2.21", "3.13"),
        ([(3, 9), (3, 11)], "2.18", "3.11"),
        ([(3, 10)], "2.16", "3.10"),
    ],
)
def test_the_newest_core_is_the_one_that_the_pythons_here_can_run(
    here: list[tuple[int, int]], core: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pythons, "found", lambda: tuple(Python(number, Path("python")) for number in here))
    assert (pythons.newest_core()[0], pythons.newest_core()[1].version) == (core, version)


def test_without_a_python_for_any_core_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "found", lambda: (Python((3, 9), Path("python")),))
    with pytest.raises(SystemExit, match="install Python"):
        pythons.newest_core()


def test_an_environment_is_made_anew_when_its_requirements_change(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def make_anew(one: Environment) -> None:
        one.folder.mkdir(exist_ok=True)
        made.append(one.name)

    monkeypatch.setattr(paths, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(environments, "_make_anew", make_anew)
    environment = Environment("one", THIS_PYTHON, ("pytest",), ("requirements.txt",))
    for text in ("requests", "requests", "requests >= 2"):
        (checkout / "requirements.txt").write_text(text)
        environments.make(environment)
    assert made == ["one", "one"]


def test_packages_of_npm_come_from_the_lock_file_into_the_environment_that_has_npm(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], one: Environment) -> None:
        one.folder.mkdir(exist_ok=True)
        commands.append(command)

    monkeypatch.setattr(paths, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(environments, "_run", run)
    environment = Environment("one", THIS_PYTHON, npm_folder="validators")
    (checkout / "validators").mkdir()
    for lock in ("one", "one", "another"):
        for name in environments.NPM_FILES:
            (checkout / "validators" / name).write_text(lock)
        environments.make(environment)
        assert {(environment.folder / name).read_text() for name in environments.NPM_FILES} == {lock}
    npm = str(environment.folder / "bin/npm")
    assert [command[:2] for command in commands if command[0] == npm] == [[npm, "ci"]] * 2


def test_no_lock_file_of_npm_names_a_registry() -> None:
    """npm asks the registry that it is set up with, which on a build server is often a mirror."""
    locks = [path for path in snapshot.files() if path.endswith("package-lock.json")]
    assert locks
    for lock in locks:
        assert '"resolved"' not in (paths.CHECKOUT / lock).read_text("utf-8")


def test_the_home_of_the_tests_shares_what_pip_and_npm_are_set_up_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real"
    (real / ".config/pip").mkdir(parents=True)
    (real / ".npmrc").write_text("registry=https://mirror.example/")
    monkeypatch.setenv("HOME", str(real))
    monkeypatch.setattr(paths, "HOME", tmp_path / "tests")
    for _time in range(2):
        paths.prepare_home()
    assert (tmp_path / "tests/.npmrc").read_text() == "registry=https://mirror.example/"
    assert (tmp_path / "tests/.config/pip").is_dir()
    assert not (tmp_path / "tests/.npm").exists()


def test_the_copy_holds_new_files_but_none_that_git_ignores(checkout: Path, tmp_path: Path) -> None:
    (checkout / ".gitignore").write_text("/build/\n")
    (checkout / "new.py").write_text("")
    (checkout / "build").mkdir()
    (checkout / "build/log").write_text("")
    snapshot.take(tmp_path / "tree")
    copied = paths.collection_in(tmp_path / "tree")
    assert sorted(file.name for file in copied.rglob("*") if file.is_file()) == [".gitignore", "new.py"]


def test_the_copy_follows_changes_and_removals(checkout: Path, tmp_path: Path) -> None:
    (checkout / "role/tasks").mkdir(parents=True)
    (checkout / "role/tasks/main.yml").write_text("")
    (checkout / "kept.py").write_text("old")
    snapshot.take(tmp_path / "tree")
    (checkout / "role/tasks/main.yml").unlink()
    (checkout / "kept.py").write_text("new text")
    snapshot.take(tmp_path / "tree")
    copied = paths.collection_in(tmp_path / "tree")
    assert (copied / "kept.py").read_text() == "new text"
    assert not (copied / "role").exists()


def test_credentials_and_settings_of_whoever_runs_the_tests_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPEEDLAB_CLIENT_SECRET", "ANSIBLE_CONFIG", "PYTHONUNBUFFERED"):
        monkeypatch.setenv(name, "mine")
    assert "mine" not in paths.clean_variables().values()


def test_the_version_is_that_of_galaxy_yml(checkout: Path) -> None:
    (checkout / "galaxy.yml").write_text("name: speedlab\nversion: 1.2.3\n")
    assert paths.version() == "1.2.3"
    assert paths.tarball().name == "contentsquare-speedlab-1.2.3.tar.gz"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but an apt-get that writes down what it is asked for, and a superuser."""
    script(tmp_path / "apt-get", f'echo "$SYSTEMD_OFFLINE $*" >> {tmp_path}/asked')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return tmp_path


def test_programs_that_are_here_are_not_installed(machine: Path) -> None:
    for program in programs.PACKAGES:
        script(machine / program, "exit 0")
    programs.install()
    assert not (machine / "asked").exists()


def test_programs_that_are_missing_are_installed_and_have_to_be_there_then(machine: Path) -> None:
    for program in ("chromium", "java"):
        script(machine / program, "exit 0")
    with pytest.raises(SystemExit, match="Still not here after the installation: promtool, prometheus"):
        programs.install()
    asked = (machine / "asked").read_text().splitlines()
    assert asked[0].endswith("update")
    assert asked[1].endswith("--no-install-recommends prometheus prometheus-node-exporter")
    assert asked[1].startswith("1 "), "no service of a package is started"


def test_who_may_not_install_is_told_what_to_install(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    packages = "chromium fonts-dejavu-core prometheus prometheus-node-exporter default-jre-headless"
    with pytest.raises(SystemExit, match=rf"chromium, promtool.*java.*{packages};"):
        programs.install()
    assert not (machine / "asked").exists()
