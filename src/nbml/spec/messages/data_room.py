"""What the Data room asks and is answered.

Columns go by their place in the table, never by name: names are only shown. A `revision` says which state of
the table a request is about; one that is out of date is refused.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.columns import Kind, Role
from nbml.spec.messages.base import JobId, PanelFault, Request
from nbml.spec.profile import ColumnProfile

Place = Annotated[int, Field(ge=0, lt=100_000)]
UploadId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Part = Annotated[str, Field(min_length=1, max_length=255)]
Control = Literal["encoding", "delimiter", "decimal", "header", "sheet", "missing", "types", "none"]
Line = Annotated[int, Field(ge=1)]

COLUMN_PAGE = 400
ROW_PAGE = 200
MOST_CELLS = 6_000


class FrameSource(Strict):
    """A DataFrame of the kernel by its name."""

    kind: Literal["frame"] = "frame"
    name: str = Field(max_length=200)


class FileSource(Strict):
    """A file under an allowed folder."""

    kind: Literal["file"] = "file"
    root: Place = Field(description="Place of the allowed folder in the list of sources.")
    path: tuple[Part, ...] = Field(min_length=1, max_length=64, description="Folders, then the file.")


class UploadSource(Strict):
    """A file that was dropped and has arrived."""

    kind: Literal["upload"] = "upload"
    upload_id: UploadId


class KeptSource(Strict):
    """A version of a data set, by the training that has kept its rows."""

    kind: Literal["kept"] = "kept"
    job_id: JobId


class ExampleSource(Strict):
    """A table that comes with nbml."""

    kind: Literal["example"] = "example"
    name: Literal["adhesive", "diabetes"]


Source = Annotated[
    FrameSource | FileSource | UploadSource | KeptSource | ExampleSource, Field(discriminator="kind")
]


class OpenData(Request):
    """The room as it stands. Answered with TableView."""

    kind: Literal["data.open"] = "data.open"


class ListSources(Request):
    """What there is to choose from. Answered with Sources."""

    kind: Literal["data.sources"] = "data.sources"


class ListKept(Request):
    """The data sets of the catalog. Answered with KeptSets."""

    kind: Literal["data.kept"] = "data.kept"


class ListFolder(Request):
    """What lies in a folder. Answered with FolderView."""

    kind: Literal["data.folder"] = "data.folder"
    root: Place
    path: tuple[Part, ...] = Field(default=(), max_length=64)


class ChooseSource(Request):
    """Read a source. Answered with TableView, which holds the fault when it cannot be read."""

    kind: Literal["data.choose"] = "data.choose"
    source: Source


class ReadAnew(Request):
    """Read again with options changed: those not given stay, null finds out. Answered with TableView."""

    kind: Literal["data.reread"] = "data.reread"
    revision: int
    encoding: str | None = Field(default=None, max_length=40)
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    decimal: Literal[".", ","] | None = None
    header: Literal["none"] | tuple[Line, ...] | None = Field(
        default=None, description="Lines from 1, or none."
    )
    sheet: str | None = Field(default=None, max_length=200)
    missing_tokens: Literal["none"] | tuple[str, ...] | None = Field(default=None, max_length=200)


class EditColumns(Request):
    """Change columns in the sheet; what is not given stays. Answered with TableView."""

    kind: Literal["data.edit"] = "data.edit"
    revision: int
    positions: tuple[Place, ...] = Field(min_length=1, max_length=20_000)
    role: Role | None = None
    column_kind: Kind | Literal["found"] | None = Field(
        default=None, description="found: as the reader says."
    )
    unit: str | None = Field(default=None, max_length=40, description="Empty for none.")
    words: Literal["keep", "missing"] | None = Field(
        default=None, description="Whether words such as NA are values of these columns."
    )
    convert: bool | None = Field(default=None, description="Whether 1,234, ¥ and % become numbers.")


class Undo(Request):
    """Take the last change back. Answered with TableView."""

    kind: Literal["data.undo"] = "data.undo"
    revision: int


class Redo(Request):
    """Make the change again that was taken back. Answered with TableView."""

    kind: Literal["data.redo"] = "data.redo"
    revision: int


class ListColumns(Request):
    """A page of the column sheet. Answered with ColumnPage."""

    kind: Literal["data.columns"] = "data.columns"
    revision: int
    start: Place
    count: int = Field(ge=1, le=COLUMN_PAGE)


class ListRows(Request):
    """A window of the table; at most 6,000 cells. Answered with Rows."""

    kind: Literal["data.rows"] = "data.rows"
    revision: int
    start: int = Field(ge=0)
    count: int = Field(ge=1, le=ROW_PAGE)
    first_column: Place = 0
    columns: int = Field(ge=1, le=200)


class ProfileColumns(Request):
    """How columns are distributed. Answered with Profiles."""

    kind: Literal["data.profile"] = "data.profile"
    revision: int
    start: Place
    count: int = Field(ge=1, le=COLUMN_PAGE)


class DrawColumns(Request):
    """A figure of one or two columns, or of correlations. Answered with ChartView."""

    kind: Literal["data.figure"] = "data.figure"
    revision: int
    chart: Literal["columns", "correlation"] = "columns"
    x: Place = 0
    y: Place | None = Field(default=None, description="A second column.")
    colour: Place | None = Field(default=None, description="A third, where two quantities are drawn.")
    positions: tuple[Place, ...] = Field(
        default=(), max_length=60, description="Quantities to correlate; targets and first features if none."
    )
    method: Literal["pearson", "spearman"] = "pearson"


class CheckTable(Request):
    """Check the table by the roles of its columns. Answered with CheckList."""

    kind: Literal["data.checks"] = "data.checks"
    revision: int


class ApplyRemedy(Request):
    """Do what a finding offers. Answered with TableView."""

    kind: Literal["data.remedy"] = "data.remedy"
    revision: int
    finding: Place = Field(description="Place in the list of findings.")
    remedy: Place = Field(description="Place among its remedies.")


class TakeBackRows(Request):
    """Take back a decision about rows, such as leaving out copies. Answered with TableView."""

    kind: Literal["data.take_back"] = "data.take_back"
    revision: int
    what: Literal["copies", "missing_target", "infinite"]


class SelectRows(Request):
    """Choose rows, for ``panel.selected``."""

    kind: Literal["data.select"] = "data.select"
    revision: int
    rows: tuple[Annotated[int, Field(ge=0)], ...] = Field(max_length=100_000)


class FirstLines(Request):
    """The first lines of the file, to choose the header. Answered with LinesView."""

    kind: Literal["data.lines"] = "data.lines"


class DataAsCode(Request):
    """The Python that makes this table. Answered with DataCode."""

    kind: Literal["data.code"] = "data.code"


class BeginUpload(Request):
    """A file was dropped. Answered with UploadPlan."""

    kind: Literal["data.upload"] = "data.upload"
    name: str = Field(min_length=1, max_length=1000)
    size: int = Field(ge=0)


class UploadChunk(Request):
    """One piece of it, in any order. Answered with UploadState."""

    kind: Literal["data.upload_chunk"] = "data.upload_chunk"
    upload_id: UploadId
    index: Place
    data: str = Field(max_length=3_000_000, description="Base64.")


class DropUpload(Request):
    """Forget a dropped file."""

    kind: Literal["data.upload_drop"] = "data.upload_drop"
    upload_id: UploadId


class FrameLine(Strict):
    """A DataFrame of the kernel."""

    name: str
    n_rows: int
    n_columns: int


class RootLine(Strict):
    """An allowed folder."""

    name: str
    place: int


class Sources(Strict):
    """What there is to choose from."""

    frames: tuple[FrameLine, ...]
    roots: tuple[RootLine, ...]
    upload_bytes: int = Field(description="Greatest size of a dropped file.")


class KeptLine(Strict):
    """A version of a data set."""

    job_id: str = Field(description="Of the latest training on it, which has kept its rows.")
    title: str = Field(description="What that training is called.")
    name: str
    version: int
    project: str
    user: str
    n_rows: int
    n_columns: int = Field(description="Columns that were used.")
    used: str = Field(description="When it was last used, UTC, ISO 8601.")


class KeptSets(Strict):
    """The versions of the user's data sets, latest use first."""

    versions: tuple[KeptLine, ...]
    elsewhere: int = Field(default=0, description="Versions of which no rows are kept on this machine.")


class FileLine(Strict):
    """A file in a folder."""

    name: str
    size: int
    is_table: bool = Field(description="Whether its name is that of a format that can be read.")


class FolderView(Strict):
    """What lies in a folder: hidden entries, and links that lead out of the allowed folder, are left out."""

    root: int
    path: tuple[str, ...]
    folders: tuple[str, ...]
    files: tuple[FileLine, ...]
    more: int = Field(default=0, description="Entries beyond those listed.")


class Choice(Strict):
    """One value of a control."""

    value: str
    text: str


class Word(Strict):
    """A word of the reading sentence, and what it lets one change."""

    control: Control
    text: str
    severity: Literal["note", "warning"] = "note"
    is_said: bool = Field(default=False, description="Whether the user chose it.")
    value: str = Field(default="", description="The choice in force; empty when the reader found it.")
    choices: tuple[Choice, ...] = ()


class DecisionLine(Strict):
    """A sentence of the read report."""

    text: str
    severity: Literal["note", "warning"]
    columns: tuple[int, ...] = ()
    offer: Literal["keep_words", "convert"] | None = Field(
        default=None, description="An edit of these columns that settles it."
    )


class ColumnLine(Strict):
    """A column as the sheet shows it; texts are cut and harmless."""

    position: int
    name: str
    label: str
    unit: str | None
    kind: Kind
    role: Role
    is_kind_said: bool
    is_made: bool = Field(default=False, description="Not in the source: made by a decision about rows.")
    missing_share: float
    n_unique: int
    low: float | None
    high: float | None
    levels: tuple[str, ...] = Field(description="The first ones.")
    note: str | None


class SourceLine(Strict):
    """Where the table comes from."""

    kind: Literal["file", "frame", "upload", "table", "kept", "example"]
    name: str
    has_lines: bool = Field(default=False, description="Whether there are lines to choose a header from.")


class RowDecision(Strict):
    """A decision about rows that is in force and can be taken back."""

    what: Literal["copies", "missing_target", "infinite"]
    text: str


class TableView(Strict):
    """The room: a source, how it was read, and its columns; or the fault that keeps it from being read."""

    revision: int
    source: SourceLine | None = None
    words: tuple[Word, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()
    rows: tuple[RowDecision, ...] = ()
    fault: PanelFault | None = None
    suggestion: Choice | None = Field(
        default=None, description="The encoding that the fault takes for likely."
    )
    n_rows: int = 0
    n_columns: int = 0
    columns: tuple[ColumnLine, ...] = Field(default=(), description="The first 400; others by ListColumns.")
    can_undo: bool = False
    can_redo: bool = False


class ColumnPage(Strict):
    """A page of the column sheet."""

    revision: int
    start: int
    columns: tuple[ColumnLine, ...]


class Rows(Strict):
    """A window of the table, row by row; null where there is no value."""

    revision: int
    start: int
    first_column: int
    cells: tuple[tuple[str | None, ...], ...]


class Profiles(Strict):
    """How columns are distributed."""

    revision: int
    profiles: tuple[ColumnProfile, ...]


class ChartView(Strict):
    """A plotly figure."""

    figure: dict[str, Any]


class RemedyLine(Strict):
    """What a button of a finding says."""

    text: str


class FindingLine(Strict):
    """One result of the checks."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    next_step: str
    columns: tuple[int, ...]
    remedies: tuple[RemedyLine, ...]


class CheckList(Strict):
    """What the checks found, errors first."""

    revision: int
    has_target: bool
    findings: tuple[FindingLine, ...]
    more: int = Field(default=0, description="Findings beyond those listed.")


class LinesView(Strict):
    """The first lines of the file, from line 1."""

    lines: tuple[str, ...]


class DataCode(Strict):
    """Python that makes the same table."""

    code: str


class UploadPlan(Strict):
    """How to send a dropped file."""

    upload_id: str
    chunk_bytes: int
    chunks: int


class UploadState(Strict):
    """How much of it has arrived."""

    received: int = Field(description="Pieces.")
    sha256: str | None = Field(default=None, description="Of the whole file, once all have arrived.")


SourceRequests: tuple[type[Request], ...] = (
    ListSources,
    ListKept,
    ListFolder,
    BeginUpload,
    UploadChunk,
    DropUpload,
)
"""How a source is found, in every room that reads one."""
Requests: tuple[type[Request], ...] = (
    OpenData,
    ListSources,
    ListKept,
    ListFolder,
    ChooseSource,
    ReadAnew,
    EditColumns,
    Undo,
    Redo,
    ListColumns,
    ListRows,
    ProfileColumns,
    DrawColumns,
    CheckTable,
    ApplyRemedy,
    TakeBackRows,
    SelectRows,
    FirstLines,
    DataAsCode,
    BeginUpload,
    UploadChunk,
    DropUpload,
)
Answers: dict[type[Request], type[Strict]] = {
    OpenData: TableView,
    ListSources: Sources,
    ListKept: KeptSets,
    ListFolder: FolderView,
    ChooseSource: TableView,
    ReadAnew: TableView,
    EditColumns: TableView,
    Undo: TableView,
    Redo: TableView,
    ListColumns: ColumnPage,
    ListRows: Rows,
    ProfileColumns: Profiles,
    DrawColumns: ChartView,
    CheckTable: CheckList,
    ApplyRemedy: TableView,
    TakeBackRows: TableView,
    FirstLines: LinesView,
    DataAsCode: DataCode,
    BeginUpload: UploadPlan,
    UploadChunk: UploadState,
}
