"""Backup and restore: one file with everything that cannot be made again (assurance §6.8).

The format, from outside to inside:

``EOFFICE-BACKUP 1`` and a line feed · four bytes length and a JSON header (when it was made, how
the file key is kept) · chunks of AES-256-GCM, each with four bytes of length before it, nonce =
eleven bytes of counter and one byte that is 1 on the last chunk, additional data = SHA-256 of all
that stands before the first chunk · SHA-256 of everything before it.

The file key is wrapped for the recovery public key (X25519 with a key made for this file, HKDF-
SHA256 over both public keys, AES-256-GCM), or stands open in the header where no recovery key is
set: then the chunks protect against damage and not against readers.

Inside is a tar stream: ``about.json`` · ``seals.jsonl`` · ``tables/NAME/NNNNNN.jsonl.gz``, a JSON
list a row in the order of the columns named in ``about.json``, times in UTC · ``files/KEY`` ·
``manifest.json`` with a hash over names, sizes and SHA-256 of all members before it, the number of
rows of each table, the files found damaged, and a signature with the seal key.
"""
