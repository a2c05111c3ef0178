# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts of hosts are left as parts and become one, whatever happened to single ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._publish.conftest import Publish, pairs

GROUPS = {"all": ["fr", "de", "it", "web-1", "web-2"], "shops": ["fr", "de", "it"], "ungrouped": []}


def leave(publish: Publish, *hosts: str, **more: Any) -> None:
    for host in hosts:
        found = publish(host=host, stage="part", dest="out", run_id="7", verdict=pairs(host), **more)
        assert not found.get("failed"), found
        assert found["changed"] is False


def merge(publish: Publish, expected: Any = (), **more: Any) -> dict[str, Any]:
    told = {"stage": "merge", "dest": "out", "run_id": "7", "expected_hosts": expected, "fail_on": []}
    return publish(**{**told, **more}, variables={"groups": GROUPS})


def test_parts_become_one_verdict_and_are_cleared(publish: Publish, tmp_path: Path) -> None:
    leave(publish, "fr", "de", "it")
    assert {path.name for path in (tmp_path / "out/parts/7").iterdir()} == {"fr.json", "de.json", "it.json"}
    result = merge(publish, "shops")
    assert [each["name"] for each in result["verdict"]["subjects"]] == ["de", "fr", "it"]
    assert json.loads((tmp_path / "out/report.json").read_text("utf-8")) == result["verdict"]
    assert list((tmp_path / "out/parts").iterdir()) == []


def test_parts_are_kept_on_request(publish: Publish, tmp_path: Path) -> None:
    leave(publish, "fr")
    merge(publish, keep_parts=True)
    assert (tmp_path / "out/parts/7/fr.json").exists()


def test_check_mode_merges_and_leaves_nothing(publish: Publish, tmp_path: Path) -> None:
    leave(publish, "fr", check=True)
    assert merge(publish, "fr", check=True)["verdict"]["summary"]["total"] == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("expected", "missing"),
    [
        ("shops", ["it"]),
        ("shops:!it", []),
        (["fr", "it", "de"], ["it"]),
        ("web*", ["web-1", "web-2"]),
        ("fr,nowhere", ["nowhere"]),
        (["10.0.0.7"], ["10.0.0.7"]),
        ([], []),
    ],
)
def test_who_is_expected_is_a_pattern_and_a_name_that_nobody_knows_is_missing(
    publish: Publish, expected: Any, missing: list[str]
) -> None:
    leave(publish, "fr", "de")
    found = merge(publish, expected)["verdict"]
    assert found["missing"] == missing
    assert found["partial"] is bool(missing)
    assert found["status"] == ("unknown" if missing else "warn")


def test_no_part_at_all_is_no_pass(publish: Publish) -> None:
    assert merge(publish, "shops", fail_on=["unknown"])["failed"] is True
    assert merge(publish, [], fail_on=["unknown"])["failed"] is True


@pytest.mark.parametrize(
    ("content", "why"),
    [("", "no JSON"), ('{"kind":', "no JSON"), ("[]", "not a dictionary"), ('{"kind": "x"}', "lacks"), (None, "Is a")],
)
def test_a_damaged_part_is_named_and_clears_nothing(
    publish: Publish, tmp_path: Path, content: str | None, why: str
) -> None:
    leave(publish, "fr", "de")
    damaged = tmp_path / "out/parts/7/de.json"
    if content is None:
        damaged.unlink()
        damaged.mkdir()
    else:
        damaged.write_text(content, "utf-8")
    result = merge(publish)
    assert result["failure"]["code"] == "part_damaged"
    assert f"de.json ({'I' if why == 'Is a' else ''}" in result["msg"]
    assert why in result["msg"]
    assert "run_id 7" in result["msg"]
    assert (tmp_path / "out/parts/7/fr.json").exists()
    assert not (tmp_path / "out/report.json").exists()


def test_parts_of_different_kinds_cannot_be_merged(publish: Publish, tmp_path: Path) -> None:
    leave(publish, "fr")
    publish(host="de", stage="part", dest="out", run_id="7", verdict={**pairs("b"), "kind": "gate"})
    assert "cannot be merged" in merge(publish)["msg"]
    assert (tmp_path / "out/parts/7/fr.json").exists()


def test_a_part_without_a_verdict_takes_away_what_an_earlier_try_left(publish: Publish) -> None:
    leave(publish, "fr", "de")
    publish(host="de", stage="part", dest="out", run_id="7")
    publish(host="it", stage="part", dest="out", run_id="7")
    assert merge(publish, "shops")["verdict"]["missing"] == ["de", "it"]


def test_the_beginning_makes_an_id_and_clears_what_an_earlier_try_left(publish: Publish, tmp_path: Path) -> None:
    first, second = (publish(stage="begin", dest="out")["run_id"] for _each in range(2))
    assert first != second
    leave(publish, "fr")
    assert publish(stage="begin", dest="out", run_id="7") == {"changed": False, "run_id": "7"}
    assert not (tmp_path / "out/parts/7").exists()


@pytest.mark.parametrize("name", ["a/b", "..", ".", "ü" * 200, "x" * 300, "%2F", "a b"])
@pytest.mark.parametrize("what", ["run_id", "part"])
def test_no_name_leads_out_of_the_folder_and_none_is_lost(
    publish: Publish, tmp_path: Path, what: str, name: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/precious.json").write_text("{}", "utf-8")
    where = {"run_id": "7", what: name}
    publish(stage="begin", dest="out", run_id=where["run_id"])
    publish(stage="part", dest="out", verdict=pairs("a"), **where)
    result = merge(publish, [where.get("part", "localhost")], run_id=where["run_id"])
    assert (result["verdict"]["summary"]["total"], result["verdict"]["missing"]) == (1, [])
    assert (tmp_path / "out/precious.json").exists()


def test_names_of_parts_that_are_alike_stay_apart(publish: Publish) -> None:
    names = ["x" * 300, "x" * 301, "a/b", "a%2Fb", "A/b"]
    for name in names:
        publish(stage="part", dest="out", run_id="7", part=name, verdict=pairs(name))
    assert merge(publish)["verdict"]["summary"]["total"] == len(names)


def test_a_workflow_of_awx_is_the_id_and_hands_it_on(publish: Publish) -> None:
    slices = {"awx_workflow_job_id": 71}
    found = publish(host="fr", stage="part", dest="out", name="credential_audit", verdict=pairs("a"), variables=slices)
    assert found["run_id"] == "71"
    assert found["ansible_stats"] == {
        "data": {"credential_audit_run_id": "71"},
        "per_host": False,
        "aggregate": False,
    }
    assert "ansible_stats" not in publish(host="de", stage="part", dest="out", run_id="7", verdict=pairs("a"))


def test_twins_of_two_hosts_are_found(publish: Publish) -> None:
    leave(publish, "fr")
    twin = pairs("fr2")
    twin["subjects"][0]["details"]["client_id"] = "id-of-fr"
    publish(host="de", stage="part", dest="out", run_id="7", verdict=twin)
    found = {
        each["name"]: [finding["id"] for finding in each["findings"]] for each in merge(publish)["verdict"]["subjects"]
    }
    assert found == {"fr": ["expires_soon", "duplicate_client_id"], "fr2": ["expires_soon", "duplicate_client_id"]}


def test_a_bad_night_clears_the_parts_all_the_same(publish: Publish, tmp_path: Path) -> None:
    leave(publish, "fr")
    assert merge(publish, fail_on=["warn"])["failed"] is True
    assert list((tmp_path / "out/parts").iterdir()) == []
