"""Every object of STIX 2.1 as a typed struct, split by subject.

``kinds``    the data types of section 2 as annotations: what a value must look like, written once
``core``     properties shared by all objects, and the small types they use (2.5, 2.11, 3.2, 7.2.3)
``sdo``      domain objects (section 4)
``sro``      relationship and sighting (section 5)
``sco``      cyber-observables of the network and of people (section 6)
``files``    file, directory, artifact and the file extensions (6.1, 6.3, 6.7)
``hosts``    process, software, accounts, registry and their extensions (6.13 to 6.17)
``meta``     language content, marking definition, extension definition, bundle (7, 8)
``catalogue``  all of them by type name, with the clause each stands in

The structs are tolerant: they decode what they know and pass over the rest, for the bytes of an object are kept anyway.
Their annotations are the one table from which both the strict twins (``objects.strict``) and the careful checks
(``objects.shapes``) are made.
``None`` means absent: STIX has no null.
"""
