"""Where a result comes from and what was made with it: data set, job, models, and the jobs that use them."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.jobs.history.summary import summarise
from nbml.jobs.listing import jobs
from nbml.jobs.predicting.records import list_records
from nbml.jobs.written_job import read_search
from nbml.settings import Settings
from nbml.spec.history import JobSummary, Lineage, LineageEdge, LineageNode, NodeKind
from nbml.spec.optimize import UsedModels
from nbml.spec.result import TrainRecord

MOST_SIBLINGS = 12
MOST_PREDICTIONS = 6
MOST_SEARCHES = 12

_Models = dict[tuple[str | None, str], str]
"""Nodes of models, by family and target."""


@dataclass
class _Graph:
    nodes: dict[str, LineageNode] = field(default_factory=dict)
    edges: list[LineageEdge] = field(default_factory=list)

    def add(self, node: LineageNode, *used: str) -> None:
        """A node with what it was made from; once, however often it is met."""
        self.nodes.setdefault(node.id, node)
        for other in dict.fromkeys(used):
            edge = LineageEdge(used=other, made=node.id)
            if edge not in self.edges:
                self.edges.append(edge)


def lineage(job_id: str, *, settings: Settings | None = None) -> Lineage:
    """The graph around a job: its data set, its models, other jobs on the same data, and what uses it.

    Of an inverse search: the models it was made with, their jobs and data sets, searches that go on from it.

    Raises
    ------
    JobError
        NBML-J01, NBML-J02 when there is no such job.
    """
    settings = settings or Settings()
    folder = JobFolder.of(settings.jobs, job_id)
    if not folder.exists():
        raise JobError("NBML-J02", job_id=job_id)
    line = summarise(job_id, settings)
    graph, left_out = _Graph(), 0
    everything = [other for other in jobs(limit=None, settings=settings) if other.state != "damaged"]
    if line.task == "optimize":
        _around_search(graph, line, everything, settings)
    else:
        left_out = _around_training(graph, line, everything, settings)
    return Lineage(
        nodes=tuple(graph.nodes.values()),
        edges=tuple(graph.edges),
        focus=f"job:{job_id}",
        siblings_left_out=left_out,
    )


def _around_training(
    graph: _Graph, line: JobSummary, everything: list[JobSummary], settings: Settings
) -> int:
    """A training with its data and models, its siblings, predictions and searches; siblings left out."""
    kin: list[JobSummary] = []
    _add_training(graph, line)
    if line.data_sha256:
        kin = [
            other
            for other in everything
            if other.data_sha256 == line.data_sha256 and other.id != line.id and other.task == "train"
        ]
        for other in kin[:MOST_SIBLINGS]:
            graph.add(_job_node(other), f"data:{line.data_sha256}")
    folder = JobFolder.of(settings.jobs, line.id)
    made = _models(folder)
    for node in made:
        graph.add(node, f"job:{line.id}")
    models = _ids(made)
    for node, used in _predictions(folder, models):
        graph.add(node, *used)
    searches = [other for other in everything if other.task == "optimize"]
    found = 0
    for other in searches:
        mine = [one for one in _used(other.id, settings) if _is_of(one, line)]
        if mine and found < MOST_SEARCHES:
            found += 1
            graph.add(_job_node(other), *(part for one in mine for part in _parts(one, line.id, models)))
    return max(len(kin) - MOST_SIBLINGS, 0)


def _around_search(graph: _Graph, line: JobSummary, everything: list[JobSummary], settings: Settings) -> None:
    """An inverse search with the models, jobs and data it was made from, before and after it."""
    by_id = {other.id: other for other in everything}
    sources: list[str] = []
    for one in _used(line.id, settings):
        training = next((o for o in everything if o.task == "train" and _is_of(one, o)), None)
        if training is None:
            node = LineageNode(id=f"model:{one.run}", kind="model", label=one.run, detail=one.data)
            graph.add(node, *_data_of(graph, one))
            sources.append(node.id)
            continue
        _add_training(graph, training)
        made = _models(JobFolder.of(settings.jobs, training.id))
        parts = _parts(one, training.id, _ids(made))
        for node in made:
            if node.id in parts:
                graph.add(node, f"job:{training.id}")
        sources += parts
    before = read_search(line.id, settings).spec.after
    if before in by_id:
        graph.add(_job_node(by_id[before]))
        sources.append(f"job:{before}")
    graph.add(_job_node(line), *sources)
    for other in everything:
        if other.task == "optimize" and read_search(other.id, settings).spec.after == line.id:
            graph.add(_job_node(other), f"job:{line.id}")


def _add_training(graph: _Graph, line: JobSummary) -> None:
    if not line.data_sha256:
        graph.add(_job_node(line))
        return
    graph.add(_data_node(line.data, line.data_sha256, line.n_rows))
    graph.add(_job_node(line), f"data:{line.data_sha256}")


def _data_of(graph: _Graph, one: UsedModels) -> tuple[str, ...]:
    if not one.data_sha256:
        return ()
    node = _data_node(one.data, one.data_sha256, one.n_rows)
    graph.add(node)
    return (node.id,)


def _data_node(name: str, sha256: str, n_rows: int) -> LineageNode:
    return LineageNode(id=f"data:{sha256}", kind="data", label=name, detail=f"{sha256[:12]} · {n_rows:,}")


def _used(job_id: str, settings: Settings) -> tuple[UsedModels, ...]:
    resolved = read_search(job_id, settings).spec.resolved
    return () if resolved is None else resolved.used


def _is_of(one: UsedModels, line: JobSummary) -> bool:
    """Whether models that were searched with are those of a training."""
    return one.run == line.id or (one.run_id is not None and one.run_id == line.run_id)


def _ids(models: list[LineageNode]) -> _Models:
    return {(node.family, node.label): node.id for node in models}


def _parts(one: UsedModels, job_id: str, models: _Models) -> list[str]:
    """What of a training was searched with: its models by family and target, else the job itself."""
    return [models.get((family, target), f"job:{job_id}") for target, family in one.families.items()]


def _job_node(line: JobSummary) -> LineageNode:
    kind: NodeKind = "optimisation" if line.task == "optimize" else "job"
    return LineageNode(
        id=f"job:{line.id}",
        kind=kind,
        label=line.title,
        detail=line.created[:16].replace("T", " "),
        job_id=line.id,
    )


def _models(folder: JobFolder) -> list[LineageNode]:
    if not folder.result.exists():
        return []
    record = TrainRecord.model_validate_json(folder.result.read_bytes())
    found: list[LineageNode] = []
    for target in record.targets:
        leader = record.chosen(target)
        if leader is not None:
            found.append(
                LineageNode(
                    id=f"model:{record.job_id}:{len(found)}",
                    kind="model",
                    label=target,
                    family=leader.family,
                    job_id=record.job_id,
                )
            )
    return found


def _predictions(folder: JobFolder, models: _Models) -> list[tuple[LineageNode, list[str]]]:
    """The latest prediction runs, each with the models that answered: the job where another family did."""
    found = []
    for record in list_records(folder)[:MOST_PREDICTIONS]:
        used = [models.get((one.family, one.target), f"job:{folder.job_id}") for one in record.models]
        detail = f"{record.rows:,} · {record.created[:16].replace('T', ' ')}"
        node = LineageNode(
            id=f"prediction:{record.id}", kind="prediction", label=record.source, detail=detail
        )
        found.append((node, list(dict.fromkeys(used))))
    return found
