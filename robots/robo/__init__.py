"""Robo: robots for repetitive office work. What a robot is written with is imported from here."""

from robo.kit.action import action
from robo.kit.change import CannotTell, Cell, Change, Changing, Document, Done, Intent, NotDone
from robo.kit.errors import Busy, Failed, InDoubt, Refused, SignedOut, Unreachable
from robo.kit.resource import resource
from robo.kit.secrets import Secret
from robo.kit.source import source

__all__ = [
    "Busy",
    "CannotTell",
    "Cell",
    "Change",
    "Changing",
    "Document",
    "Done",
    "Failed",
    "InDoubt",
    "Intent",
    "NotDone",
    "Refused",
    "Secret",
    "SignedOut",
    "Unreachable",
    "action",
    "resource",
    "source",
]
