"""The inbox with this deployment's database, wording and queue."""

from functools import partial

from channels.sms_text import Encoding, count_segments, find_outside_gsm, prepare_for_sms
from console.door import Entrance
from console.inbox.means import Cost, Means
from console.inbox.report import ReportPage
from conversation.media import MediaSource
from conversation.messages import Channel
from conversation.ports import WorkQueue
from service import wiring
from service.care.sweeps import build_periods
from service.settings import Settings


def build_means(settings: Settings, entrance: Entrance, queue: WorkQueue, files: MediaSource) -> Means:
    """Return what the pages under /inbox work with; `files`: where what people send is fetched from."""
    split = partial(wiring.split_body, accents=settings.accents)
    rules = wiring.build_rules(settings)
    measure = partial(measure_text, accents=settings.accents)
    return Means(
        entrance, rules, queue, split, measure,
        cents=settings.message_price_cents, files=files, reminder_days=settings.reminder_days,
        check_in_days=settings.check_in_days,
    )  # fmt: skip


def build_report_page(settings: Settings, means: Means) -> ReportPage:
    """Return the pages under /inbox/report; their routes go before those of the inbox, which take any code."""
    return ReportPage(means, build_periods(settings))


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
