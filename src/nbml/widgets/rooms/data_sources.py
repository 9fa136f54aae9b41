"""What the Data room offers to choose from, and how a dropped file comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from nbml.spec.messages import data_room as wire
from nbml.spec.messages.base import Request
from nbml.spec.reading import shown
from nbml.widgets.bridge import Handler
from nbml.widgets.progress import Progress
from nbml.widgets.session import Session

if TYPE_CHECKING:
    from nbml.widgets.rooms.data_draft import Origin
    from nbml.widgets.sources.uploads import Uploads


def _uploads(session: Session) -> Uploads:
    from nbml.widgets.rooms.data_room import room_of

    return room_of(session).uploads


def origin_of(session: Session, source: wire.Source) -> Origin:
    """Where a source that the page names is read from.

    Raises
    ------
    PanelError
        NBML-W60 for a DataFrame that is gone, W61 for a file that may not be read, W65 for an upload that
        has not arrived.
    JobError
        NBML-J02 for a training that is gone.
    ReadError
        NBML-R31, NBML-R32 for rows that it has lost.
    """
    from nbml.widgets.rooms.data_draft import Origin
    from nbml.widgets.sources.folders import resolve_in
    from nbml.widgets.sources.frames import find_frame, kernel_namespace

    if source.kind == "frame":
        find_frame(kernel_namespace(), source.name)  # one that is gone does not take the table's place
        return Origin("frame", source.name)
    if source.kind == "file":
        path = resolve_in(session.roots, source.root, source.path)
        return Origin("file", path.name, path=path)
    if source.kind == "kept":
        from nbml.jobs.kept_tables import kept_name, kept_table
        from nbml.jobs.written_job import read_job

        job = read_job(source.job_id, session.settings)
        return Origin("kept", kept_name(job.spec), table=kept_table(job), job_id=source.job_id)
    if source.kind == "example":
        from nbml.examples import write_example

        path = write_example(source.name, session.settings.home / "examples", language=session.language)
        return Origin("example", path.name, path=path)
    upload = _uploads(session).whole(source.upload_id)
    return Origin("upload", upload.path.name, path=upload.path)


def list_sources(session: Session, _request: wire.ListSources, _progress: Progress) -> wire.Sources:
    """DataFrames of the kernel and allowed folders."""
    from nbml.widgets.sources.frames import kernel_namespace, list_frames

    frames = list_frames(kernel_namespace())
    return wire.Sources(
        frames=tuple(wire.FrameLine(name=name, n_rows=rows, n_columns=width) for name, rows, width in frames),
        roots=tuple(
            wire.RootLine(name=root.resolve().name or str(root), place=place)
            for place, root in enumerate(session.roots)
        ),
        upload_bytes=_uploads(session).most_bytes,
    )


def list_kept(session: Session, _request: wire.ListKept, _progress: Progress) -> wire.KeptSets:
    """The data sets of the catalog."""
    from nbml.jobs.kept_tables import kept_tables

    found, elsewhere = kept_tables(session.settings)
    return wire.KeptSets(
        versions=tuple(
            wire.KeptLine(**asdict(one) | {"name": shown(one.name), "title": shown(one.title)})
            for one in found
        ),
        elsewhere=elsewhere,
    )


def list_folder(session: Session, request: wire.ListFolder, _progress: Progress) -> wire.FolderView:
    """What lies in an allowed folder."""
    from nbml.widgets.sources.folders import list_folder as listing

    found = listing(session.roots, request.root, request.path)
    return wire.FolderView(
        root=request.root,
        path=request.path,
        folders=found.folders,
        files=tuple(wire.FileLine(name=e.name, size=e.size, is_table=e.is_table) for e in found.files),
        more=found.more,
    )


def begin_upload(session: Session, request: wire.BeginUpload, _progress: Progress) -> wire.UploadPlan:
    """Make room for a dropped file."""
    from nbml.widgets.sources.uploads import CHUNK_BYTES

    uploads = _uploads(session)
    upload_id = uploads.begin(request.name, request.size)
    return wire.UploadPlan(
        upload_id=upload_id, chunk_bytes=CHUNK_BYTES, chunks=-(-request.size // CHUNK_BYTES)
    )


def add_chunk(session: Session, request: wire.UploadChunk, _progress: Progress) -> wire.UploadState:
    """Take in a piece of it."""
    upload = _uploads(session).add(request.upload_id, request.index, request.data)
    return wire.UploadState(received=len(upload.received), sha256=upload.sha256)


def drop_upload(session: Session, request: wire.DropUpload, _progress: Progress) -> None:
    """Forget a dropped file."""
    _uploads(session).drop(request.upload_id)


HANDLERS: Mapping[type[Request], Handler] = {
    wire.ListSources: list_sources,
    wire.ListKept: list_kept,
    wire.ListFolder: list_folder,
    wire.BeginUpload: begin_upload,
    wire.UploadChunk: add_chunk,
    wire.DropUpload: drop_upload,
}
