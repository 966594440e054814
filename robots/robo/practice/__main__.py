"""`python -m robo.practice`: serve the practice office until interrupted (Ctrl-C or SIGTERM)."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from robo.practice.certificates import self_signed
from robo.practice.faults import Faults
from robo.practice.office import PASSWORD, USER, Office
from robo.practice.post import MailFaults, Post
from robo.practice.workbooks import UNKNOWN_ADDRESS


def main(arguments: list[str] | None = None) -> int:
    """The first line printed ends with the address, once it answers; the next two are the credentials."""
    parser = argparse.ArgumentParser(prog="python -m robo.practice", description="Sert le Bureau des aides.")
    parser.add_argument("--port", type=int, default=0, help="port de 127.0.0.1 (par défaut : un port libre)")
    parser.add_argument("--tls", action="store_true", help="HTTPS, avec un certificat fait pour l'occasion")
    parser.add_argument("--cert", type=Path, help="certificat PEM (avec --key)")
    parser.add_argument("--key", type=Path, help="clé PEM du certificat")
    parser.add_argument("--faults", default="{}", help='pannes en JSON, par exemple {"late": 2, "lose": 0.1}')
    parser.add_argument(
        "--mail", type=Path, metavar="DOSSIER", help="sert aussi le courrier, et le garde dans ce dossier"
    )
    options = parser.parse_args(arguments)
    if (options.cert is None) != (options.key is None):
        parser.error("--cert et --key vont ensemble")
    try:
        faults = Faults.from_json(json.loads(options.faults))
    except ValueError as problem:
        parser.error(f"--faults : {problem}")
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bureau-des-aides-")))
        tls = (options.cert, options.key) if options.cert else self_signed(folder) if options.tls else None
        office = stack.enter_context(Office(options.port, tls, faults))
        said = [f"Bureau des aides : {office.address}", f"Identifiant : {USER}", f"Mot de passe : {PASSWORD}"]
        if options.mail:
            refused = MailFaults(refuse=frozenset({UNKNOWN_ADDRESS}))
            post = stack.enter_context(Post(refused, tls, user=USER, password=PASSWORD, folder=options.mail))
            said.append(f"Courrier : {post.address} (boîte : {post.mailbox}), gardé dans {options.mail}")
        sys.stdout.write("\n".join([*said, "Ctrl-C pour arrêter.", ""]))
        sys.stdout.flush()
        done.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
