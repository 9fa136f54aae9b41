"""Every job of this user, from their folders."""

from __future__ import annotations

from nbml.engine.job_folder import JobFolder
from nbml.jobs.history.summary import summarise
from nbml.settings import Settings
from nbml.spec.history import JobSummary


def jobs(*, limit: int | None = 50, search: str = "", settings: Settings | None = None) -> list[JobSummary]:
    """The latest jobs, newest first.

    Parameters
    ----------
    limit : int or None
        At most so many; all when None.
    search : str
        Words that must all stand in a job's line: its name, id, state, data, targets, models, project,
        user or note; capitals do not count.

    Returns
    -------
    list of JobSummary
        A folder that cannot be read is listed as damaged.
    """
    settings = settings or Settings()
    if not settings.jobs.exists():
        return []
    names = sorted((p.name for p in settings.jobs.iterdir() if _is_job(p.name, settings)), reverse=True)
    found: list[JobSummary] = []
    for name in names:
        if limit is not None and len(found) >= limit:
            break
        line = summarise(name, settings)
        if line.matches(search):
            found.append(line)
    return found


def _is_job(name: str, settings: Settings) -> bool:
    return not name.startswith(".") and JobFolder(settings.jobs / name).exists()
