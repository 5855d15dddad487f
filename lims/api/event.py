"""Events of the trail over HTTP, for those who may read them; nothing here can write one."""

from __future__ import annotations

from typing import Any

from lims.api.body import PageOf, PageQuery
from lims.api.operation import reads
from lims.services.reading import trail as reading
from lims.services.reading.trail import EventView
from lims.services.transaction import Transaction


class EventQuery(PageQuery):
    object_type: str = ""
    object_no: str = ""


@reads("/events", "trail:read", PageOf[EventView], "Events, newest first", query=EventQuery)
def listing(tx: Transaction, query: EventQuery) -> Any:
    page = reading.events(tx, query.object_type, query.object_no, query.after, query.limit)
    return PageOf[EventView](items=list(page.items), next=page.next)
