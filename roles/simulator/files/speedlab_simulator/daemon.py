# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the simulator as a daemon, tells whether it runs, and stops it.

A running simulator holds a lock on its PID file for as long as it lives. That lock, not the number in the file, says
whether it runs: a PID left behind by a dead simulator may belong to another program by now, which must not be harmed.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import signal
import ssl
import sys
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from .answers import JsonObject
from .api import API_PATHS
from .seed import load_seed
from .server import Server
from .state import State
from .tls import CA_FILE, SERVER_FILE, make_context

START_SECONDS = 30.0
SETTLE_SECONDS = 2.0
STOP_SECONDS = 10.0
KILL_SECONDS = 5.0
HEALTH_SECONDS = 10.0
POLL_SECONDS = 0.02


class DaemonError(Exception):
    """The simulator cannot be started or stopped; the message says why."""


@dataclass(frozen=True)
class Options:
    """How the simulator shall run."""

    port: int = 0
    tls: bool = False
    seed: Path | None = None

    @property
    def seed_digest(self) -> str:
        return "default" if self.seed is None else hashlib.sha256(self.seed.read_bytes()).hexdigest()

    def are_met_by(self, described: JsonObject) -> bool:
        """Whether a running simulator has these options; any port will do when none was asked for."""
        return (
            self.port in (0, described.get("port"))
            and described.get("tls") == self.tls
            and described.get("seed") == self.seed_digest
        )


def expanded(path: Path) -> Path:
    """The path with the home directory in the place of ``~``."""
    try:
        found = path.expanduser()
    except RuntimeError as error:
        raise DaemonError(f"{path} names a home directory that does not exist here: give an absolute path.") from error
    if str(path).startswith("~") and not found.is_absolute():
        raise DaemonError(f"{path} names a home directory, but HOME is no absolute path: give an absolute path.")
    return found


class Place:
    """The directory of one simulator and the files in it."""

    def __init__(self, directory: Path) -> None:
        self.directory = expanded(directory).absolute()
        self.pid_file = self.directory / "simulator.pid"
        self.description = self.directory / "simulator.json"
        self.ca_file = self.directory / CA_FILE
        self.log = self.directory / "simulator.log"
        self._start_lock = self.directory / "simulator.lock"

    def prepare(self) -> None:
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DaemonError(f"The directory {self.directory} cannot be made: {error.strerror}.") from error

    @contextmanager
    def only_one(self) -> Iterator[None]:
        """Two commands for the same directory, such as those of several hosts of one play, wait for each other."""
        if self.directory.stat().st_uid != os.getuid():
            raise DaemonError(f"The directory {self.directory} belongs to another user: choose another one.")
        descriptor = _open_private(self._start_lock)
        try:
            deadline = time.monotonic() + START_SECONDS + STOP_SECONDS
            while not _lock(descriptor):
                if time.monotonic() > deadline:
                    raise DaemonError(f"Another command has been busy with {self.directory} for too long.")
                time.sleep(POLL_SECONDS)
            yield
        finally:
            os.close(descriptor)

    def running_pid(self) -> int | None:
        """The PID of the simulator that lives here; None when there is none."""
        try:
            descriptor = os.open(self.pid_file, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            # Shared, so that two commands that look at the same time do not take each other for the simulator.
            if _lock(descriptor, fcntl.LOCK_SH):
                return None
            text = os.read(descriptor, 32).decode("ascii", "replace").strip()
        finally:
            os.close(descriptor)
        if not text.isdigit():
            raise DaemonError(f"{self.pid_file} is locked but holds no PID: stop the process that holds it by hand.")
        return int(text)

    def describe(self) -> JsonObject:
        try:
            described = json.loads(self.description.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DaemonError(f"{self.description} cannot be read though a simulator runs: stop it first.") from error
        return dict(described)

    def clean(self) -> None:
        for path in (self.description, self.pid_file, self.ca_file, self.directory / SERVER_FILE):
            path.unlink(missing_ok=True)


def status(place: Place) -> JsonObject:
    """What runs in the directory."""
    if place.running_pid() is None:
        return {"running": False}
    return {"running": True, **place.describe()}


def start(place: Place, options: Options, only_check: bool = False) -> JsonObject:
    """Starts a daemon, or finds the one that runs; one that runs with other options is replaced."""
    if only_check:
        if place.running_pid() is not None and options.are_met_by(place.describe()):
            return {"changed": False, **place.describe()}
        load_seed(options.seed)
        return {"changed": True, **_foreseen(place, options)}
    place.prepare()
    with place.only_one():
        if place.running_pid() is not None:
            described = place.describe()
            if options.are_met_by(described):
                _check_health(described)
                return {"changed": False, **described}
            load_seed(options.seed)  # a seed that will not do must not cost the simulator that runs
            _end(place)
        _launch(place, options)
        described = place.describe()
        _check_health(described)
        return {"changed": True, **described}


def stop(place: Place, only_check: bool = False) -> JsonObject:
    """Stops the daemon and waits until it is gone; does nothing when none runs."""
    if only_check or not place.directory.is_dir():
        return {"changed": bool(status(place)["running"])}
    with place.only_one():
        was_running = place.running_pid() is not None
        if was_running:
            _end(place)
        place.clean()
        return {"changed": was_running}


def serve(place: Place, options: Options) -> None:
    """Serves in the foreground until a signal ends it."""
    place.prepare()
    with place.only_one():
        if place.running_pid() is not None:
            raise DaemonError(f"A simulator runs in {place.directory} already.")
        prepared = _Prepared(place, options)
        prepared.settle()
    print(json.dumps(prepared.described), flush=True)
    prepared.serve()


def _foreseen(place: Place, options: Options) -> JsonObject:
    """Where a simulator would be; nobody knows before a free port is taken."""
    if options.port == 0:
        return {}
    base_url = f"{'https' if options.tls else 'http'}://127.0.0.1:{options.port}"
    ca_path = str(place.ca_file) if options.tls else None
    return {"auth_url": base_url, "control_url": f"{base_url}/_control", "ca_path": ca_path}


class _Prepared:
    """Everything that can fail, done while the one who asked can still be told."""

    def __init__(self, place: Place, options: Options) -> None:
        self.place = place
        self.options = options
        self.seed_digest = options.seed_digest
        seed = load_seed(options.seed)
        context: ssl.SSLContext | None = None
        self.ca_path: Path | None = None
        if options.tls:
            context, self.ca_path = make_context(place.directory)
        try:
            self.server = Server(options.port, context)
        except OSError as error:
            reason = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror
            raise DaemonError(f"Port {options.port} of 127.0.0.1 cannot be opened: {reason}.") from error
        self.server.state = State(seed, self.server.base_url, API_PATHS)
        self.described: JsonObject = {}

    def settle(self) -> None:
        """Makes the calling process the simulator of this directory."""
        self._pid_descriptor = _open_private(self.place.pid_file)
        deadline = time.monotonic() + SETTLE_SECONDS
        while not _lock(self._pid_descriptor):
            if time.monotonic() > deadline:
                raise DaemonError(f"A simulator runs in {self.place.directory} already.")
            time.sleep(POLL_SECONDS)  # a `status` may be looking at this moment
        os.ftruncate(self._pid_descriptor, 0)
        os.write(self._pid_descriptor, f"{os.getpid()}\n".encode("ascii"))
        self.described = {
            "pid": os.getpid(),
            "auth_url": self.server.base_url,
            "control_url": f"{self.server.base_url}/_control",
            "ca_path": None if self.ca_path is None else str(self.ca_path),
            "port": self.server.server_address[1],
            "tls": self.options.tls,
            "seed": self.seed_digest,
        }
        _write_atomically(self.place.description, json.dumps(self.described, indent=2) + "\n")

    def descriptors(self) -> list[int]:
        return [self.server.fileno(), self._pid_descriptor]

    def serve(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)
        try:
            self.server.serve_forever()
        except SystemExit:
            self.place.description.unlink(missing_ok=True)
            raise
        finally:
            self.server.server_close()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _launch(place: Place, options: Options) -> None:
    """Forks twice, so that the daemon has neither a terminal nor a parent that waits for it."""
    prepared = _Prepared(place, options)
    read_end, write_end = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _become_daemon(prepared, write_end)
    os.close(write_end)
    prepared.server.server_close()
    os.waitpid(child, 0)
    with os.fdopen(read_end, "r", encoding="utf-8") as pipe:
        report = pipe.read()
    if report != "ready":
        raise DaemonError(f"The simulator did not start: {report or 'it ended at once'}. See {place.log}.")


def _become_daemon(prepared: _Prepared, write_end: int) -> None:
    """Runs in the child and never returns: each way out of it ends the process."""
    try:
        os.setsid()
        if os.fork() > 0:
            os._exit(0)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.chdir("/")
        os.umask(0o077)
        prepared.settle()
        _redirect_standard_streams(prepared.place.log)
        _close_all_but([*prepared.descriptors(), write_end])
        os.write(write_end, b"ready")
        os.close(write_end)
        prepared.serve()
    except SystemExit:
        os._exit(0)
    except (OSError, DaemonError) as error:
        _report_failure(write_end, str(error))
        os._exit(1)
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()  # a mistake in the simulator itself: the log has it
            sys.stderr.flush()
        os._exit(1)


def _report_failure(write_end: int, reason: str) -> None:
    try:
        os.write(write_end, reason.encode("utf-8"))
    except OSError:
        print(reason, file=sys.stderr, flush=True)  # the one who asked is gone: the log has it


def _redirect_standard_streams(log: Path) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    writing = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    os.dup2(nothing, 0)
    os.dup2(writing, 1)
    os.dup2(writing, 2)


def _close_all_but(kept: Sequence[int]) -> None:
    """Closes what was inherited: an open pipe of Ansible's would make its task wait for ever."""
    for name in os.listdir("/dev/fd"):
        descriptor = int(name)
        if descriptor > 2 and descriptor not in kept:
            try:
                os.close(descriptor)
            except OSError:
                continue  # it was the listing's own


def _end(place: Place) -> None:
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        pid = place.running_pid()
        if pid is None:
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise DaemonError(f"The simulator (PID {pid}) belongs to another user.") from error
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if place.running_pid() is None and not _is_alive(pid):
                return
            time.sleep(POLL_SECONDS)
    raise DaemonError(f"The simulator in {place.directory} does not end.")


def _is_alive(pid: int) -> bool:
    """Whether a process that let go of its PID file is still on its way out."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False  # gone, or the PID is another user's by now
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2]
    except OSError:
        return False  # gone this moment, or a system without /proc: the lock has told enough
    return not state.startswith("Z")  # a zombie only waits for its parent to notice


def _check_health(described: JsonObject) -> None:
    """Asks the simulator itself; a proxy of the environment is not asked."""
    context = None
    if described["ca_path"]:
        context = ssl.create_default_context(cafile=described["ca_path"])
    handlers: list[Any] = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)]
    try:
        with urllib.request.build_opener(*handlers).open(
            f"{described['control_url']}/health", timeout=HEALTH_SECONDS
        ) as answer:
            health: dict[str, Any] = json.load(answer)
    except (OSError, ValueError) as error:
        raise DaemonError(f"The simulator at {described['auth_url']} runs but does not answer: {error}.") from error
    if health != {"status": "ready"}:
        raise DaemonError(f"What answers at {described['auth_url']} is not the simulator.")


def _lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_private(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _write_atomically(path: Path, content: str) -> None:
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    os.replace(temporary, path)
