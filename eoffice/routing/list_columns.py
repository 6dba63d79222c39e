"""The columns that a row of the inbox shows, read without making objects of fifty letters: an
object knows how to be changed, which a list never does and pays for in every row."""

from __future__ import annotations

from sqlalchemy.orm import Bundle

from eoffice.documents.models import Letter
from eoffice.routing.models import Delivery

DELIVERY: Bundle[Delivery] = Bundle(
    "delivery",
    Delivery.public_id,
    Delivery.version,
    Delivery.letter_id,
    Delivery.office_id,
    Delivery.state,
    Delivery.sort_key,
    Delivery.arrived_at,
    Delivery.first_opened_at,
    Delivery.receive_no,
)
LETTER: Bundle[Letter] = Bundle(
    "letter",
    Letter.id,
    Letter.public_id,
    Letter.subject,
    Letter.letter_no,
    Letter.letter_date,
    Letter.state,
    Letter.urgency,
    Letter.secrecy,
    Letter.deliver_by,
)
