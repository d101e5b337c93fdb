"""The peers as their registry has them, each in a virtual environment of its own under .bench/."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import BenchError
from bench.client import Endpoint, basic, bearer
from bench.processes import Server, free_port, run, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE: Final = Path(__file__).parent
_USER: Final = "bench"
_PASSWORD: Final = "bench-on-loopback-only"
_TOKEN_LIFE: Final = 7 * 86_400
_MOST_BYTES: Final = 100 << 20
_MEDALLION_COLLECTION: Final = "5a6a3f3e-2a52-4b1c-9f0a-6b1de1e3c7aa"


@dataclasses.dataclass(frozen=True, slots=True)
class Running:
    """A server that is ready for the driver."""

    server: Server
    endpoint: Endpoint
    collection: str
    basic: Endpoint


def environment(name: str, bench: Path) -> Path:
    """The peer's virtual environment, installed by pip when it is not there in just these versions."""
    wanted = (_HERE / f"{name}.txt").read_text()
    folder = bench / "environments" / name
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    print(f"installing {name} into {folder} ...", file=sys.stderr, flush=True)
    run([sys.executable, "-m", "venv", "--clear", folder])
    run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--requirement", _HERE / f"{name}.txt"])
    stamp.write_text(wanted)
    return folder


@contextlib.contextmanager
def opentaxii(environment_folder: Path, folder: Path, database: str) -> Iterator[Running]:
    """OpenTAXII under gunicorn with two synchronous workers, as its container runs it.

    Its documented `--config=python:opentaxii.http` is left out: with it both workers share one connection to
    PostgreSQL, and answers fail.
    """
    folder.mkdir(parents=True)
    binaries = environment_folder / "bin"
    settings = folder / "opentaxii.yml"
    port = free_port()
    # JSON is YAML.
    settings.write_text(
        json.dumps(
            {
                "domain": f"127.0.0.1:{port}",
                "support_basic_auth": True,
                "auth_api": {
                    "class": "opentaxii.auth.sqldb.SQLDatabaseAPI",
                    "parameters": {
                        "db_connection": _connection(database, folder / "auth.db"),
                        "create_tables": True,
                        "secret": "for-loopback-only-for-loopback-only",
                        "token_ttl_secs": _TOKEN_LIFE,
                    },
                },
                "taxii1": None,
                "taxii2": {
                    "title": "Bench",
                    "description": "Bench",
                    "contact": "nobody@bench.invalid",
                    "public_discovery": True,
                    "allow_custom_properties": True,
                    "max_content_length": _MOST_BYTES,
                    "persistence_api": {
                        "class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI",
                        "parameters": {
                            "db_connection": _connection(database, folder / "data.db"),
                            "create_tables": True,
                        },
                    },
                },
                "logging": {"opentaxii": "warning", "root": "warning"},
            }
        )
    )
    variables = {"OPENTAXII_CONFIG": str(settings)}
    printed = run(
        [binaries / "python", _HERE / "prepare_opentaxii.py", _USER, _PASSWORD], folder=folder, environment=variables
    )
    ready = next((line for line in printed.splitlines() if line.startswith("ready ")), None)
    if ready is None:
        raise BenchError(f"OpenTAXII could not be prepared:\n{printed[-1000:]}")
    made = json.loads(ready.removeprefix("ready "))
    command: list[str | Path] = [
        binaries / "gunicorn",
        "--pythonpath",
        _HERE,
        "opentaxii_app:app",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
    ]
    command += ["--timeout", "300", "--worker-tmp-dir", str(folder), "--log-level", "warning"]
    with serving(command, log=folder / "server.log", folder=folder, environment=variables) as server:
        root = f"/taxii2/{made['root']}/"
        yield Running(
            server,
            Endpoint(port, root, bearer(made["token"])),
            made["collection"],
            Endpoint(port, root, basic(_USER, _PASSWORD)),
        )


def _connection(database: str, file: Path) -> str:
    if database == "sqlite":
        return f"sqlite:///{file}"
    return database.replace("postgresql://", "postgresql+psycopg2://", 1)


@contextlib.contextmanager
def medallion(environment_folder: Path, folder: Path) -> Iterator[Running]:
    """medallion by its own command, with its memory backend."""
    folder.mkdir(parents=True)
    port = free_port()
    content = {
        "/discovery": {
            "title": "Bench",
            "description": "Bench",
            "contact": "nobody@bench.invalid",
            "default": f"http://127.0.0.1:{port}/bench/",
            "api_roots": [f"http://127.0.0.1:{port}/bench/"],
        },
        "bench": {
            "information": {
                "title": "Bench",
                "description": "Bench",
                "versions": ["application/taxii+json;version=2.1"],
                "max_content_length": _MOST_BYTES,
            },
            "status": [],
            "collections": [
                {
                    "id": _MEDALLION_COLLECTION,
                    "title": "Bench",
                    "description": "Bench",
                    "can_read": True,
                    "can_write": True,
                    "media_types": ["application/stix+json;version=2.1"],
                    "objects": [],
                    "manifest": [],
                }
            ],
        },
    }
    (folder / "content.json").write_text(json.dumps(content))
    settings = {
        "backend": {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": str(folder / "content.json"),
        },
        "users": {_USER: _PASSWORD},
        "taxii": {"max_page_size": 1000},
    }
    (folder / "medallion.json").write_text(json.dumps(settings))
    command: list[str | Path] = [environment_folder / "bin" / "medallion", "--port", str(port), "--log-level", "ERROR"]
    with serving([*command, folder / "medallion.json"], log=folder / "server.log", folder=folder) as server:
        endpoint = Endpoint(port, "/bench/", basic(_USER, _PASSWORD))
        yield Running(server, endpoint, _MEDALLION_COLLECTION, endpoint)
