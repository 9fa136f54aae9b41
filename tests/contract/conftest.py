"""What the contracts stand on: a workspace on loopback, a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures.databricks.stand_in import stand_in as stand_in
from tests.fixtures.postgres import postgres, programs


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a real server."""
    pytest.importorskip("psycopg", reason="nbml[postgres] is not installed")
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with postgres(found) as url:
        yield url
