"""How this node asks other servers: one ``Fetcher`` made of the settings. Kept from ``app.node``: few processes need it."""

from importlib.metadata import version

from comity.app.settings import Settings
from comity.kernel.exchange.fetch.fetcher import Fetcher


def make_fetcher(settings: Settings) -> Fetcher:
    """A fetcher, for one thread; it opens nothing before it is used."""
    return Fetcher(settings.fetch, agent=f"Comity/{version('comity')}")
