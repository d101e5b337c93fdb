"""The servers themselves, as their registry has them (``bench/peers``): OpenTAXII under its own server, medallion by its own
command. They need environments of their own, which are installed when they are absent.
"""

import json
import time
from base64 import b64decode
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from bench import peers
from comity.kernel.exchange.fetch.settings import FetchSettings
from tests.kernel.exchange.mirror.test_peers import ids

MEDIA = "application/taxii+json;version=2.1"


def served(running, collection):
    """What ``World.register`` needs of a server."""
    endpoint = running.endpoint
    url = f"http://127.0.0.1:{endpoint.port}{endpoint.root}collections/{collection}/"
    return SimpleNamespace(url=url, authorization=endpoint.authorization)


def awaited(remote):
    """The server, once it answers."""
    until = time.monotonic() + 60
    while True:
        try:
            return httpx.get(remote.url, headers={"Authorization": remote.authorization, "Accept": MEDIA})
        except httpx.TransportError:
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.1)


def post(remote, objects):
    heads = {"Authorization": remote.authorization, "Accept": MEDIA, "Content-Type": MEDIA}
    answer = httpx.post(f"{remote.url}objects/", content=json.dumps({"objects": objects}), headers=heads, timeout=120)
    assert answer.status_code == 202, answer.text


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ["opentaxii", "medallion"])
def test_a_real_server_is_mirrored(world, tmp_path, name):
    """All that was put there arrives, later things as well, and a pull with nothing new brings nothing."""
    environment = peers.environment(name, Path(".bench").absolute())
    started = (
        peers.opentaxii(environment, tmp_path / name, "sqlite")
        if name == "opentaxii"
        else peers.medallion(environment, tmp_path / name)
    )
    with started as running:
        remote = served(running, running.collection)
        awaited(remote)
        world.settings = FetchSettings(private=True)  # medallion takes ten seconds for a page of a thousand
        more = {}
        if remote.authorization.startswith("Basic "):
            user, _, secret = b64decode(remote.authorization.removeprefix("Basic ")).decode().partition(":")
            more = {"username": user, "secret": secret}
        sent = world.notes(1_050)
        for start in range(0, 1_050, 150):
            post(remote, sent[start : start + 150])
        kept = world.register(remote, **more)
        tally = world.pull(kept.mirror)
        assert (tally.new, tally.refused) == (1_050, 0)
        assert tally.mended == (1_050 if name == "opentaxii" else 0)
        later = world.notes(5)
        post(remote, later)
        assert world.pull(kept.mirror).new == 5
        assert world.pull(kept.mirror).new == 0
        assert ids(world.held()) == ids(sent + later)
