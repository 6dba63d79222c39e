"""The limits of files: set on a page, under the ceiling of the installation, used by uploads."""

from __future__ import annotations

import pytest

from eoffice.routing.models import Case
from eoffice.users.queries import FileLimits
from eoffice.users.rules import LimitBeyondCeiling, RoleMissing, StaleLimits
from eoffice.users.services.limits import set_limits
from eoffice.verbs import Verb
from tests.casework import work
from tests.plugins.web import location, said, upload

URL = "/settings/files"
CEILING = FileLimits(50 << 20, 30)
PDF = b"%PDF-1.4 " + b"x" * (1 << 20)


def test_what_is_set_is_what_uploads_obey(stage, client):
    page = client("admin")
    form = page.form(URL, URL).to_dict()
    assert (form["megabytes"], form["files"]) == ("50", "30")
    with stage.leaves(Verb.SET_LIMITS, "admin", "", chain=0) as seen:
        answer = page.post(URL, **form | {"megabytes": "1", "files": "2"})
        assert location(answer) == URL
    assert seen["facts"]["old"] == {"megabytes": 50, "files": 30}
    assert seen["facts"]["new"] == {"megabytes": 1, "files": 2}
    assert page.form(URL, URL).to_dict()["megabytes"] == "1"
    letter = stage.make(stage.world.draft_letter)
    clerk, files = client("registrar"), f"/letters/{letter.public_id}/files"
    assert "ไม่เกิน 1 MB" in said(clerk.get(f"/letters/{letter.public_id}/edit"))
    assert clerk.post(files, files=[upload(PDF, "ใหญ่.pdf")]).status_code == 413
    small = [upload(b"%PDF-1.4 small " + str(n).encode(), f"{n}.pdf") for n in range(3)]
    assert clerk.post(files, files=small).status_code == 422
    assert location(clerk.post(files, files=[upload(b"%PDF-1.4 one", "ก.pdf")]))


def test_reports_and_proofs_obey_it_too(stage, client):
    stage.act("admin", set_limits, version=1, megabytes=1, files=1, ceiling=CEILING)
    task = stage.make(lambda session: work(stage.world, session))
    case = stage.make(lambda session: session.get_one(Case, task.case_id))
    teacher, page = client("a_teacher"), f"/cases/{case.public_id}"
    assert (
        teacher.submit(page, "/report", text="แนบ", files=upload(PDF, "ใหญ่.pdf")).status_code == 413
    )
    two = [upload(b"%PDF-1.4 " + name.encode(), name) for name in ("1.pdf", "2.pdf")]
    assert teacher.submit(page, "/report", text="แนบ", files=two).status_code == 422
    letter = stage.make(lambda s: stage.world.sent_letter(s, to=("agency",)))
    sent = stage.make(lambda session: stage.world.delivery(session, letter, "agency"))
    clerk = client("registrar")
    path = f"/deliveries/{sent.public_id}/delivered"
    assert clerk.post(path, proof_file=upload(PDF, "ใหญ่.pdf")).status_code == 413


def test_a_lower_ceiling_of_the_machine_goes_before(stage, client, set_settings):
    stage.act("admin", set_limits, version=1, megabytes=40, files=20, ceiling=CEILING)
    set_settings(max_file_bytes=10 << 20, max_files_per_letter=5)
    form = client("admin").form(URL, URL).to_dict()
    assert (form["megabytes"], form["files"]) == ("10", "5")


@pytest.mark.parametrize("wrong", [{"megabytes": "51"}, {"files": "0"}, {"files": "มาก"}])
def test_what_the_machine_cannot_take_is_refused(client, nothing_written, wrong):
    page = client("admin")
    form = page.form(URL, URL).to_dict()
    with nothing_written():
        assert page.post(URL, **form | wrong).status_code == 422


def test_only_the_district_sets_them(stage, client, nothing_written):
    people = {desk: client(desk) for desk in ("a_admin", "registrar", "director", "visitor")}
    with nothing_written():
        for desk, person in people.items():
            assert person.get(URL).status_code == 403, desk
            assert person.post(URL, megabytes="1", files="1").status_code == 403, desk
    given = {"version": 1, "megabytes": 1, "files": 1, "ceiling": CEILING}
    stage.refuses(RoleMissing, "a_admin", set_limits, **given)
    stage.refuses(LimitBeyondCeiling, "admin", set_limits, **given | {"files": 31})


def test_the_second_of_two_administrators_is_told_and_loses_nothing(stage, client, nothing_written):
    page = client("admin")
    stale = page.form(URL, URL).to_dict() | {"megabytes": "30", "files": "7"}
    stage.act("admin", set_limits, version=1, megabytes=40, files=20, ceiling=CEILING)
    with nothing_written():
        answer = page.post(URL, **stale)
        assert answer.status_code == 409
        assert "40 MB ต่อไฟล์ และ 20 ไฟล์" in said(answer)
        assert 'value="30"' in answer.text
        assert 'value="7"' in answer.text
        assert page.post(URL, **stale | {"version": None}).status_code == 422
    assert location(page.submit(URL, URL, megabytes="30")) == URL
    given = {"megabytes": 1, "files": 1, "ceiling": CEILING}
    for version in (1, 2, 4):
        stage.refuses(StaleLimits, "admin", set_limits, version=version, **given)
    stage.act("admin", set_limits, version=3, **given)
