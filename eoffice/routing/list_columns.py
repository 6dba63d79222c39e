"""The columns that a row of the inbox shows: reading the others for fifty rows costs more than they
are worth, and asking for one of them is an error, never a query of its own."""

from __future__ import annotations

from sqlalchemy.orm import load_only

from eoffice.documents.models import Letter
from eoffice.routing.models import Delivery

SHOWN_OF_A_ROW = (
    load_only(
        Delivery.public_id,
        Delivery.version,
        Delivery.letter_id,
        Delivery.office_id,
        Delivery.state,
        Delivery.sort_key,
        Delivery.arrived_at,
        Delivery.first_opened_at,
        Delivery.receive_no,
        raiseload=True,
    ),
    load_only(
        Letter.public_id,
        Letter.subject,
        Letter.letter_no,
        Letter.letter_date,
        Letter.state,
        Letter.urgency,
        Letter.secrecy,
        Letter.deliver_by,
        raiseload=True,
    ),
)
