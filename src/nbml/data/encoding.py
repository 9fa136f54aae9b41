"""From bytes to text: byte order mark, UTF-16 by its NULs, strict UTF-8, strict CP932, else a refusal.

CP932 is taken only when what comes out reads as Japanese: Western single-byte text often decodes as CP932
without an error (``é`` and the next letter as one rare kanji). Latin-1 fits anything and is never a guess.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from nbml.errors import ReadError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ISO_2022 = re.compile(rb"\x1b\$[@B]|\x1b\(J|\x1b\$\(D")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_RUNS = re.compile(rb"[\x80-\xff]+")
_LONE = re.compile(rb"(?<![\x80-\xff])[\xa0-\xff](?![\x80-\xff])")
_HALF_KANA = re.compile(r"[\uff61-\uff9f]")
_NOT_CP932 = re.compile(r"[\x80\xa0\uf8f0-\uf8f3]")  # what Python maps the undefined bytes 80, A0, FD-FF to


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was found.

    Attributes
    ----------
    text : str
        Without a byte order mark.
    encoding : str
        Python's name.
    how : {"said", "bom", "certain", "likely"}
        ``likely`` stands for CP932 found by trial.
    plausible : float
        Share of the characters beyond ASCII that read as Japanese, for ``likely``.
    """

    text: str
    encoding: str
    how: Literal["said", "bom", "certain", "likely"]
    plausible: float = 1.0


def decode(data: bytes, path: str, said: str | None = None) -> Decoded:
    """Decode a whole file strictly.

    Raises
    ------
    ReadError
        NBML-R13 when the said encoding does not fit, R14 when none fits (the guess is named), R15 for UTF-8
        broken at a byte, R16 for binary content, R21 for an encoding that Python does not know. Byte offsets
        count from 0, lines from 1.
    """
    if said is not None:
        try:
            return Decoded(data.decode(said).removeprefix("\ufeff"), said, "said")
        except LookupError:
            raise ReadError("NBML-R21", option="encoding", reason=said) from None
        except UnicodeError as error:
            raise _at("NBML-R13", data, path, error, encoding=said) from None
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], name, "bom", path, offset=len(mark))
    if wide := _utf16_by_nuls(data):
        return _strict(data, wide, "certain", path)
    if _ISO_2022.search(data):
        raise ReadError(
            "NBML-R14",
            path=path,
            guess="iso2022_jp",
            byte=data.index(b"\x1b"),
            line=_line(data, data.index(b"\x1b")),
        )
    try:
        return Decoded(data.decode("utf-8"), "utf-8", "certain")
    except UnicodeDecodeError as error:
        return _not_utf8(data, path, error)


def _strict(data: bytes, name: str, how: Literal["bom", "certain"], path: str, offset: int = 0) -> Decoded:
    try:
        return Decoded(data.decode(name), name, how)
    except UnicodeDecodeError as error:
        code = "NBML-R15" if name == "utf-8" else "NBML-R13"
        raise _at(code, data, path, error, offset, encoding=name) from None


def _utf16_by_nuls(data: bytes) -> str | None:
    head = data[: 1 << 16]
    nuls = head.count(0)
    if nuls < max(1, len(head) // 10):
        return None
    odd = head[1::2].count(0)
    if len(data) % 2 == 0 and odd >= 0.95 * nuls:
        return "utf-16-le"
    if len(data) % 2 == 0 and nuls - odd >= 0.95 * nuls:
        return "utf-16-be"
    return None


def _not_utf8(data: bytes, path: str, error: UnicodeDecodeError) -> Decoded:
    if data.count(0) > len(data) // 100:
        raise ReadError("NBML-R16", path=path)
    loose = data.decode("utf-8", errors="replace")
    broken = loose.count("\ufffd")
    whole = sum(len(run.group()) for run in _BEYOND_ASCII.finditer(loose)) - broken
    if whole >= 4 * broken:
        raise _at("NBML-R15", data, path, error, encoding="utf-8") from None
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        text = "\x80"
    if not _NOT_CP932.search(text):
        share = japanese_share(text)
        if share >= 0.6 and not _is_euc(data, text):
            return Decoded(text, "cp932", "likely", share)
    raise _at("NBML-R14", data, path, error, guess=_guess(data)) from None


def japanese_share(text: str) -> float:
    """Share of the characters beyond ASCII, in the first two million, that stand in a plausible Japanese run.

    A run is plausible when it holds kana, a symbol or an everyday kanji (JIS level 1), or is longer than one
    character; a lone rare kanji or lone half-width kana between ASCII is what Western text turns into.
    """
    total = plausible = 0
    for run in _BEYOND_ASCII.finditer(text[:2_000_000]):
        chars = run.group()
        total += len(chars)
        if len(chars) > 1 or not (_HALF_KANA.match(chars) or chars.encode("cp932", "replace") >= b"\x98\x9f"):
            plausible += len(chars)
    return plausible / total if total else 0.0


def _is_euc(data: bytes, as_cp932: str) -> bool:
    try:
        as_euc = data.decode("euc_jp")
    except UnicodeDecodeError:
        return False
    # EUC-JP read as CP932 is mostly half-width kana; real half-width kana seldom pair up so.
    beyond = sum(len(run.group()) for run in _BEYOND_ASCII.finditer(as_cp932))
    return len(_HALF_KANA.findall(as_cp932)) > 0.3 * beyond and not _HALF_KANA.search(as_euc)


def _guess(data: bytes) -> str:
    if len(_LONE.findall(data)) >= 0.5 * len(_RUNS.findall(data)):
        return "cp1252"  # single accented letters and signs: so little tells charset-normalizer nothing
    try:
        data.decode("euc_jp")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[: 1 << 16]).best()
        return best.encoding if best else "?"
    return "euc_jp"


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _at(code: str, data: bytes, path: str, error: UnicodeError, offset: int = 0, **fields: str) -> ReadError:
    start = error.start if isinstance(error, UnicodeDecodeError) else 0
    return ReadError(code, path=path, byte=start + offset, line=_line(data, start), **fields)
