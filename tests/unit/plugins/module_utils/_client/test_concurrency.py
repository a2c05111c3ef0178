# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many calls at once from one task."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.concurrency import in_parallel


def test_results_come_in_the_order_of_the_items_whoever_is_quicker() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.03 if number < 3 else 0)
        return number * number

    assert in_parallel(slow_first, range(12), 4) == [number * number for number in range(12)]


@pytest.mark.parametrize("workers", [1, 2, 100])
def test_no_item_is_lost_or_done_twice(workers: int) -> None:
    done: list[int] = []
    in_parallel(done.append, range(50), workers)
    assert sorted(done) == list(range(50))


def test_no_items_are_no_work() -> None:
    assert in_parallel(lambda item: item, [], 8) == []


def test_no_more_than_so_many_run_at_once() -> None:
    lock, now, most = threading.Lock(), 0, 0
    first_four = threading.Event()

    def work(_item: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == 4:
                first_four.set()
        first_four.wait(10)
        time.sleep(0.01)  # a fifth would show now
        with lock:
            now -= 1

    in_parallel(work, range(20), 4)
    assert most == 4


def test_the_first_error_ends_it_and_nothing_more_is_started() -> None:
    started: list[int] = []

    def work(item: int) -> None:
        started.append(item)
        if item == 3:
            raise ValueError("the third")
        time.sleep(0.005)

    with pytest.raises(ValueError, match="the third"):
        in_parallel(work, range(1000), 2)
    time.sleep(0.05)
    count = len(started)
    assert count < 20
    time.sleep(0.05)
    assert len(started) == count


def test_errors_of_all_workers_at_once_never_hang() -> None:
    def fail(item: int) -> None:
        raise ValueError(item)

    def many() -> None:
        for _each in range(150):
            with pytest.raises(ValueError, match=r"\d"):
                in_parallel(fail, range(4), 4)

    thread = threading.Thread(target=many, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_progress_is_told_after_each_item_in_the_calling_thread() -> None:
    told: list[tuple[int, int, int]] = []
    in_parallel(
        lambda item: item, range(5), 3, lambda finished, total: told.append((finished, total, threading.get_ident()))
    )
    assert told == [(number, 5, threading.get_ident()) for number in range(1, 6)]


def test_an_interruption_waits_for_no_call_and_starts_no_other() -> None:
    release, started = threading.Event(), []

    def work(item: int) -> None:
        started.append(item)
        if item:
            release.wait(10)

    def interrupt(finished: int, total: int) -> None:
        raise KeyboardInterrupt

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        in_parallel(work, range(100), 2, interrupt)
    assert time.monotonic() - begin < 5
    release.set()
    time.sleep(0.1)
    assert len(started) <= 4
