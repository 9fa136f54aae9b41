"""Naming a job and writing a note to it, also long after it has ended."""

from __future__ import annotations

from pydantic import ValidationError

from nbml.durable import write_text
from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.jobs.written_job import read_job
from nbml.settings import Settings
from nbml.spec.about import About

_FILE = "about.json"


def read_about(folder: JobFolder) -> About:
    """What was said of a job; nothing where the file is missing or was damaged by hand."""
    try:
        return About.model_validate_json((folder.root / _FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return About()


def describe(
    job_id: str, *, name: str | None = None, note: str | None = None, settings: Settings | None = None
) -> About:
    """Give a job another name or note.

    Parameters
    ----------
    job_id : str
        The job, in any state.
    name : str, optional
        At most 200 characters; an empty one brings back the name it was made with. Left alone if None.
    note : str, optional
        At most 10,000 characters. Left alone if None.

    Returns
    -------
    About
        What is said of it now.

    Raises
    ------
    JobError
        NBML-J01, NBML-J02 when there is no such job; NBML-J30 when the name or note is too long.
    """
    folder = read_job(job_id, settings or Settings()).folder
    before = read_about(folder)
    try:
        about = About(
            name=before.name if name is None else " ".join(name.split()) or None,
            note=before.note if note is None else note.strip(),
        )
    except ValidationError:
        raise JobError("NBML-J30", name=200, note=10_000) from None
    write_text(folder.root / _FILE, about.model_dump_json())
    return about
