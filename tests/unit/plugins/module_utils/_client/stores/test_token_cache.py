# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token cache: readable with the secret alone, shared by all processes, and never in the way."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.oauth import Token
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores import private_files, token_cache
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.token_cache import TokenCache
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.processes import said, started
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import AUTH, PAIR

TOKEN = samples.a_token(time.time() + 3600, "CANARY.of.the-token")
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
NOT_AS_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


class Cache(TokenCache):
    """Remembers its warnings."""

    def __init__(self, directory: Path, auth_url: str = AUTH) -> None:
        self.warnings: list[str] = []
        super().__init__(str(directory), auth_url, self.warnings.append)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "speedlab"


@pytest.fixture
def cache(directory: Path) -> Iterator[Cache]:
    """A cache that is not to warn."""
    made = Cache(directory)
    yield made
    assert made.warnings == []


def entries(directory: Path) -> list[Path]:
    return sorted((directory / "tokens").iterdir())


def the_entry(directory: Path) -> Path:
    (entry,) = entries(directory)
    return entry


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_what_was_written_is_read_by_another_task(cache: Cache, directory: Path) -> None:
    cache.write(PAIR, TOKEN)
    assert Cache(directory).read(PAIR) == TOKEN


def test_nothing_written_is_nothing_read(cache: Cache) -> None:
    assert cache.read(PAIR) is None


def test_a_newer_token_replaces_the_older_one(cache: Cache, directory: Path) -> None:
    newer = replace(TOKEN, access_token="another-token")
    cache.write(PAIR, TOKEN)
    cache.write(PAIR, newer)
    assert cache.read(PAIR) == newer
    assert len(entries(directory)) == 1


def test_what_was_removed_is_gone_and_the_answer_tells_whether_it_was_there(cache: Cache) -> None:
    cache.write(PAIR, TOKEN)
    assert cache.remove(PAIR) is True
    assert cache.read(PAIR) is None
    assert cache.remove(PAIR) is False


@given(
    token=st.builds(
        Token,
        access_token=st.text(),
        token_type=st.text(),
        expires_at=st.floats(4e9, 9e9),
        scopes=st.lists(st.text()).map(tuple),
        project_id=st.none() | st.integers(),
        endpoint=st.text(),
        lifetime=st.floats(1, 1e9),
    ),
    secret=st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=8).map(lambda text: f"s{text}s"),
    client_id=st.text("aZ9-._é日本", min_size=1),
)
def test_any_token_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, token: Token, secret: str, client_id: str
) -> None:
    shared = Cache(tmp_path_factory.getbasetemp() / "shared")
    pair = Pair(client_id, secret)
    shared.write(pair, token)
    assert shared.read(pair) == token
    shared.remove(pair)
    assert shared.warnings == []


# --- who can read it --------------------------------------------------------------------------------------------------


def test_no_file_shows_the_token_the_secret_or_the_client_id(cache: Cache, directory: Path) -> None:
    with cache.single_flight(PAIR):
        cache.write(PAIR, TOKEN)
    everything = b"".join(
        str(path).encode() + (path.read_bytes() if path.is_file() else b"") for path in directory.rglob("*")
    )
    for text in ("CANARY", PAIR.client_id, PAIR.client_secret, samples.ENDPOINT, "speed-analysis"):
        assert text.encode() not in everything


def test_directories_and_files_are_the_users_alone_whatever_the_umask(directory: Path) -> None:
    before = os.umask(0)
    try:
        made = Cache(directory)
        with made.single_flight(PAIR):
            made.write(PAIR, TOKEN)
    finally:
        os.umask(before)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in [directory, *directory.rglob("*")]}
    assert modes == {True: 0o700, False: 0o600}


@pytest.mark.parametrize(
    "other",
    [
        replace(PAIR, client_secret="a-rotated-secret"),
        replace(PAIR, client_id="another-id"),
        replace(PAIR, scopes=("metrics", "speed-analysis")),
        replace(PAIR, project_id=42),
    ],
    ids=["secret", "client id", "scopes", "project"],
)
def test_each_part_of_what_was_asked_for_has_an_entry_of_its_own(cache: Cache, directory: Path, other: Pair) -> None:
    cache.write(PAIR, TOKEN)
    assert cache.read(other) is None
    cache.write(other, replace(TOKEN, access_token="token-of-the-other"))
    assert len(entries(directory)) == 2
    assert cache.read(PAIR) == TOKEN


def test_another_log_in_address_has_an_entry_of_its_own(cache: Cache, directory: Path) -> None:
    cache.write(PAIR, TOKEN)
    assert Cache(directory, "https://login.example").read(PAIR) is None


def test_the_order_of_scopes_makes_no_other_entry(cache: Cache) -> None:
    cache.write(replace(PAIR, scopes=("b", "a")), TOKEN)
    assert cache.read(replace(PAIR, scopes=("a", "b"))) == TOKEN


def test_the_entry_of_another_pair_in_the_place_of_ones_own_is_not_used(cache: Cache, directory: Path) -> None:
    other = replace(PAIR, client_id="another-id")  # with the same secret, so the key fits
    cache.write(PAIR, TOKEN)
    own = the_entry(directory)
    content = own.read_bytes()
    cache.remove(PAIR)
    cache.write(other, replace(TOKEN, access_token="token-of-the-other"))
    the_entry(directory).write_bytes(content)
    strict = Cache(directory)
    assert strict.read(other) is None
    assert "damaged" in strict.warnings[0]


# --- what is wrong with it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x00" * 100, b"gAAAAABk"])
def test_a_damaged_entry_is_a_miss_with_a_warning_and_is_replaced(directory: Path, content: bytes) -> None:
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    the_entry(directory).write_bytes(content)
    assert cache.read(PAIR) is None
    assert len(cache.warnings) == 1
    cache.write(PAIR, TOKEN)
    assert cache.read(PAIR) == TOKEN


@given(st.data())
def test_no_changed_byte_goes_unseen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    directory = tmp_path_factory.getbasetemp() / "flipped"
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    entry = the_entry(directory)
    content = bytearray(entry.read_bytes())
    content[data.draw(st.integers(0, len(content) - 5))] ^= 1 << data.draw(st.integers(0, 7))
    entry.write_bytes(bytes(content))
    assert cache.read(PAIR) in (None, TOKEN)  # a changed bit may be one that Base64 does not read


def test_a_symbolic_link_is_not_followed(directory: Path, tmp_path: Path) -> None:
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    entry = the_entry(directory)
    elsewhere = tmp_path / "elsewhere"
    entry.rename(elsewhere)
    entry.symlink_to(elsewhere)
    assert cache.read(PAIR) is None
    assert len(cache.warnings) == 1
    cache.write(PAIR, replace(TOKEN, access_token="new-one"))  # replaces the link, not what it points to
    assert not entry.is_symlink()
    assert Cache(directory).read(PAIR) == replace(TOKEN, access_token="new-one")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o602])
def test_an_entry_that_others_can_use_is_not_used(directory: Path, mode: int) -> None:
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    the_entry(directory).chmod(mode)
    assert cache.read(PAIR) is None
    assert "chmod go=" in cache.warnings[0]


@AS_ROOT
def test_the_entry_of_another_user_is_not_used(directory: Path) -> None:
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    os.chown(the_entry(directory), 12345, 12345)
    assert cache.read(PAIR) is None
    assert "belongs to another user" in cache.warnings[0]


@pytest.mark.parametrize("kind", ["pipe", "directory"])
def test_an_entry_that_is_no_file_is_not_used_and_blocks_nobody(directory: Path, kind: str) -> None:
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    put_in_place_of(the_entry(directory), kind)
    assert cache.read(PAIR) is None
    assert len(cache.warnings) == 1


@pytest.mark.parametrize("kind", ["pipe", "directory"])
def test_a_lock_that_is_no_file_blocks_nobody(directory: Path, kind: str) -> None:
    cache = Cache(directory)
    with cache.single_flight(PAIR):
        pass
    (lock,) = (directory / "locks").iterdir()
    put_in_place_of(lock, kind)
    with cache.single_flight(PAIR):
        cache.write(PAIR, TOKEN)
    assert cache.read(PAIR) == TOKEN
    assert len(cache.warnings) == 1
    assert "at once" in cache.warnings[0]


def put_in_place_of(path: Path, kind: str) -> None:
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path, 0o600)
    else:
        path.mkdir(mode=0o700)


def test_an_entry_larger_than_any_token_is_not_read(directory: Path) -> None:
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    os.truncate(the_entry(directory), 1 << 40)
    assert cache.read(PAIR) is None
    assert "larger than any file" in cache.warnings[0]


@pytest.mark.parametrize("trouble", ["a file", "a link", "wide", "below a file"])
def test_a_directory_that_cannot_be_used_is_no_cache_with_one_warning(tmp_path: Path, trouble: str) -> None:
    directory = tmp_path / "speedlab"
    if trouble == "a file":
        directory.touch()
    elif trouble == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        directory.symlink_to(tmp_path / "elsewhere")
    elif trouble == "wide":
        directory.mkdir()
        directory.chmod(0o755)
    else:
        (tmp_path / "file").touch()
        directory = tmp_path / "file" / "speedlab"
    cache = Cache(directory)
    with cache.single_flight(PAIR):
        cache.write(PAIR, TOKEN)
        assert cache.read(PAIR) is None
        assert cache.remove(PAIR) is False
    assert len(cache.warnings) == 1
    assert cache.warnings[0].startswith("Tokens are not cached here")


@NOT_AS_ROOT
def test_a_home_that_cannot_be_written_loses_nothing_but_the_cache(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    cache = Cache(tmp_path / "speedlab")
    cache.write(PAIR, TOKEN)
    assert cache.read(PAIR) is None
    assert len(cache.warnings) == 1


def test_a_disk_that_is_full_loses_nothing_but_the_entry(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(directory)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.write(PAIR, TOKEN)
    assert entries(directory) == []  # nor is half a file left
    assert cache.warnings == [f"The token could not be cached: {directory}/tokens: No space left on device."]


def test_a_cache_that_is_taken_away_meanwhile_is_a_miss(directory: Path, tmp_path: Path) -> None:
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    directory.rename(tmp_path / "gone")
    assert cache.read(PAIR) is None
    with cache.single_flight(PAIR):
        cache.write(PAIR, TOKEN)
    assert cache.remove(PAIR) is False
    assert all("speedlab" in warning for warning in cache.warnings)


def test_without_cryptography_nothing_is_cached_and_one_warning_says_so(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_cache, "HAS_CRYPTOGRAPHY", False)
    cache = Cache(directory)
    with cache.single_flight(PAIR):
        cache.write(PAIR, TOKEN)
        assert cache.read(PAIR) is None
    assert cache.remove(PAIR) is False
    assert len(cache.warnings) == 1
    assert "cryptography" in cache.warnings[0]
    assert not directory.exists()


def test_no_warning_shows_the_token_the_secret_or_the_client_id(directory: Path) -> None:
    cache = Cache(directory)
    cache.write(PAIR, TOKEN)
    the_entry(directory).write_bytes(b"CANARY")
    cache.read(PAIR)
    (directory / "tokens").chmod(0o755)
    Cache(directory)
    for text in ("CANARY", PAIR.client_id, PAIR.client_secret):
        assert text not in " ".join(cache.warnings)


# --- failures ---------------------------------------------------------------------------------------------------------

FAILURE = errors.PairRefused("The API refuses the pair", status=401)


def failure_met_while_waiting(directory: Path, spoil: Callable[[Path], None]) -> errors.SpeedlabError | None:
    """What one who waits is given when another leaves a failure, whose file is then spoilt."""
    found: list[errors.SpeedlabError | None] = []

    def wait() -> None:
        with Cache(directory).single_flight(PAIR) as failure:
            found.append(failure)

    cache = Cache(directory)
    with cache.single_flight(PAIR):
        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        time.sleep(0.3)
        cache.write_failure(PAIR, FAILURE)
        (record,) = (directory / "locks").glob("*.failed")
        spoil(record)
    thread.join(10)
    (failure,) = found
    return failure


def test_who_waited_is_given_the_failure_of_the_one_who_asked(directory: Path) -> None:
    failure = failure_met_while_waiting(directory, lambda record: None)
    assert failure is not None
    assert failure.record() == FAILURE.record()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record.write_bytes(b"garbage"),
        lambda record: record.chmod(0o644),
        lambda record: record.unlink(),
        lambda record: put_in_place_of(record, "directory"),
        lambda record: put_in_place_of(record, "pipe"),
        lambda record: os.truncate(record, 1 << 40),
    ],
    ids=["damaged", "wide", "gone", "a directory", "a pipe", "huge"],
)
def test_a_record_of_a_failure_that_cannot_be_used_is_none(directory: Path, spoil: Callable[[Path], None]) -> None:
    assert failure_met_while_waiting(directory, spoil) is None


def test_an_old_failure_is_swept(cache: Cache, directory: Path) -> None:
    cache.write_failure(samples.OTHER_PAIR, FAILURE)
    (record,) = (directory / "locks").glob("*.failed")
    os.utime(record, (time.time() - 90_000, time.time() - 90_000))
    cache.write(PAIR, TOKEN)
    assert not record.exists()


# --- sweeping ---------------------------------------------------------------------------------------------------------


def test_tokens_that_ended_an_hour_ago_are_swept_when_another_is_written(cache: Cache, directory: Path) -> None:
    cache.write(samples.OTHER_PAIR, replace(TOKEN, expires_at=time.time() - 3700))
    assert entries(directory) == []
    cache.write(samples.OTHER_PAIR, replace(TOKEN, expires_at=time.time() - 3500))
    cache.write(PAIR, TOKEN)
    assert len(entries(directory)) == 2


def test_what_a_killed_writer_left_is_swept(cache: Cache, directory: Path) -> None:
    left = directory / "tokens" / ".new-abcdefgh"
    left.write_bytes(b"half a token")
    os.utime(left, (time.time() - 7200, time.time() - 7200))
    cache.write(PAIR, TOKEN)
    assert not left.exists()


def test_locks_that_nobody_used_for_a_day_are_swept_and_others_stay(cache: Cache, directory: Path) -> None:
    with cache.single_flight(PAIR):
        pass
    (lock,) = (directory / "locks").iterdir()
    os.utime(lock, (time.time() - 90_000, time.time() - 90_000))
    with cache.single_flight(samples.OTHER_PAIR):
        pass
    cache.write(PAIR, TOKEN)
    (left,) = (directory / "locks").iterdir()
    assert left != lock


# --- one at a time ----------------------------------------------------------------------------------------------------


def test_one_thread_asks_while_the_others_wait_and_then_read(cache: Cache, directory: Path) -> None:
    asked: list[int] = []

    def ask(number: int) -> None:
        own = Cache(directory)
        with own.single_flight(PAIR):
            if own.read(PAIR) is None:
                asked.append(number)
                time.sleep(0.05)
                own.write(PAIR, TOKEN)
        assert own.read(PAIR) == TOKEN

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(asked) == 1


ASKER = """
import time
from _client.oauth import Token
from _client.settings import Pair
from _client.stores.token_cache import TokenCache

directory, log = sys.argv[1:]
cache = TokenCache(directory, "https://login.example", print)
pair = Pair("id", "a-secret-of-tests")
print("ready", flush=True)
sys.stdin.readline()
with cache.single_flight(pair):
    if cache.read(pair) is None:
        with open(log, "a") as file:
            file.write("asked\\n")
        time.sleep(0.2)
        cache.write(pair, Token("token-1", "bearer", time.time() + 3600, ("a",), None, "https://x.example"))
print(cache.read(pair).access_token)
"""


def test_one_process_asks_while_the_others_wait_and_then_read(directory: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    processes = [started(ASKER, str(directory), str(log)) for _each in range(5)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [said(process) for process in processes] == ["token-1"] * 5
    assert log.read_text() == "asked\n"


def test_who_waits_long_for_another_that_asks_is_told_so(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_files, "PATIENCE", 0.05)
    lines: list[str] = []
    told = threading.Event()

    def tell(text: str) -> None:
        lines.append(text)
        told.set()

    def wait() -> None:
        with TokenCache(str(directory), AUTH, samples.refuse_warning, tell).single_flight(PAIR):
            pass

    with Cache(directory).single_flight(PAIR):
        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        assert told.wait(10)
    thread.join(10)
    assert lines == ["Waiting for another process that asks for a token of this credential pair."]


def test_different_pairs_do_not_wait_for_one_another(cache: Cache, directory: Path) -> None:
    entered = threading.Event()

    def other() -> None:
        with Cache(directory).single_flight(samples.OTHER_PAIR):
            entered.set()

    with cache.single_flight(PAIR):
        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        assert entered.wait(10)
    thread.join(10)


def test_the_lock_is_free_again_after_a_failure(cache: Cache, directory: Path) -> None:
    with pytest.raises(RuntimeError), cache.single_flight(PAIR):
        raise RuntimeError
    with Cache(directory).single_flight(PAIR):
        pass


def test_a_lock_that_was_swept_between_opening_and_locking_holds_nobody_in(cache: Cache, directory: Path) -> None:
    """Who got hold of a file that is there no more has to queue for the new one."""
    order: list[str] = []
    waiting, third_holds, done = threading.Event(), threading.Event(), threading.Event()

    def second() -> None:
        own = Cache(directory)
        waiting.set()
        with own.single_flight(PAIR):
            order.append("second")

    def third() -> None:
        with Cache(directory).single_flight(PAIR):
            third_holds.set()
            done.wait(10)
            order.append("third")

    threads = [threading.Thread(target=second, daemon=True), threading.Thread(target=third, daemon=True)]
    with cache.single_flight(PAIR):
        threads[0].start()
        assert waiting.wait(10)
        time.sleep(0.2)  # the second has the file open and waits for its lock
        for lock in (directory / "locks").iterdir():
            lock.unlink()
        threads[1].start()
        assert third_holds.wait(10)
    time.sleep(0.2)  # now the second gets the lock of the file that is gone
    done.set()
    for thread in threads:
        thread.join(10)
    assert order == ["third", "second"]
