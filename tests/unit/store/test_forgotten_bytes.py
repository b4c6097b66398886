"""What SQLite deletes is gone from its files, not only from its tables."""

from pathlib import Path

from sqlalchemy import select, text

from conversation.messages import DeliveryStatus
from store.database import Database
from store.forgetting.erasure import order_erasure
from store.sql.sqlite import empty_log
from store.tables import Case, Message, OutboxEntry
from tests.house import House

MARK = b"\x00forget me\x00" * 40


def files_with(folder: Path, content: bytes) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file() and content in path.read_bytes()}


def run(database: Database, statement: str, **values: object) -> None:
    database.run_sync(lambda session: session.execute(text(statement), values))


async def test_deleted_bytes_leave_the_file_and_the_log(house: House, tmp_path: Path) -> None:
    message_id = (await house.hear("Hola")).message_id
    run(house.database, "UPDATE message SET body_sealed = :mark WHERE id = :id", mark=MARK, id=message_id)
    in_log = files_with(tmp_path, MARK)
    empty_log(house.database.engine)
    in_file = files_with(tmp_path, MARK)

    run(house.database, "DELETE FROM inbox")
    run(house.database, "DELETE FROM message WHERE id = :id", id=message_id)
    empty_log(house.database.engine)

    assert (in_log, in_file) == ({"house.db-wal"}, {"house.db"})
    assert files_with(tmp_path, MARK) == set()


async def test_emptying_the_log_while_somebody_reads_disturbs_nobody(house: House) -> None:
    await house.hear("Hola")
    with house.database.engine.connect() as connection:
        connection.execute(select(Message.id)).all()
        connection.rollback()
        empty_log(house.database.engine)

    run(house.database, "UPDATE message SET draft = draft")

    assert house.rows(select(Message))


async def test_nothing_follows_from_a_text_that_is_being_erased(house: House) -> None:
    conversation_id = await house.open_conversation()
    outbox_id = house.queue_text(conversation_id, answer="system.erased")
    await house.send(outbox_id)
    key = house.vault.fingerprint("+12025550123")
    house.database.run_sync(
        lambda session: order_erasure(session, house.organisation_id, key, by="person", now=house.clock())
    )

    # 30008 (unknown error) would send another text once more
    sid = house.sender.texts[-1].sid
    assert await house.report(sid, DeliveryStatus.UNDELIVERED, error_code=30008)

    assert house.rows(select(Case)) == []
    assert [row.status for row in house.rows(select(OutboxEntry).where(OutboxEntry.status == "waiting"))] == []
