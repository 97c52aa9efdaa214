"""A Go client, made by openapi-generator from the OpenAPI documents and compiled: a part of `check_documents.py`.

The generator comes from PyPI (`requirements-clients.lock`) and needs Java; Debian has Go and the two packages that the
generated code imports. The client is compiled again when a document, or the program, has changed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = Path(__file__).with_name("api-clients") / "client.go"
LOCK = ROOT / "requirements-clients.lock"
WORK = ROOT / "var" / "api-clients" / "go"
PACKAGES = WORK / "src"
GENERATOR = WORK / "generator"
JAR = GENERATOR / "openapi_generator_cli" / "openapi-generator.jar"
STAMP = WORK / "compiled"
DEBIAN = Path("/usr/share/gocode")
IMPORTED = {
    "golang-golang-x-oauth2-dev": DEBIAN / "src/golang.org/x/oauth2",
    "golang-gopkg-validator.v2-dev": DEBIAN / "src/gopkg.in/validator.v2",
}
WITHOUT = ("apiDocs", "modelDocs", "apiTests", "modelTests")
AT_MOST_S = 600


def missing() -> Sequence[str]:
    """Return the Debian packages that are not there."""
    programs = {"default-jre-headless": "java", "golang-go": "go"}
    absent = [package for package, program in programs.items() if shutil.which(program) is None]
    return [*absent, *(package for package, folder in IMPORTED.items() if not folder.is_dir())]


def installed() -> bool:
    """Return whether the locked generator is there; it is fetched once for each lock."""
    known = GENERATOR / ".lock"
    if known.exists() and known.read_bytes() == LOCK.read_bytes():
        return True
    shutil.rmtree(GENERATOR, ignore_errors=True)
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps")
    if run((*pip, "--target", str(GENERATOR), "-r", str(LOCK))).returncode != 0:
        return False
    known.write_bytes(LOCK.read_bytes())
    return True


def mistakes(documents: Sequence[Path]) -> str:
    """Generate a package for each document, compile the program with them; return the compiler's errors."""
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in (*documents, SOURCE, LOCK, Path(__file__))))
    if STAMP.exists() and STAMP.read_text() == digest.hexdigest():
        return ""
    shutil.rmtree(PACKAGES, ignore_errors=True)
    (PACKAGES / "client").mkdir(parents=True)
    shutil.copy(SOURCE, PACKAGES / "client")
    for command in (_generate(documents), ("go", "build", "-o", os.devnull, "client")):
        done = run(command)
        if done.returncode != 0:
            return done.stdout[-4_000:] + done.stderr[-4_000:]
    STAMP.write_text(digest.hexdigest())
    return ""


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program; Go takes its packages from here and from Debian, and nothing from the network."""
    WORK.mkdir(parents=True, exist_ok=True)
    go = {"GO111MODULE": "off", "GOPATH": f"{WORK}{os.pathsep}{DEBIAN}", "GOFLAGS": "", "GOPROXY": "off"}
    environment = {**os.environ, **go, "GOCACHE": str(WORK / "cache")}
    return subprocess.run(
        command, cwd=WORK, env=environment, capture_output=True, text=True, timeout=AT_MOST_S, check=False
    )


def _generate(documents: Sequence[Path]) -> Sequence[str]:
    return (
        "java",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        str(JAR),
        "batch",
        "--threads",
        "2",
        "--fail-fast",
        *_configurations(documents),
    )


def _configurations(documents: Sequence[Path]) -> Iterator[str]:
    for document in documents:
        path = WORK / f"{document.stem}.json"
        path.write_text(json.dumps(_configuration(document)))
        yield str(path)


def _configuration(document: Path) -> Mapping[str, object]:
    package = document.stem.replace("-", "")
    return {
        "generatorName": "go",
        "inputSpec": str(document),
        "outputDir": str(PACKAGES / package),
        "packageName": package,
        "additionalProperties": {"useOneOfDiscriminatorLookup": "true"},
        "globalProperties": {"apis": "", "models": "", "supportingFiles": "", **dict.fromkeys(WITHOUT, "false")},
    }
