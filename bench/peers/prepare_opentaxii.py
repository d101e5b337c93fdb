"""Run by the peer's own Python: an account, an API root and a collection, printed as JSON.

OpenTAXII's commands make the same but print no ids, so this goes through the objects those commands go through.
"""

import json
import sys

from opentaxii.cli import app  # type: ignore[import-not-found]  # it is in the peer's environment only


def main() -> None:
    user, password = sys.argv[1:3]
    with app.app_context():
        accounts = app.taxii_server.auth
        accounts.api.create_account(username=user, password=password)
        store = app.taxii_server.servers.taxii2.persistence.api
        root = store.add_api_root(title="Bench", description="", default=True)
        collection = store.add_collection(
            api_root_id=root.id, title="Bench", description="", is_public=True, is_public_write=True
        )
        token = accounts.authenticate(username=user, password=password)
    if isinstance(token, bytes):
        token = token.decode()
    print("ready " + json.dumps({"root": str(root.id), "collection": str(collection.id), "token": token}))


main()
