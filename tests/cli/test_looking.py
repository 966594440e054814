"""What the command says without running anything."""

from __future__ import annotations

from cli.conftest import Desk


def test_check_shows_each_fault_at_its_place_and_ends_with_2(desk: Desk) -> None:
    desk.write("flows/wrong.yaml", "robo: 1\nsteps:\n  - register.entr: {file: a.txt, number: =inputs.nmo}\n")
    found = desk.robo("check")
    assert found.returncode == 2
    assert "flows/wrong.yaml:3:5" in found.stdout
    assert 'Did you mean "register.enter"' in found.stdout
    assert "register: well written" in found.stdout


def test_check_tells_programs_where_the_faults_are(desk: Desk) -> None:
    desk.write("flows/wrong.yaml", "robo: 1\nsteps:\n  - remplir: {Nom: 1}\n")
    found = desk.json("check", "wrong")
    assert (found["exit"], found["state"]) == (2, "faulty")
    assert [(one["line"], one["column"]) for one in found["flows"][0]["problems"]] == [(3, 5)]


def test_a_secret_is_kept_and_never_shown(desk: Desk) -> None:
    told = desk.robo("secret", "set", "portail", typed="d'accord €\n")
    listed = desk.robo("secret", "list")
    assert (told.returncode, listed.stdout.split()) == (0, ["portail"])
    assert "d'accord" not in told.stdout + told.stderr + listed.stdout + listed.stderr
    assert '"d\'accord €"' in (desk.root / ".robo" / "secrets.json").read_text()


def test_a_robot_of_ten_lines_is_described_like_ours(desk: Desk) -> None:
    assert "register.enter" in desk.robo("actions").stdout
    (told,) = desk.json("actions", "register.enter")["actions"]
    assert (told["kind"], told["summary"]) == ("change", "Write a number at the end of the register.")
    assert told["parameters"][1] == {
        "name": "number", "takes": "a text", "required": True, "default": None, "help": "the number of the application",
    }  # fmt: skip


def test_a_robot_that_cannot_be_loaded_is_named_with_its_line(desk: Desk) -> None:
    desk.write("robots/broken.py", "import os\nimport nowhere_at_all\n")
    found = desk.robo("check")
    assert found.returncode == 2
    assert "broken.py:2: this robot cannot be loaded" in found.stderr


def test_what_is_not_there_is_said_in_words(desk: Desk) -> None:
    assert "nothing was run here yet" in desk.robo("show").stderr
    assert desk.robo("resume", "nothing").returncode == 1
    assert 'Did you mean "register"' in desk.robo("run", "registre").stderr
