# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token cache on a real disk: who may read it, and what happens where it cannot be used. No task fails by it."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator

TOKEN = "contentsquare.speedlab.speedlab_token"
ASK = {"name": "ask", TOKEN: {"return_token": False}}
STAGING = {"client_id": "shop-staging", "client_secret": "simulator-secret-staging"}
STRANGER = 65534  # nobody

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away and mount file systems")

Tasks = Callable[..., Run]


@pytest.fixture
def cache(environment: dict[str, str]) -> Path:
    return Path(environment["HOME"], ".cache", "contentsquare-speedlab")


def entries(cache: Path) -> list[Path]:
    return sorted((cache / "tokens").iterdir())


def asked(run: Run) -> dict[str, Any]:
    """The result of the task that asks for a token, which went well whatever the cache was like."""
    assert run.status == 0, run.output
    return run.of("ask")[0]


def warnings(run: Run) -> str:
    """All that stands in a warning, whichever way it is wrapped."""
    return " ".join(run.output.split())


# --- who may read it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_only_its_owner_can_use_the_cache_whatever_the_umask(tasks: Tasks, cache: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        asked(tasks(ASK))
    finally:
        os.umask(before)
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (cache, *cache.rglob("*"))}
    assert len(entries(cache)) == 1
    assert {mode for path, mode in found.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in found.items() if path.is_file()} == {0o600}


@pytest.mark.parametrize("what", ["the cache", "tokens", "locks", "the entry"])
def test_what_others_may_use_is_refused_with_a_warning(
    tasks: Tasks, simulator: Simulator, cache: Path, what: str
) -> None:
    asked(tasks(ASK))
    path = {"the cache": cache, "the entry": entries(cache)[0]}.get(what, cache / what)
    path.chmod(path.stat().st_mode | 0o040)
    run = tasks(ASK)
    assert asked(run)["changed"] is True
    assert simulator.token_requests == 2
    assert "can be used by others" in warnings(run)


@pytest.mark.parametrize("what", ["the cache", "tokens", "the entry"])
def test_a_symbolic_link_is_refused_with_a_warning(
    tasks: Tasks, simulator: Simulator, cache: Path, tmp_path: Path, what: str
) -> None:
    asked(tasks(ASK))
    path = {"the cache": cache, "the entry": entries(cache)[0]}.get(what, cache / what)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    run = tasks(ASK)
    assert asked(run)["changed"] is True
    assert simulator.token_requests == 2
    assert "[WARNING]" in run.output


@as_root
@pytest.mark.parametrize("what", ["the cache", "tokens", "the entry"])
def test_what_belongs_to_another_user_is_refused_with_a_warning(
    tasks: Tasks, simulator: Simulator, cache: Path, what: str
) -> None:
    asked(tasks(ASK))
    path = {"the cache": cache, "the entry": entries(cache)[0]}.get(what, cache / what)
    os.chown(path, STRANGER, STRANGER)
    run = tasks(ASK)
    assert asked(run)["changed"] is True
    assert simulator.token_requests == 2
    assert "belongs to another user" in warnings(run)


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["cut", "emptied", "changed", "of another entry"])
def test_a_damaged_entry_is_a_miss_with_a_warning_and_is_healed(
    tasks: Tasks, simulator: Simulator, cache: Path, damage: str
) -> None:
    asked(tasks(ASK))
    path = entries(cache)[0]
    content = path.read_bytes()
    asked(tasks({**ASK, TOKEN: {**STAGING, "return_token": False}}))
    other = next(each.read_bytes() for each in entries(cache) if each != path)
    middle = len(content) // 2
    flipped = content[:middle] + (b"A" if content[middle : middle + 1] != b"A" else b"B") + content[middle + 1 :]
    path.write_bytes({"cut": content[:middle], "emptied": b"", "changed": flipped, "of another entry": other}[damage])
    run = tasks(ASK)
    assert asked(run)["changed"] is True
    assert simulator.token_requests == 3
    assert "its file is damaged" in warnings(run)
    healed = tasks(ASK)
    assert asked(healed)["cached"] is True
    assert "[WARNING]" not in healed.output


def test_an_interrupted_write_leaves_nothing_that_is_read(tasks: Tasks, simulator: Simulator, cache: Path) -> None:
    asked(tasks(ASK))
    left = cache / "tokens" / ".new-left-behind"
    left.write_bytes(b"half of a tok")
    left.chmod(0o600)
    run = tasks(ASK)
    assert asked(run)["cached"] is True
    assert simulator.token_requests == 1
    assert "[WARNING]" not in run.output


# --- no place for it --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def mounted(path: Path, options: str) -> Iterator[None]:
    path.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 1024)


@as_root
def test_where_the_cache_cannot_be_written_tasks_go_on_without_it(
    tasks: Tasks, simulator: Simulator, tmp_path: Path
) -> None:
    place = {"SPEEDLAB_TOKEN_CACHE_PATH": str(tmp_path / "read-only" / "cache"), "TMPDIR": str(tmp_path)}
    with mounted(tmp_path / "read-only", "ro"):
        run = tasks(ASK, {**ASK, "name": "again"}, env=place)
    asked(run)
    assert simulator.token_requests == 2
    assert "Read-only file system" in warnings(run)


def test_a_home_that_may_not_be_written_to_costs_the_cache_alone(
    tasks: Tasks, simulator: Simulator, environment: dict[str, str], tmp_path: Path
) -> None:
    home = Path(environment["HOME"])
    (home / ".cache").write_text("a file stands where the folder of all caches should be", encoding="utf-8")
    run = tasks(ASK, env={"TMPDIR": str(tmp_path)})
    asked(run)
    assert simulator.token_requests == 1
    assert "Tokens are not cached here" in warnings(run)


@as_root
def test_a_full_disk_costs_the_cache_alone(tasks: Tasks, simulator: Simulator, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=64k,mode=0700"):
        place = {"SPEEDLAB_TOKEN_CACHE_PATH": str(disk / "cache")}
        asked(tasks(ASK, env=place))
        entries(disk / "cache")[0].unlink()
        fill(disk / "filler")
        run = tasks(ASK, env=place)
        assert asked(run)["changed"] is True
        assert "No space left on device" in warnings(run)
        assert entries(disk / "cache") == []  # nothing half written
        (disk / "filler").unlink()
        asked(tasks(ASK, env=place))
        assert asked(tasks(ASK, env=place))["cached"] is True
    assert simulator.token_requests == 3


# --- whose entry it is ------------------------------------------------------------------------------------------------


def test_a_rotated_secret_finds_nothing_of_the_old_one(tasks: Tasks, simulator: Simulator, cache: Path) -> None:
    asked(tasks(ASK))
    run = tasks({**ASK, "ignore_errors": True}, env={"SPEEDLAB_CLIENT_SECRET": "the secret after its rotation"})
    assert run.of("ask")[0]["failure"]["code"] == "pair_refused"
    assert simulator.token_requests == 2
    assert "[WARNING]" not in run.output
    assert asked(tasks(ASK))["cached"] is True  # and the refusal did not cost the old one its entry


def test_ended_entries_are_swept_when_another_is_written(tasks: Tasks, cache: Path) -> None:
    asked(tasks(ASK))
    ended, living = entries(cache)[0], cache / "tokens" / "another"
    living.write_bytes(b"")
    os.utime(ended, (time.time() - 7200, time.time() - 7200))
    asked(tasks({**ASK, TOKEN: {**STAGING, "return_token": False}}))
    assert not ended.exists()
    assert living.exists()
    assert len(entries(cache)) == 2


def test_an_entry_is_removed_with_its_own_pair_only(tasks: Tasks, cache: Path) -> None:
    asked(tasks(ASK, {"name": "other", TOKEN: {**STAGING, "return_token": False}}))
    before = entries(cache)
    assert len(before) == 2
    run = tasks({"name": "remove", TOKEN: {"state": "absent"}}, {"name": "again", TOKEN: {"state": "absent"}})
    assert run.of("remove")[0]["changed"] is True
    assert run.of("again")[0]["changed"] is False
    left = entries(cache)
    assert len(left) == 1
    assert asked(tasks({**ASK, TOKEN: {**STAGING, "return_token": False}}))["cached"] is True
    wrong = {"client_id": "shop-staging", "client_secret": "not the secret", "state": "absent"}
    assert tasks({"name": "remove", TOKEN: wrong}).of("remove")[0]["changed"] is False
    assert entries(cache) == left
