"""The application itself, without the network: one request in, one answer out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

from robo.practice import pages
from robo.practice.faults import FaultBook, Faults, Plan
from robo.practice.register import Exchange, Register, Sessions
from robo.practice.rules import refusals

_COOKIE = "session"
_RECKONING = 0.5
"""Seconds that the office takes for its figures: a page that gets ready by itself is a thing to practise too."""


@dataclass(frozen=True)
class Request:
    """One request as read. `path` has no query; `whole` is False if the body stopped before its announced end."""

    method: str
    path: str
    query: str = ""
    cookie: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    connection: int = 0
    carried: int = 0
    whole: bool = True
    readable: bool = True


@dataclass(frozen=True)
class Answer:
    """What to send back. `drop`: close the connection without a byte instead. `exchange`: its line of the log."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/html; charset=utf-8"
    drop: bool = False
    exchange: Exchange | None = None


@dataclass
class State:
    """All that the office remembers, and the means to hurry it: once `stopping` is set nothing waits any more."""

    user: str
    password: str
    secure: bool
    first_faults: Faults
    book: FaultBook
    register: Register = field(default_factory=Register)
    sessions: Sessions = field(default_factory=Sessions)
    stopping: threading.Event = field(default_factory=threading.Event)
    connections: Callable[[], int] = lambda: 0

    def reset(self) -> None:
        """As when the office was started."""
        self.register.reset()
        self.sessions.reset()
        self.book.reset(self.first_faults)


def answer(state: State, request: Request) -> Answer:
    """Serve one request and write it to the log; waits for as long as the faults in force say."""
    logged = {name: "•••" if name == "mot_de_passe" else text for name, text in request.fields.items()}
    exchange = Exchange(time.time(), request.method, request.path, logged, request.connection, request.carried)
    state.register.note(exchange)
    user, plan = "", Plan()
    if not request.whole:
        state.register.amend(exchange, user="", status=0, answered=False, fault="cut short")
        return Answer(0, drop=True, exchange=exchange)
    if not request.readable:
        reply, fault = Answer(400, pages.problem("Erreur", "Formulaire illisible")), "malformed"
    else:
        token = _token(request.cookie)
        if request.path != "/connexion":
            user = state.sessions.use(token, state.book.faults.expire_every)
        if request.method == "POST" and request.path == "/demandes" and user:
            reply, plan = _enter(state, request, user)
        else:
            reply = _show(state, request, user, token)
        fault = plan.name
    state.stopping.wait(state.book.faults.delay)
    # Noted before it is sent: a client that has read its answer finds it in the log.
    state.register.amend(exchange, user=user, status=reply.status, answered=not reply.drop, fault=fault)
    return Answer(reply.status, reply.body, reply.headers, reply.content_type, reply.drop, exchange)


def _show(state: State, request: Request, user: str, token: str) -> Answer:
    """Every page but the entry of a demande."""
    route = (request.method, request.path)
    if request.path == "/connexion":
        return _sign_in(state, request)
    if not user:
        return _redirect("/connexion")
    if route == ("GET", "/"):
        return Answer(200, pages.home(user))
    if route == ("GET", "/deconnexion"):
        state.sessions.close(token)
        return _redirect("/connexion")
    if route == ("GET", "/demandes/nouvelle"):
        before = state.register.snapshot().records[-1:] if state.book.faults.stale else []
        return Answer(200, pages.new_demande(before[0] if before else None))
    if route == ("GET", "/demandes"):
        page = dict(parse_qsl(request.query)).get("page", "1")
        return Answer(200, pages.listing(state.register.snapshot().records, int(page) if page.isdecimal() else 1))
    if route == ("GET", "/demandes/recherche"):
        return Answer(200, pages.search())
    if route == ("POST", "/demandes/recherche"):
        number = request.fields.get("numero", "").strip()
        found = [record for record in state.register.snapshot().records if record.number == number]
        return Answer(200, pages.search(number, found))
    if route == ("GET", "/statistiques"):
        return _reckon(state, dict(parse_qsl(request.query)).get("depuis", ""))
    return Answer(404, pages.problem("Page introuvable", "Cette page n’existe pas"))


def _reckon(state: State, since: str) -> Answer:
    """The figures, once they have been reckoned. since: when that began, in milliseconds; anything else begins it."""
    now = int(time.time() * 1000)
    began = int(since) if since.isdecimal() else now
    if now - began < _RECKONING * 1000:
        return Answer(200, pages.reckoning(f"/statistiques?depuis={began}"))
    return Answer(200, pages.figures(len(state.register.snapshot().records)))


def _sign_in(state: State, request: Request) -> Answer:
    if request.method != "POST":
        return Answer(200, pages.sign_in())
    given = (request.fields.get("identifiant", ""), request.fields.get("mot_de_passe", ""))
    if given != (state.user, state.password):
        return Answer(200, pages.sign_in("Identifiant ou mot de passe incorrect"))
    secure = "; Secure" if state.secure else ""
    cookie = f"{_COOKIE}={state.sessions.open(state.user)}; Path=/; HttpOnly; SameSite=Lax{secure}"
    return _redirect("/", ("Set-Cookie", cookie))


def _enter(state: State, request: Request, user: str) -> tuple[Answer, Plan]:
    """One entry, with its fault: what is decided is decided even if nobody is there any more to be told."""
    begun = state.register.begin()
    plan = state.book.plan(request.fields.get("numero", "").strip())
    state.stopping.wait(plan.late)
    if plan.kind in ("lose_before", "fail_before"):
        state.register.decide(begun, None)
        return _broken(plan), plan
    # The machine's own day, as an office's server would have it.
    reasons = refusals(request.fields, date.today())  # noqa: DTZ011
    record = state.register.decide(begun, None if reasons else request.fields, user, request.connection)
    if plan.kind:
        return _broken(plan), plan
    return Answer(200, pages.saved(record) if record else pages.refused(reasons)), plan


def _broken(plan: Plan) -> Answer:
    if plan.kind in ("lose", "lose_before"):
        return Answer(0, drop=True)
    return Answer(500, pages.problem("Erreur interne", "Le service a rencontré une erreur (500)"))


def _redirect(path: str, *headers: tuple[str, str]) -> Answer:
    return Answer(303, "", (("Location", path), *headers))


def _token(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(_COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
