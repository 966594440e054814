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


class Notices:
    """Tells those whom `[service] notify` names."""

    def __init__(self, workspace: Workspace, shelf: Shelf, store: Store) -> None:
        self._workspace, self._shelf, self._store = workspace, shelf, store

    def renew(self, workspace: Workspace, shelf: Shelf) -> None:
        """`robo.toml` was read anew."""
        self._workspace, self._shelf = workspace, shelf

    def tell(self, subject: str, text: str, key: str) -> str:
        """ "" or why they cannot be told. key: what is told once."""
        workspace = self._workspace
        if not workspace.service_notify:
            return ""
        try:
            said = _FLOW.format(name=_("Notice of the service"))
            flow = load_text(said, workspace.state / "notice.yaml", workspace, self._shelf)
            inputs = {"to": list(workspace.service_notify), "subject": subject, "text": text}
            digest = hashlib.sha256(key.encode()).hexdigest()[:24]
            asked = Asked("notice", "robo", f"notice {digest}", language=workspace.language)
            submit(workspace, self._store, flow, inputs, asked)
        except RoboError as error:
            people = ", ".join(workspace.service_notify)
            return _("{people} could not be told: {reason}").format(people=people, reason=error)
        return ""

    def tell_of_end(self, run: str, attempt: int, letter: tuple[str, str] | None, reason: str) -> str:
        """Tell how a run has ended that nobody asked for, and of which nobody else hears; "" or why not.

        letter: subject and text, as its own supervisor put them together; None where it never came to that.
        """
        row = self._store.one("SELECT source, flow FROM submission WHERE run = :run", run=run)
        if row is None or row[0] != "schedule":
            return ""
        if letter is None:
            text = _("Run {run} has not done its work: {reason}").format(run=run, reason=reason)
            letter = _("{flow}: not everything went well").format(flow=row[1]), text
        return self.tell(*letter, f"end {run} {attempt}")
