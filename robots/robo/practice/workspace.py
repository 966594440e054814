"""The start of a workspace whose site is the practice office, and whose mail goes to the practice post office."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from robo.flow.vault import Vault
from robo.practice.office import PASSWORD, USER

_OFFICE = """\
[sites.bureau]
address = "{address}"
late = "{late:g}s"                                  # the office may commit that long after the click
signed_out = "Veuillez vous identifier"
harmless = ["POST /demandes/recherche"]      # its search is sent by POST, and only reads

[accounts.bureau]
site = "bureau"
open = "/connexion"
user = {{label = "Identifiant", value = "{user}"}}
password = {{label = "Mot de passe"}}
button = "Se connecter"
expect = "Bienvenue"
"""
_MAIL = """
[mail.main]
from = "Bureau des aides <bureau@example.fr>"
smtp = "{smtp}"
user = "bureau"
imap = "{imap}"                       # its folder of sent mails tells whether a mail in doubt left
"""
_FOLDERS = """
[folders]                                    # files are moved and copied below these alone
arrivee = "arrivee"
classement = "classement"
"""


def robo_toml(
    office: str, *, late: float = 4.0, post: tuple[str, str] | None = None, folders: bool = False, language: str = ""
) -> str:
    """What `robo.toml` says. office: its address. post: the addresses for sending and for the mailbox."""
    return "".join(
        (
            f'[workspace]\nlanguage = "{language}"\n\n' if language else "",
            _OFFICE.format(address=office, late=late, user=USER),
            _MAIL.format(smtp=post[0], imap=post[1]) if post else "",
            _FOLDERS if folders else "",
        )
    )


def lay_out(folder: Path, toml: str, flows: Iterable[str] = ()) -> None:
    """Write a workspace there: `robo.toml`, the office's password, shipped flows by their names with all templates."""
    (folder / "flows").mkdir(parents=True, exist_ok=True)
    (folder / "robo.toml").write_text(toml, encoding="utf-8")
    for name in flows:
        shutil.copyfile(shipped("flows") / f"{name}.yaml", folder / "flows" / f"{name}.yaml")
    if any(flows) and shipped("templates").is_dir():
        shutil.copytree(shipped("templates"), folder / "templates", dirs_exist_ok=True)
    for name in ("bureau", "mail_main") if "[mail.main]" in toml else ("bureau",):
        Vault(folder / ".robo").set(name, PASSWORD)


def shipped(kind: str) -> Path:
    """The folder of the shipped "flows" or "templates": in a clone beside the source, else in the installed package."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parents[1] / kind
    return beside if beside.is_dir() else package / "starter" / kind
