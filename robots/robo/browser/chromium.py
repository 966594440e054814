"""Finding a Chromium, and starting it so that it does what we ask and nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.platforms import NAME
from robo.platforms.processes import processes

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge", "chrome")
_PLACES = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        r"%PROGRAMFILES%\Google\Chrome\Application\chrome.exe",
        r"%PROGRAMFILES(X86)%\Google\Chrome\Application\chrome.exe",
        r"%LOCALAPPDATA%\Google\Chrome\Application\chrome.exe",
        r"%PROGRAMFILES(X86)%\Microsoft\Edge\Application\msedge.exe",
        r"%PROGRAMFILES%\Microsoft\Edge\Application\msedge.exe",
    ),
    "linux": ("/usr/bin/chromium", "/usr/lib/chromium/chromium", "/snap/bin/chromium", "/opt/google/chrome/chrome"),
}


def executable() -> Path:
    """ROBO_BROWSER, else a Chromium, Chrome or Edge of this machine. Raises Failed with the mend if there is none."""
    asked = os.environ.get("ROBO_BROWSER")
    if asked:
        found = shutil.which(asked)
        if found is None:
            raise Failed(_("ROBO_BROWSER names {path}, which is not a program").format(path=asked))
        return Path(found)
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    for place in _PLACES.get(NAME, ()):
        path = Path(os.path.expandvars(place))
        if path.is_file():
            return path
    mend = {"darwin": "brew install chromium", "win32": "winget install Google.Chrome"}
    raise Failed(
        _("no browser was found; install one ({command}) or name one in the variable ROBO_BROWSER").format(
            command=mend.get(NAME, "apt install chromium")
        )
    )


def arguments() -> list[str]:
    """What Chromium is told beside what Playwright tells it."""
    told = [
        "--disable-http2",  # each request on a connection of its own is what the proxy counts on
        "--disable-quic",
        "--disable-auto-reload",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        "--no-pings",
    ]
    if processes.is_administrator():
        told.append("--no-sandbox")  # Chromium refuses to start as root with it
    return told


def guarded(proxy: str, door: int) -> list[str]:
    """What is told beside them in a dry run. proxy: "127.0.0.1:PORT", for requests; door: the port for WebSockets."""
    return [
        f"--proxy-server=http={proxy};https={proxy};socks=socks5://127.0.0.1:{door}",
        "--proxy-bypass-list=<-loopback>",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-blink-features=BackgroundFetch",  # the browser itself would send, past whatever guards its pages
    ]


def profile(folder: Path) -> Path:
    """A fresh profile that connects nowhere ahead of need and offers to keep no password."""
    preferences = {
        "net": {"network_prediction_options": 2},
        "credentials_enable_service": False,
        "profile": {"password_manager_enabled": False},
        "autofill": {"profile_enabled": False, "credit_card_enabled": False},
    }
    file = folder / "Default" / "Preferences"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(preferences))
    return folder
