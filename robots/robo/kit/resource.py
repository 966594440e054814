"""Resources: things that actions borrow for the life of a lane, such as a page of a browser."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self, TypeGuard, TypeVar, overload

from robo.kit.data import dataclass
from robo.kit.lane import Lane

T = TypeVar("T")
_MARK = "__robo_resource__"


@dataclass(frozen=True)
class Crossing:
    """In a dry run, something that could have written and wanted to leave.

    verdict: whether it left. method and address: of the request, "POST" and "https://..."; a WebSocket has "GET".
    fields: what it carried, by name, as a person reads it; passwords as bullets.
    why: "harmless" and "draft" are lists of the site, "sign-in" is the session's own, "unlisted" is on no list.
    line: what to add to the site in robo.toml where it looks as if it only read, else "".
    """

    verdict: Literal["refused", "passed"]
    method: str
    address: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    why: Literal["harmless", "sign-in", "unlisted", "draft", "websocket"] = "unlisted"
    line: str = ""


class Resource(Protocol):
    """What the engine asks of a resource; it knows nothing else of it."""

    fleeting: ClassVar[bool]
    """Whether what it shows is gone after a restart, so that a segment of steps must begin by opening it anew."""

    @classmethod
    def open(cls, lane: Lane) -> Self:
        """Open it for this lane; called once, when first borrowed or ahead of that."""
        ...

    def close(self) -> None:
        """End it; must not raise and must not wait for long."""
        ...

    def renew(self) -> None:
        """Give a fresh start (a new page, the same session): done before a doubt is looked up and after a failure."""
        ...

    def shows(self, text: str) -> bool:
        """Whether these whole words can be seen, whatever their case, once nothing is loading any more."""
        ...

    def evidence(self, folder: Path, name: str) -> Mapping[str, str]:
        """Keep what can be seen now as files `name.*` in the folder; returns {kind: file name}. Must not raise."""
        ...

    def crossings(self) -> Sequence[Crossing]:
        """What could have written since it was last asked, in its order; nothing in a real run. Must not raise."""
        ...


@overload
def resource(cls: type[T], /) -> type[T]: ...
@overload
def resource(*, ahead: str) -> Callable[[type[T]], type[T]]: ...
def resource(cls: Any = None, /, *, ahead: str = "") -> Any:
    """Mark a class as lent: an action with a parameter of this type borrows the lane's one.

    ahead: the module that takes long to import, so that a lane may do it before it knows what it will do.
    """

    def mark(cls: type[T]) -> type[T]:
        setattr(cls, _MARK, ahead or True)
        return cls

    return mark if cls is None else mark(cls)


def heavy(cls: type[Resource]) -> str:
    """The module that the class wants imported ahead, "" where it wants none."""
    ahead = getattr(cls, _MARK)
    return "" if ahead is True else str(ahead)


def is_resource(thing: object) -> TypeGuard[type[Resource]]:
    """Whether the type is lent by the engine rather than written in a flow."""
    return inspect.isclass(thing) and hasattr(thing, _MARK)
