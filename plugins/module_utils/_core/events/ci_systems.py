# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What CI systems tell of the run that deploys, in environment variables.

Private to this collection: may change without notice.

A variable that is not unique to a run is no run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ..redaction.urls import clean_for_publication

Told = Mapping[str, str]  # environment variables

KNOWN = "GitLab CI, GitHub Actions, Jenkins, Azure Pipelines and AWX"

_NUMBER = re.compile(r"[0-9]{1,20}")
_BUILD_TAG = re.compile(r"jenkins-(.+)-([0-9]{1,20})", re.DOTALL)
_LOST = re.compile(r"[^a-z0-9.]+")
_READABLE = re.compile(r"[a-z0-9.]+(?:-[a-z0-9.]+)*")
_REPOSITORY = re.compile(r"[a-z0-9]+/[a-z0-9.]+(?:-[a-z0-9.]+)*")
_LONGEST_NAME = 60  # characters of a name that a key shows


@dataclass(frozen=True)
class Run:
    """A run of a CI system: one deployment for each environment, name and version that it deploys.

    ``numbers``: its number, and that of the attempt; ``beyond``: whatever else tells it from other runs and is not
    readable in a key, such as the server; ``exact``: ``project`` can be read back from the key. ``url`` is cleaned.
    """

    system: str
    numbers: tuple[str, ...]
    project: str = ""
    exact: bool = True
    beyond: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    commit: str = ""
    environment: str = ""
    url: str = ""


def run_of(told: Told, awx_id: str = "") -> Run | None:
    """The run that deploys; None if no known system tells one.

    AWX comes first, because a job of it may see the environment of the machine that it runs on.
    """
    variables = {name: value.strip() for name, value in told.items() if value.strip()}
    if awx_id.strip():
        return _awx(awx_id.strip(), variables)
    return next((run for system in _SYSTEMS if (run := system(variables)) is not None), None)


def readable(name: str) -> str:
    """What a key shows of a name; of a URL nothing that is secret."""
    return _LOST.sub("-", clean_for_publication(name).lower())[:_LONGEST_NAME].strip("-")


def is_readable(name: str) -> bool:
    """Whether a key shows all of a name."""
    return not name or (len(name) <= _LONGEST_NAME and _READABLE.fullmatch(name) is not None)


# --- the systems ------------------------------------------------------------------------------------------------------


def _awx(number: str, told: Told) -> Run:
    """Jobs and workflows have their numbers from one sequence. The slices of a job, which are one deployment, have the
    number of their workflow, and so have other jobs in it: there the template counts too.

    AWX sets AWX_HOST. The other variables are what it tells to Ansible alone; the role hands them on.
    """
    name = told.get("AWX_JOB_TEMPLATE_NAME", "")
    in_workflow = told.get("AWX_JOB_ID", number) != number
    is_number = _is_number(number)
    return Run(
        "awx",
        (number,) if is_number else (),
        project="" if is_number else number,
        exact=is_number,
        beyond=filled(_address(told.get("AWX_HOST", "")), name if in_workflow else ""),
        name=name,
        commit=told.get("AWX_PROJECT_REVISION", ""),
    )


def _gitlab(told: Told) -> Run | None:
    """The number of a pipeline is unique on its server."""
    number = told.get("CI_PIPELINE_ID", "")
    if not _is_number(number):
        return None
    server = _address(told.get("CI_SERVER_URL") or told.get("CI_SERVER_HOST", ""))
    further = (server, told.get("CI_PROJECT_ID", ""), told.get("CI_PROJECT_PATH", ""))
    project = told.get("CI_PROJECT_PATH_SLUG") or told.get("CI_PROJECT_PATH", "")
    return Run(
        "gitlab",
        (number,),
        project=project,
        exact=is_readable(project),
        beyond=() if server == "gitlab.com" else filled(*further),
        name=told.get("CI_PROJECT_NAME", ""),
        version=told.get("CI_COMMIT_REF_NAME", ""),  # the tag, in a pipeline of a tag
        commit=told.get("CI_COMMIT_SHA", ""),
        environment=told.get("CI_ENVIRONMENT_NAME", ""),
        url=clean_for_publication(told.get("CI_PIPELINE_URL", "")),
    )


def _github(told: Told) -> Run | None:
    """The number of a run is unique in its repository. Each attempt deploys anew."""
    number, attempt = told.get("GITHUB_RUN_ID", ""), told.get("GITHUB_RUN_ATTEMPT", "1")
    if not (_is_number(number) and _is_number(attempt)):
        return None
    repository, server = told.get("GITHUB_REPOSITORY", ""), told.get("GITHUB_SERVER_URL", "")
    return Run(
        "github",
        (number, attempt),
        project=repository,
        exact=not repository or (_REPOSITORY.fullmatch(repository) is not None and len(repository) <= _LONGEST_NAME),
        beyond=() if _address(server) == "github.com" else filled(_address(server)),
        name=repository.rpartition("/")[2],
        version=told.get("GITHUB_REF_NAME", ""),
        commit=told.get("GITHUB_SHA", ""),
        url=clean_for_publication(f"{server}/{repository}/actions/runs/{number}") if server and repository else "",
    )


def _jenkins(told: Told) -> Run | None:
    """Other programs set BUILD_TAG as well; Jenkins sets it to ``jenkins-<job>-<number>``, with ``-`` for ``/``."""
    tag = _BUILD_TAG.fullmatch(told.get("BUILD_TAG", ""))
    if tag is None:
        return None
    url, job = told.get("BUILD_URL", ""), told.get("JOB_NAME", "")
    server = _address(told.get("JENKINS_URL", "")) or _address(url)
    return Run(
        "jenkins",
        (tag[2],),
        project=tag[1],
        exact=is_readable(tag[1]),
        beyond=filled(server, job if job != tag[1] else ""),
        name=job,
        version=told.get("TAG_NAME") or told.get("BRANCH_NAME") or told.get("GIT_BRANCH", ""),
        commit=told.get("GIT_COMMIT", ""),
        url=clean_for_publication(url),
    )


def _azure_release(told: Told) -> Run | None:
    """A classic release. Its BUILD_BUILDID is that of an artifact, which other releases deploy too."""
    number, attempt = told.get("RELEASE_RELEASEID", ""), told.get("RELEASE_ATTEMPTNUMBER", "1")
    if "SYSTEM_TEAMPROJECT" not in told or not (_is_number(number) and _is_number(attempt)):
        return None
    return Run(
        "azure",
        (number, attempt),
        project=told["SYSTEM_TEAMPROJECT"],
        beyond=("release", *_azure_server(told)),
        name=told.get("RELEASE_DEFINITIONNAME", ""),
        version=told.get("RELEASE_RELEASENAME", ""),
        environment=told.get("RELEASE_ENVIRONMENTNAME", ""),
        url=_azure_url(told, f"_releaseProgress?_a=release-pipeline-progress&releaseId={number}"),
    )


def _azure(told: Told) -> Run | None:
    """The number of a build is unique in its organization. Each attempt of a stage deploys anew."""
    number, attempt = told.get("BUILD_BUILDID", ""), told.get("SYSTEM_STAGEATTEMPT", "1")
    if "SYSTEM_TEAMPROJECT" not in told or not (_is_number(number) and _is_number(attempt)):
        return None
    project = told["SYSTEM_TEAMPROJECT"]
    return Run(
        "azure",
        (number, attempt),
        project=project,
        exact=is_readable(project),
        beyond=_azure_server(told),
        name=told.get("BUILD_REPOSITORY_NAME") or told.get("BUILD_DEFINITIONNAME", ""),
        version=told.get("BUILD_SOURCEBRANCHNAME", ""),
        commit=told.get("BUILD_SOURCEVERSION", ""),
        environment=told.get("ENVIRONMENT_NAME", ""),
        url=_azure_url(told, f"_build/results?buildId={number}"),
    )


def _azure_server(told: Told) -> tuple[str, ...]:
    return filled(_address(_azure_collection(told)), told.get("SYSTEM_TEAMPROJECTID", ""))


def _azure_collection(told: Told) -> str:
    return told.get("SYSTEM_COLLECTIONURI") or told.get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", "")


def _azure_url(told: Told, page: str) -> str:
    """The page of a run; what stands in its query is ours and no secret, so it is added to the cleaned address."""
    collection = clean_for_publication(_azure_collection(told)).rstrip("/")
    return f"{collection}/{quote(told['SYSTEM_TEAMPROJECT'])}/{page}" if collection else ""


_SYSTEMS: tuple[Callable[[Told], Run | None], ...] = (_gitlab, _github, _jenkins, _azure_release, _azure)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def filled(*names: str) -> tuple[str, ...]:
    """All names if one of them is not empty: each has its place, so that none can be taken for another."""
    return names if any(names) else ()


def _address(url: str) -> str:
    """Host, port and path of a URL, which tell one server from another; never its login."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        return ""
    return f"{parts.netloc.rpartition('@')[2].lower()}{parts.path.rstrip('/')}"
