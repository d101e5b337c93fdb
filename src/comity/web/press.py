"""``Press``: page structs become HTML.

One Jinja environment per language; templates are addressed by the prefix of the desk (or ``web``) that owns them. Undefined
names are errors and everything is escaped. ``_()`` is for literal text in templates only, because what it is given counts
as markup; text in variables is translated by ``say`` and escaped like any other. No control character and no character that
turns the reading direction leaves in a page, wherever it came from.
"""

from collections.abc import Callable, Mapping
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from jinja2 import BaseLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.web.assets import Asset
from comity.web.charts import shapes
from comity.web.i18n import own_name
from comity.web.moments import Moment, moment, time_left
from comity.web.page import Page, Shell
from comity.web.portraits.text import line, short_id, shortened, visible
from comity.web.words import Phrase, Told


class Press:
    """Renders. ``owners`` are packages with a folder ``templates/``, by the prefix under which it is addressed."""

    def __init__(
        self,
        owners: Mapping[str, str],
        assets: Mapping[str, Asset],
        catalogues: Mapping[str, NullTranslations],
        zone: ZoneInfo,
    ) -> None:
        loaders: dict[str, BaseLoader] = {prefix: PackageLoader(package) for prefix, package in owners.items()}
        loader = PrefixLoader(loaders)
        self.languages = tuple(catalogues)
        names = tuple((language, own_name(language)) for language in catalogues)
        self.environments = {
            language: _environment(loader, assets, translations, language, zone, names)
            for language, translations in catalogues.items()
        }

    def page(self, page: Page, shell: Shell) -> str:
        """A whole page."""
        template = self.environments[shell.language].get_template(page.template)
        return template.render(**page.context(), shell=shell)

    def fragment(self, page: Page, shell: Shell) -> Markup:
        """A part of a page, made by a template of its own; safe to place because the press made it."""
        return Markup(self.page(page, shell))  # noqa: S704  output of an escaping template


def _environment(
    loader: BaseLoader,
    assets: Mapping[str, Asset],
    translations: NullTranslations,
    language: str,
    zone: ZoneInfo,
    languages: tuple[tuple[str, str], ...],
) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_fit_to_be_seen,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
    )
    extension: Any = environment
    extension.install_gettext_translations(translations, newstyle=True)
    environment.globals.update(_functions(assets, translations, language, zone, languages))
    return environment


def _fit_to_be_seen(value: object) -> object:
    """Every text on its way into a page: what is invisible or turns the reading direction is written out."""
    if not isinstance(value, str):
        return value
    shown = visible(value)
    # Markup stays markup: what is written out holds nothing that would need escaping.
    return Markup(shown) if isinstance(value, Markup) else shown  # noqa: S704


def _functions(
    assets: Mapping[str, Asset],
    translations: NullTranslations,
    language: str,
    zone: ZoneInfo,
    languages: tuple[tuple[str, str], ...],
) -> dict[str, Callable[..., object]]:
    """What templates may call besides their page's fields."""

    def asset(name: str) -> str:
        return assets[name].path

    def say(text: str) -> str:
        return translations.gettext(text) if text else ""

    def phrase(sentence: Phrase) -> str:
        if not sentence.many:
            return say(sentence.frame) % sentence.filled(say)
        return translations.ngettext(sentence.frame, sentence.many, sentence.number) % sentence.filled(say)

    def told(words: Told) -> str:
        return say(words) if isinstance(words, str) else phrase(words)

    def when(at: Micros) -> Moment:
        return moment(at, zone, language)

    def count(number: int) -> str:
        return format_decimal(number, locale=language)

    return {
        "asset": asset,
        "count": count,
        "line": line,
        "outline": shapes.outline,
        "phrase": phrase,
        "say": say,
        "short_id": short_id,
        "shortened": shortened,
        "tlp_class": tlp_class,
        "languages": lambda: languages,
        "time_left": time_left,
        "told": told,
        "when": when,
    }


def tlp_class(level: Tlp) -> str:
    """The class of a TLP mark in the style sheet."""
    return f"tlp-{level.word.partition('+')[0]}"
