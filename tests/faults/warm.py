"""What a process has loaded before it goes to work, so that a short life is spent on the laboratory's own acts."""

from __future__ import annotations

import reports.certificate.render
import reports.signing
from reports import fonts
from tests.faults import worker

LOADED = (worker, reports.certificate.render, reports.signing, fonts.load())
