"""Asking other servers: one GET over HTTP, guarded against the server, against who names it, and against the name itself.

``addresses``  which addresses may be reached                                        pure
``origin``     a URL taken apart, and what of a redirect is followed                 pure
``settings``   what an operator may set
``errors``     why there is no answer: away, refused, too much, not to be reached
``answer``     what a request gives, and the face of what asks it
``network``    names resolved once, checked, and connected to as checked
``fetcher``    the request: bounded in bytes and time, redirects by hand, nothing taken from the environment

What an answer means is not decided here. Nothing of a secret stands in a URL, an error or a log line.
"""
