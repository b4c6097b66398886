"""What a form of the case page does. Each act returns the code of what the next page says; pages/inbox_words.html."""

from collections.abc import Callable, Mapping

from console.agenda.case_dates import DATE_ACTS
from console.check_ins.case_release import RELEASE_ACTS
from console.inbox.act import Act, moved
from console.inbox.beside import OWN, find_own
from console.inbox.reach_acts import REACH
from console.inbox.ready_answers import ReadyAnswer, find_answer, find_opening
from console.inbox.records import RECORDS
from conversation.messages import Channel
from store.cases import drafts, forms, members, notes, transitions
from store.cases.outcomes import Ending
from store.cases.replies import OPENING, Reply, ReplyOutcome, queue_reply
from store.cases.summary import summarise
from store.staff.staff import Staff, find_staff


def reply(act: Act) -> str:
    """Send, keep, or put a ready-made answer into the text: by the button that was pressed."""
    pressed, _, answer = act.form.get("act", "send").partition(":")
    if pressed in ("search", "draft", "insert"):
        _keep_text(act, extra=_find_text(act, answer) if pressed == "insert" else "")
        return {"search": "", "insert": "", "draft": "draft"}[pressed]
    return _send_opening(act) if pressed == "opening" else _send(act, _read_reply(act))


def save_draft(act: Act) -> None:
    """Keep what is being typed, unless that form has been sent meanwhile."""
    if not forms.is_taken(act.session, act.form.key, caseworker_id=act.staff.id):
        _keep_text(act)


def find_channel(act: Act) -> Channel:
    return summarise(act.session, act.vault, act.case).channel or Channel.SMS


def _send(act: Act, wanted: Reply) -> str:
    means = act.desk.means
    outcome = queue_reply(
        act.session, act.vault, means.queue, means.split,
        caseworker=act.staff, case_id=act.case.id, reply=wanted, now=act.now,
    )  # fmt: skip
    if outcome not in _KEPT:
        _keep_text(act)
    if outcome is ReplyOutcome.NOT_ALLOWED and act.case.status == "closed":
        return "closed_case"
    return _SENT[outcome]


_KEPT = (ReplyOutcome.QUEUED, ReplyOutcome.OUTSIDE_WINDOW, ReplyOutcome.OUTSIDE_HOURS, ReplyOutcome.REPEATED)
_SENT = {
    ReplyOutcome.QUEUED: "sent",
    ReplyOutcome.OUTSIDE_WINDOW: "held",
    ReplyOutcome.OUTSIDE_HOURS: "held_hours",
    ReplyOutcome.REPEATED: "again",
    ReplyOutcome.NOT_ALLOWED: "not_yours",
    ReplyOutcome.GONE: "not_yours",
    ReplyOutcome.EMPTY: "empty",
    ReplyOutcome.TOO_LONG: "long",
    ReplyOutcome.STOPPED: "stopped",
    ReplyOutcome.OPENING_FIRST: "opening",
    ReplyOutcome.GOVERNMENT_NUMBER: "number",
}


def _read_reply(act: Act) -> Reply:
    body = _read_text(act)
    inserted = act.form.get("inserted")
    is_catalogues = inserted != OPENING and not inserted.startswith(OWN)  # the staff's own texts count as typed
    found = _find_ready(act, inserted) if is_catalogues else None
    same = found is not None and found.text.split() == body.split()
    return Reply(
        body=body, form_key=act.form.key, answer=inserted if same else None,
        draft=found is not None and same and found.draft, override=act.form.get("override")[:300],
        any_hour=act.form.get("any_hour")[:300],
    )  # fmt: skip


def _send_opening(act: Act) -> str:
    """Send the neutral opening as the catalogue has it; what was typed stays a draft."""
    typed = _read_text(act)
    found = find_opening(
        act.desk.means.rules.catalogue, language=_language(act), channel=find_channel(act), today=act.now.date()
    )
    if found is None:
        return "bad_form"
    said = _send(act, Reply(found.text, f"{act.form.key}-opening", found.language, OPENING, found.draft))
    drafts.save_draft(
        act.session, act.vault,
        case_id=act.case.id, caseworker_id=act.staff.id, body=typed, now=act.now,
    )  # fmt: skip
    return said


def _find_text(act: Act, answer: str) -> str:
    found = _find_ready(act, answer)
    return found.text if found else ""


def _find_ready(act: Act, answer: str) -> ReadyAnswer | None:
    if answer.startswith(OWN):
        return find_own(act.session, act.vault, act.case.organisation_id, answer)
    catalogue = act.desk.means.rules.catalogue
    return find_answer(
        catalogue, answer, language=_language(act), channel=find_channel(act), today=act.now.date()
    )  # fmt: skip


def _language(act: Act) -> str:
    return act.case.language or "en"


def _read_text(act: Act) -> str:
    return act.form.get("body").replace("\r\n", "\n")


def _keep_text(act: Act, *, extra: str = "") -> None:
    body = "\n".join(part for part in (_read_text(act), extra) if part.strip())
    drafts.save_draft(
        act.session, act.vault,
        case_id=act.case.id, caseworker_id=act.staff.id, body=body, now=act.now,
    )  # fmt: skip


def release(act: Act) -> str:
    return moved(transitions.release(act.session, case_id=act.case.id, caseworker=act.staff, now=act.now), "released")


def offer(act: Act) -> str:
    to = _find_colleague(act, act.form.get("to"))
    if to is None:
        return "no_one"
    done = transitions.offer_transfer(act.session, case_id=act.case.id, caseworker=act.staff, to=to, now=act.now)
    return moved(done, "offered")


def accept(act: Act) -> str:
    done = transitions.accept_transfer(act.session, case_id=act.case.id, caseworker=act.staff, now=act.now)
    return moved(done, "accepted")


def decline(act: Act) -> str:
    done = transitions.decline_transfer(act.session, case_id=act.case.id, caseworker=act.staff, now=act.now)
    return moved(done, "declined")


def snooze(act: Act) -> str:
    until = act.desk.read_local(act.form.get("until"))
    if until is None or until <= act.now:
        return "bad_time"
    done = transitions.snooze(act.session, case_id=act.case.id, caseworker=act.staff, until=until, now=act.now)
    return moved(done, "snoozed")


def wake(act: Act) -> str:
    return moved(transitions.wake(act.session, case_id=act.case.id, caseworker=act.staff, now=act.now), "woken")


def close(act: Act) -> str:
    outcome = act.form.get("outcome")
    if outcome not in Ending:
        return "bad_form"
    done = transitions.close(
        act.session, case_id=act.case.id, caseworker=act.staff, outcome=Ending(outcome), now=act.now
    )
    return moved(done, "closed")


def reopen(act: Act) -> str:
    return moved(transitions.reopen(act.session, case_id=act.case.id, caseworker=act.staff, now=act.now), "reopened")


def note(act: Act) -> str:
    body = act.form.get("note").replace("\r\n", "\n")
    if len(body.strip()) > notes.LONGEST:
        return "long_note"
    done = notes.add_note(
        act.session, act.vault, caseworker=act.staff, case_id=act.case.id,
        body=body, form_key=act.form.key, now=act.now,
        discipline=act.form.get("discipline") or None,
    )  # fmt: skip
    return moved(done, "noted")


def add_member(act: Act) -> str:
    colleague = _find_colleague(act, act.form.get("who"))
    if colleague is None:
        return "no_one"
    done = members.add_member(
        act.session, case_id=act.case.id, caseworker=act.staff, member=colleague,
        discipline=act.form.get("discipline"), now=act.now,
    )  # fmt: skip
    return moved(done, "member_added")


def remove_member(act: Act) -> str:
    done = members.remove_member(
        act.session, case_id=act.case.id, caseworker=act.staff, member_id=act.form.get("who"), now=act.now
    )
    return moved(done, "member_removed")


def _find_colleague(act: Act, staff_id: str) -> Staff | None:
    """Return somebody who works in the same organisation."""
    found = find_staff(act.session, act.vault, staff_id)
    return found if found and found.active and found.organisation_id == act.staff.organisation_id else None


ACTS: Mapping[str, Callable[[Act], str]] = {
    "reply": reply,
    "release": release,
    "offer": offer,
    "accept": accept,
    "decline": decline,
    "snooze": snooze,
    "wake": wake,
    "close": close,
    "reopen": reopen,
    "note": note,
    "member-add": add_member,
    "member-remove": remove_member,
    **RECORDS,
    **REACH,
    **DATE_ACTS,
    **RELEASE_ACTS,
}
