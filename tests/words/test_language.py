"""Which language the command speaks, and that all of it does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from robo.kit.messages import VARIABLE


def robo(folder: Path, *words: str, **variables: str) -> str:
    """What the command says, errors included, with these variables alone to choose its language; blanks are plain."""
    chosen = {"LANG", "LC_ALL", "LC_MESSAGES", VARIABLE}
    kept = {name: value for name, value in os.environ.items() if name not in chosen}
    told = subprocess.run(
        [sys.executable, "-m", "robo", *words],
        cwd=folder, env={**kept, "PYTHONUTF8": "1", **variables},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )  # fmt: skip
    return told.stdout.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("workspace", "option", "variables", "spoken"),
    [
        (None, None, {}, "en"),
        (None, None, {"LANG": "fr_FR.UTF-8"}, "fr"),
        ("", None, {"LANG": "en_GB.UTF-8"}, "fr"),
        ('language = "en"', None, {"LANG": "fr_FR.UTF-8"}, "en"),
        ('language = "en"', None, {"ROBO_LANGUAGE": "fr"}, "fr"),
        ('language = "fr"', "en", {"ROBO_LANGUAGE": "fr"}, "en"),
    ],
)
def test_option_then_variable_then_workspace_then_system(
    tmp_path: Path, workspace: str | None, option: str | None, variables: dict[str, str], spoken: str
) -> None:
    if workspace is not None:
        (tmp_path / "robo.toml").write_text(f"[workspace]\n{workspace}\n", encoding="utf-8")
    told = robo(tmp_path, *(["--lang", option] if option else []), "runs", "--help", **variables)
    assert ("Lister les dernières exécutions." in told) == (spoken == "fr")
    assert ("List the latest runs." in told) == (spoken == "en")


def test_the_help_is_french_to_its_last_word(tmp_path: Path) -> None:
    told = robo(tmp_path, "--lang", "fr", "--help")
    assert "Usage :" in told
    assert "Afficher cette aide, puis terminer." in told
    assert "Commandes" in told
    assert "Commands" not in told


def test_a_mistake_at_the_command_is_told_in_french(tmp_path: Path) -> None:
    assert "Erreur : L’option '--al' n’existe pas." in robo(tmp_path, "runs", "--al", ROBO_LANGUAGE="fr")


def test_a_fault_of_a_flow_is_told_in_french(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "robo.toml").touch()
    (tmp_path / "flows" / "essai.yaml").write_text("robo: 1\nsteps:\n  - remplir: {Nom: 1}\n", encoding="utf-8")
    assert "« remplir » n’est pas une action" in robo(tmp_path, "check")


def test_the_help_of_an_action_is_french(tmp_path: Path) -> None:
    told = robo(tmp_path, "actions", "submit", ROBO_LANGUAGE="fr")
    assert "Appuyer une seule fois sur le bouton qui enregistre" in told
    assert "son texte visible" in told
