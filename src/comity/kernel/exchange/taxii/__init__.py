"""A TAXII 2.1 server (OASIS Standard, 10 June 2021): discovery, one API root, collections, status, manifest, objects.

``endpoints``    which path and method exist, and the right each needs: a table          pure
``negotiation``  Accept and Content-Type                                                  pure
``filters``      the query string, read into a ``Query`` of the store                     pure
``resources``    what TAXII sends: structs, envelopes of joined bytes, ``Answer``         pure
``errors``       one mapper from the error families to TAXII error messages
``reading``      GET and DELETE: from a request to an ``Answer``, through ``store.visible``
``intake``       POST and the worker's step for large envelopes, through ``store.commit``
``server``       the ASGI driver: receives, hands the blocking part to a pool, sends

Who may ask is the directory's, what may be seen is the store's: neither is decided here.
"""
