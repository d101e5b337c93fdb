"""What everything stands on: the error tree, time, identifiers. Pure; imports nothing of Comity."""
