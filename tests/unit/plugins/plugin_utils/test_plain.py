# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From Ansible's own types to plain ones."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import jmespath
import pytest
from ansible.parsing import vault
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.unsafe_proxy import wrap_var
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain

PLAIN = (type(None), bool, int, float, str, list, dict, date, datetime)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def types(value: Any) -> set[type]:
    """Every type in a value, exactly."""
    found = {type(value)}
    if isinstance(value, Mapping):
        for key, item in value.items():
            found |= types(key) | types(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            found |= types(item)
    return found


@given(json_values)
def test_plain_values_stay_what_they_are(value: Any) -> None:
    assert plain(value) == value
    assert types(plain(value)) <= set(PLAIN)


class Text(str):
    """Lies about itself, as a lazily templated text may."""

    def __str__(self) -> str:
        raise AssertionError

    __repr__ = __str__


class Number(int):
    __repr__ = __str__ = Text.__str__


class Fraction(float):
    __repr__ = __str__ = Text.__str__


class Moment(datetime):
    pass


class Lazy(Mapping):  # type: ignore[type-arg]  # any mapping will do
    def __getitem__(self, key: Any) -> Any:
        return [Text("x")]

    def __iter__(self) -> Iterator[Any]:
        return iter([Text("a")])

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Text("x"), "x"),
        (Number(5), 5),
        (Fraction(1.5), 1.5),
        (True, True),
        (Lazy(), {"a": ["x"]}),
        ((1, (2,)), [1, [2]]),
        ({"x"}, ["x"]),
        (b"bytes", "bytes"),
        (Moment(2026, 11, 23, 1, 2, 3, tzinfo=timezone.utc), datetime(2026, 11, 23, 1, 2, 3, tzinfo=timezone.utc)),
        (date(2026, 11, 23), date(2026, 11, 23)),
        (time(1, 2, 3), "01:02:03"),
        (timedelta(hours=2), 7200),
        (-timedelta(seconds=1.5), -1.5),
        (range(2), [0, 1]),
        ((Text(letter) for letter in "ab"), ["a", "b"]),
        ({"a": 1}.items(), [["a", 1]]),
        ({(1, 2): {3}}, {"[1, 2]": [3]}),
        ([frozenset({2, 1}), {"b", "a"}], [[1, 2], ["a", "b"]]),
    ],
    ids=[
        *("text", "int", "float", "bool", "mapping", "tuple", "set", "bytes", "datetime", "date"),
        *("time", "span", "span of half seconds", "range", "generator", "items", "a tuple as a key", "nested sets"),
    ],
)
def test_subclasses_become_the_types_they_stand_for(value: Any, expected: Any) -> None:
    assert plain(value) == expected
    assert types(plain(value)) <= set(PLAIN)


def test_what_is_no_data_is_refused_by_the_name_of_its_type() -> None:
    with pytest.raises(TypeError, match="a value of type object is not plain data"):
        plain({"a": [object()]})


def templated(tmp_path: Path, document: str, expression: str) -> Any:
    """What ansible-core hands to a plugin for an expression over variables of a file."""
    source = tmp_path / "variables.yml"
    source.write_text(document + f'expression: "{{{{ {expression} }}}}"\n', "utf-8")
    load = DataLoader().load_from_file
    trusting = "trusted_as_template" in inspect.signature(load).parameters  # ansible-core 2.19 and later
    loaded = load(str(source), trusted_as_template=True) if trusting else load(str(source))
    return Templar(loader=DataLoader(), variables=loaded).template(loaded["expression"])


def test_the_values_of_a_playbook_become_plain_and_fit_for_jmespath_and_json(tmp_path: Path) -> None:
    document = "inner: deep\ndata: {list: [{name: '{{ inner }}', number: 5, ratio: 1.5, good: true, nothing: null}]}\n"
    value = plain(templated(tmp_path, document, "data"))
    assert types(value) <= set(PLAIN)
    assert value["list"][0]["name"] == "deep"
    assert jmespath.search("list[?number == `5`].name", value) == ["deep"]
    json.dumps(value)


def test_a_text_that_is_marked_unsafe_keeps_its_braces() -> None:
    value = plain(wrap_var({"secret": "{{ not a template }}"}))
    assert value == {"secret": "{{ not a template }}"}
    assert types(value) == {dict, str}


def test_an_inline_vault_value_that_no_template_has_touched_is_decrypted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = [("default", vault.VaultSecret(b"of the vault"))]
    cipher = vault.VaultLib(secrets).encrypt(b"{{ as it stands }}").decode()
    source = tmp_path / "options.yml"
    source.write_text("secret: !vault |\n" + "".join(f"  {line}\n" for line in cipher.splitlines()), "utf-8")
    loader = DataLoader()
    loader.set_vault_secrets(secrets)
    if hasattr(vault, "VaultSecretsContext"):  # ansible-core 2.19 and later
        monkeypatch.setattr(vault.VaultSecretsContext, "_current", vault.VaultSecretsContext(secrets))
    value = plain(loader.load_from_file(str(source)))
    assert value == {"secret": "{{ as it stands }}"}
    assert types(value) == {dict, str}
