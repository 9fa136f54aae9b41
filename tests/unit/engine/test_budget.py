"""What a job may use: the least of what was asked, the affinity and the cgroup, and never nothing."""

import os
from types import SimpleNamespace

import pytest

from nbml.engine import budget
from nbml.engine.budget import (
    cgroup_cpus,
    cpu_budget,
    memory_budget_mb,
    own_cgroup,
    worker_count,
    worker_memory_mb,
)
from nbml.settings import Settings

MB = 2**20


def cgroup(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({}, None),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "400000 100000\n"}, 4.0),
        ({"cpu.max": "5000 100000\n"}, 0.05),
        ({"cpu.max": "rubbish"}, None),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2.0),
        ({"cpu/cpu.cfs_quota_us": "200000\n"}, None),
    ],
    ids=["none", "v2 max", "v2 1.5", "v2 4", "v2 tiny", "v2 unreadable", "v1 none", "v1 2", "v1 half"],
)
def test_cgroup_quota(tmp_path, files, cpus):
    """F17: version 2, else version 1."""
    assert cgroup_cpus(cgroup(tmp_path, files)) == cpus


@pytest.mark.parametrize(
    ("quota", "affinity", "cpus"),
    [(None, 8, 8), (2.0, 8, 2), (16.0, 8, 8), (1.5, 8, 1), (0.05, 8, 1), (None, 1, 1)],
)
def test_cpu_budget_is_the_least(monkeypatch, quota, affinity, cpus):
    """F17."""
    monkeypatch.setattr(budget, "cgroup_cpus", lambda _root, _inside: quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(affinity)), raising=False)
    monkeypatch.delenv("NBML_CPUS", raising=False)
    assert cpu_budget(Settings()) == cpus


def test_cpu_budget_as_said(monkeypatch):
    monkeypatch.setenv("NBML_CPUS", "3")
    assert cpu_budget() == 3


def test_cpu_budget_follows_affinity():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("no affinity on this system")
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert cpu_budget(Settings(cpus=None)) == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(
    ("files", "free_mb"),
    [
        ({}, 1000),
        ({"memory.max": "max\n", "memory.current": f"{50 * MB}"}, 1000),
        ({"memory.max": f"{400 * MB}\n", "memory.current": f"{150 * MB}\n"}, 250),
        ({"memory.max": f"{4000 * MB}", "memory.current": "0"}, 1000),
        ({"memory.max": f"{100 * MB}", "memory.current": f"{120 * MB}"}, 0),
        ({"memory/memory.limit_in_bytes": f"{300 * MB}", "memory/memory.usage_in_bytes": f"{100 * MB}"}, 200),
        ({"memory/memory.limit_in_bytes": f"{2**63 - 4096}", "memory/memory.usage_in_bytes": "1"}, 1000),
    ],
    ids=["none", "v2 max", "v2", "v2 above the machine", "v2 used up", "v1", "v1 none"],
)
def test_memory_budget(tmp_path, monkeypatch, files, free_mb):
    """0.8 of the least that machine and cgroup leave."""
    monkeypatch.setattr(budget.psutil, "virtual_memory", lambda: SimpleNamespace(available=1000 * MB))
    assert memory_budget_mb(cgroup(tmp_path, files), "") == pytest.approx(0.8 * free_mb)


def test_memory_of_a_worker_grows_with_the_table():
    small, wide, many = (
        worker_memory_mb(*shape) for shape in ((100, 5, 5), (1_000_000, 50, 5), (1_000_000, 50, 20))
    )
    table = 1_000_000 * 50 * 8 / MB
    assert small == pytest.approx(budget.WORKER_BASE_MB, rel=0.01)
    assert small + 4 * table < wide < many


@pytest.mark.parametrize(
    ("asked", "cpus", "threads", "memory_mb", "workers"),
    [
        (None, 8, 1, 1e6, 8),
        (None, 8, 3, 1e6, 2),
        (None, 2, 4, 1e6, 1),
        (3, 8, 1, 1e6, 3),
        (1, 8, 1, 1e6, 1),
        (None, 8, 1, 2500, 5),
        (8, 8, 1, 2500, 5),
        (None, 8, 1, 499, 0),
        (4, 8, 1, 0, 0),
    ],
)
def test_workers_that_fit(asked, cpus, threads, memory_mb, workers):
    """F17, F4: as many as processors and memory allow, none when not even one fits."""
    assert worker_count(asked=asked, cpus=cpus, threads=threads, memory_mb=memory_mb, each_mb=500) == workers


def test_nested_group_is_held_to_the_least_quota_on_the_way_up(tmp_path):
    """A systemd scope or a container inside a container has its quota in its own folder, or above it."""
    for place, quota in {
        "": "max 100000",
        "user.slice": "150000 100000",
        "user.slice/lab.scope": "max 100000",
    }.items():
        cgroup(tmp_path / place, {"cpu.max": quota})
    assert cgroup_cpus(tmp_path, "user.slice/lab.scope") == 1.5
    assert cgroup_cpus(tmp_path) is None


def test_memory_of_a_nested_group_counts(tmp_path):
    cgroup(tmp_path / "lab.scope", {"memory.max": str(300 * 2**20), "memory.current": str(100 * 2**20)})
    assert memory_budget_mb(tmp_path, "lab.scope") == pytest.approx(160.0)


def test_own_group_is_read_from_the_kernel(tmp_path):
    listing = tmp_path / "cgroup"
    listing.write_text("12:cpu:/old\n0::/user.slice/lab.scope\n")
    assert own_cgroup(listing) == "user.slice/lab.scope"
    assert own_cgroup(tmp_path / "absent") == ""
