# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup as Ansible calls it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.contentsquare.speedlab.plugins.lookup.speedlab import LookupModule
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi

LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}


def look_up(terms: list[Any], variables: dict[str, Any] | None = None, **options: Any) -> list[Any]:
    templar = Templar(loader=DataLoader(), variables=variables or {})
    found: list[Any] = LookupModule(loader=None, templar=templar).run(terms, variables, **options)
    return found


def test_options_of_the_call_log_in(api: ScriptedApi) -> None:
    api.expect_token()
    assert look_up(["token"], {}, **LOGIN) == ["token-number-1"]


def test_variables_log_in(api: ScriptedApi) -> None:
    api.expect_token()
    variables = {f"speedlab_{name}": value for name, value in LOGIN.items()}
    assert look_up(["token"], variables) == ["token-number-1"]


def test_options_of_the_call_come_before_variables_and_those_before_the_environment(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEEDLAB_CLIENT_ID", "id-of-environment")
    monkeypatch.setenv("SPEEDLAB_CLIENT_SECRET", "secret-of-environment")
    monkeypatch.setenv("SPEEDLAB_PROJECT_ID", "3")
    variables = {"speedlab_client_secret": "secret-of-variable", "speedlab_project_id": 2}
    api.expect_token(pair=Pair("id-of-environment", "secret-of-variable", project_id=1))
    assert look_up(["token"], variables, project_id=1) == ["token-number-1"]


def test_a_pair_of_the_call_beats_a_token_of_the_variables(api: ScriptedApi) -> None:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": []})
    variables = {"speedlab_access_token": "a-ready-token", "speedlab_endpoint": "https://elsewhere.contentsquare.com"}
    assert look_up(["monitorings"], variables, **LOGIN) == [[]]


def test_a_secret_that_is_marked_unsafe_keeps_its_braces(api: ScriptedApi) -> None:
    secret = "{{ not a template }}"
    api.expect_token(pair=Pair("id", secret))
    variables = {"speedlab_client_id": "id", "speedlab_client_secret": wrap_var(secret)}
    assert look_up(["token"], variables) == ["token-number-1"]


def test_a_stray_character_in_the_pair_of_the_variables_is_named_before_any_request() -> None:
    variables = {"speedlab_client_id": "shop-production\r\n", "speedlab_client_secret": "secret-of-variable"}
    with pytest.raises(AnsibleError, match="The client_id ends with U\\+000A LINE FEED"):
        look_up(["token"], variables)


def test_an_option_of_the_call_is_not_templated_again(api: ScriptedApi) -> None:
    secret = "{{ not a template }}"
    api.expect_token(pair=Pair("id", secret))
    assert look_up(["token"], {}, client_id="id", client_secret=secret) == ["token-number-1"]


def test_without_variables_and_templar_it_works_as_well(api: ScriptedApi) -> None:
    ready = {"access_token": "a-ready-token", "endpoint": samples.ENDPOINT}
    assert LookupModule(loader=None, templar=None).run(["endpoint"], None, **ready) == [samples.ENDPOINT]
