"""Actions of the intel desk: none. Its pages read; what comes in comes by TAXII, file or form of other desks."""
