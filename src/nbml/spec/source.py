"""What a data path of a spec may name beside a local file: a file of a Volume, a table of Unity Catalog.

Pure text: nothing is looked up but whether a file of that name is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nbml.errors import PlatformError

VOLUMES = "/Volumes/"
_PART = r"(?:`(?:[^`\x00-\x1f]|``){1,255}`|[^\W\d]\w{0,254})"
_TABLE = re.compile(rf"({_PART})\.({_PART})\.({_PART})(?:@v(\d{{1,18}}))?")
_PLAIN = re.compile(r"[^\W\d]\w*")
_FILES = (".csv", ".tsv", ".txt", ".dat", ".xlsx", ".xls", ".parquet", ".feather", ".arrow", ".gz", ".zip")


@dataclass(frozen=True)
class TableName:
    """A table by its three names, and the version that is meant.

    Attributes
    ----------
    version : int or None
        Version of a Delta table; the latest when None.
    """

    catalog: str
    schema: str
    table: str
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> TableName:
        """The table of ``catalog.schema.table`` or ``catalog.schema.table@v3``; names may stand in backticks.

        Raises
        ------
        PlatformError
            NBML-U24 for anything else.

        Examples
        --------
        >>> TableName.parse("lab.mixes.`2026 原料`@v3")
        TableName(catalog='lab', schema='mixes', table='2026 原料', version=3)
        """
        found = _TABLE.fullmatch(text)
        if found is None:
            raise PlatformError("NBML-U24", name=text[:200])
        one, two, three, version = found.groups()
        return cls(_bare(one), _bare(two), _bare(three), None if version is None else int(version))

    @property
    def quoted(self) -> str:
        """The three names as SQL, each in backticks, without the version."""
        return ".".join(_quoted(part) for part in (self.catalog, self.schema, self.table))

    def __str__(self) -> str:
        parts = (self.catalog, self.schema, self.table)
        name = ".".join(part if _PLAIN.fullmatch(part) else _quoted(part) for part in parts)
        return name if self.version is None else f"{name}@v{self.version}"


def table_name(source: str) -> TableName | None:
    """The table that a source names; None for a path.

    A name of three parts is a table unless it ends as a file does, or a file of that name is there.
    """
    quoted = source.startswith("`")
    if not quoted and (source.lower().endswith(_FILES) or "\\" in source or Path(source).exists()):
        return None
    try:
        return TableName.parse(source)
    except PlatformError:
        return None


def is_remote(source: str) -> bool:
    """Whether a source is no path of this machine, so that it must not be made absolute.

    >>> is_remote("lab.mixes.strength"), is_remote("/Volumes/lab/mixes/raw/a.csv"), is_remote("mix.v2.csv")
    (True, True, False)
    """
    return source.startswith(VOLUMES) or table_name(source) is not None


def _bare(part: str) -> str:
    return part[1:-1].replace("``", "`") if part.startswith("`") else part


def _quoted(part: str) -> str:
    return f"`{part.replace('`', '``')}`"
