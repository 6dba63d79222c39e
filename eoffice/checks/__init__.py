"""``eoffice check``: what must hold between the tables, the log and the files."""
