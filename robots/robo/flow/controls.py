"""The words of the language that belong to the engine itself: its own steps, what may stand beside an action, and what
the language names but this version does not do yet."""

from __future__ import annotations

from collections.abc import Mapping

from robo.flow.problems import did_you_mean
from robo.kit.data import dataclass
from robo.kit.messages import _
from robo.kit.shelf import Shelf
from robo.kit.source import SourceType

TOP = (
    "robo", "name", "about", "owner", "tags", "gain", "inputs", "secrets", "settings", "vars", "steps",
    "on_error", "finally", "outputs", "notify", "schedule",
)  # fmt: skip
_ANY_TIME = ("if_running", "inputs", "dry_run")
_AGAIN = ("timezone", "skip_holidays", "between", "if_missed", *_ANY_TIME)
WHEN: Mapping[str, tuple[str, ...]] = {
    "every": _AGAIN,
    "cron": _AGAIN,
    "at": ("timezone", "if_missed", *_ANY_TIME),
    "when_file": ("timezone", "between", *_ANY_TIME),
    "after": _ANY_TIME,
}
"""What an entry of `schedule` begins with, and what may be said beside it."""
WHEN_LATER = ("when_mail", "webhook")

MODIFIERS = ("name", "if", "else", "save", "retry", "timeout", "on_error", "dry_run")
"""What may stand beside any action."""
MODIFIERS_LATER = ("secret",)

LOOP = (
    "as", "key", "once", "where", "limit", "max_errors", "on_error", "prepare", "steps", "already_done", "write_back",
)  # fmt: skip
"""What a loop takes beside what its source takes."""

ACTIONS_LATER = frozenset(
    {
        "read_table", "download", "append_rows", "update_row", "write_table",
        "read_workbook", "classify", "zip", "render", "file_attachments",
        "request", "for_each_mail",
    }
)  # fmt: skip
PARAMETERS_LATER = frozenset({"keep", "verify", "parallel", "again", "pages", "reply", "draft"})
SETTINGS = (
    "site", "screenshots", "step_timeout", "locale", "allow_hosts", "priority", "limit", "locks", "timeout",
    "deadline", "retry", "second_person",
)  # fmt: skip
SETTINGS_LATER = ("keep", "dismiss", "browser")


@dataclass(frozen=True)
class Control:
    """A step of the engine itself. main: what a lone value fills; required: what must be there."""

    parameters: tuple[str, ...] = ()
    main: str | None = None
    required: tuple[str, ...] = ()


CONTROLS: Mapping[str, Control] = {
    "set": Control(),
    "log": Control(("text", "level"), "text", ("text",)),
    "stop": Control(("reason", "as"), "reason"),
    "skip": Control(("reason",), "reason"),
    "group": Control(("steps",), "steps", ("steps",)),
    "repeat": Control(("until", "max", "every", "steps"), None, ("until", "steps")),
    "run": Control(("flow", "with"), "flow", ("flow",)),
    "ask": Control(("title", "show", "by", "wait", "form"), None, ("title", "form")),
    "approve": Control(("title", "show", "by", "wait", "form"), "title", ("title",)),
    "for_each": Control(("in", *LOOP), None, ("in", "steps")),
}
BLOCKS = ("group", "repeat")
"""Controls whose steps are checked and walked where they stand."""
QUESTIONS = ("ask", "approve")
"""Controls at which a run waits for a person."""
OCCASIONS = ("failure", "success", "in_doubt", "approval")
"""Ends of a run of which `notify` may tell."""
LEVELS = ("info", "warning")
ENDINGS = ("done", "failed")

SYNONYMS: Mapping[str, str] = {
    "remplir": "fill", "saisir": "fill", "renseigner": "fill", "type": "fill", "input": "fill", "enter": "fill",
    "select": "fill", "check": "fill", "upload": "fill", "choisir": "fill", "cocher": "fill",
    "cliquer": "click", "clic": "click", "tap": "click", "press": "click", "appuyer": "click",
    "ouvrir": "open", "aller": "open", "goto": "open", "navigate": "open", "visit": "open", "naviguer": "open",
    "valider": "submit", "enregistrer": "submit", "soumettre": "submit", "envoyer": "submit", "send": "submit",
    "save": "submit", "lire": "read", "extraire": "read", "extract": "read", "get": "read", "relever": "read",
    "attendre": "wait", "sleep": "wait", "pause": "wait", "vérifier": "expect", "verifier": "expect",
    "assert": "expect", "attendu": "expect", "connexion": "login", "connecter": "login", "sign_in": "login",
    "signin": "login", "déplacer": "move", "deplacer": "move", "ranger": "move", "copier": "copy", "mail": "send_mail",
    "email": "send_mail", "courriel": "send_mail", "télécharger": "download", "telecharger": "download",
    "journal": "log", "print": "log", "noter": "log", "echo": "log", "arrêter": "stop", "arreter": "stop",
    "end": "stop", "passer": "skip", "ignorer": "skip", "continue": "skip", "pour_chaque": "for_each",
    "boucle": "for_each", "foreach": "for_each", "loop": "for_each", "for": "for_each",
    "pour_chaque_ligne": "for_each_row", "lignes": "for_each_row", "rows": "for_each_row", "while": "repeat",
    "groupe": "group", "bloc": "group", "block": "group", "then": "group", "variable": "set", "var": "set",
    "affecter": "set", "définir": "set", "call": "run", "appeler": "run", "http": "request", "capture": "screenshot",
    "demander": "ask", "approuver": "approve", "si": "if", "sinon": "else", "réessayer": "retry", "nom": "name",
}  # fmt: skip
"""What people write, to what it is called here."""


def is_step(name: str, shelf: Shelf) -> bool:
    """Whether this version knows a step of that name."""
    return name in CONTROLS or name in shelf.actions or source_of(name, shelf) is not None


def source_of(name: str, shelf: Shelf) -> SourceType | None:
    """The source that a `for_each_KIND` step goes through."""
    return shelf.sources.get(name.removeprefix("for_each_")) if name.startswith("for_each_") else None


def step_names(shelf: Shelf) -> tuple[str, ...]:
    """All steps that this version knows, ours first."""
    return (*CONTROLS, *(source.name for source in shelf.sources.values()), *shelf.actions)


def instead_of(word: str, shelf: Shelf) -> str:
    """The mend for a word that is no step: what it is called here, else what is near, else where to look."""
    ours = SYNONYMS.get(word.lower())
    if ours in ACTIONS_LATER and not is_step(ours, shelf):
        return _("Here it is called `{name}`, which is not in this version yet").format(name=ours)
    if ours:
        return _("Here it is called `{name}`").format(name=ours)
    return did_you_mean(word.lower(), (*step_names(shelf), *MODIFIERS)) or _("Known are: {known}").format(
        known=", ".join(step_names(shelf))
    )


def known_here(known: tuple[str, ...]) -> str:
    """The mend where nothing is near."""
    return _("Known here are: {known}").format(known=", ".join(known))
