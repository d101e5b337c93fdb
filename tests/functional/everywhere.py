"""A node that has something on every page, written by somebody malicious or by nobody in particular; and all its pages.

Pages come from the desks' manifests: a new one without a gap in its path is visited by itself, one with a gap needs a line
in ``GAPS``.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from comity.app.desks import DESKS
from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.base.clock import SystemClock
from comity.kernel.base.errors import Invalid
from comity.kernel.directory.accounts import Browser
from comity.kernel.directory.roles import Role
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.articles import Selection, Withhold
from comity.kernel.policy.agreement.writing import write
from comity.kernel.policy.approval.decisions import Decision
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.erasure.orders import Ground
from comity.kernel.store.erasure.orders import Selection as Selected
from comity.kernel.store.types import Account, Advance, Batch, Channel, Mirror, Party, Refusal
from tests.kernel.directory.people import PASSWORD, with_passkey

DOWNLOADS = {
    "/agreements/drafts/{name:str}/file",
    "/agreements/{name:str}/answer",
    "/agreements/{name:str}/offer",
    "/agreements/{name:str}/text/file",
    "/intel/objects/{object_id:str}/raw",
    "/record/save",
}
"""Answered with a file to save, in a sandbox: no page."""
PROBES = {"/healthz"}
NAME = "Alice"
HOUR = 3_600_000_000


class Full(NamedTuple):
    """A node made and filled: how to serve it, how Alice (who has every role) gets in, and what fills the gaps of paths."""

    settings: Settings
    secret: str
    gaps: dict[str, dict[str, list[str]]]


def full_node(folder: Path, port: int, objects: Sequence[bytes], said: str, name: str) -> Full:
    """A node with these objects, and this text wherever the node keeps text of others; ``name`` where it has to be short."""
    settings = Settings(data=str(folder), port=port, workers=1, timezone="Asia/Seoul")
    make_node(folder, settings, slug="home", name=f"Home {name}", jurisdiction="KR", person=NAME)
    with open_node(settings) as node:
        accounts = node.directory.accounts
        alice = accounts.set_roles(accounts.get(NAME), list(Role))
        accounts.set_password(alice, None, PASSWORD)
        with_passkey(accounts, alice)
        others = [accounts.add(_name(name, number), (role,)) for number, role in enumerate(Role)]
        for other in others:
            accounts.enter(accounts.invite(other, purpose="sign-in").secret, Browser(said[:200], "192.0.2.9"))
        accounts.disable(others[0])
        party = node.directory.parties.add("carol", name=name, jurisdiction="EE", tlp_max=Tlp.AMBER)
        dave = node.directory.parties.add("dave", name=_name(name, 99), jurisdiction="FR")
        taken = node.directory.collections.add(
            "main", title=name, description=said[:1000], tlp=Tlp.GREEN, read=[party, dave], write=[party]
        )
        ids = _commit(node, party, taken.id, objects)
        _commit(node, node.directory.parties.own(), taken.id, objects[2:8])
        node.store.restrict(ids[0], [alice.id, others[2].id], by=name)
        node.store.restrict(ids[1], [alice.id], by=name)
        while node.store.settle() or node.store.index_text():
            pass
        mirror = _mirror(node, party, taken.id, said)
        job = node.store.jobs.add("unknown", said[:200], 100)
        node.store.jobs.failed(job, said, None)
        waiting = node.store.jobs.add("unknown", "waits", 100)
        timer = node.store.timers.set(None, "unknown", said[:200], node.clock.now() + HOUR)
        node.store.timers.failed(timer, said, node.clock.now() + HOUR)
        unused = accounts.invite(others[1], purpose="sign-in").secret
        agreed, drafts = _agreements(node, alice.id, said, name)
        gaps = {
            "/approvals/": _reviews(node, alice, said, name),
            "/agreements/": {"name": [agreed]},
            "/agreements/drafts/": {"name": drafts},
            "/agreements/matrix/": {"party": ["carol"], "feature": ["collection"], "value": [taken.slug]},
            "/intel/": {"object_id": ids},
            "/erasure/": _keeping(node, alice, ids, said, name),
            "/people/": {"number": [str(each.id) for each in (alice, others[0], others[1])]},
            "/account/passkeys/": {"key": [each.id for each in accounts.passkeys(alice)]},
            "/mirrors/": {"number": [str(mirror.id)]},
            "/operations/jobs/": {"number": [str(waiting.id)]},
            "/operations/followers/": {"name": ["settle"]},
            "/sign-in/": {"secret": [unused]},
        }
        link = accounts.invite(alice, purpose="sign-in")
    return Full(settings, link.secret, gaps)


def _agreements(node: Node, account: int, said: str, name: str) -> tuple[str, list[str]]:
    """One that holds and has a version before it, a draft that could be signed, and one that is nonsense; by their names."""
    agreements, drafts = node.directory.agreements, node.store.agreements
    node.directory.communities.add("sector", name=name)
    agreed = agreements.read(agreements.draft("law-enforcement", "carol", name="with-carol"))
    last = len(agreed.articles) + 1
    titled = msgspec.structs.replace(
        agreed,
        title=name,
        articles=(
            *(msgspec.structs.replace(each, title=name) for each in agreed.articles[::2] + agreed.articles[1::2]),
            Withhold(
                number=last, title=name, when=Selection(types=("x-secret",)), because=" ".join(said.split())[:200]
            ),
        ),
    )
    ordered = msgspec.structs.replace(titled, articles=tuple(sorted(titled.articles, key=lambda each: each.number)))
    agreements.apply(write(agreed), by=name, account=account)
    agreements.apply(write(ordered), by=name, account=account)
    drafts.keep_draft("with-carol", f"{write(ordered)}\n# {' '.join(said.split())}\n", account)
    drafts.keep_draft("nonsense", f"{write(agreed).replace('tlp = ', 'tpl = ')}\n{said}\n", account)
    return agreed.name, ["with-carol", "nonsense"]


def _reviews(node: Node, alice: Account, said: str, name: str) -> dict[str, list[str]]:
    """What waits by an agreement that lets nothing go to Dave without a review: one refused, some about which nobody said a
    thing; what fills the gaps of their pages.
    """
    agreements = node.directory.agreements
    text = agreements.draft("bilateral-csirt", "dave", name="with-dave").replace(
        'types = ["incident"]', "revoked = false"
    )
    titled = msgspec.structs.replace(agreements.read(text), title=name)
    agreements.apply(write(titled), by=name, account=alice.id)
    approvals = node.directory.approvals
    asked = node.store.visible(Viewer(node.directory.parties.own().id, account=alice.id)).reviews(3).items
    prepared = approvals.prepare(alice, asked[0], Decision("refuse", reason=said[:1000]))
    approvals.sign_with_password(alice, PASSWORD, prepared)
    first = approvals.item(alice, asked[0].held.id, asked[0].name).review
    assert first is not None
    return {
        "object_id": [each.held.id for each in asked],
        "name": [each.name for each in asked],
        "form": ["as-asked", "profile-times", "as-approved"],
        "said": [first.acts[0].id for _ in asked],
    }


def _keeping(node: Node, alice: Account, ids: list[str], said: str, name: str) -> dict[str, list[str]]:
    """A hold, a term, a recall, and an order to erase what was never here; what fills the gaps of their pages."""
    erasing, store = node.directory.erasing, node.store
    ground = " ".join(said.split())[:200] or name
    held = store.holds.lay(
        "object", ids[0], number=None, reference=name, ground=ground, until=None, by=name, account=alice.id
    )
    erasing.keep_for("collection", "main", 36_000, by=name, account=alice.id)
    store.recalls.recall(ids[-1], reference=name, ground=ground, by=name, account=alice.id)
    absent = Selected(object="campaign--00000000-0000-4000-8000-00000000ffff")
    store.erasures.order(absent, Ground(name, ground), for_good=True, by=name, account=alice.id)
    while store.settle():
        pass
    return {"number": [str(held.id)] * 2, "object_id": [ids[0], ids[-1]]}


def _name(name: str, number: int) -> str:
    return f"{number} {name}"[:200]


def _commit(node: Node, party: Party, collection: int, objects: Sequence[bytes]) -> list[str]:
    read = [parse(each) for each in objects]
    good = tuple(each for each in read if isinstance(each, Parsed))
    assert len(good) == len(objects)
    now = SystemClock().now()
    node.store.commit(Batch(party.id, collection, good, Channel.TAXII, now))
    return list(dict.fromkeys(each.id for each in good))


def _mirror(node: Node, party: Party, collection: int, said: str) -> Mirror:
    now = node.clock.now()
    url = "https://host.invalid/taxii2/root/collections/00000000-0000-4000-8000-000000000000/"
    kept = Mirror(
        id=0, url=url, collection=collection, party=party.id, username=said[:60], secret=None, every=HOUR, created=now
    )
    mirror = node.store.mirrors.add(kept)
    advance = Advance(
        turn=0,
        added_after=None,
        reached=None,
        final=False,
        seen=3,
        mended=1,
        refusals=(Refusal(bytes(32), said[:200], said, now),),
        at=now,
        done=True,
    )
    node.store.advance_mirror(mirror.id, Batch(party.id, collection, (), Channel.TAXII_PULL, now), advance)
    node.store.mirrors.fail(mirror.id, said, now + HOUR, again=False)
    node.store.mirrors.pause(mirror.id, paused=True)
    return mirror


def templates() -> Iterator[str]:
    """The path of every page, with its gaps."""
    for desk in DESKS:
        for route in desk.routes:
            if "GET" in route.http_methods:
                yield from (path for path in route.paths if path not in DOWNLOADS | PROBES)


def pages(full: Full, *, objects: int | None = None, others: int = 3) -> list[str]:
    """Every page of the node. Of pages that differ by the gap in their path alone: those of so many objects, so many others."""
    found: list[str] = []
    for template in sorted(set(templates())):
        if "{" not in template:
            found.append(template)
            continue
        fitting = [start for start in full.gaps if template.startswith(start)]
        filling = full.gaps[max(fitting, key=len)] if fitting else None
        if filling is None:
            raise Invalid(f"{template} is not visited: add what fills its gap to tests/functional/everywhere.py")
        for values in list(zip(*filling.values(), strict=True))[
            : objects if template == "/intel/objects/{object_id:str}" else others
        ]:
            path = template
            for name, value in zip(filling, values, strict=True):
                path = path.replace(f"{{{name}:str}}", value).replace(f"{{{name}:int}}", value)
            found.append(path)
            assert "{" not in path, template
    return found
