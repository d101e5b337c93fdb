"""Languages: catalogues, the choice among them, and the extraction of texts."""

from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from comity.web.extraction import TEMPLATE, extracted, write_template
from comity.web.i18n import choose, own_name, read_catalogues
from comity.web.page import ErrorPage, Shell
from comity.web.press import Press

KOREAN = """
msgid "Nothing here"
msgstr "여기에는 아무것도 없습니다 <b>"

msgid "Error %(status)s"
msgstr "오류 %(status)s"
"""


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en,ko;q=0.9", "en"),
        ("fr;q=1.0, ko;q=0.5", "ko"),
        ("ko;q=0", "en"),
        ("*", "en"),
        ("ko;q=1;x=y, ,;;;,en;q=abc", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_the_language_is_the_readers_where_there_is_a_catalogue(accepted: str, language: str) -> None:
    assert choose(accepted, ("en", "ko")) == language


def test_a_catalogue_is_read_as_text_and_what_it_lacks_is_english(tmp_path: Path) -> None:
    (tmp_path / "ko").mkdir()
    (tmp_path / "ko" / "comity.po").write_text(KOREAN, encoding="utf-8")
    press = Press({"web": "comity.web"}, {}, read_catalogues(tmp_path), ZoneInfo("UTC"))
    for environment in press.environments.values():
        environment.globals["asset"] = lambda name: name
    shell = Shell(
        node="N", language="ko", now=0, account=None, roles=(), query="", form_token="", navigation=(), marking=None
    )
    page = press.page(ErrorPage(status=404, title="Nothing here", detail="Not translated.", hint=""), shell)
    assert 'lang="ko"' in page
    assert "오류 404" in page
    assert "여기에는 아무것도 없습니다 &lt;b&gt;" in page  # what say() gives is text, also in a translation
    assert "Not translated." in page


def test_the_catalogue_template_holds_every_text_of_the_sources(tmp_path: Path) -> None:
    write_template(tmp_path / "fresh.pot")
    fresh, kept = (tmp_path / "fresh.pot").read_text(encoding="utf-8"), TEMPLATE.read_text(encoding="utf-8")
    assert fresh == kept, "run: python -m comity.web.extraction"


def test_texts_of_templates_tables_and_attributes_are_found() -> None:
    found = {message.id if isinstance(message.id, str) else message.id[0] for message in extracted() if message.id}
    assert {
        "Sign out",
        "Who can see this",
        "Indicator",
        "First seen",
        "Search words, an address, a hash, an id",
    } <= found
    assert "%(num)s object" in found


def test_every_language_of_ours_has_a_name_of_its_own() -> None:
    for language in read_catalogues(files("comity.web") / "locale"):
        assert own_name(language) == Locale.parse(language).get_display_name()
