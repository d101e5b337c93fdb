"""Mirroring: a collection of another server is kept here too, as the claims of whoever runs that server (TAXII 2.1 client).

``target``   the URL of a remote collection, the requests to it, the credentials          pure
``reading``  what an answer says: a page, or why there is none                             pure
``pull``     which page is next, and from where the next pull begins: a state machine      pure
``mending``  the one fault of a server in wide use that is put right, and is told          pure
``waiting``  how long to leave a server alone                                              pure
``pulling``  one pull: fetched by ``fetch``, kept by ``store.advance_mirror``
``driver``   the worker's part: bounded steps, the network in threads of their own

What a page brought and where the mirror stands after it are one transaction. Whatever goes wrong, the pull goes on from what
is kept, never from what a server may remember: several do not give the same page twice (docs/decisions/0016).
"""
