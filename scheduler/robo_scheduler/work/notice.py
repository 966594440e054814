"""What the service tells people by mail: by a run of its own, so that it is sent once, whatever stops it."""

from __future__ import annotations

import hashlib

from robo.flow.load import load_text
from robo.flow.workspace import Workspace
from robo.kit.errors import RoboError
from robo.kit.messages import _
from robo.kit.shelf import Shelf
from robo.run.admission.submission import Asked, submit
from robo.run.storage.store import Store

_FLOW = """\
robo: 1
name: {name}
inputs:
  to: list
  subject: text
  text: long_text
steps:
  - send_mail: {{to: =inputs.to, subject: =inputs.subject, text: =inputs.text}}
"""


def tell_people(workspace: Workspace, shelf: Shelf, store: Store, subject: str, text: str, key: str) -> str:
    """Tell those whom `[service] notify` names; "" or why they cannot be told. key: what is told once."""
    if not workspace.service_notify:
        return ""
    try:
        text_of_flow = _FLOW.format(name=_("Notice of the service"))
        flow = load_text(text_of_flow, workspace.state / "notice.yaml", workspace, shelf)
        inputs = {"to": list(workspace.service_notify), "subject": subject, "text": text}
        digest = hashlib.sha256(key.encode()).hexdigest()[:24]
        submit(workspace, store, flow, inputs, Asked("notice", "robo", f"notice {digest}", language=workspace.language))
    except RoboError as error:
        return _("{people} could not be told: {reason}").format(
            people=", ".join(workspace.service_notify), reason=error
        )
    return ""
