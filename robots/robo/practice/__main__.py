"""`python -m robo.practice`: serve the practice office until interrupted (Ctrl-C or SIGTERM)."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
from pathlib import Path

from robo.practice.certificates import self_signed
from robo.practice.faults import Faults
from robo.practice.office import PASSWORD, USER, Office


def main(arguments: list[str] | None = None) -> int:
    """The first line printed ends with the address, once it answers; the next two are the credentials."""
    parser = argparse.ArgumentParser(prog="python -m robo.practice", description="Sert le Bureau des aides.")
    parser.add_argument("--port", type=int, default=0, help="port de 127.0.0.1 (par défaut : un port libre)")
    parser.add_argument("--tls", action="store_true", help="HTTPS, avec un certificat fait pour l'occasion")
    parser.add_argument("--cert", type=Path, help="certificat PEM (avec --key)")
    parser.add_argument("--key", type=Path, help="clé PEM du certificat")
    parser.add_argument("--faults", default="{}", help='pannes en JSON, par exemple {"late": 2, "lose": 0.1}')
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
    with tempfile.TemporaryDirectory(prefix="bureau-des-aides-") as folder:
        tls = (options.cert, options.key) if options.cert else self_signed(Path(folder)) if options.tls else None
        with Office(options.port, tls, faults) as office:
            sys.stdout.write(
                f"Bureau des aides : {office.address}\nIdentifiant : {USER}\nMot de passe : {PASSWORD}\n"
                "Ctrl-C pour arrêter.\n"
            )
            sys.stdout.flush()
            done.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
