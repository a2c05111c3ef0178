# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Folders: a user without a home gets one of his own below the temporary one, and never one called ``~``."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client, Reporter
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import settings_from
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi

LOGIN = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}
NO_HOMES = [{}, {"HOME": ""}, {"HOME": "~"}, {"HOME": "home"}, {"HOME": "./home", "XDG_CACHE_HOME": "~/cache"}]


@pytest.fixture
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a user id without an entry in passwd, whose system's temporary directory is ``tmp``."""
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(pwd, "getpwuid", lambda number: {}[number])
    return folder


def path_of_cache(environ: dict[str, str], **given: str) -> str:
    options = samples.common_options(**LOGIN, **given)
    return settings_from(options, environ, "contentsquare.speedlab/test").connection.token_cache_path


def got_a_token(environ: dict[str, str]) -> list[str]:
    """The warnings of a client that logs in."""
    warnings: list[str] = []
    client = Client(settings_from(samples.common_options(**LOGIN), environ, "test"), Reporter(warn=warnings.append))
    client.tokens.get(PAIR)
    return warnings


@pytest.mark.parametrize("environ", NO_HOMES, ids=repr)
def test_without_a_home_tokens_are_cached_in_a_folder_of_the_users_own_with_a_warning(
    api: ScriptedApi, working_directory: Path, environ: dict[str, str]
) -> None:
    api.expect_token()
    folder = working_directory.parent / "tmp" / f"contentsquare-speedlab-{os.geteuid()}"
    for _each in range(2):  # the second one finds the token
        [warning] = got_a_token(environ)
        assert f"kept in {folder}" in warning
        assert "has no home directory" in warning
        assert "SPEEDLAB_TOKEN_CACHE_PATH" in warning
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(working_directory.iterdir()) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: folder.mkdir(mode=0o777) or folder.chmod(0o777),
        lambda folder: folder.symlink_to(folder.parent.parent),
        lambda folder: folder.touch(),
    ],
    ids=["open to others", "a symbolic link", "a file"],
)
def test_a_folder_that_is_not_the_users_alone_is_not_used(
    api: ScriptedApi, working_directory: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(working_directory.parent / "tmp" / f"contentsquare-speedlab-{os.geteuid()}")
    for _each in range(2):
        api.expect_token()
        assert any("Tokens are not cached here" in warning for warning in got_a_token({}))
    assert list(working_directory.iterdir()) == []


def test_without_any_place_nothing_is_cached_and_the_call_is_made(
    api: ScriptedApi, working_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(working_directory))  # as tempfile does where it finds no directory
    for _each in range(2):
        api.expect_token()
        warnings = got_a_token({})
        assert any("Tokens are not cached here: there is neither a home nor" in warning for warning in warnings)
        assert any("within each process only, since there is neither" in warning for warning in warnings)
    assert list(working_directory.iterdir()) == []


@pytest.mark.parametrize("environ", NO_HOMES, ids=repr)
def test_a_home_that_is_no_absolute_path_gives_way_to_that_in_passwd(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    monkeypatch.setattr(pwd, "getpwuid", lambda number: SimpleNamespace(pw_dir="/home/somebody"))
    assert path_of_cache(environ) == "/home/somebody/.cache/contentsquare-speedlab"


@pytest.mark.parametrize("listed", ["", "somewhere", "~"])
def test_a_home_in_passwd_that_is_no_absolute_path_is_none(
    working_directory: Path, monkeypatch: pytest.MonkeyPatch, listed: str
) -> None:
    monkeypatch.setattr(pwd, "getpwuid", lambda number: SimpleNamespace(pw_dir=listed))
    assert path_of_cache({}).startswith(str(working_directory.parent / "tmp"))


def test_home_and_the_directory_for_caches_are_used_where_they_are_set() -> None:
    assert path_of_cache({"HOME": "/home/x"}) == "/home/x/.cache/contentsquare-speedlab"
    assert path_of_cache({"HOME": "/home/x", "XDG_CACHE_HOME": "/cache"}) == "/cache/contentsquare-speedlab"


@pytest.mark.parametrize("path", ["~", "~/cache", "~nobody-of-that-name/cache"])
def test_a_path_with_a_tilde_that_stands_for_nothing_is_refused(path: str) -> None:
    with pytest.raises(SettingsError, match="names a home directory that does not exist here") as caught:
        path_of_cache({}, token_cache_path=path)
    assert caught.value.what.startswith(f"token_cache_path {path} ")
