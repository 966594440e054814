"""A certificate for the practice office, made on the spot with the openssl program."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Write office.crt and office.key (localhost and 127.0.0.1, 30 days) in `folder`; return their paths.

    FileNotFoundError if openssl is not installed; RuntimeError with its words if it fails.
    """
    cert, key = folder / "office.crt", folder / "office.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "30", "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(cert)]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    # Python 3.13 and later trust no authority that does not say it may sign.
    command += ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl: {done.stderr.strip()}")
    key.chmod(0o600)
    return cert, key


def server_context(cert: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or later, HTTP/1.1 only (the office does not speak HTTP/2)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    context.set_alpn_protocols(["http/1.1"])
    return context
