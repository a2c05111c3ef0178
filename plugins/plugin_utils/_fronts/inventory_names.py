# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hosts and groups of the inventory are called.

Private to this collection: may change without notice.

A name depends on the monitored site alone, so that it stays the same from run to run. The exception is a host that
would be called like a group of the user's.

* A host whose name Ansible or a group may have, or that stands for this machine, ends with ``.speedlab_site``. No DNS
  name and no group that Ansible made safe looks like that.
* A name that lost characters, or was cut, ends with a hash of the whole one.
* Each group begins with ``speedlab_``.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import conditions_of

Monitoring = dict[str, Any]

GROUP_PREFIX = "speedlab_"
SUFFIX = ".speedlab_site"
# Names of hosts and groups are names of files: of fact caches, and with an ending in host_vars and group_vars.
_LONGEST = 240
_HASH = 8
# In domains like these names stand for this machine, wherever they are asked.
_OF_THIS_MACHINE = (".localhost", ".localdomain")
# Numbers of an address may be octal or hexadecimal: 127.1 and 0x7f.0.0.1 are this machine.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_FIRST_NUMBER_OF_THIS_MACHINE = re.compile(r"127|0+|0+177|0x0*(?:7f)?")


# --- hosts ------------------------------------------------------------------------------------------------------------


def by_host(monitorings: list[Monitoring], host_by: str, groups: Collection[str] = ()) -> dict[str, list[Monitoring]]:
    """The hosts with their monitorings, in the order of the API. What has no host name in its URL is its own host.

    ``groups``: those that are known. No host is called like one of them.
    """
    hosts: dict[str, list[Monitoring]] = {}
    for each in monitorings:
        name = (site_host(each.get("url")) if host_by == "hostname" else "") or monitoring_host(each)
        hosts.setdefault(f"{name}{SUFFIX}" if name in groups else name, []).append(each)
    return hosts


def hostname(url: object) -> str:
    """The host name of a URL as DNS knows it, in small letters, so that one site is one host; empty if there is none.

    It comes from outside: whatever has no place in a host name is replaced, so that it can be no template either.
    """
    return _clean(_as_dns_knows_it(url))


def site_host(url: object) -> str:
    """What the host of a monitored site is called; empty if the URL has no host name."""
    real = _as_dns_knows_it(url)
    name = _clean(real)
    if ":" in name and not _is_address(real):  # Ansible reads patterns with a colon as several
        name = name.replace(":", "_")
    name = re.sub(r"^[.-]", "_", name)  # neither an option nor a hidden file
    name = _short(name, real, lost=name != real)
    return _apart(name, real) if name and _stands_for_something_else(real) else name


def monitoring_host(monitoring: Monitoring) -> str:
    """A name for people, with the id that makes it the only one of its kind: ``home-mobile-50302``."""
    name, number = str(monitoring.get("name") or ""), str(monitoring["id"])
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"[a-z0-9]+", letters.lower())) or "monitoring"
    return f"{_short(words, words, longest=_LONGEST - len(number) - 1)}-{number}"


def _as_dns_knows_it(url: object) -> str:
    try:
        found = urlsplit(str(url or "").strip()).hostname or ""
    except ValueError:  # brackets without an address in them
        return ""
    labels = (_ascii(label) for label in unicodedata.normalize("NFC", found).rstrip(".").split("."))
    name = ".".join(labels)
    return ipaddress.ip_address(name).compressed if _is_address(name) else name


def _ascii(label: str) -> str:
    """A label of an international name as DNS has it. Python's own codec would turn some into those of others."""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"


def _clean(name: str) -> str:
    return re.sub(r"[^a-z0-9._:-]", "_", name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return "%" not in name


def _stands_for_something_else(name: str) -> bool:
    """Whether Ansible, a group or this machine may go by the name. No group that is made safe has a dot or a colon."""
    if _is_address(name):
        address = ipaddress.ip_address(name)
        mapped = getattr(address, "ipv4_mapped", None) or address
        return bool(mapped.is_loopback or mapped.is_unspecified)
    one_word = "." not in name and ":" not in name
    return one_word or name.endswith((*_OF_THIS_MACHINE, SUFFIX)) or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    first, *others = name.split(".")
    return _FIRST_NUMBER_OF_THIS_MACHINE.fullmatch(first) is not None and all(map(_NUMBER.fullmatch, others))


def _apart(name: str, real: str) -> str:
    without_colon = name.replace(":", "_")
    return _short(without_colon, real, lost=without_colon != name, longest=_LONGEST - len(SUFFIX)) + SUFFIX


def _short(name: str, real: str, *, lost: bool = False, longest: int = _LONGEST) -> str:
    """The name, with a hash of the real one if it lost something or is too long."""
    if not lost and len(name) <= longest:
        return name
    digest = hashlib.sha256(real.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return f"{name[: longest - _HASH - 1]}-{digest}"


# --- groups -----------------------------------------------------------------------------------------------------------


def groups_of(monitoring: Monitoring) -> Iterator[str]:
    """The groups of a monitoring."""
    yield _group("state", monitoring.get("state")) or _group("state", "unknown")
    yield GROUP_PREFIX + _staleness(monitoring)
    conditions = conditions_of(monitoring)
    yield from filter(None, (_group("location", conditions.location), _group("browser", conditions.browser)))
    if conditions.mobile is not None:
        yield GROUP_PREFIX + ("mobile" if conditions.mobile else "desktop")


def _staleness(monitoring: Monitoring) -> str:
    if monitoring["enabled"] is False:
        return "disabled"
    return {True: "stale", False: "fresh"}.get(monitoring["stale"], "staleness_unknown")


def _group(kind: str, value: object) -> str:
    """A name that Ansible takes as it is; empty without a value. Letters that got lost are told apart by a hash."""
    word = value.strip().lower() if isinstance(value, str) else ""
    if not word:
        return ""
    plain = unicodedata.normalize("NFKD", word)
    lost = any(letter.isalnum() and not letter.isascii() for letter in plain)
    safe = re.sub(r"[^a-z0-9_]", "_", "".join(letter for letter in plain if not unicodedata.combining(letter)))
    return _short(f"{GROUP_PREFIX}{kind}_{safe}", word, lost=lost).replace("-", "_")
