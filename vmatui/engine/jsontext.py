"""Values as JSON text: what `--json` prints and what a saved report holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"
Record: TypeAlias = dict[str, Json]

SCHEMA: Final = 1
"""Stands first in what is printed; grows when a key goes or gets another meaning."""


def json_text(value: Mapping[str, Json]) -> str:
    """Return one object as one line, `SCHEMA` first; a byte that is no text comes as an escape."""
    import json

    return json.dumps(_sayable({"schema": SCHEMA, **value}))


def _sayable(value: Json) -> Json:
    """Return the value with lone surrogates, which JSON must not hold, as visible escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {key: _sayable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_sayable(item) for item in value]
    return value
