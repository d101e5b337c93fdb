"""How the node is, for machines that watch over it (docs/decisions/0014).

``tally``    counters of the server's processes, shared through small files
``metrics``  those and the database's numbers, as Prometheus reads them
``probes``   ``/healthz``, ``/readyz`` and ``/metrics``, answered before the pages
"""
