# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key and text of a deployment: what each CI system tells, and that two deployments never share a key."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.events.deployments import (
    Deployment,
    NoRun,
    WrongKey,
    mark_of,
)

GITLAB = {
    "CI_PIPELINE_ID": "4711",
    "CI_PIPELINE_URL": "https://gitlab.example/web/shop/-/pipelines/4711",
    "CI_PROJECT_NAME": "shop",
    "CI_PROJECT_PATH_SLUG": "web-shop",
    "CI_COMMIT_REF_NAME": "10.42",
    "CI_COMMIT_SHA": "a1b2c3d4e5f60718a1b2c3d4e5f60718a1b2c3d4",
}
GITHUB = {
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_REPOSITORY": "web/shop",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REF_NAME": "main",
    "GITHUB_SHA": "a1b2c3d4e5f60718",
}
JENKINS = {
    "BUILD_TAG": "jenkins-shop-9",
    "BUILD_URL": "https://jenkins.example/job/shop/9/",
    "JOB_NAME": "shop",
    "GIT_BRANCH": "origin/main",
    "GIT_COMMIT": "a1b2c3d4e5f60718",
}
AZURE = {
    "BUILD_BUILDID": "5",
    "SYSTEM_STAGEATTEMPT": "1",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/",
    "SYSTEM_TEAMPROJECT": "Web Shop",
    "BUILD_REPOSITORY_NAME": "shop",
    "BUILD_SOURCEBRANCHNAME": "main",
    "BUILD_SOURCEVERSION": "a1b2c3d4e5f60718",
}
RELEASE = {
    **AZURE,
    "RELEASE_RELEASEID": "31",
    "RELEASE_ATTEMPTNUMBER": "2",
    "RELEASE_DEFINITIONNAME": "Shop",
    "RELEASE_RELEASENAME": "Release-31",
    "RELEASE_ENVIRONMENTNAME": "Production",
}
AWX = {"AWX_JOB_ID": "12", "AWX_JOB_TEMPLATE_NAME": "Deploy the shop", "AWX_PROJECT_REVISION": "a1b2c3d4e5f60718"}


def key(told: dict[str, str], **said: Any) -> str:
    return mark_of(Deployment(**said), told).key


def text(told: dict[str, str], **said: Any) -> str:
    return mark_of(Deployment(**said), told).text


# --- what the systems tell --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said", "readable", "words"),
    [
        (GITLAB, {}, "gitlab-web-shop-4711", "shop 10.42 (a1b2c3d4), https://gitlab.example/web/shop/-/pipelines/4711"),
        (
            {**GITLAB, "CI_ENVIRONMENT_NAME": "production", "CI_SERVER_HOST": "gitlab.com", "CI_PROJECT_ID": "3"},
            {},
            "gitlab-web-shop-4711-production",
            "shop 10.42 (a1b2c3d4) to production, https://gitlab.example/web/shop/-/pipelines/4711",
        ),
        (GITHUB, {}, "github-web-shop-77-2", "shop main (a1b2c3d4), https://github.com/web/shop/actions/runs/77"),
        (
            {**GITHUB, "GITHUB_RUN_ATTEMPT": ""},
            {"environment": "prod-eu"},
            "github-web-shop-77-1-prod-eu",
            "shop main (a1b2c3d4) to prod-eu, https://github.com/web/shop/actions/runs/77",
        ),
        ({"BUILD_TAG": "jenkins-shop-9"}, {}, "jenkins-shop-9", "jenkins-shop-9"),
        ({}, {"run": "12"}, "awx-12", "awx-12"),
        (AWX, {"run": "12"}, "awx-12", "Deploy the shop (a1b2c3d4)"),
        ({**GITLAB, **AWX}, {"run": "12"}, "awx-12", "Deploy the shop (a1b2c3d4)"),
        ({}, {"key": "by-hand"}, "by-hand", "by-hand"),
        ({}, {"key": "by-hand", "name": "Shop", "version": "10.42"}, "by-hand", "Shop 10.42"),
        (
            GITLAB,
            {"key": "by-hand", "url": "https://wiki.example"},
            "by-hand",
            "shop 10.42 (a1b2c3d4), https://wiki.example",
        ),
    ],
)
def test_a_key_without_a_hash_is_readable(
    told: dict[str, str], said: dict[str, str], readable: str, words: str
) -> None:
    assert key(told, **said) == readable
    assert text(told, **said) == f"Deployed: {words}"


@pytest.mark.parametrize(
    ("told", "said", "readable", "words"),
    [
        (
            {**GITLAB, "CI_ENVIRONMENT_NAME": "Production/EU"},
            {},
            "gitlab-web-shop-4711-production-eu",
            "shop 10.42 (a1b2c3d4) to Production/EU, https://gitlab.example/web/shop/-/pipelines/4711",
        ),
        (
            GITLAB,
            {"environment": "本番"},
            "gitlab-web-shop-4711",
            "shop 10.42 (a1b2c3d4) to 本番, https://gitlab.example/web/shop/-/pipelines/4711",
        ),
        (
            GITLAB,
            {"name": "Shop", "version": "11"},
            "gitlab-web-shop-4711",
            "Shop 11, https://gitlab.example/web/shop/-/pipelines/4711",
        ),
        (
            GITLAB,
            {"version": "11"},
            "gitlab-web-shop-4711",
            "shop 11, https://gitlab.example/web/shop/-/pipelines/4711",
        ),
        (JENKINS, {}, "jenkins-shop-9", "shop origin/main (a1b2c3d4), https://jenkins.example/job/shop/9/"),
        (
            {**JENKINS, "TAG_NAME": "10.42"},
            {},
            "jenkins-shop-9",
            "shop 10.42 (a1b2c3d4), https://jenkins.example/job/shop/9/",
        ),
        (
            AZURE,
            {},
            "azure-web-shop-5-1",
            "shop main (a1b2c3d4), https://dev.azure.com/contoso/Web%20Shop/_build/results?buildId=5",
        ),
        (
            RELEASE,
            {},
            "azure-web-shop-31-2-production",
            "Shop Release-31 to Production, https://dev.azure.com/contoso/Web%20Shop/_releaseProgress"
            "?_a=release-pipeline-progress&releaseId=31",
        ),
        (AWX, {"run": "3"}, "awx-3", "Deploy the shop (a1b2c3d4)"),
        ({}, {"run": "nightly/7"}, "awx-nightly-7", "awx-nightly-7"),
    ],
)
def test_all_others_end_in_a_hash(told: dict[str, str], said: dict[str, str], readable: str, words: str) -> None:
    found = key(told, **said)
    assert re.fullmatch(rf"{re.escape(readable)}_[0-9a-f]{{12}}", found)
    assert re.fullmatch(rf"Deployed: {re.escape(words)}(_[0-9a-f]{{12}})?", text(told, **said))
    assert found == key(dict(reversed(told.items())), **said)


@pytest.mark.parametrize(
    ("phase", "ending", "begins"),
    [
        ("start", "-start", "Deployment started: "),
        ("success", "", "Deployed: "),
        ("rollback", "-rollback", "Rolled back: "),
    ],
)
def test_each_phase_has_its_ending_and_its_words(phase: str, ending: str, begins: str) -> None:
    for told, said in ((GITLAB, {}), (GITLAB, {"environment": "a/b"}), ({}, {"key": "release-10.42"})):
        assert key(told, **said, phase=phase) == key(told, **said) + ending
        assert text(told, **said, phase=phase).startswith(begins)


# --- no run -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"BUILD_TAG": "v1.5"},
        {"BUILD_TAG": "jenkins-v1.5"},
        {"BUILD_TAG": "jenkins-"},
        {"BUILD_TAG": "myjenkins-shop-9"},
        {"CI_PIPELINE_ID": "", "GITHUB_RUN_ID": " "},
        {"CI_PIPELINE_ID": "latest"},
        {"CI_PIPELINE_ID": "٤٧١١"},
        {"GITHUB_RUN_ID": "main"},
        {"GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "x"},
        {"BUILD_BUILDID": "5"},
        {"BUILD_BUILDID": "local", "SYSTEM_TEAMPROJECT": "Shop"},
        {"BUILD_ID": "5", "BUILD_NUMBER": "5", "JOB_NAME": "shop"},
        AWX,
    ],
)
def test_what_is_not_unique_to_a_run_is_no_run(told: dict[str, str]) -> None:
    with pytest.raises(NoRun, match="No CI system is known here that tells which deployment this is"):
        key(told, environment="production", name="Shop")


def test_a_build_tag_that_is_not_that_of_jenkins_is_said_to_be_none() -> None:
    with pytest.raises(NoRun, match="BUILD_TAG is set, but not to jenkins-JOB-NUMBER"):
        key({"BUILD_TAG": "v1.5"})


@pytest.mark.parametrize("ending", ["start", "rollback"])
def test_a_key_of_ones_own_must_not_look_like_that_of_another_phase(ending: str) -> None:
    with pytest.raises(WrongKey, match=f"key ends in -{ending}"):
        key({}, key=f"release-{ending}")
    assert key({}, key=ending) == ending


# --- two deployments, two keys ----------------------------------------------------------------------------------------

ENVIRONMENTS = [
    *(
        "",
        "prod",
        "prod/eu",
        "prod-eu",
        "prod_eu",
        "prod eu",
        "prod--eu",
        "prod-eu-",
        "Prod-eu",
        "PROD",
        "prod.eu",
        "prod ",
    ),
    *(
        "本番",
        "検証",
        "é",
        "e\u0301",
        "e",
        "start",
        "rollback",
        "prod-start",
        "prod-rollback",
        "9",
        "2",
        "prod-9",
        "-",
        "/",
        "--",
    ),
    *("x" * 60, "x" * 61, "x" * 62, "staging", "STAGING", "straße", "strasse", "ı", "i"),
]
PHASES = ["start", "success", "rollback"]


def test_no_two_environments_or_phases_share_a_key() -> None:
    for told in (GITLAB, GITHUB, JENKINS, {"BUILD_TAG": "jenkins-shop-9"}, AZURE):
        found = [key(told, environment=name, phase=phase) for name in ENVIRONMENTS for phase in PHASES]
        assert len(set(found)) == len(found)
        assert len({each.lower() for each in found}) == len(found)  # nor if the API knows no case


RUNS: list[tuple[dict[str, str], dict[str, str]]] = [
    ({**GITLAB, **more}, {"environment": environment})
    for environment in ("", "c", "b-c", "9", "start")
    for more in (
        *({}, {"CI_PIPELINE_ID": "4712"}, {"CI_PIPELINE_ID": "04711"}),
        *({"CI_PROJECT_PATH_SLUG": "web-shop-4711"}, {"CI_PROJECT_PATH_SLUG": "", "CI_PROJECT_PATH": "web/shop"}),
        *(
            {"CI_PROJECT_PATH": "web/shop"},
            {"CI_PROJECT_PATH": "web-shop"},
            {"CI_PROJECT_ID": "1"},
            {"CI_PROJECT_ID": "2"},
        ),
        *({"CI_SERVER_HOST": "gitlab.example"}, {"CI_SERVER_HOST": "gitlab.other.example"}),
        *({"CI_SERVER_URL": "https://gitlab.example/a"}, {"CI_SERVER_URL": "https://gitlab.example:8443"}),
    )
]
RUNS += [
    ({**GITHUB, **more}, {"environment": environment})
    for environment in ("", "c", "b-c", "9", "2")
    for more in (
        *({}, {"GITHUB_RUN_ATTEMPT": "1"}, {"GITHUB_RUN_ID": "772"}, {"GITHUB_REPOSITORY": "web/shop-77"}),
        *({"GITHUB_REPOSITORY": "a-b/c"}, {"GITHUB_REPOSITORY": "a/b-c"}, {"GITHUB_REPOSITORY": "A/b-c"}),
        *(
            {"GITHUB_REPOSITORY": "a/b_c"},
            {"GITHUB_REPOSITORY": "a/b.c"},
            {"GITHUB_SERVER_URL": "https://github.example"},
        ),
    )
]
RUNS += [
    ({"BUILD_TAG": tag, **more}, {"environment": environment})
    for environment in ("", "c", "b-9")
    for tag in ("jenkins-a-b-9", "jenkins-a-9", "jenkins-a-9-b-9", "jenkins-A-9")
    for more in (
        *({}, {"JOB_NAME": "a/b"}, {"JENKINS_URL": "https://one.example/"}, {"JENKINS_URL": "https://two.example/"}),
        {"BUILD_URL": "https://three.example/job/a/9/"},
    )
]
RUNS += [
    ({**told, **more}, {})
    for told in (AZURE, RELEASE)
    for more in (
        *({}, {"SYSTEM_TEAMPROJECT": "web-shop"}, {"SYSTEM_TEAMPROJECT": "release-web-shop"}),
        *({"SYSTEM_COLLECTIONURI": "https://dev.azure.com/other/"}, {"SYSTEM_COLLECTIONURI": ""}),
    )
]
RUNS += [({**AZURE, "SYSTEM_STAGEATTEMPT": "2"}, {}), ({**RELEASE, "RELEASE_ATTEMPTNUMBER": "3"}, {})]
RUNS += [
    ({**AWX, **more}, {"run": run, "environment": environment})
    for run in ("12", "3", "x-12", "X-12", "x/12")
    for environment in ("", "12")
    for more in ({}, {"AWX_HOST": "https://awx.example"}, {"AWX_HOST": "https://awx.other.example"})
]
RUNS += [({**AWX, "AWX_JOB_TEMPLATE_NAME": "Deploy the blog"}, {"run": "3"})]  # another template of the same workflow


def test_no_two_runs_share_a_key() -> None:
    found = [key(told, **said) for told, said in RUNS]
    for one, other in itertools.combinations(range(len(RUNS)), 2):
        assert found[one].lower() != found[other].lower(), (RUNS[one], RUNS[other])


def test_no_two_names_or_versions_deployed_by_one_run_share_a_key() -> None:
    names = ["", "Shop", "Blog", "shop", "Shop 1", "1"]
    found = [key(GITLAB, name=name, version=version) for name in names for version in names]
    assert len(set(found)) == len(found)


short = st.text(alphabet="ab1-/.A_ ", max_size=5)


@given(st.lists(st.tuples(short, short, short, st.sampled_from(PHASES)), min_size=2, max_size=30, unique=True))
def test_whatever_the_names_are(deployments: list[tuple[str, str, str, str]]) -> None:
    exact = {(project, environment.strip(), name, phase) for project, environment, name, phase in deployments}
    found = {
        key(
            {"CI_PIPELINE_ID": "1", "CI_PROJECT_PATH": f"x{project}x", "CI_ENVIRONMENT_NAME": environment},
            name=name,
            phase=phase,
        )
        for project, environment, name, phase in deployments
    }
    assert len(found) == len(exact)


def test_a_run_that_is_looked_at_twice_has_one_key() -> None:
    again = {**GITLAB, "CI_JOB_ID": "1", "CI_JOB_NAME": "x", "CI_COMMIT_SHA": "", "CI_PIPELINE_URL": ""}
    assert key(again, environment="a/b") == key(GITLAB, environment="a/b")


# --- secrets ----------------------------------------------------------------------------------------------------------

SECRETIVE = "https://deployer:hunter22@ci.example/job/9/?token=hunter22#hunter22"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({**JENKINS, "BUILD_URL": SECRETIVE, "JENKINS_URL": SECRETIVE}, {}),
        ({**GITLAB, "CI_PIPELINE_URL": SECRETIVE, "CI_SERVER_URL": SECRETIVE}, {}),
        ({**GITLAB, "CI_COMMIT_REF_NAME": SECRETIVE, "CI_ENVIRONMENT_NAME": SECRETIVE}, {}),
        ({**GITHUB, "GITHUB_SERVER_URL": "https://deployer:hunter22@github.example"}, {}),
        ({**AZURE, "SYSTEM_COLLECTIONURI": "https://deployer:hunter22@dev.azure.com/x/"}, {}),
        (GITLAB, {"url": SECRETIVE}),
        (GITLAB, {"text": f"See {SECRETIVE}"}),
        ({}, {"key": "k", "name": f"Shop of {SECRETIVE}"}),
        ({}, {"key": SECRETIVE}),
    ],
)
def test_no_secret_of_an_address_gets_into_the_text(told: dict[str, str], said: dict[str, str]) -> None:
    found = text(told, **said)
    assert "hunter22" not in found
    assert "VALUE_REDACTED" in found or "example" in found or "azure" in found


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (GITLAB, {"environment": SECRETIVE}),
        ({"CI_PIPELINE_ID": "4711", "CI_PROJECT_PATH": SECRETIVE}, {}),
        ({}, {"run": SECRETIVE}),
    ],
)
def test_no_secret_of_an_address_gets_into_the_key(told: dict[str, str], said: dict[str, str]) -> None:
    assert "ci.example" in key(told, **said)
    assert "hunter22" not in key(told, **said)


def test_a_login_in_the_address_of_a_server_changes_no_key() -> None:
    address = "https://{}jenkins.example/"
    with_login = {**JENKINS, "JENKINS_URL": address.format("deployer:hunter22@")}
    assert key(with_login) == key({**JENKINS, "JENKINS_URL": address.format("")})


def test_a_text_is_one_line() -> None:
    assert (
        text({}, key="k", name="Shop\n\r\t 10.42\x1b[31m", environment="a\u2028b") == "Deployed: Shop 10.42 [31m to a b"
    )
