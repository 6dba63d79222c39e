"""What typing and PDF text layers do to Thai: seeded errors for measuring search against them."""

from __future__ import annotations

import random
import re

LETTERS_PER_ERROR = 12

_CONSONANTS = "กขคงจชซดตถทธนบปผพฟมยรลวสหอ"
_VOWELS = "ะาิีึืุูเแโไใ"
_TONES = "่้๊๋"
_MARK = re.compile("[ัิีึืฺุู็่้๊๋์ํ]")
_SARA_AM = re.compile("([่้๊๋]?)ำ")
_PAIR = re.compile("([ัิีึืุู])([่้๊๋์])")
_PUA = {"่": "\uf70a", "้": "\uf70b", "๊": "\uf70c", "๋": "\uf70d", "์": "\uf70e"}
_THAI_LETTER = re.compile("[ก-๎]")


def misspelt(text: str, rng: random.Random) -> str:
    """The text with one typing error for every 12 letters, at least one.

    An error is a letter left out, doubled, replaced by one of its kind, or swapped with the next.
    """
    letters = list(text)
    places = [at for at, letter in enumerate(letters) if _THAI_LETTER.match(letter)]
    count = max(1, len(text) // LETTERS_PER_ERROR) if places else 0
    for at in sorted(rng.sample(places, min(count, len(places))), reverse=True):
        kind = rng.randrange(4)
        if kind == 0:
            del letters[at]
        elif kind == 1:
            letters.insert(at, letters[at])
        elif kind == 2 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        else:
            letters[at] = _another(letters[at], rng)
    return "".join(letters)


def defective(text: str, rng: random.Random) -> str:
    """The text as the text layer of a badly made PDF gives it.

    A mix of sara am split or lost to nikhahit and sara aa, glyphs of the private use area,
    disordered and doubled marks, zero-width characters and spaces before marks.
    """
    text = _SARA_AM.sub(lambda match: _broken_am(match, rng), text)
    text = _PAIR.sub(lambda match: match[2] + match[1] if rng.random() < 0.5 else match[0], text)
    return _MARK.sub(lambda match: _broken_mark(match[0], rng), text)


def _another(letter: str, rng: random.Random) -> str:
    for kind in (_CONSONANTS, _VOWELS, _TONES):
        if letter in kind:
            return rng.choice([other for other in kind if other != letter])
    return rng.choice(_CONSONANTS)


def _broken_am(match: re.Match[str], rng: random.Random) -> str:
    tone = match[1]
    ways = (match[0], f"\u0e4d{tone}\u0e32", f"{tone}\u0e4d\u0e32", f"{tone} \u0e33")
    return rng.choice(ways)


def _broken_mark(mark: str, rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.15:
        return " " + mark
    if draw < 0.30:
        return _PUA.get(mark, mark)
    if draw < 0.40:
        return mark + mark
    if draw < 0.50:
        return mark + "\u200b"
    return mark
