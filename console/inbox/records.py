"""What is written down beside the conversation: calls, interpreters, mandated reports. Acts as in inbox_acts.py."""

from collections.abc import Callable, Mapping
from functools import wraps

from console.inbox.act import Act, moved
from store.cases import access, calls, forms, reports
from store.cases.calls import BookingStatus, CallKind


def _once(act_of: Callable[[Act], str]) -> Callable[[Act], str]:
    """Carry a form out once: these rows have nothing else by which the same one would be known again."""

    @wraps(act_of)
    def carry_out(act: Act) -> str:
        access.lock_case(act.session, act.case.id, act.staff)
        if not forms.take_form(act.session, act.form.key, caseworker_id=act.staff.id, now=act.now):
            return "again"
        return act_of(act)

    return carry_out


@_once
def add_call(act: Act) -> str:
    kind = act.form.get("kind")
    if kind not in CallKind:
        return "bad_form"
    done = calls.add_call(
        act.session, act.vault, caseworker=act.staff, case_id=act.case.id, kind=CallKind(kind),
        details=_details(act, number="number", hours="hours", note="remark"), now=act.now,
    )  # fmt: skip
    return moved(done, "wished" if kind == CallKind.WISH else "called")


@_once
def add_booking(act: Act) -> str:
    starts_at = act.desk.read_local(act.form.get("starts_at"))
    if starts_at is None and act.form.get("starts_at"):
        return "bad_time"
    done = calls.add_booking(
        act.session, act.vault, caseworker=act.staff, case_id=act.case.id, language=act.form.get("language"),
        details=_details(act, variant="variant", vendor="vendor", telephone="telephone"), starts_at=starts_at,
        now=act.now,
    )  # fmt: skip
    return moved(done, "booked")


def change_booking(act: Act) -> str:
    status = act.form.get("status")
    if status not in BookingStatus:
        return "bad_form"
    done = calls.change_booking(
        act.session, caseworker=act.staff, case_id=act.case.id, booking_id=act.form.get("booking"),
        status=BookingStatus(status), now=act.now,
    )  # fmt: skip
    return moved(done, "booked")


@_once
def begin_report(act: Act) -> str:
    state = act.form.get("state")
    done = reports.begin_report(
        act.session, act.vault, caseworker=act.staff, case_id=act.case.id, to_whom=act.form.get("to_whom"),
        state=state if state in act.desk.states else None, now=act.now,
    )  # fmt: skip
    return moved(done, "reported")


def make_report(act: Act) -> str:
    done = reports.make_report(
        act.session, act.vault, caseworker=act.staff, case_id=act.case.id, report_id=act.form.get("report"),
        reference=act.form.get("reference"), reported_at=act.now, now=act.now,
    )  # fmt: skip
    return moved(done, "reported")


def sign_report(act: Act) -> str:
    done = reports.sign_report(
        act.session, caseworker=act.staff, case_id=act.case.id, report_id=act.form.get("report"), now=act.now
    )
    return moved(done, "signed")


def _details(act: Act, **fields: str) -> dict[str, str]:
    """Return what was filled in, by the names under which it is kept."""
    typed = {name: act.form.get(of_form).strip()[: calls.LONGEST] for name, of_form in fields.items()}
    return {name: text for name, text in typed.items() if text}


RECORDS: Mapping[str, Callable[[Act], str]] = {
    "call": add_call,
    "booking": add_booking,
    "booking-status": change_booking,
    "report": begin_report,
    "report-made": make_report,
    "report-sign": sign_report,
}
