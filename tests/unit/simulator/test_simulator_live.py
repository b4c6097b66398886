"""The stream of events: nothing missed, nothing kept for a page that has gone."""

import asyncio

from simulator.phones.live import LiveFeed, render_event


def test_a_page_gets_its_first_event_and_all_that_follow_until_the_end() -> None:
    async def listen() -> list[str]:
        feed = LiveFeed()
        stream = feed.subscribe(render_event("snapshot", []))
        feed.publish("bubble", {"html": "a\nb"})
        feed.close()
        return [text async for text in stream]

    texts = asyncio.run(listen())

    assert texts == [
        "event: snapshot\nretry: 1000\ndata: []\n\n",
        'event: bubble\nretry: 1000\ndata: {"html": "a\\nb"}\n\n',
    ]


def test_every_open_page_gets_every_event() -> None:
    async def listen() -> list[list[str]]:
        feed = LiveFeed()
        streams = [feed.subscribe("first"), feed.subscribe("first")]
        feed.publish("person", {})
        feed.close()
        return [[text async for text in stream] for stream in streams]

    first, second = asyncio.run(listen())

    assert first == second
    assert len(first) == 2


def test_a_page_that_lags_too_far_behind_is_cut_off() -> None:
    async def listen() -> int:
        feed = LiveFeed()
        stream = feed.subscribe("first")
        for number in range(2000):
            feed.publish("bubble", number)
        return len([text async for text in stream])

    assert asyncio.run(listen()) == 1000
