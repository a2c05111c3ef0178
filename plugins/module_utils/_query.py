# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JMESPath over plain JSON.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import socket
import traceback
from typing import Any

try:
    import jmespath
    import jmespath.exceptions

    JMESPATH_IMPORT_ERROR = None
except ImportError:
    JMESPATH_IMPORT_ERROR = traceback.format_exc()

from ._client.errors import MissingLibrary, SettingsError


class Query:
    """A checked expression. Raises :class:`SettingsError` for a wrong one, :class:`MissingLibrary` without jmespath."""

    def __init__(self, expression: str) -> None:
        if JMESPATH_IMPORT_ERROR:
            raise MissingLibrary(
                f"The Python library jmespath is missing on {socket.gethostname()}",
                hint="Install it for the Python that runs the task, or leave query out.",
            )
        try:
            self._compiled = jmespath.compile(expression)
        except jmespath.exceptions.JMESPathError as error:
            raise SettingsError(
                f"query is not a JMESPath expression: {_one_line(error)}", hint="Correct it; no request was made."
            ) from None

    def of(self, data: Any) -> Any:
        """The answer for ``data``, which has to be plain JSON: Ansible's own types break the library."""
        try:
            return self._compiled.search(data)
        except jmespath.exceptions.JMESPathTypeError as error:
            kinds = " or ".join(error.expected_types)
            reason = f"{error.function_name}() takes {kinds}, and meets a value of the type {error.actual_type}"
        except jmespath.exceptions.JMESPathError as error:
            reason = _one_line(error)
        except _FAULTS_OF_VALUES:
            reason = "a function or a slice in it meets a value that it cannot take"
        # Without a chained error: the library quotes the value, which may be the whole result or a secret in it.
        raise SettingsError(f"query cannot be applied to the result: {reason}", hint=_CORRECT_IT)


# What the library lets through, say for a slice in steps of 0 or the largest of numbers and texts.
_FAULTS_OF_VALUES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_CORRECT_IT = "Correct the expression; the result itself was read."


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
