"""The workspace on loopback."""

from tests.fixtures.databricks.stand_in import stand_in as stand_in
