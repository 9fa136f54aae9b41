"""Where a result comes from and what was made with it: data set, job, models, and the jobs that use them."""

from __future__ import annotations

from nbml.engine.job_folder import JobFolder
from nbml.jobs.history.summary import summarise
from nbml.jobs.listing import jobs
from nbml.jobs.predicting.records import list_records
from nbml.jobs.written_job import read_job
from nbml.settings import Settings
from nbml.spec.history import JobSummary, Lineage, LineageEdge, LineageNode, NodeKind
from nbml.spec.result import TrainRecord

MOST_SIBLINGS = 12
MOST_PREDICTIONS = 6


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
    edges: list[LineageEdge] = []
    kin: list[JobSummary] = []
    if line.data_sha256:
        data = LineageNode(
            id=f"data:{line.data_sha256}",
            kind="data",
            label=line.data,
            detail=f"{line.data_sha256[:12]} · {line.n_rows:,}",
        )
        nodes.insert(0, data)
        edges.append(LineageEdge(used=data.id, made=f"job:{job_id}"))
        kin = [o for o in everything if o.data_sha256 == line.data_sha256 and o.id != job_id]
        for other in kin[:MOST_SIBLINGS]:
            nodes.append(_job_node(other))
            edges.append(LineageEdge(used=data.id, made=f"job:{other.id}"))
    for model in _models(JobFolder.of(settings.jobs, job_id)):
        nodes.append(model)
        edges.append(LineageEdge(used=f"job:{job_id}", made=model.id))
    for node, used in _predictions(JobFolder.of(settings.jobs, job_id), nodes):
        nodes.append(node)
        edges += [LineageEdge(used=model, made=node.id) for model in used]
    return Lineage(
        nodes=tuple(nodes),
        edges=tuple(edges),
        focus=f"job:{job_id}",
        siblings_left_out=max(len(kin) - MOST_SIBLINGS, 0),
    )


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
            label = f"{leader.family} · {target}"
            found.append(
                LineageNode(
                    id=f"model:{record.job_id}:{len(found)}", kind="model", label=label, job_id=record.job_id
                )
            )
    return found


def _predictions(folder: JobFolder, nodes: list[LineageNode]) -> list[tuple[LineageNode, list[str]]]:
    """The latest prediction runs, each with the models that answered: the job where another family did."""
    models = {node.label: node.id for node in nodes if node.kind == "model"}
    found = []
    for record in list_records(folder)[:MOST_PREDICTIONS]:
        used = [models.get(f"{one.family} · {one.target}", f"job:{folder.job_id}") for one in record.models]
        detail = f"{record.rows:,} · {record.created[:16].replace('T', ' ')}"
        node = LineageNode(
            id=f"prediction:{record.id}", kind="prediction", label=record.source, detail=detail
        )
        found.append((node, list(dict.fromkeys(used))))
    return found
