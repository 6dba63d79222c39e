"""A synthetic archive: letters of drawn dictionary words, as frequent as words are, and questions
about them. The same seed makes the same archive."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate

from eoffice.search.analysis import DICTIONARY
from eoffice.search.documents import Facets, IndexDocument, LetterFields, document_of_letter

EVERYBODY = 1
"""A principal of every letter, for measuring without visibility."""

OFFICES = 300
WORDS = 8_000
FIRST_DAY = date(2020, 1, 1)
PERSON = frozenset({10, 57, 113, 208, 291})
"""The principals of a person with five desks."""

KINDS = ("word", "three_words", "phrase", "number", "word_visible", "by_date", "page_20")


class Archive:
    """Letters 1 … n and questions about them."""

    def __init__(self, letters: int, seed: int = 20) -> None:
        self.letters = letters
        self.seed = seed
        rng = random.Random(seed)
        known = DICTIONARY.read_text("utf-8").split("\n")
        usable = [word for word in known if 3 <= len(word) <= 12 and word.isprintable()]
        self._words = rng.sample([word for word in usable if " " not in word], WORDS)
        self._weights = list(accumulate(1 / (rank + 8) for rank in range(WORDS)))

    def documents(self) -> Iterator[IndexDocument]:
        """The index documents of all letters, some 900 characters each."""
        return (self.document(number) for number in range(1, self.letters + 1))

    def document(self, number: int) -> IndexDocument:
        """One letter, always the same."""
        rng = random.Random(self.seed * 1_000_003 + number)
        offices = rng.sample(range(2, OFFICES + 2), 3)
        day = FIRST_DAY + timedelta(days=number * 2_300 // self.letters)
        return document_of_letter(
            LetterFields(
                number,
                1,
                (EVERYBODY, *offices),
                "".join(self._draw(rng) for _ in range(8)),
                letter_no=f"ศธ 04999/ว {number}",
                parties=(f"หน่วยงานที่ {offices[0]}",),
                body=" ".join(
                    "".join(self._draw(rng) for _ in range(12)) for _ in range(rng.randint(6, 18))
                ),
                facets=Facets(
                    kind="external", from_office=offices[0], dated_on=day, urgency="normal"
                ),
            )
        )

    def questions(self, kind: str, count: int) -> list[str]:
        """What is typed into the box; words of letters that exist."""
        rng = random.Random(f"{self.seed} {kind}")
        return [self._question(kind, rng) for _ in range(count)]

    def _question(self, kind: str, rng: random.Random) -> str:
        if kind == "number":
            return f"ว {rng.randint(1, self.letters)}"
        if kind == "three_words":
            return " ".join(self._draw(rng) for _ in range(3))
        if kind == "phrase":
            body = self.document(rng.randint(1, self.letters)).texts[-1].text
            return f'"{rng.choice(body.split())[:14]}"'
        return self._draw(rng)

    def _draw(self, rng: random.Random) -> str:
        return self._words[bisect(self._weights, rng.random() * self._weights[-1])]
