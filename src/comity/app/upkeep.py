"""Before a node is served: that it is there, and that its database has the schema this version needs."""

from comity.app.folder import Folder
from comity.app.settings import Settings, data_folder
from comity.kernel.store.migrate import current, migrate


def prepare(settings: Settings) -> None:
    """Brings the schema up to date. Every step of the history is safe beside the code before it."""
    folder = Folder(data_folder(settings))
    url = folder.database_url(folder.read())
    if not current(url):
        migrate(url)
