"""The inbox with this deployment's database, wording and queue."""

from functools import partial

from channels.sms_text import Encoding, count_segments, find_outside_gsm, prepare_for_sms
from console.door import Entrance
from console.inbox.means import Cost, Means
from console.inbox.page import InboxPage
from conversation.messages import Channel
from conversation.ports import WorkQueue
from service import wiring
from service.settings import Settings


def build_inbox_page(settings: Settings, entrance: Entrance, queue: WorkQueue) -> InboxPage:
    """Return the pages under /inbox."""
    split = partial(wiring.split_body, accents=settings.accents)
    rules = wiring.build_rules(settings)
    return InboxPage(Means(entrance, rules, queue, split, partial(measure_text, accents=settings.accents)))


def measure_text(body: str, channel: Channel, *, accents: bool = True) -> Cost:
    """Return what a text costs as it would go out."""
    parts = wiring.split_body(body.strip(), channel, accents=accents)
    counts = [count_segments(part.body) for part in parts]
    return Cost(
        segments=sum(part.segments for part in parts),
        messages=len(parts),
        gsm7=all(one.encoding is Encoding.GSM7 for one in counts),
        outside=find_outside_gsm(prepare_for_sms(body.strip())) if channel is Channel.SMS else "",
    )
