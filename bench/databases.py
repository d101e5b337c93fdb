"""Databases of our own on a PostgreSQL server on loopback: created for a run, dropped after it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"


def reachable(server: str) -> str:
    """Nothing when the server can be used, else what is wrong with it."""
    if urlsplit(server).hostname not in {"127.0.0.1", "localhost", "::1"}:
        return "only a server on loopback is measured"
    try:
        with psycopg.connect(server, connect_timeout=5) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return ""


def version(server: str) -> str:
    with psycopg.connect(server, connect_timeout=5) as connection:
        row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]).split()[0] if row else "?"


@contextlib.contextmanager
def database(server: str, purpose: str) -> Iterator[str]:
    """The URL of a new, empty database; gone at the end."""
    name = f"comity_bench_{os.getpid()}_{purpose}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(server)._replace(path="/" + name))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
