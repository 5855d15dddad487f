"""Imports every file of rows, so that the metadata is whole; nothing else."""

from lims.persistence import (  # noqa: F401
    account,
    analysis,
    attachment,
    catalogue,
    certificate,
    counters,
    decision,
    idempotency,
    instrument,
    job,
    organisation,
    request,
    run,
    sample,
    sampling,
    trail,
    worksheet,
)
from lims.persistence.base import Base

metadata = Base.metadata
