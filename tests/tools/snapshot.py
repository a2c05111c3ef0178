# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of the checkout's files, the tarball that is built from one, and the collection installed from the tarball."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import paths
from environments import Environment


def files() -> list[str]:
    """Return the files that belong to the project: those in git, and new ones that git would not ignore."""
    # The checkout may belong to another user than the one who runs the tests, as on some build servers.
    git = ["git", "-c", "safe.directory=*", "-C", str(paths.CHECKOUT)]
    listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run([*git, *listing], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise SystemExit(f"git cannot list the project's files: {answer.stderr.strip()}")
    names = {name for name in answer.stdout.split("\0") if name}
    return sorted(name for name in names if (paths.CHECKOUT / name).exists())


def take(tree: Path) -> None:
    """Bring the copy of the collection in this tree up to date with the checkout."""
    folder = paths.collection_in(tree)
    listing = tree / "files.txt"
    before = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    now = files()
    for name in sorted(set(before) - set(now)):
        _remove_with_empty_folders(folder / name, folder)
    for name in now:
        _copy(paths.CHECKOUT / name, folder / name)
    listing.write_text("\n".join(now) + "\n", encoding="utf-8")


def take_for_tools() -> None:
    """Bring the copies that the tools look at up to date."""
    for tree in (paths.TREE, paths.ANSIBLE_TEST_TREE):
        take(tree)
        # A repository of its own: else the tools find that of the checkout, in which the copy is an ignored folder.
        # All files are in its index, for reuse overlooks ignored files beside others that are new.
        for command in (["init", "--quiet"], ["add", "--all"]):
            git = ["git", "-C", str(paths.collection_in(tree)), *command]
            subprocess.run(git, env=paths.clean_variables(), check=True)


def build(environment: Environment) -> Path:
    """Build the tarball from a fresh copy, which holds nothing that a tool left behind."""
    tree = paths.BUILD / "package"
    paths.remove(tree)
    paths.remove(paths.DIST)
    take(tree)
    command = [environment.program("ansible-galaxy"), "collection", "build", "--output-path", str(paths.DIST)]
    subprocess.run(command, cwd=paths.collection_in(tree), env=environment.variables(), check=True)
    return paths.tarball()


def install(environment: Environment, folder: Path) -> None:
    """Install the built tarball into an empty folder, as a user would."""
    paths.remove(folder)
    folder.mkdir(parents=True)
    command = [environment.program("ansible-galaxy"), "collection", "install", "--offline", "--no-deps"]
    command += ["--collections-path", str(folder), str(paths.tarball())]
    # Away from the checkout, so that no collection beside the working directory counts as installed.
    subprocess.run(command, cwd=paths.HOME, env=environment.variables(), check=True)


def _copy(source: Path, target: Path) -> None:
    if target.exists() and not target.is_symlink() and not source.is_symlink():
        old, new = target.stat(), source.stat()
        if (old.st_size, old.st_mtime_ns, old.st_mode) == (new.st_size, new.st_mtime_ns, new.st_mode):
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    paths.remove(target)
    shutil.copy2(source, target, follow_symlinks=False)


def _remove_with_empty_folders(file: Path, top: Path) -> None:
    paths.remove(file)
    for folder in file.parents:
        if folder == top or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()
