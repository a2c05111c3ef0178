# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as files: what is documented, declared and imported where."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.contentsquare.speedlab.plugins.module_utils import _version

NAME = "ansible_collections.contentsquare.speedlab"
ROOT = Path(_version.__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"


def read_yaml(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def names(folder: str) -> list[str]:
    """The plugins or modules in a folder."""
    return sorted(path.stem for path in (PLUGINS / folder).glob("*.py") if path.stem != "__init__")


def plugin(folder: str, name: str) -> Any:
    return importlib.import_module(f"{NAME}.plugins.{folder}.{name}")


def fragment(name: str) -> dict[str, Any]:
    """A documentation fragment: ``common``, or ``attributes.info_module`` for another than the first of a file."""
    file, _dot, part = name.partition(".")
    found = getattr(plugin("doc_fragments", file).ModuleDocFragment, (part or "documentation").upper())
    read: dict[str, Any] = yaml.safe_load(found)
    return read


def documentation(folder: str, name: str) -> dict[str, Any]:
    """The documentation of a plugin with the fragments of this collection. Those of core are core's own matter."""
    own: dict[str, Any] = yaml.safe_load(plugin(folder, name).DOCUMENTATION)
    merged: dict[str, Any] = {**own, "options": {}, "attributes": {}}
    for each in own.get("extends_documentation_fragment", ()):
        if each.startswith("contentsquare.speedlab."):
            _merge(fragment(each[len("contentsquare.speedlab.") :]), merged)
    _merge(own, merged)
    return merged


def _merge(part: dict[str, Any], merged: dict[str, Any]) -> None:
    merged["options"].update(part.get("options", {}))
    for name, said in part.get("attributes", {}).items():
        merged["attributes"][name] = {**merged["attributes"].get(name, {}), **said}


def python_files() -> Iterator[Path]:
    """Every file of the plugins, relative to their folder."""
    yield from (path.relative_to(PLUGINS) for path in sorted(PLUGINS.rglob("*.py")) if path.name != "__init__.py")


def imports(file: Path) -> set[str]:
    """Every module that a file imports, absolute; those of the collection begin with ``plugins.``."""
    tree = ast.parse((PLUGINS / file).read_text("utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= set(_imported(node, file))
    return {name.replace(f"{NAME}.", "") for name in found}


def _imported(node: ast.ImportFrom, file: Path) -> Iterator[str]:
    package = ["plugins", *file.parts[:-1]]
    base = [*package[: len(package) - node.level + 1]] if node.level else []
    module = ".".join([*base, *([node.module] if node.module else [])])
    folder = PLUGINS.joinpath(*module.replace(f"{NAME}.", "").split(".")[1:])
    for alias in node.names:  # "from .._client import errors" imports a module, "from .errors import X" a name
        yield f"{module}.{alias.name}" if (folder / f"{alias.name}.py").is_file() else module
