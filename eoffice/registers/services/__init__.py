"""Verbs of the registers, by family: numbering, settings of a year."""
