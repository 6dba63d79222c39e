"""Verbs of the letter, by family: drafting, attaching; and the one way its state moves."""
