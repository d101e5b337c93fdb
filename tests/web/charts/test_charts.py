"""Pictures: everything inside the drawing, nothing on top of something else, bounded whatever comes."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from comity.web.charts import flows, neighbourhood
from comity.web.charts.lettering import columns, fitted, wrapped
from comity.web.charts.neighbourhood import MOST_ROWS, Group, Neighbour
from comity.web.charts.shapes import OUTLINES
from comity.web.portraits.kinds import KINDS, UNKNOWN

names = st.text(min_size=1, max_size=60)
groups = st.lists(
    st.builds(
        Group, names, st.lists(st.builds(Neighbour, names, st.just("tool"), st.just("/x")), max_size=30).map(tuple)
    ),
    max_size=8,
)


@given(names, groups, groups)
def test_a_neighbourhood_stays_inside_its_frame(title: str, incoming: list[Group], outgoing: list[Group]) -> None:
    picture = neighbourhood.drawn(title, "actor", incoming, outgoing)
    for side in ("in", "out"):
        rows = [node.y for node in picture.nodes if node.side == side]
        assert len(rows) <= MOST_ROWS
        assert all(later - earlier >= 20 for earlier, later in itertools.pairwise(rows))
        assert all(0 < y < picture.height for y in rows)
    assert len(picture.nodes) + picture.left_out == sum(len(group.neighbours) for group in (*incoming, *outgoing))


def test_no_group_crowds_out_another() -> None:
    def many(word: str, number: int) -> Group:
        return Group(word, tuple(Neighbour(f"{word} {each}", "tool", "/x") for each in range(number)))

    picture = neighbourhood.drawn("x", "tool", [], [many("uses", 1000), many("targets", 2), many("names", 1)])
    assert {heading.word for heading in picture.headings} == {"uses", "targets", "names"}
    assert len(picture.nodes) == MOST_ROWS


def test_every_kind_has_a_shape_of_its_family() -> None:
    assert {kind.shape for kind in (*KINDS.values(), UNKNOWN)} == set(OUTLINES)


some_flows = st.lists(
    st.builds(flows.Flow, st.sampled_from("abcdefghijkl"), st.sampled_from("stuvw"), st.integers(0, 10**9)),
    max_size=40,
    unique_by=lambda flow: (flow.source, flow.target),
)


@given(some_flows)
def test_flows_stay_inside_their_frame_and_ends_apart(given_flows: list[flows.Flow]) -> None:
    picture = flows.drawn(given_flows)
    if picture is None:
        assert sum(flow.count for flow in given_flows) == 0
        return
    for left in (True, False):
        middles = [end.middle for end in picture.ends if end.left is left]
        assert all(later - earlier >= 40 for earlier, later in itertools.pairwise(middles))
        assert all(end.y >= 0 and end.y + end.height <= picture.height + 1 for end in picture.ends)
    assert len(picture.bands) + picture.left_out == len(given_flows)


@given(names, st.integers(4, 40))
def test_letters_fit_where_they_stand(text: str, room: int) -> None:
    assert columns(fitted(text, room)) <= room
    lines = wrapped(text, room, 3)
    assert len(lines) <= 3
    assert all(columns(each) <= room for each in lines)


def test_wide_letters_take_two_columns() -> None:
    assert columns("회색") == 4
    assert fitted("회색 조류", 6) == "회색…"
    assert wrapped("Container and bulk terminals", 16, 2) == ("Container and", "bulk terminals")
