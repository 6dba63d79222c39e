""" "Did you mean" and suggestions while typing, drawn only from what the person sees now.

Nothing comes from the index's list of terms. The engine names letters that these principals see
and that share parts of words with what was typed; their subjects are then asked for from the
database, which answers for what is visible at this moment. A word is suggested only if it stands
in one of those subjects (assurance AC-07).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eoffice.search.analysis import words_of
from eoffice.search.backends import Backend, Order, Request
from eoffice.search.query import Piece, Query, parse
from eoffice.thai import fold, normalise

VisibleSubjects = Callable[[Sequence[int]], Mapping[int, str]]
"""Subjects of those of the given letters that the person may see now."""

LETTERS = 40
"""Letters whose subjects are looked at."""

MAX_TYPED = 100
MAX_SUBJECT = 300
LONGEST_WINDOW = 5

_UNQUOTED = re.compile(r"[\"“”]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to search for, and in how many of the looked-at subjects it stands."""

    text: str
    count: int


def did_you_mean(backend: Backend, request: Request, subjects: VisibleSubjects) -> str | None:
    """The box with its misspelt pieces put right, or None when nothing better is visible.

    A piece is put right when it stands in no subject that was looked at, and a run of words of
    one differs from it by one or two letters in eight.
    """
    wanted = [piece for piece in request.query.wanted if not piece.number]
    if not wanted:
        return None
    changes = {
        piece.text: better
        for piece in wanted
        if (better := _nearest(piece, _looked_at(backend, request, piece, subjects)))
    }
    if not changes:
        return None
    typed = _SPACES.sub(" ", normalise(request.query.typed)).strip()
    for wrong, right in changes.items():
        typed = typed.replace(wrong, right)
    return typed


def completions(
    backend: Backend, request: Request, typed: str, subjects: VisibleSubjects, limit: int = 8
) -> list[Suggestion]:
    """Continuations of what was typed so far, from visible subjects, the most frequent first.

    The filters and principals are the request's; its query is not looked at.
    """
    start = _SPACES.sub(" ", normalise(typed[:MAX_TYPED])).strip()
    start = _UNQUOTED.sub("", start)
    folded = fold(start)
    if len(folded) < 2:
        return []
    asked = replace(request, query=_open_ended(start), offset=0, limit=LETTERS)
    letters = [hit.letter_id for hit in backend.search(asked, with_facets=False).hits]
    if len(letters) < limit:
        letters += [hit.letter_id for hit in backend.best(asked, LETTERS)]
    if len(letters) < limit:
        newest = replace(asked, query=Query(), order=Order.NEWEST)
        letters += [hit.letter_id for hit in backend.search(newest, with_facets=False).hits]
    found: Counter[str] = Counter()
    for subject in subjects(list(dict.fromkeys(letters))[: 2 * LETTERS]).values():
        found.update(set(_continuations(subject[:MAX_SUBJECT], folded)))
    ranked = sorted(found.items(), key=lambda each: (-each[1], len(each[0]), each[0]))
    return [Suggestion(text, count) for text, count in ranked[:limit]]


def _looked_at(
    backend: Backend, request: Request, piece: Piece, subjects: VisibleSubjects
) -> list[str]:
    asked = replace(request, query=Query(piece.text, (piece,)), offset=0)
    letters = [hit.letter_id for hit in backend.best(asked, LETTERS)]
    return [each[:MAX_SUBJECT] for each in subjects(letters).values()]


def _open_ended(start: str) -> Query:
    """The query of an unfinished word: its last, perhaps incomplete gram is left open."""
    query = parse(start)
    if not query.wanted:
        return query
    last = query.wanted[-1]
    if last.number or len(last.grams) < 2:
        return query
    opened = replace(last, words=(), grams=last.grams[:-1])
    return replace(query, wanted=(*query.wanted[:-1], opened))


def _continuations(subject: str, folded: str) -> Iterator[str]:
    """What stands in a subject from where it agrees with the typed start to the ends of the next
    two words."""
    words = _parts(subject)
    for at in range(len(words)):
        text = ""
        ends = 0
        for part in words[at : at + 24]:
            text += part
            candidate = fold(text)
            if not (candidate.startswith(folded) or folded.startswith(candidate)):
                break
            if len(candidate) > len(folded) and part[0].isalnum():
                yield text.strip()
                ends += 1
                if ends == 2:
                    break


def _nearest(piece: Piece, subjects: Sequence[str]) -> str | None:
    """The run of words of a subject that is most like the piece, unless the piece is there."""
    wrong = fold(piece.text).replace(" ", "")
    allowed = max(1, min(3, len(wrong) // 4))
    if len(wrong) < 3:
        return None
    best: tuple[int, int, str] | None = None
    seen: Counter[str] = Counter()
    for subject in subjects:
        if wrong in fold(subject).replace(" ", ""):
            return None if _stands(piece, subject) else _as_written(piece, subject)
        seen.update(_windows(subject, len(wrong), allowed))
    for text, count in seen.items():
        distance = _distance(wrong, fold(text), allowed)
        if distance is not None and (best is None or (distance, -count) < best[:2]):
            best = (distance, -count, text)
    return best[2] if best else None


def _stands(piece: Piece, subject: str) -> bool:
    return piece.text.lower() in normalise(subject).lower()


def _as_written(piece: Piece, subject: str) -> str | None:
    """The subject's spelling of a piece that differs only in what folding forgives."""
    wrong = fold(piece.text)
    for text in _windows(subject, len(wrong), 0):
        if fold(text) == wrong:
            return text
    return None


def _windows(subject: str, length: int, allowed: int) -> Iterator[str]:
    """Runs of words of a subject that are about as long as ``length`` when folded."""
    words = _parts(subject)
    sizes = [len(fold(word)) for word in words]
    for at, word in enumerate(words):
        if not word.strip():
            continue
        size = 0
        for end in range(at, min(at + LONGEST_WINDOW, len(words))):
            if not words[end].strip():
                break
            size += sizes[end]
            if abs(size - length) <= allowed:
                yield "".join(words[at : end + 1])
            elif size > length:
                break


def _parts(subject: str) -> list[str]:
    """A subject cut at the borders of its words, nothing lost."""
    text = normalise(subject)
    lower = text.lower()
    if len(lower) != len(text):
        text = lower
    parts: list[str] = []
    at = 0
    for word in words_of(text):
        start = lower.find(word, at)
        if start < 0:
            continue
        if start > at:
            parts.append(text[at:start])
        parts.append(text[start : start + len(word)])
        at = start + len(word)
    if at < len(text):
        parts.append(text[at:])
    return parts


def _distance(wrong: str, right: str, allowed: int) -> int | None:
    """How many letters are wrong, missing, too many or swapped with the next; None above
    ``allowed``."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(wrong, 1):
        oldest, before, row = before, row, [i] + [0] * len(right)
        for j, other in enumerate(right, 1):
            cost = letter != other
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + cost)
            if i > 1 and j > 1 and letter == right[j - 2] and wrong[i - 2] == other:
                row[j] = min(row[j], oldest[j - 2] + 1)
        if min(row) > allowed:
            return None
    return row[-1] if row[-1] <= allowed else None
