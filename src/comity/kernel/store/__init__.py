"""The store: every read starts from ``store.visible(viewer)``, every write of objects ends in ``store.commit(batch)``.

Life of an object in here:

1. ``commit``: types get numbers (``keys``), the claim gets its label and, from what it refers to, its shape (``labels``,
   ``definitions``); ``plan`` works out what is new. Bodies, index rows and claims are written in one transaction
   (``bulk``, ``index``), which takes its place in the log from the ``counter`` row last (docs/decisions/0010).
2. What came late for something is settled by ``reshape``; ``follow`` keeps PostgreSQL's text index up with the log;
   ``intake`` keeps large envelopes until the worker has committed them.
3. ``visible``: ``openset`` says which shapes are open to a viewer; ``feed`` reads pages through it; ``candidates`` judges few
   objects in memory by the same rules; ``cursor`` signs where a viewer stands. ``view``, ``walk`` and ``search`` serve people.
4. ``deletion`` takes a party's own claims back.
5. ``restrict`` keeps objects for named people: ``hidden`` at once, by their labels after bounded steps; ``reads`` writes down
   who was given them. ``arrivals`` counts no more than is seen.

``database`` is the only place that knows drivers; ``tables`` describes the schema, ``migrations`` makes it; ``registry`` keeps
the rows of the directory. Invariants: a claim's position is given under one lock and never by a sequence; a label has its grants
before any claim; what relabelling opens gets a new place in the log; every statement of one answer runs in one snapshot.
"""
