"""What a file really is, told by its first bytes; its name is only compared in the report."""

from __future__ import annotations

import io
import re
import zipfile

from nbml.errors import ReadError

SUFFIXES = {
    ".csv": "text",
    ".tsv": "text",
    ".tab": "text",
    ".txt": "text",
    ".dat": "text",
    ".gz": "gzip",
    ".zip": "zip",
    ".xlsx": "excel",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".feather": "feather",
    ".arrow": "feather",
}
_MAGIC = (
    (b"PAR1", "parquet"),
    (b"ARROW1", "feather"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"FEA1", "feather 1"),
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF", "HDF5"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"\x7fELF", "ELF"),
    (b"Obj\x01", "Avro"),
    (b"ORC", "ORC"),
)
_BLANK = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
_PICKLE = re.compile(rb"\x80[\x02-\x05](?:[\x95\x8c}\](cq]|$)")
_MARKUP = re.compile(r"\s*<(?:!doctype|html|head|body|table|\?xml|svg|div|script)\b", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:\[\s*)?\{\s*\"")


def detect(data: bytes, path: str, suffix: str = "") -> str:
    """One of text, gzip, zip, excel, parquet, feather.

    Parameters
    ----------
    data : bytes
        The file, at least its head; all of it for a zip, whose members decide.
    path : str
        Its name, for messages.
    suffix : str, optional
        Of the file; unset where it does not speak of these bytes, as of those in a zip.

    Raises
    ------
    ReadError
        NBML-R11 when there is nothing, R09 for a format that is known and not read (xls, xlsm, pickle, ...),
        R10 when the content cannot be what the name says.
    """
    if not data[: 1 << 16].strip(_BLANK) and not data.strip(_BLANK):
        raise ReadError("NBML-R11", path=path)
    suffix = suffix.lower()
    for magic, found in _FOREIGN:
        if data.startswith(magic):
            raise ReadError("NBML-R09", path=path, format=found)
    if _PICKLE.match(data[:3]) or suffix in {".pkl", ".pickle", ".joblib"}:
        raise ReadError("NBML-R09", path=path, format="pickle")
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "text")
    if kind == "zip":
        kind = _zip_kind(data, path)
    if kind == "text" and SUFFIXES.get(suffix) not in {None, "text"}:
        raise ReadError("NBML-R10", path=path, format=suffix[1:])
    return kind


def check_text(text: str, path: str) -> None:
    """Raise NBML-R09 when a text is a page or a document and no table."""
    if _MARKUP.match(text[:400]):
        raise ReadError("NBML-R09", path=path, format="HTML/XML")
    if _JSON.match(text[:400]):
        raise ReadError("NBML-R09", path=path, format="JSON")


def _zip_kind(data: bytes, path: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ReadError("NBML-R08", path=path, reason=str(error)) from error
    if "xl/vbaProject.bin" in members:
        raise ReadError("NBML-R09", path=path, format="xlsm")
    if "xl/workbook.bin" in members:
        raise ReadError("NBML-R09", path=path, format="xlsb")
    if "content.xml" in members and "mimetype" in members:
        raise ReadError("NBML-R09", path=path, format="ods")
    if "data.pkl" in members or {"schema.json", "manifest.json"} & members:
        raise ReadError("NBML-R09", path=path, format="pickle")
    return "excel" if "xl/workbook.xml" in members else "zip"
