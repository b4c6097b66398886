"""What is written down of how a person may be reached, and what is done with texts that wait. Acts as in acts.py."""

import re
from collections.abc import Callable, Mapping

from console.inbox.act import Act, moved
from conversation.errors import ConfigurationError
from conversation.safe_hours import EVERY_DAY, SafeHours
from store.area_codes import read_number
from store.cases.outcomes import Outcome
from store.reaching import held_hours, safe_times, sms_way
from store.reaching.safe_times import SafeWish
from store.reaching.sms_way import How, Refusal, Who
from store.staff_phones.mail import find_sender
from store.staffing.hours import find_zone

_HOUR = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?")
_REFUSED = {
    Refusal.NO_NUMBER: "no_number",
    Refusal.STOPPED: "way_stopped",
    Refusal.STAFF: "way_of_staff",
    Refusal.NO_SENDER: "no_sms_sender",
    Refusal.OTHER_SIDE: "not_allowed",
}


def keep_hours(act: Act) -> str:
    """Keep safe hours and a safe number; without both, what was kept is forgotten."""
    said_by, number = act.form.get("said_by").strip(), act.form.get("call_number").strip()
    typed = act.form.get("starts").strip(), act.form.get("ends").strip()
    hours = _read_hours(act, *typed) if any(typed) else None
    if (any(typed) and hours is None) or not said_by or max(len(said_by), len(number)) > safe_times.LONGEST:
        return "bad_hours"
    done = safe_times.keep_safe_wish(
        act.session, act.vault, act.desk.means.queue,
        caseworker=act.staff, case_id=act.case.id, wish=SafeWish(hours, number, said_by), now=act.now,
    )  # fmt: skip
    return moved(done, "hours_kept")


def switch_private(act: Act) -> str:
    wanted = act.form.get("private")
    if wanted not in ("on", "off"):
        return "bad_form"
    done = safe_times.set_private(
        act.session, caseworker=act.staff, case_id=act.case.id, private=wanted == "on", now=act.now
    )
    return moved(done, f"private_{wanted}")


def agree_to_sms(act: Act) -> str:
    who, how, typed = act.form.get("who"), act.form.get("how"), act.form.get("number").strip()
    number = read_number(typed) if typed else None
    if who not in Who or how not in How or (typed and number is None):
        return "bad_form" if number or not typed else "bad_number"
    done = sms_way.agree(
        act.session, act.vault, act.desk.means.queue,
        caseworker=act.staff, case_id=act.case.id, number=number, who=Who(who), how=How(how),
        sender=find_sender(act.session, act.case.organisation_id), now=act.now,
    )  # fmt: skip
    return _REFUSED[done] if isinstance(done, Refusal) else moved(done, "sms_agreed")


def revoke_sms(act: Act) -> str:
    done = sms_way.revoke(act.session, caseworker=act.staff, case_id=act.case.id, now=act.now)
    return moved(done, "sms_revoked")


def cancel_text(act: Act) -> str:
    done = held_hours.cancel(
        act.session, caseworker=act.staff, case_id=act.case.id, message_id=act.form.get("message"), now=act.now
    )
    return "cancelled" if done is Outcome.DONE else "gone_already"


def send_now(act: Act) -> str:
    reason = act.form.get("reason").strip()[: held_hours.LONGEST_REASON]
    if not reason:
        return "no_reason"
    done = held_hours.send_now(
        act.session, act.vault, act.desk.means.queue,
        caseworker=act.staff, case_id=act.case.id, message_id=act.form.get("message"), reason=reason, now=act.now,
    )  # fmt: skip
    return "sent" if done is Outcome.DONE else "gone_already"


def _read_hours(act: Act, starts: str, ends: str) -> SafeHours | None:
    """Return the hours of a form; None: they cannot be read. Without a day ticked they are those of every day."""
    begin, end = _HOUR.fullmatch(starts), _HOUR.fullmatch(ends)
    days = frozenset(int(one) for one in act.form.list("day") if one in "0123456" and len(one) == 1)
    try:
        zone = find_zone(act.form.get("zone"))
        if begin is None or end is None:
            return None
        return SafeHours(zone, _minutes(begin), _minutes(end), days or EVERY_DAY)
    except (ConfigurationError, ValueError):
        return None


def _minutes(found: re.Match[str]) -> int:
    return int(found[1]) * 60 + int(found[2])


REACH: Mapping[str, Callable[[Act], str]] = {
    "safe-hours": keep_hours,
    "private": switch_private,
    "sms-agree": agree_to_sms,
    "sms-revoke": revoke_sms,
    "text-cancel": cancel_text,
    "text-now": send_now,
}
