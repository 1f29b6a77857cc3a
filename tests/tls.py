"""A certificate for 127.0.0.1, made for the occasion and signed by nobody else."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest


def self_signed(folder: Path) -> Path:
    """Write key.pem and cert.pem; the folder. Skips the test without the openssl command."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    request += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext"]
    request += ["subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(request, cwd=folder, check=True, capture_output=True)
    return folder


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def client_context(folder: Path) -> ssl.SSLContext:
    """Trusts that certificate alone."""
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))
