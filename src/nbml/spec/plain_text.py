"""Plain values as YAML or JSON text and back, equal to the last character.

YAML here is 1.1 as PyYAML reads it, with the numbers of 1.2: ``1e-5`` is a number, as in JSON.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

_FLOAT = re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+$")
_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")


class _Loader(yaml.SafeLoader):
    pass


class _Dumper(yaml.SafeDumper):
    pass


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """A text; what other readers take for the end of a line is escaped."""
    style = '"' if _BREAKS.search(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


for _kind in (_Loader, _Dumper):
    _kind.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
_Dumper.add_representer(str, _text)


def from_text(text: str, *, is_json: bool) -> Any:
    """The plain values in a text.

    Raises
    ------
    ValueError
        When the text is neither, or nested beyond reason.
    """
    try:
        return json.loads(text) if is_json else yaml.load(text, _Loader)  # a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(str(error)) from None


def to_yaml(values: Any) -> str:
    """Plain values as YAML, in their order, readable in any script."""
    return yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
