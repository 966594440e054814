"""A workspace with one workbook, and a shelf of actions that have the shapes of the real ones."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pytest

from flow.demo import DEMO, ROBO_TOML
from robo.flow.load import load_text
from robo.flow.model import Flow
from robo.flow.problems import FaultyFile
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace, open_workspace
from robo.kit.action import action
from robo.kit.change import Change, Changing
from robo.kit.lane import Lane
from robo.kit.resource import Crossing, resource
from robo.kit.shelf import Shelf
from robo.kit.types import AccountName, AnyPlace, Proofs, Readings, YesNo
from robo.workbook import Rows


@resource
class Page:
    fleeting: ClassVar[bool] = True

    @classmethod
    def open(cls, lane: Lane) -> Page:
        return cls()

    def close(self) -> None: ...

    def renew(self) -> None: ...

    def shows(self, text: str) -> bool:
        return True

    def evidence(self, folder: Path, name: str) -> Mapping[str, str]:
        return {}

    def crossings(self) -> Sequence[Crossing]:
        return ()


@action(opens=True)
def open_(page: Page, address: str) -> None:
    """Open a page."""


@action(session=True)
def login(page: Page, account: AccountName) -> None:
    """Sign in."""


@action(rest="fields")
def fill(page: Page, fields: Any, inside: AnyPlace | None = None) -> None:
    """Fill fields."""


@action(main="place")
def click(page: Page, place: AnyPlace, confirm: YesNo = False) -> None:
    """Press."""


@action(main="button", binds="read")
def submit(
    page: Page,
    button: AnyPlace,
    expect: Proofs | None = None,
    refuse: Proofs | None = None,
    read: dict[str, Readings] | None = None,
    confirm: YesNo = False,
) -> Changing[dict[str, Any]]:
    """Send a form."""
    yield Change(f"press {button}")
    return {}


@action(rest="names", binds="names")
def read(page: Page, names: dict[str, Readings]) -> dict[str, Any]:
    """Read."""
    return {}


@action(main="proofs")
def expect(page: Page, proofs: Proofs) -> None:
    """Wait until it shows."""


@action
def charge(amount: Decimal, file: Path | None = None) -> Changing[None]:
    """A change that no page shows."""
    yield Change("charge")


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    module = types.ModuleType("fake_robots")
    for thing in (open_, login, fill, click, submit, read, expect, charge, Rows):
        setattr(module, thing.__name__, thing)
    return Shelf.of([module])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "robo.toml").write_text(ROBO_TOML, encoding="utf-8")
    (tmp_path / "flows").mkdir()
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Numéro", "Nom", "Code postal", "Référence"])
    sheet.append(["D-1", "Été", "09100", None])
    book.save(tmp_path / "demandes.xlsx")
    made = open_workspace(tmp_path)
    Vault(made.state).set("portail", "secret")
    return made


Load = Callable[[str], Flow]
Faults = Callable[[str], str]


@pytest.fixture
def load(workspace: Workspace, shelf: Shelf) -> Load:
    return lambda text: load_text(text, workspace.flows / "a.yaml", workspace, shelf, Vault(workspace.state))


@pytest.fixture
def faults(load: Load) -> Faults:
    """The faults of a text as people read them."""

    def said(text: str) -> str:
        with pytest.raises(FaultyFile) as raised:
            load(text)
        return str(raised.value)

    return said


@pytest.fixture
def changed(faults: Faults) -> Callable[[str, str], str]:
    """The faults of the demo flow with one thing changed."""

    def said(old: str, new: str) -> str:
        assert old in DEMO
        return faults(DEMO.replace(old, new, 1))

    return said
