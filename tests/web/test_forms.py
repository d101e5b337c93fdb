"""Forms: what is typed is read, checked and kept; what is secret is not."""

import pytest

from comity.kernel.base.errors import Conflict
from comity.web.forms import Choice, Field, Form, Typed
from comity.web.words import Phrase

FORM = Form(
    action="/x",
    button="Do it",
    fields=(
        Field(name="name", label="Name", shortest=2, longest=5),
        Field(name="secret", kind="password", label="Secret", required=False),
        Field(name="days", kind="number", label="Days", least=1, most=90, required=False),
        Field(name="party", kind="select", label="Party", choices=(Choice("a", "A"), Choice("b", "B")), required=False),
        Field(
            name="roles", kind="checkboxes", label="Roles", choices=(Choice("x", "X"), Choice("y", "Y")), required=False
        ),
        Field(name="sure", kind="checkbox", label="Sure", required=False),
    ),
)


def filled(**sent: str | tuple[str, ...]) -> Form:
    pairs = [(name, each) for name, given in sent.items() for each in (given if isinstance(given, tuple) else (given,))]
    return FORM.filled(Typed(pairs))


def test_what_was_typed_can_be_read() -> None:
    form = filled(name="  Alice ", secret=" with blanks ", days="30", party="a", roles=("x", "y"), sure="yes")
    assert (form.value("name"), form.value("secret")) == ("Alice", " with blanks ")
    assert (form.number("days"), form.value("party"), form.many("roles"), form.ticked("sure")) == (
        30,
        "a",
        ("x", "y"),
        True,
    )
    assert form.ok


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("name", "", "Fill this in."),
        ("name", "   ", "Fill this in."),
        ("name", "A", "At least 2 characters."),
        ("name", "Alexandra", "At most 5 characters."),
        ("days", "ninety", "A whole number, in digits."),
        ("days", "1e3", "A whole number, in digits."),
        ("days", "٣", "A whole number, in digits."),
        ("days", "9" * 400, "A whole number, in digits."),
        ("days", "0", "Not less than 1."),
        ("days", "91", "Not more than 90."),
        ("party", "c", "Choose from what is listed."),
        ("roles", "z", "Choose from what is listed."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(name: str, typed: str, said: str) -> None:
    form = filled(**{"name": "Alice", name: typed})
    assert [(field.name, str(field.error)) for field in form.wrong] == [(name, said)]
    assert not form.ok


def test_a_choice_that_was_not_offered_is_not_taken_even_beside_one_that_was() -> None:
    form = filled(name="Alice", roles=("x", "administrator"))
    assert form.many("roles") == ("x",)
    assert not form.ok


def test_a_required_choice_says_so() -> None:
    form = Form(
        action="/x",
        button="Do it",
        fields=(
            Field(name="one", kind="radio", label="One", choices=(Choice("a", "A"),)),
            Field(name="some", kind="checkboxes", label="Some", choices=(Choice("a", "A"),)),
            Field(name="tick", kind="checkbox", label="Tick"),
        ),
    ).filled(Typed())
    assert [field.error for field in form.wrong] == ["Choose one.", "Choose at least one.", "Tick this to go on."]


def test_an_error_of_the_node_is_shown_with_its_hint_and_what_was_typed_is_kept() -> None:
    form = filled(name="Alice").refused(Conflict("The name is taken.", hint="Choose another."), "name")
    assert form.wrong[0].error == "The name is taken. Choose another."
    assert form.value("name") == "Alice"
    assert not form.refused(Conflict("Not now.")).ok
    with pytest.raises(StopIteration):
        form.failing("Nobody would see this.", "no-such-field")


def test_a_form_begins_with_what_it_is_given() -> None:
    form = FORM.to("/y", cancel="/").starting({"name": "Bob", "roles": ("y",)}).offering("party", [Choice("c", "C")])
    assert (form.action, form.cancel, form.value("name"), form.many("roles")) == ("/y", "/", "Bob", ("y",))
    assert form.filled(Typed([("name", "Bob"), ("party", "c")])).ok
    assert FORM.value("name") == ""


def test_files_and_floods_are_not_text() -> None:
    typed = Typed([("name", object()), ("many", "x"), *(("many", str(each)) for each in range(10_000))])
    assert typed.text("name") == ""
    assert not typed.has("name")
    assert len(typed.all("many")) == 500


def test_a_phrase_counts_in_both_forms() -> None:
    assert str(Phrase("%(num)s day", {"num": "1"}, "%(num)s days", 1)) == "1 day"
    assert str(Phrase("%(num)s day", {"num": "2"}, "%(num)s days", 2)) == "2 days"
