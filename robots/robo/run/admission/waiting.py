"""Why a run that was asked for has not begun yet, in words."""

from __future__ import annotations

import time
from datetime import datetime

from robo.kit.messages import _
from robo.run.admission.claims import occupied
from robo.run.storage.store import Store


def why_it_waits(store: Store, run: str) -> str:
    """What a run in the queue waits for; empty where nothing but a free slot of the service is missing."""
    row = store.one(
        "SELECT submission.due, paused.by FROM submission LEFT JOIN paused ON paused.flow = submission.flow "
        "WHERE submission.run = :run",
        run=run,
    )
    due, paused_by = row or (0.0, None)
    if paused_by is not None:
        return _("its flow is paused by {name}").format(name=paused_by)
    if due > time.time():
        return _("it is tried again at {when:%H:%M:%S}").format(when=datetime.fromtimestamp(due).astimezone())
    taken = occupied(store)
    for resource, most in store.all("SELECT resource, most FROM claim WHERE run = :run ORDER BY resource", run=run):
        others = taken.get(resource, [])
        if len(others) >= most:
            return _("{resource} is taken by run {others}").format(resource=resource, others=", ".join(others))
    return ""
