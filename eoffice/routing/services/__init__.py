"""Verbs between and inside offices, by family: approving, addressing, sending, receiving."""
