"""What `robo check` says of mails before any leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from mail.conftest import SHELF
from robo.flow.load import load_text
from robo.flow.problems import FaultyFile
from robo.flow.vault import Vault
from robo.flow.workspace import open_workspace

FLOW = "robo: 1\nsteps:\n  - send_mail: {to: a@example.fr, subject: x, text: y}\n"
MAIN = '[mail.main]\nfrom = "robo@example.fr"\nsmtp = "smtp://relais.example.fr"\n'


def faults(root: Path, toml: str, flow: str = FLOW, environment: str | None = None) -> str:
    """What is said of the flow, empty where nothing is wrong."""
    (root / "robo.toml").write_text(toml, encoding="utf-8")
    try:
        workspace = open_workspace(root, environment)
        load_text(flow, root / "flows" / "a.yaml", workspace, SHELF, Vault(workspace.state))
    except FaultyFile as error:
        return str(error)
    return ""


def test_a_workspace_that_can_send_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, MAIN) == ""
    assert faults(tmp_path, MAIN.replace("main", "service")) == ""


@pytest.mark.parametrize(
    ("toml", "flow", "said"),
    [
        ("", FLOW, "Describe it in robo.toml: [mail.main] from = "),
        (MAIN, FLOW.replace("y}", "y, account: mian}"), 'Did you mean "main"?'),
        (MAIN.replace("main", "a") + MAIN.replace("main", "b"), FLOW, "several ways to send mail: a, b"),
        (MAIN + 'user = "robo"\n', FLOW, "Type: robo secret set mail_main"),
        (MAIN + 'imap = "imaps://boite.example.fr"\n', FLOW, "a mailbox is opened by its `user`"),
        (MAIN.replace("smtp://", "smpt://"), FLOW, "this is no server: smtp, smtps"),
        (MAIN.replace("relais.example.fr", "robo:geheim@relais"), FLOW, "this is no server"),
        (MAIN.replace("from", "form"), FLOW, 'Did you mean "from"?'),
        (MAIN, FLOW.replace("subject: x, ", ""), "`subject` is missing in `send_mail`"),
        (MAIN, FLOW.replace("subject", "sujet"), '"sujet" is not known here'),
    ],
)
def test_what_is_missing_is_said_with_its_mend(tmp_path: Path, toml: str, flow: str, said: str) -> None:
    assert said in faults(tmp_path, toml, flow)


def test_a_trial_reaches_nobody_unless_its_environment_has_a_server(tmp_path: Path) -> None:
    toml = MAIN.replace('"smtp://relais.example.fr"', '{production = "smtp://relais.example.fr"}')
    toml += '[sites.a]\naddress = {production = "https://a.fr", test = "https://b.fr"}\n'
    assert faults(tmp_path, toml) == ""
    assert 'no way to send mail in the environment "test"' in faults(tmp_path, toml, environment="test")
