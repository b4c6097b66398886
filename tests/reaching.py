"""A claimed case whose caseworker writes down how its person may be reached, and writes to them."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from conversation.messages import Author, Handoff, Urgency
from conversation.safe_hours import SafeHours
from service import wiring
from service.window import sweep_hours
from store.cases import timeline, transitions
from store.cases.access import get_case_for
from store.cases.opening import open_or_join
from store.cases.outcomes import Outcome
from store.cases.replies import Reply, ReplyOutcome, queue_reply
from store.cases.timeline import TimelineItem
from store.reaching import safe_times, sms_way
from store.reaching.safe_times import SafeWish
from store.reaching.sms_way import How, Refusal, Who
from store.tables import Case, OutboxEntry
from tests.house import OURS, House
from tests.staff import add_worker

ZONE = ZoneInfo("America/Chicago")
OTHER = "+12025550177"
DAY_S, HOUR_S = 24 * 3600.0, 3600.0


class Desk:
    """A house with a claimed case; its owner, by default Ana, and how she is asked to reach its person."""

    def __init__(self, house: House, conversation_id: str, *, owner: str = "ana") -> None:
        self.house, self.conversation_id = house, conversation_id
        self.ana = add_worker(house, owner, disciplines=["school", "safety"])
        handoff = Handoff("school.not_sent", "school", Urgency.NORMAL, "request")
        code = self.run(
            open_or_join, conversation_id, handoff, language="es", message_id=None, now=house.later(1)
        )  # fmt: skip
        self.case_id: str = house.rows(select(Case.id).where(Case.code == code))[0]
        self.run(transitions.claim, **self.told())

    def run(self, fn: Any, *given: Any, **named: Any) -> Any:
        return self.house.database.run_sync(lambda session: fn(session, *given, **named))

    def told(self, **more: Any) -> dict[str, Any]:
        return {"caseworker": self.ana, "case_id": self.case_id, "now": self.house.clock(), **more}

    def keep(self, hours: SafeHours | None, **more: Any) -> Outcome:
        wish = SafeWish(hours, **{"said_by": "the person", **more})
        said: Outcome = self.run(
            safe_times.keep_safe_wish, self.house.vault, self.house.queue, **self.told(wish=wish)
        )  # fmt: skip
        return said

    def hours_in(self, hours: float, *, lasting: float = 2.0) -> SafeHours:
        """Safe hours that begin so many hours from now."""
        begin = (self.house.clock() + timedelta(hours=hours)).astimezone(ZONE)
        end = begin + timedelta(hours=lasting)
        return SafeHours(ZONE, begin.hour * 60 + begin.minute, end.hour * 60 + end.minute)

    def reply(self, body: str = "Aqui estamos.", **fields: Any) -> ReplyOutcome:
        reply = Reply(body, f"{body} {self.house.later(1)}", **fields)
        said: ReplyOutcome = self.run(
            queue_reply, self.house.vault, self.house.queue, wiring.split_body, **self.told(reply=reply)
        )
        return said

    def agree(self, number: str | None = None, sender: str | None = OURS) -> Outcome | Refusal:
        said: Outcome | Refusal = self.run(
            sms_way.agree, self.house.vault, self.house.queue,
            **self.told(number=number, who=Who.PERSON, how=How.BY_CALL, sender=sender),
        )  # fmt: skip
        return said

    def items(self) -> list[TimelineItem]:
        def read(session: Any) -> list[TimelineItem]:
            case = get_case_for(session, self.house.vault, self.ana, self.case_id, now=self.house.clock())
            assert case is not None
            return timeline.read_timeline(session, self.house.vault, self.ana, case)

        return self.house.database.run_sync(read)

    def said(self) -> list[str]:
        return [item.body for item in self.items() if item.kind == "message"]

    def texts(self) -> list[TimelineItem]:
        """What caseworkers wrote."""
        return [item for item in self.items() if item.kind == "message" and item.author == Author.CASEWORKER]

    def entry(self) -> OutboxEntry:
        """The newest text of a caseworker."""
        message_id = self.texts()[-1].message_id
        found: OutboxEntry = self.house.rows(select(OutboxEntry).where(OutboxEntry.message_id == message_id))[-1]
        return found

    def bodies(self) -> list[str]:
        return [offer.body for offer in self.house.sender.offers]

    async def sweep(self) -> None:
        await sweep_hours(self.house.database, self.house.queue, self.house.clock())
        await self.house.send_all()
