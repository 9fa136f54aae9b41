"""The read report as one sentence whose words are controls, and as lines with what each of them offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import cast

from nbml.data.table import Table
from nbml.i18n import text
from nbml.spec.messages.data_room import Choice, Control, DecisionLine, Word
from nbml.spec.reading import Decision, ReadOptions, ReadReport, shown

ENCODINGS = ("utf-8", "cp932", "utf-16", "euc_jp", "iso2022_jp", "cp1252", "latin-1")
DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", " ": "blank"}
_KINDS = ("number", "integer", "boolean", "category", "date", "text", "unsupported")
_MOST_WIDTH = 400


def reading_words(table: Table | None, options: ReadOptions, *, is_text: bool) -> tuple[Word, ...]:
    """The sentence of a reading; of one that failed, the words by which it may be mended.

    Parameters
    ----------
    table : Table or None
        As read; None when it could not be.
    options : ReadOptions
        What the user said.
    is_text : bool
        Whether a failed source is a file, whose text controls could help.
    """
    report = table.report if table is not None else ReadReport()
    words = [*_text_words(report, options, is_missing=table is None and is_text)]
    if table is None:
        return tuple(words)
    rows, width = table.frame.shape
    shape = text("data_room.word.shape", rows=f"{rows:,}", width=f"{width:,}")
    kinds: Counter[str] = Counter(column.kind for column in table.columns.columns)
    told = ", ".join(_counted(f"word.kind.{kind}", kinds[kind]) for kind in _KINDS if kinds[kind])
    words.append(Word(control="types", text=told, is_said=bool(options.kinds)))
    words.extend(_missing_words(report, options))
    return (Word(control="none", text=shape), *words)


def decision_lines(report: ReadReport, places: Mapping[str, int]) -> tuple[DecisionLine, ...]:
    """The report line by line, what deserves a look first."""
    lines = [
        DecisionLine(
            text=shown(decision.words, _MOST_WIDTH),
            severity=decision.severity,
            columns=tuple(places[name] for name in decision.columns[:50] if name in places),
            offer={"read.missing.in_text": "keep_words", "read.decorated": "convert"}.get(decision.key),  # type: ignore[arg-type]
        )
        for decision in report.decisions
    ]
    return tuple(sorted(lines, key=lambda line: line.severity != "warning"))


def _text_words(report: ReadReport, options: ReadOptions, *, is_missing: bool) -> Iterator[Word]:
    found = _first(report, "read.format")
    if found is not None:
        yield Word(control="none", text=_format(found), severity=found.severity)
    encoding = _first(report, "read.encoding")
    if encoding is not None or is_missing:
        yield _encoding(encoding, options)
    delimiter = _first(report, "read.delimiter")
    if delimiter is not None or is_missing:
        yield _delimiter(delimiter, options)
    if encoding is not None:
        yield _decimal(report, options)
    header = next((d for d in report.of("read.header") if d.key != "read.header.preamble"), None)
    if header is not None or is_missing:
        yield _header(header, report, options)
    sheet = next((d for d in report.of("read.sheet") if "sheets" in d.fields), None)
    if sheet is not None:
        yield _sheet(sheet, options)


def _counted(key: str, count: int) -> str:
    """A sentence of the room about so many things."""
    return text(f"data_room.{key}.{'one' if count == 1 else 'other'}", count=f"{count:,}")


def _first(report: ReadReport, key: str) -> Decision | None:
    return next(iter(report.of(key)), None)


def _format(decision: Decision) -> str:
    name = str(decision.fields.get("format"))
    return {"text": "CSV", "excel": "Excel", "parquet": "Parquet", "feather": "Feather"}.get(name, name)


def _found(word: str) -> Choice:
    return Choice(
        value="", text=text("data_room.word.found", value=word) if word else text("data_room.word.find")
    )


def _encoding(decision: Decision | None, options: ReadOptions) -> Word:
    name = str(decision.fields["encoding"]) if decision else options.encoding or ""
    is_said = options.encoding is not None
    return Word(
        control="encoding",
        text=encoding_name(name) if name else text("data_room.word.encoding"),
        severity=decision.severity if decision else "warning",
        is_said=is_said,
        value=options.encoding or "",
        choices=(
            _found("" if is_said else encoding_name(name)),
            *(Choice(value=code, text=encoding_name(code)) for code in ENCODINGS),
        ),
    )


def encoding_name(code: str) -> str:
    """An encoding as people call it."""
    names = {
        "cp932": "CP932 (Shift_JIS)",
        "euc_jp": "EUC-JP",
        "iso2022_jp": "ISO-2022-JP",
        "cp1252": "Windows-1252",
    }
    return names.get(code, shown(code, 40).upper())


def _delimiter(decision: Decision | None, options: ReadOptions) -> Word:
    word = (
        str(decision.fields.get("delimiter") or "")
        if decision
        else DELIMITERS.get(options.delimiter or "", "")
    )
    is_single = decision is not None and decision.key == "read.delimiter.single"
    told = text("data_room.word.one_column") if is_single else _named("delimiter", word)
    is_said = options.delimiter is not None
    return Word(
        control="delimiter",
        text=told or text("data_room.word.delimiter"),
        severity=decision.severity if decision else "warning",
        is_said=is_said,
        value=options.delimiter or "",
        choices=(
            _found("" if is_said or is_single else _named("delimiter", word)),
            *(Choice(value=sign, text=_named("delimiter", name)) for sign, name in DELIMITERS.items()),
        ),
    )


def _named(kind: str, word: str) -> str:
    return text(f"data_room.word.{kind}.{word}") if word in DELIMITERS.values() else word


def _decimal(report: ReadReport, options: ReadOptions) -> Word:
    comma, unclear = _first(report, "read.decimal.comma"), _first(report, "read.decimal.unclear")
    sign = options.decimal or ("," if comma else ".")
    choices = (Choice(value=".", text=text("data_room.word.decimal.point")),
               Choice(value=",", text=text("data_room.word.decimal.comma")))  # fmt: skip
    return Word(
        control="decimal",
        text=choices[sign == ","].text,
        severity="warning" if (comma or unclear) and options.decimal is None else "note",
        is_said=options.decimal is not None,
        value=options.decimal or "",
        choices=(_found("" if options.decimal else choices[sign == ","].text), *choices),
    )


def _header(decision: Decision | None, report: ReadReport, options: ReadOptions) -> Word:
    lines = str(decision.fields.get("lines") or "") if decision else ""
    if options.header is not None and not lines:
        said = options.header if isinstance(options.header, tuple) else (options.header,)
        lines = ", ".join(str(line) for line in said if line != "none")
    is_none = lines in {"", "-"} and (decision is not None or options.header == "none")
    if is_none:
        told = text("data_room.word.header.none")
    elif lines:
        told = text(f"data_room.word.header.{'lines' if ',' in lines else 'line'}", lines=lines)
    else:
        told = text("data_room.word.header")
    above = _first(report, "read.header.preamble")
    if above is not None:
        told += " " + _counted("word.header.above", int(str(above.fields.get("count"))))
    return Word(
        control="header",
        text=told,
        severity=decision.severity if decision else "warning",
        is_said=options.header is not None,
        value="none" if is_none else lines.replace(" ", ""),
    )


def _sheet(decision: Decision, options: ReadOptions) -> Word:
    listed = decision.fields["sheets"]
    names = [str(name).removesuffix(" *") for name in listed] if isinstance(listed, list) else []
    control: Control = "sheet" if len(names) > 1 else "none"
    choices = tuple(Choice(value=name[:200], text=shown(name, 60)) for name in names[:100])
    return Word(
        control=control,
        text=text("data_room.word.sheet", sheet=shown(str(decision.fields["sheet"]), 40)),
        severity=decision.severity,
        is_said=options.sheet is not None,
        value=str(decision.fields["sheet"])[:200],
        choices=choices if control == "sheet" else (),
    )


def _missing_words(report: ReadReport, options: ReadOptions) -> Iterator[Word]:
    seen: dict[str, int] = {}
    for decision in report.of("read.missing"):
        tokens, counts = decision.fields.get("tokens"), decision.fields.get("counts")
        if isinstance(tokens, list) and isinstance(counts, list):
            for token, count in zip(tokens, counts, strict=True):
                seen[str(token)] = seen.get(str(token), 0) + cast(int, count)
    said = options.missing_tokens
    value = "none" if said == "none" else "\n".join(said or ())
    if not seen and not _first(report, "read.encoding") and said is None:
        return
    told = ", ".join(f"{shown(token, 16)} ({count:,})" for token, count in list(seen.items())[:4])
    key = "data_room.word.missing.some" if seen else "data_room.word.missing.none"
    yield Word(
        control="missing",
        text=text(key, tokens=told + (", …" if len(seen) > 4 else "")),
        severity="warning" if report.of("read.missing.in_text") else "note",
        is_said=said is not None,
        value=value,
    )
