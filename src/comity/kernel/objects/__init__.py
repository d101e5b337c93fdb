"""Objects: STIX 2.1 in, facts out. Everything exchanged comes through here first, as bytes, and is kept as bytes.

What lives here, from the outside in:

``envelope``   a body (TAXII envelope, bundle, single object) taken apart into raw slices, under bounds
``parse``      the bytes of one object to ``Parsed`` or ``Rejected``; the fast reader, and the way to the careful one
``parsed``, ``findings``  what the rest of the node knows of an object, and what validation says of it
``structs/``   every object type as a struct: the one table of properties. The other tables are ``vocabularies`` and
               ``relationships``
``strict``     strict twins made from the structs, for the fast reader
``careful``    the careful reader: all findings about one object. It uses ``shapes`` (properties, made from the
               structs), ``values`` and ``containers`` (single values), ``rules`` (what properties demand of each
               other), ``report`` (where findings go)
``forms``      what strings look like, yes or no, for both readers; ``guards`` what JSON must be beyond its grammar
``references``, ``text``, ``observables/``  what an object refers to, what search may find in it, what correlates it
``patterns/``  STIX patterns: validity and observables
``ids``, ``timestamps``, ``canonical``, ``markings``, ``extensions``  identifiers, moments, RFC 8785, what marking
               definitions say, known extensions

What does not: policy on markings (``kernel.policy``), storage (``kernel.store``), any I/O, any clock.
All of it is pure.

Errors refuse an object, each citing the clause that says MUST; warnings (open vocabularies, SHOULD) travel with it.
What the specification leaves open is accepted and kept: unknown types, custom properties, unknown extensions.
"""
