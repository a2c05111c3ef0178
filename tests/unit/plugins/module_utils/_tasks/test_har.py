# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_har: what is asked for, what is written, and what is said of it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.har import TASK
from ansible_collections.contentsquare.speedlab.tests.unit.support import tasks
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

COOKIE = {"name": "session", "value": "CANARY-cookie"}
HAR: dict[str, Any] = {
    "log": {
        "version": "1.2",
        "entries": [
            {"request": {"url": "https://shop.example/", "cookies": [COOKIE], "postData": {"text": "CANARY-posted"}}},
            {"response": {"headers": [{"name": "Set-Cookie", "value": "CANARY-set"}], "content": {"size": 5}}},
        ],
    }
}


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    return tmp_path / "reports" / "page.har"


def run(api: ScriptedApi | None, dest: Path, har: Any = None, **given: Any) -> tasks.Run:
    """The task for report ``abc``; without an ``api`` it makes no request."""
    if api is not None:
        api.expect_token()
        api.expect_lab("analysis/har", {"reportId": "abc"}, HAR if har is None else har)
    return tasks.run(TASK, **{**tasks.LOGIN, "report_id": "abc", "dest": str(dest), "token_cache": False, **given})


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


# --- what is written --------------------------------------------------------------------------------------------------


def test_a_har_is_saved_without_secrets_for_its_owner_alone(api: ScriptedApi, dest: Path) -> None:
    done = run(api, dest)
    content = dest.read_bytes()
    assert json.loads(content)["log"]["entries"][0]["request"]["url"] == "https://shop.example/"
    assert b"CANARY" not in content
    assert mode(dest) == "0600"
    assert done.result == {
        "dest": str(dest),
        "size": len(content),
        "entries": 2,
        "checksum": hashlib.sha256(content).hexdigest(),
        "mode": "0600",
        "changed": True,
    }


def test_the_har_of_a_step_is_asked_for_by_its_own_call(api: ScriptedApi, dest: Path) -> None:
    api.expect_token()
    api.expect_lab("scenario/report/har", {"scenarioStepResultId": "5b"}, HAR)
    assert run(None, dest, report_id=None, step_id="5b").result["entries"] == 2


@pytest.mark.parametrize(
    "answer",
    [
        HAR,
        {"har": HAR},
        {"har": json.dumps(HAR)},
        json.dumps(HAR),
        reply(HAR),
        reply({**HAR, "success": True}),
    ],
)
def test_the_file_is_the_same_however_the_api_wraps_it(api: ScriptedApi, dest: Path, answer: Any) -> None:
    run(api, dest, har=answer)
    assert list(json.loads(dest.read_bytes())) == ["log"]


def test_unredacted_the_file_holds_all_and_the_result_nothing_of_it(api: ScriptedApi, dest: Path) -> None:
    done = run(api, dest, redact=False, diff_mode=True)
    assert json.loads(dest.read_bytes()) == HAR
    assert mode(dest) == "0600"
    assert "CANARY" not in json.dumps(done.result)


def test_half_a_character_is_saved_as_one_that_every_program_reads(api: ScriptedApi, dest: Path) -> None:
    run(api, dest, har={"log": {"entries": [{"request": {"url": "https://shop.example/\ud800é"}}]}})
    assert json.loads(dest.read_bytes())["log"]["entries"][0]["request"]["url"] == "https://shop.example/\ufffdé"


@pytest.mark.parametrize("entries", [None, {}, 3])
def test_a_har_without_a_list_of_entries_has_no_count(api: ScriptedApi, dest: Path, entries: Any) -> None:
    assert run(api, dest, har={"log": {"entries": entries}}, redact=False).result["entries"] is None


def test_redacted_a_har_always_has_a_list_of_entries(api: ScriptedApi, dest: Path) -> None:
    assert run(api, dest, har={"log": {"entries": None}}).result["entries"] == 0


def test_nothing_else_is_left_in_the_directory(api: ScriptedApi, dest: Path) -> None:
    run(api, dest)
    assert os.listdir(dest.parent) == ["page.har"]


# --- the second time --------------------------------------------------------------------------------------------------


def test_a_second_run_changes_nothing(api: ScriptedApi, dest: Path) -> None:
    first = run(api, dest).result
    before = dest.stat()
    second = run(api, dest).result
    assert second == {**first, "changed": False}
    assert (dest.stat().st_ino, dest.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_order_in_which_the_api_gives_its_keys_is_no_change(api: ScriptedApi, dest: Path) -> None:
    run(api, dest)
    turned = {"log": dict(reversed(list(HAR["log"].items())))}
    assert run(api, dest, har=turned).result["changed"] is False


def test_another_content_replaces_the_file_in_one_step(api: ScriptedApi, dest: Path) -> None:
    run(api, dest)
    with dest.open("rb") as reader:  # whoever reads meanwhile has the old file, whole
        done = run(api, dest, har={"log": {"entries": []}}, diff_mode=True)
        assert len(json.loads(reader.read())["log"]["entries"]) == 2
    assert json.loads(dest.read_bytes())["log"]["entries"] == []
    assert done.result["changed"] is True
    diff = done.result["diff"]
    assert (diff["before"]["entries"], diff["after"]["entries"]) == (2, 0)
    assert set(diff["after"]) == {"size", "entries", "checksum", "mode"}


def test_a_diff_begins_with_nothing_and_tells_of_a_foreign_file_only_its_size(api: ScriptedApi, dest: Path) -> None:
    assert run(api, dest, diff_mode=True).result["diff"]["before"] == {}
    dest.write_text("CANARY, no HAR")
    before = run(api, dest, diff_mode=True).result["diff"]["before"]
    assert (before["size"], before["entries"]) == (14, None)
    assert "CANARY" not in str(before)


def test_a_wrong_mode_alone_is_a_change_and_is_mended(api: ScriptedApi, dest: Path) -> None:
    run(api, dest)
    dest.chmod(0o644)
    done = run(api, dest, diff_mode=True)
    assert done.result["changed"] is True
    assert (done.result["diff"]["before"]["mode"], done.result["diff"]["after"]["mode"]) == ("0644", "0600")
    assert mode(dest) == "0600"


@pytest.mark.parametrize(
    ("given", "expected"), [("0640", "0640"), ("640", "0640"), ("0o644", "0644"), (0o600, "0600"), (0o644, "0644")]
)
def test_a_mode_is_taken_as_playbooks_write_it(api: ScriptedApi, dest: Path, given: Any, expected: str) -> None:
    run(api, dest, mode=given)
    assert mode(dest) == expected


# --- check mode -------------------------------------------------------------------------------------------------------


def test_check_mode_reads_the_har_and_writes_nothing(api: ScriptedApi, dest: Path) -> None:
    planned = run(api, dest, check_mode=True, diff_mode=True).result
    assert not dest.exists()
    assert planned == run(api, dest, diff_mode=True).result
    assert run(api, dest, check_mode=True).result["changed"] is False
    dest.chmod(0o644)
    assert run(api, dest, check_mode=True).result["changed"] is True
    assert mode(dest) == "0644"


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"report_id": None}, "Exactly one of report_id and step_id"),
        ({"step_id": "5b"}, "Exactly one of report_id and step_id"),
        ({"report_id": " "}, "Exactly one of report_id and step_id"),
        ({"mode": "rw"}, "mode has to be a mode in octal"),
        ({"mode": 600}, "mode has to be a mode in octal"),
        ({"mode": "u=rw"}, "mode has to be a mode in octal"),
        ({"mode": "4755"}, "mode has to be a mode in octal"),
        ({"mode": True}, "mode has to be a mode in octal"),
        ({"mode": None}, "mode has to be a mode in octal"),
        ({"redact": False, "mode": "0640"}, "others must not read it"),
    ],
)
def test_wrong_input_fails_before_any_request(dest: Path, given: dict[str, Any], words: str) -> None:
    failed = run(None, dest, **given).failure
    assert failed["code"] == "bad_input"
    assert words in failed["msg"]
    assert not dest.exists()


def test_a_missing_directory_fails_before_any_request_and_is_not_made(tmp_path: Path) -> None:
    failed = run(None, tmp_path / "missing" / "page.har").failure
    assert failed["code"] == "bad_input"
    assert f"the directory {tmp_path / 'missing'} does not exist" in failed["msg"]
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("name", ["", "/", "new/", "new//", "new/.", "there/", "there", "there/..", ".", "..", "link"])
def test_a_directory_is_no_file_whether_or_not_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "work"
    (folder / "there").mkdir(parents=True)
    (folder / "link").symlink_to("there")
    monkeypatch.chdir(folder)
    failed = tasks.run(TASK, **tasks.LOGIN, report_id="abc", dest=name).failure
    assert failed["msg"].startswith(f'dest: "{name}" is a directory')
    assert "no request was made" in failed["msg"]
    assert sorted(os.listdir(folder)) == ["link", "there"]
    assert os.listdir(folder / "there") == []


def test_a_symbolic_link_is_refused_and_what_it_points_to_is_untouched(dest: Path) -> None:
    target = dest.with_name("target")
    target.write_text("kept")
    dest.symlink_to(target)
    assert run(None, dest).failure["code"] == "bad_input"
    assert target.read_text() == "kept"


def test_a_directory_without_rights_fails_before_any_request(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, rights: False)  # root may write anywhere
    assert "cannot be written to" in run(None, dest).failure["msg"]


def test_a_full_disk_fails_the_task_and_leaves_the_old_file_alone(
    api: ScriptedApi, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dest.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    failed = run(api, dest).failure
    assert failed["code"] == "file_not_written"
    assert "No space left on device" in failed["msg"]
    assert dest.read_text() == "old"
    assert os.listdir(dest.parent) == ["page.har"]


def test_a_mode_that_cannot_be_set_fails_the_task(
    api: ScriptedApi, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(api, dest)
    dest.chmod(0o644)

    def refuse(path: str, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    assert run(api, dest).failure["code"] == "file_not_written"


def test_a_report_that_is_not_there_leaves_no_file(api: ScriptedApi, dest: Path) -> None:
    failed = run(api, dest, har=reply({}, 404)).failure
    assert failed["code"] == "not_found"
    assert "the HAR of report abc" in failed["msg"]
    assert not dest.exists()


def test_an_answer_without_a_log_is_no_har(api: ScriptedApi, dest: Path) -> None:
    assert run(api, dest, har={"har": {"entries": []}}).failure["code"] == "answer_wrong_shape"
    assert not dest.exists()


def test_no_result_of_the_task_has_to_be_hidden() -> None:
    assert TASK.may_return_secrets({"redact": False}) is False
