"""Verbs of the users room, by family: organisation, people, accounts."""
