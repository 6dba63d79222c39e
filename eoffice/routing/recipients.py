"""Recipients as a page offers them and as a form brings them back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.actor import Desk
from eoffice.documents.models import Letter, LetterRecipient
from eoffice.routing.models import RecipientList, RecipientListMember
from eoffice.routing.queries import recipient_lists
from eoffice.routing.rules import Channel
from eoffice.routing.services.addressing import Addressing
from eoffice.users.models import Network, Office
from eoffice.users.queries import networks_with_counts, open_offices
from eoffice.users.rules import OfficeKind

ALL_SCHOOLS = "all"
NETWORK = "network-"
LIST = "list-"


class Posted(Protocol):
    """A submitted form."""

    def getlist(self, key: str) -> list[str]: ...

    def items(self) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True)
class GroupOption:
    """A whole set one tap chooses."""

    value: str
    label: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True)
class OfficeOption:
    """One office with the sets it belongs to."""

    value: str
    name: str
    note: str = ""
    groups: tuple[str, ...] = field(default_factory=tuple)
    is_chosen: bool = False
    channel: str = ""


def posted_choice(form: Posted) -> Addressing:
    """The recipients a form brings: ``to_groups``, ``to_offices``, ``cc_offices``, and how a
    letter goes to an agency outside: ``channel-ID`` and, of copies, ``cc_channel-ID``."""
    groups = form.getlist("to_groups")
    copies = tuple(form.getlist("cc_offices"))
    posted = dict(form.items())
    channels = {
        key.removeprefix("channel-"): value
        for key, value in posted.items()
        if key.startswith("channel-")
    }
    for office in copies:
        if f"cc_channel-{office}" in posted and office not in form.getlist("to_offices"):
            channels[office] = posted[f"cc_channel-{office}"]
    return Addressing(
        all_schools=ALL_SCHOOLS in groups,
        networks=tuple(g.removeprefix(NETWORK) for g in groups if g.startswith(NETWORK)),
        lists=tuple(g.removeprefix(LIST) for g in groups if g.startswith(LIST)),
        offices=tuple(form.getlist("to_offices")),
        copies=copies,
        channels=channels,
    )


def chosen_of(session: Session, letter: Letter) -> Addressing:
    """The recipients of a stored draft: all schools or a whole network as one set, else offices."""
    rows = session.execute(
        select(
            Office.public_id,
            Office.kind,
            LetterRecipient.part,
            Network.public_id,
            LetterRecipient.channel,
        )
        .join(Office, Office.id == LetterRecipient.office_id)
        .outerjoin(Network, Network.id == Office.network_id)
        .where(LetterRecipient.letter_id == letter.id)
    ).all()
    to = [(office, kind, network) for office, kind, part, network, _ in rows if part == "to"]
    is_all = letter.to_text.startswith("ทุกโรงเรียน")
    singles = [one for one in to if not (is_all and one[1] == OfficeKind.SCHOOL.value)]
    whole = _whole_networks(session, [network for _, _, network in singles])
    return Addressing(
        all_schools=is_all,
        networks=tuple(sorted(whole)),
        offices=tuple(office for office, _, network in singles if network not in whole),
        copies=tuple(row[0] for row in rows if row[2] == "cc"),
        channels={row[0]: row[4] for row in rows if row[1] == OfficeKind.AGENCY.value},
    )


def _whole_networks(session: Session, networks: list[str | None]) -> set[str]:
    """Networks every office of which is among the recipients."""
    found = Counter(network for network in networks if network)
    sizes = {network.public_id: size for network, size in networks_with_counts(session)}
    return {network for network, count in found.items() if count == sizes.get(network)}


def groups_and_offices(
    session: Session, desk: Desk, chosen: Addressing | None, *, is_copy: bool = False
) -> tuple[list[GroupOption], list[OfficeOption]]:
    """What the picker offers: all schools, networks, own lists; every open office but one's own."""
    chosen = chosen or Addressing()
    offices = [office for office in open_offices(session) if office.id != desk.office_id]
    names = {network.id: network for network, _ in networks_with_counts(session)}
    lists = _list_members(session, desk)
    picked = set(chosen.copies if is_copy else chosen.offices)
    options = [
        OfficeOption(
            value=office.public_id,
            name=office.display_name,
            note=_note(office, names),
            groups=_sets_of(office, names, lists),
            is_chosen=office.public_id in picked,
            channel=_channel(office, chosen),
        )
        for office in offices
    ]
    return _group_options(session, desk, offices, chosen), options


def count_of(groups: Iterable[GroupOption], offices: Iterable[OfficeOption]) -> int:
    """How many offices are chosen, each once, also without a script on the page."""
    sets = {group.value for group in groups if group.is_chosen}
    return sum(office.is_chosen or not sets.isdisjoint(office.groups) for office in offices)


def _channel(office: Office, chosen: Addressing) -> str:
    if office.kind != OfficeKind.AGENCY.value:
        return ""
    return chosen.channels.get(office.public_id, Channel.POST.value)


def _group_options(
    session: Session, desk: Desk, offices: list[Office], chosen: Addressing
) -> list[GroupOption]:
    schools = sum(office.kind == OfficeKind.SCHOOL.value for office in offices)
    found = [GroupOption(ALL_SCHOOLS, "ทุกโรงเรียน", schools, chosen.all_schools)]
    found += [
        GroupOption(f"{NETWORK}{n.public_id}", n.name, count, n.public_id in chosen.networks)
        for n, count in networks_with_counts(session)
        if count
    ]
    found += [
        GroupOption(f"{LIST}{row.public_id}", row.name, count, row.public_id in chosen.lists)
        for row, count in recipient_lists(session, desk)
        if count
    ]
    return found


def _list_members(session: Session, desk: Desk) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for office_id, public_id in session.execute(
        select(RecipientListMember.office_id, RecipientList.public_id)
        .join(RecipientList, RecipientList.id == RecipientListMember.list_id)
        .where(RecipientList.office_id == desk.office_id)
    ):
        found.setdefault(office_id, []).append(f"{LIST}{public_id}")
    return found


def _sets_of(
    office: Office, names: dict[int, Network], lists: dict[int, list[str]]
) -> tuple[str, ...]:
    found = [ALL_SCHOOLS] if office.kind == OfficeKind.SCHOOL.value else []
    if office.network_id in names:
        found.append(f"{NETWORK}{names[office.network_id].public_id}")
    return (*found, *lists.get(office.id, ()))


def _note(office: Office, names: dict[int, Network]) -> str:
    if office.kind == OfficeKind.AGENCY.value:
        return OfficeKind.AGENCY.label
    network = names.get(office.network_id or 0)
    return network.name if network else ""
