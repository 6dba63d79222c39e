"""The papers of a received letter: slips (form 17), the stamp (form 12), a cover page."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from eoffice.documents.models import Attachment, Letter
from eoffice.documents.reading import run_limited
from eoffice.documents.store import FileStore
from eoffice.printing.rules import NotReceivedYet
from eoffice.printing.typesetting import typeset
from eoffice.printing.words import COVER_FACTS, STAMP_LINES, TITLES, cover_value
from eoffice.routing.models import Delivery
from eoffice.routing.received import Received
from eoffice.routing.rules import DeliveryState
from eoffice.thai import thai_date, thai_time
from eoffice.thai_text import to_thai_digits
from eoffice.users.models import Office

NO_BREAK = "\u00a0"


def receive_slips(rows: Sequence[Received]) -> bytes:
    """Slips of received deliveries in the order given. Raises ``NotReceivedYet``."""
    slips = [_slip(delivery, letter, office) for delivery, letter, office in rows]
    return typeset("receive_slips", {"title": TITLES["slips"], "slips": slips})


def stamped_copy(store: FileStore, blob_key: str, kind: str, stamp: bytes) -> bytes:
    """Page 1 of a stored PDF with the stamp on it, made in the limited child; the file is only
    read. Raises ``CannotBeRead``."""
    text = base64.b64encode(stamp).decode("ascii")
    answer = run_limited("stamp", store.path_of(blob_key), kind=kind, stamp=text)
    made: bytes = answer["content"]
    return made


def receive_stamp(delivery: Delivery, office: Office) -> bytes:
    """The stamp alone, 5 × 2.5 cm (ข้อ 78). Raises ``NotReceivedYet``."""
    return typeset("receive_stamp", {"title": TITLES["stamp"]} | _stamp(delivery, office))


def cover_page(row: Received, sender: str, files: Iterable[Attachment]) -> bytes:
    """A page with the stamp and what the letter is. Raises ``NotReceivedYet``."""
    delivery, letter, office = row
    facts = [(label, _official(cover_value(name, letter, sender))) for name, label in COVER_FACTS]
    return typeset(
        "cover",
        {"title": TITLES["cover"]}
        | _stamp(delivery, office)
        | {
            "facts": [fact for fact in facts if fact[1]],
            "files": [file.name for file in files],
        },
    )


def _stamp(delivery: Delivery, office: Office) -> dict[str, object]:
    values = _received(delivery)
    return {
        "office": to_thai_digits(office.name),
        "lines": [(label, values[name]) for name, label in STAMP_LINES],
    }


def _slip(delivery: Delivery, letter: Letter, office: Office) -> dict[str, str]:
    return _received(delivery) | {
        "number": _official(letter.letter_no) or "-",
        "to": _official(office.name),
        "subject": _official(letter.subject),
        "receiver": delivery.settled_by_name,
    }


def _received(delivery: Delivery) -> dict[str, str]:
    """Number, day and time as official papers write them (App. 6 §2.4: the system's own time)."""
    if delivery.state != DeliveryState.RECEIVED.value or delivery.settled_at is None:
        raise NotReceivedYet
    return {
        "receive_no": to_thai_digits(delivery.receive_no),
        "day": _together(thai_date(delivery.settled_at, digits="thai")),
        "time": _together(thai_time(delivery.settled_at, digits="thai")),
    }


def _official(text: str) -> str:
    return to_thai_digits(text)


def _together(text: str) -> str:
    """Parts of a date are not torn apart at the end of a line."""
    return text.replace(" ", NO_BREAK)
