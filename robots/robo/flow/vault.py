"""The passwords of a workspace: one file that only its owner may read, never beside the flows."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from robo.kit.errors import FaultyFlow
from robo.kit.messages import _
from robo.kit.secrets import Mask, Secret
from robo.platforms.files import files

_VARIABLE = "ROBO_SECRET_"


def variable_of(name: str) -> str:
    """The environment variable that wins over the stored secret, for services: ROBO_SECRET_PORTAIL."""
    return _VARIABLE + re.sub(r"[^A-Z0-9]", "_", name.upper())


class Vault:
    """Secrets by name, kept in `secrets.json` of the workspace's state folder (0700, the file 0600)."""

    def __init__(self, state: Path) -> None:
        self._folder = state
        self._file = state / "secrets.json"

    def names(self) -> tuple[str, ...]:
        """The names of the stored secrets, in order."""
        return tuple(sorted(self._read()))

    def get(self, name: str) -> Secret | None:
        """The secret, None where there is none. Raises FaultyFlow where others could read the file."""
        given = os.environ.get(variable_of(name))
        if given:
            return Secret(given)
        stored = self._read().get(name)
        return Secret(stored) if stored is not None else None

    def mask(self) -> Mask:
        """Hides every secret that is known here, of the file and of the environment."""
        given = [Secret(value) for name, value in os.environ.items() if name.startswith(_VARIABLE)]
        return Mask([*map(Secret, self._read().values()), *given])

    def set(self, name: str, value: str) -> None:
        """Store it, durably, in the place of an earlier one. Raises FaultyFlow for a name that no flow could write."""
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise FaultyFlow(
                _('"{name}" cannot be the name of a secret: letters without accents, digits and _').format(name=name)
            )
        self._write({**self._read(), name: value})

    def remove(self, name: str) -> bool:
        """Forget it; False where it was not known."""
        stored = dict(self._read())
        known = stored.pop(name, None) is not None
        if known:
            self._write(stored)
        return known

    def _read(self) -> Mapping[str, str]:
        try:
            with self._file.open(encoding="utf-8") as file:
                self._refuse_readable_by_others(os.fstat(file.fileno()).st_mode)
                stored = json.load(file)
        except FileNotFoundError:
            return {}
        except PermissionError as error:
            raise FaultyFlow(_("{file} cannot be read: it belongs to somebody else").format(file=self._file)) from error
        except ValueError as error:
            raise FaultyFlow(
                _("{file} is damaged: remove it and set the secrets again").format(file=self._file)
            ) from error
        return stored if isinstance(stored, dict) else {}

    def _refuse_readable_by_others(self, mode: int) -> None:
        if files.readable_by_others(mode):
            raise FaultyFlow(
                _("{file} can be read by others: type chmod 600 {file}, then change the passwords in it").format(
                    file=self._file
                )
            )

    def _write(self, secrets: Mapping[str, str]) -> None:
        """All at once: after a stop at any instant the file is the old one or the new one."""
        import tempfile

        self._folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(PermissionError):
            self._folder.chmod(0o700)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="secrets-", suffix=".tmp")  # 0600 from the start
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(secrets, file, ensure_ascii=False, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            files.replace(Path(name), self._file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        files.sync(self._folder)
