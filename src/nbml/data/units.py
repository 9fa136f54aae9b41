"""Units in brackets at the end of a column name, told from other remarks such as (28-day) or (Abs)."""

from __future__ import annotations

import re
import unicodedata

_TAIL = re.compile(
    r"^(?P<label>.*?)\s*(?:\[(?P<a>[^\[\]]*)\]|〔(?P<b>[^〔〕]*)〕|［(?P<c>[^［］]*)］|【(?P<d>[^【】]*)】"
    r"|\((?P<e>[^()]*)\)|（(?P<f>[^（）]*)）)\s*$",
    re.DOTALL,
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Those that take a prefix.
_SI = _words(
    "m g s A K N J W V C F S T H Pa Hz L l mol cd lm lx rad sr Bq Gy Sv ohm Ω eV B bar cal t b P Wh "
    "Ah VA Torr torr M D U"
)
_PLAIN = _words("""
    % ‰ ppm ppb ppt wt% vol% mol% at% mass% wtppm phr pH ° deg °C ℃ °F degC degF min sec h hr hrs hour hours
    d day days week month months yr year years rpm rps psi psig psia atm mmHg inHg mmH2O in inch ft mi mile
    miles yd lb lbs oz gal cc Å dB dBA dBm HV HB HRC HRB HRA Hs cP cSt St mesh pcs ea count counts cps ha acre
    kt knot knots mph kph kgf gf tf lbf dyn erg rev step steps cycle cycles px pixel pixels bit bps octas okta
    - a.u. a.u arb.unit arb.units arb. USD EUR JPY GBP $ € £ ¥ μ ㎡ ㎥ ㎜ ㎝ ㎞ ㎎ ㎏ ㏄
    円 千円 百万円 億円 時間 分 秒 日 週 月 年 回 個 本 枚 台 件 人 万人 千人 世帯 戸 歳 度 重量% 質量% 体積%
    10分比 割 倍 層 段 株 匹 頭 冊 点 箱 袋 缶 部 ロット 当量 kg重
""")
_PREFIX = (*"fpnuµμmcdhkMGTP", "da")
_KNOWN = {unicodedata.normalize("NFKC", u) for u in _PLAIN} | _SI | {p + u for p in _PREFIX for u in _SI}
_FOLDED = {u.casefold() for u in _KNOWN if len(u) > 1}
_SPLIT = re.compile(r"[/·⋅・*×.\s^()]+|(?<=[A-Za-zΩµμ])(?=-?\d)")
_EXPONENT = re.compile(r"[-+−]?\d+(?:[./]\d+)?")


def split_unit(name: str) -> tuple[str, str | None]:
    """The label and the unit of a name.

    Square, tortoise-shell and lenticular brackets are taken at their word when they hold at most 20
    characters without a colon or comma; round ones only when what they hold reads as a unit. Full-width
    letters and signs become half-width in the unit.

    Returns
    -------
    label : str
        The name in NFC without surrounding blanks and without the unit.
    unit : str or None

    Examples
    --------
    >>> split_unit("Air temperature [K]"), split_unit("平均湿度（％）"), split_unit("Jitter(Abs)")
    (('Air temperature', 'K'), ('平均湿度', '%'), ('Jitter(Abs)', None))
    """
    plain = unicodedata.normalize("NFC", name).strip()
    found = _TAIL.match(plain)
    if not found or not found["label"].strip():
        return plain, None
    held = next(part for part in found.group("a", "b", "c", "d", "e", "f") if part is not None)
    unit = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in held).strip()
    square = found["e"] is None and found["f"] is None
    if is_unit(unit) or (square and 0 < len(unit) <= 20 and not re.search(r"[:,;=\n]|\.\.", unit)):
        return found["label"].strip(), unit
    return plain, None


def is_unit(words: str) -> bool:
    """Whether every factor of an expression such as ``kg/m³`` or ``MJ/㎡`` is a known unit or an exponent."""
    plain = unicodedata.normalize("NFKC", words).strip()
    if not plain or len(plain) > 30:
        return False
    if plain in _KNOWN or plain.casefold() in _FOLDED:
        return True
    parts = [part for part in _SPLIT.split(plain) if part and not _EXPONENT.fullmatch(part)]
    return bool(parts) and all(part in _KNOWN or part.casefold() in _FOLDED for part in parts)
