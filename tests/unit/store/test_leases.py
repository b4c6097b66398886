"""A lease has one holder; whoever lost it cannot renew it, and of several who want it one gets it."""

from store import leases
from store.leases import Lease
from tests.house import House


def read(house: House) -> list[Lease]:
    return house.database.run_sync(leases.list_leases)


def take(house: House, holder: str) -> None:
    house.database.run_sync(lambda session: leases.take(session, "worker-1", holder))


def renew(house: House, holder: str) -> bool:
    return house.database.run_sync(lambda session: leases.renew(session, "worker-1", holder))


def claim(house: House, lease: Lease, holder: str) -> bool:
    return house.database.run_sync(lambda session: leases.claim(session, lease, holder))


def test_each_renewal_counts_up(house: House) -> None:
    take(house, "a")
    first = read(house)

    kept = renew(house, "a")

    assert kept
    assert (first, read(house)) == ([Lease("worker-1", "a", 1)], [Lease("worker-1", "a", 2)])


def test_the_last_who_takes_a_lease_has_it(house: House) -> None:
    take(house, "a")

    take(house, "b")

    assert (renew(house, "a"), renew(house, "b")) == (False, True)


def test_of_several_who_claim_a_still_lease_one_gets_it(house: House) -> None:
    take(house, "a")
    (still,) = read(house)

    claims = [claim(house, still, rescuer) for rescuer in ("x", "y", "z")]

    assert claims == [True, False, False]
    assert not renew(house, "a")


def test_a_lease_that_was_renewed_meanwhile_cannot_be_claimed(house: House) -> None:
    take(house, "a")
    (still,) = read(house)
    renew(house, "a")

    claimed = claim(house, still, "x")

    assert not claimed


def test_only_the_holder_drops_a_lease(house: House) -> None:
    take(house, "a")

    house.database.run_sync(lambda session: leases.drop(session, "worker-1", "b"))
    kept = len(read(house))
    house.database.run_sync(lambda session: leases.drop(session, "worker-1", "a"))

    assert (kept, read(house)) == (1, [])


def test_a_worker_without_a_lease_gets_one_that_stands_still(house: House) -> None:
    take(house, "a")

    for _ in range(2):
        house.database.run_sync(lambda session: leases.add_missing(session, {"worker-1", "worker-2"}))

    assert read(house) == [Lease("worker-1", "a", 1), Lease("worker-2", "", 1)]
