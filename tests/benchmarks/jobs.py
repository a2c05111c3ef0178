# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a whole job costs, in CPU seconds of all its processes, beside an empty playbook in the same run.

Run with a Python that has ansible-core, while SPEEDLAB_TEST_COLLECTIONS names the folder of the installed collection:

    python tests/benchmarks/jobs.py [--only audit gate]

Each job runs three times and the median counts. A job that fails ends the run. Ends with an error when a target is
missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from run import BIN, COLLECTIONS, GENERATED, simulator

REPEATS = 3
ALL_FORMATS = ["json", "html", "junit", "markdown", "csv", "sarif", "openmetrics"]
SEED = {"generate": {"pairs": 200, "monitorings": 30}}
EMPTY = [{"hosts": "localhost", "gather_facts": False, "tasks": []}]


@dataclass(frozen=True)
class Job:
    """A playbook of the collection with its variables, and how many empty playbooks it may cost."""

    name: str
    playbook: str
    variables: dict[str, Any]
    most: float
    # What it is compared with: another job by its name, or the empty playbook.
    rival: str = "empty playbook"


def pairs(count: int) -> list[dict[str, str]]:
    """``count`` entries of the simulator's generated pairs."""
    return [
        {
            "name": f"pair {number}",
            "client_id": f"generated-{number:04d}",
            "client_secret": f"generated-secret-{number:04d}",
            "created_on": "2026-01-01",
        }
        for number in range(1, count + 1)
    ]


def audit(count: int, folder: Path) -> dict[str, Any]:
    reports = folder / f"audit-{count}"
    return {
        "credential_audit_credentials": pairs(count),
        "credential_audit_report_dir": str(reports),
        "credential_audit_report_formats": ALL_FORMATS,
        "credential_audit_history": str(reports / "history"),
        "credential_audit_fail_on": [],
    }


def jobs(folder: Path) -> list[Job]:
    textfiles = folder / "textfiles"
    textfiles.mkdir()
    export = {
        "monitoring_export_environments": [{"name": "production"}],
        "monitoring_export_textfile_dir": str(textfiles),
    }
    status = {
        "monitoring_status_report_dir": str(folder / "status"),
        "monitoring_status_report_formats": ["json", "html"],
    }
    gate = {
        "performance_gate_budgets": {"defaults": {"score": {"fail": 1}}},
        "performance_gate_last_days": 30,
        "performance_gate_report_dir": str(folder / "gate"),
        "performance_gate_fail_on": [],
    }
    return [
        Job("audit of 3 pairs, seven formats and history", "credential_audit", audit(3, folder), 2.5),
        Job("export of 30 monitorings", "monitoring_export", export, 2.5),
        Job("status with two reports", "monitoring_status", status, 2.5),
        Job("gate", "performance_gate", gate, 2.5),
        Job("doctor", "doctor", {}, 2.5),
        Job(
            "audit of 200 pairs, seven formats and history",
            "credential_audit",
            audit(200, folder),
            1.3,
            "audit of 3 pairs, seven formats and history",
        ),
    ]


def cpu_seconds(folder: Path, url: str, playbook: str, variables: dict[str, Any]) -> float:
    """The CPU seconds of one run of ansible-playbook and of all processes that it started."""
    environment = {
        **{name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "SPEEDLAB_AUTH_URL": url,
        "no_proxy": "127.0.0.1",
        **GENERATED,
    }
    command = [str(BIN / "ansible-playbook"), playbook, "--extra-vars", json.dumps(variables)]
    with (folder / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{playbook} failed:\n{output.read()[-3000:]}")
    return usage.ru_utime + usage.ru_stime


def median(folder: Path, url: str, playbook: str, variables: dict[str, Any]) -> float:
    return statistics.median(cpu_seconds(folder, url, playbook, variables) for _each in range(REPEATS))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[""], help="jobs whose name holds one of these texts")
    chosen = parser.parse_args().only
    with tempfile.TemporaryDirectory(prefix="speedlab-benchmark-") as name:
        folder = Path(name)
        with simulator(folder / "simulator", SEED) as url:
            empty = folder / "empty.yml"
            empty.write_text(yaml.safe_dump(EMPTY), encoding="utf-8")
            cost = {"empty playbook": median(folder, url, str(empty), {})}
            missed = 0
            print(f"{'job':<50}{'CPU':>9}{'ratio':>8}  target")
            for job in jobs(folder):
                wanted = any(text in job.name for text in chosen)
                if not wanted or job.rival not in cost:
                    continue
                playbook = f"contentsquare.speedlab.{job.playbook}"
                cost[job.name] = median(folder, url, playbook, job.variables)
                ratio = cost[job.name] / cost[job.rival]
                met = ratio <= job.most
                missed += not met
                target = f"at most {job.most:g} times the {job.rival}: {'ok' if met else 'MISSED'}"
                print(f"{job.name:<50}{cost[job.name]:>7.2f} s{ratio:>8.1f}  {target}", flush=True)
    print(f"{len(cost) - 1 - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
