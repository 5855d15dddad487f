"""Imports every file of rows, so that the metadata is whole; nothing else."""

from lims.persistence import (  # noqa: F401
    account,
    analysis,
    attachment,
    catalogue,
    certificate,
    control_chart,
    counters,
    decision,
    device,
    equipment,
    idempotency,
    instrument,
    job,
    material,
    organisation,
    proficiency,
    recipe,
    request,
    run,
    sample,
    sampling,
    spool,
    trail,
    weighing,
    worksheet,
)
from lims.persistence.base import Base

metadata = Base.metadata
