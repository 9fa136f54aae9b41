"""Where a result comes from and what was made with it: data set, job, models, and the jobs that use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nbml.engine.job_folder import JobFolder
from nbml.jobs.history.summary import JobSummary, summarise
from nbml.jobs.listing import jobs
from nbml.jobs.written_job import read_job
from nbml.settings import Settings
from nbml.spec.result import TrainRecord

NodeKind = Literal["data", "job", "model", "prediction", "optimisation"]
MOST_SIBLINGS = 12


@dataclass(frozen=True)
class Node:
    """A thing that was made or used.

    Attributes
    ----------
    id : str
        ``<kind>:<key>``, unique in the graph.
    label, detail : str
        Name for show and one line under it.
    job_id : str or None
        The job that can be opened for it.
    """

    id: str
    kind: NodeKind
    label: str
    detail: str = ""
    job_id: str | None = None


@dataclass(frozen=True)
class Lineage:
    """A directed graph without cycles; an edge leads from what was used to what was made."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    focus: str
    siblings_left_out: int = 0


def lineage(job_id: str, *, settings: Settings | None = None) -> Lineage:
    """The graph around a job: its data set, its models, other jobs on the same data, and what uses it.

    Raises
    ------
    JobError
        NBML-J01, NBML-J02 when there is no such job.
    """
    settings = settings or Settings()
    read_job(job_id, settings)
    line = summarise(job_id, settings)
    everything = [other for other in jobs(limit=None, settings=settings) if other.state != "damaged"]
    nodes = [_job_node(line)]
    edges: list[tuple[str, str]] = []
    kin: list[JobSummary] = []
    if line.data_sha256:
        data = Node(
            f"data:{line.data_sha256}", "data", line.data, f"{line.data_sha256[:12]} · {line.n_rows:,}"
        )
        nodes.insert(0, data)
        edges.append((data.id, f"job:{job_id}"))
        kin = [o for o in everything if o.data_sha256 == line.data_sha256 and o.id != job_id]
        for other in kin[:MOST_SIBLINGS]:
            nodes.append(_job_node(other))
            edges.append((data.id, f"job:{other.id}"))
    for model in _models(JobFolder.of(settings.jobs, job_id)):
        nodes.append(model)
        edges.append((f"job:{job_id}", model.id))
    return Lineage(tuple(nodes), tuple(edges), f"job:{job_id}", max(len(kin) - MOST_SIBLINGS, 0))


def _job_node(line: JobSummary) -> Node:
    kind: NodeKind = "optimisation" if line.task == "optimize" else "job"
    return Node(f"job:{line.id}", kind, line.title, line.created[:16].replace("T", " "), line.id)


def _models(folder: JobFolder) -> list[Node]:
    if not folder.result.exists():
        return []
    record = TrainRecord.model_validate_json(folder.result.read_bytes())
    found: list[Node] = []
    for target in record.targets:
        leader = record.chosen(target)
        if leader is not None:
            label = f"{leader.family} · {target}"
            found.append(Node(f"model:{record.job_id}:{len(found)}", "model", label, job_id=record.job_id))
    return found
