"""How recalls are set out."""

from comity.desks.erasure.rules import path_of, to_tell
from comity.kernel.store.erasure.orders import Recall, Told

ID = "campaign--8e2e2d2b-17d4-4cbf-938f-000000000001"


def test_each_party_is_told_once() -> None:
    told = (Told("isac", 1), Told("isac", 1, twin="x"), Told("japan", 1, at=9))
    acts = to_tell(Recall(ID, "R1", "wrong", "kim", 5, told))
    assert [(act.about, act.hidden["party"], act.action) for act in acts] == [("isac", "isac", f"{path_of(ID)}/told")]


def test_an_id_is_one_part_of_a_path() -> None:
    assert path_of("a/b") == "/erasure/objects/a%2Fb"
