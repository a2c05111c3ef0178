# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m speedlab_simulator serve|start|stop|status --directory DIR: a Speed Analysis Lab API on loopback."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .daemon import DaemonError, Options, Place, expanded, serve, start, status, stop
from .seed import SeedError
from .tls import TlsError


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        place = Place(options.directory)
        if options.command == "stop":
            _print(stop(place, options.check))
        elif options.command == "status":
            _print(status(place))
        elif options.command == "start":
            _print(start(place, _options(options), options.check))
        else:
            serve(place, _options(options))
    except (DaemonError, SeedError, TlsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="speedlab_simulator", description="A Speed Analysis Lab API on loopback.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in (
        ("serve", "serve in the foreground"),
        ("start", "start a daemon and wait until it answers"),
        ("stop", "stop the daemon and wait until it is gone"),
        ("status", "tell what runs"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--directory", type=Path, required=True, help="where the simulator keeps its files")
        if name in ("serve", "start"):
            command.add_argument("--port", type=_port, default=0, help="0 = a free one")
            command.add_argument("--tls", action="store_true", help="https, with a certificate made at the start")
            command.add_argument("--seed", type=Path, help="JSON file with pairs, projects, monitorings and the like")
        if name in ("start", "stop"):
            command.add_argument("--check", action="store_true", help="only tell whether anything would change")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _options(arguments: argparse.Namespace) -> Options:
    seed = None if arguments.seed is None else expanded(arguments.seed).absolute()
    if seed is not None and not seed.is_file():
        raise SeedError(f"There is no seed file {seed}.")
    return Options(port=arguments.port, tls=arguments.tls, seed=seed)


def _print(value: object) -> None:
    print(json.dumps(value))


if __name__ == "__main__":
    sys.exit(main())
