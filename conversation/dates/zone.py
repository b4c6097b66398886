"""The time zone of a place. Pure."""

from zoneinfo import ZoneInfo

from conversation.places.place import Place

_NEW_YORK, _CHICAGO, _DENVER, _PHOENIX, _LOS_ANGELES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
)  # fmt: skip
# The zones of each state, that of most people first. https://www.transportation.gov/regulations/time-act (2026-11-22).
_ZONES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("CT", "DE", "DC", "GA", "ME", "MD", "MA", "NH", "NJ", "NY", "NC", "OH", "PA", "RI", "SC", "VT", "VA", "WV"),
        (_NEW_YORK,),
    ),
    **dict.fromkeys(("AL", "AR", "IL", "IA", "LA", "MN", "MS", "MO", "OK", "WI"), (_CHICAGO,)),
    **dict.fromkeys(("CO", "MT", "NM", "UT", "WY"), (_DENVER,)),
    **dict.fromkeys(("CA", "WA"), (_LOS_ANGELES,)),
    **dict.fromkeys(("FL", "MI", "IN", "KY"), (_NEW_YORK, _CHICAGO)),
    **dict.fromkeys(("KS", "NE", "ND", "SD", "TX"), (_CHICAGO, _DENVER)),
    "AZ": (_PHOENIX, _DENVER),  # the Navajo Nation keeps daylight-saving time
    "TN": (_CHICAGO, _NEW_YORK),
    "ID": (_DENVER, _LOS_ANGELES),
    "NV": (_LOS_ANGELES, _DENVER),
    "OR": (_LOS_ANGELES, _DENVER),
    "AK": ("America/Anchorage", "America/Adak"),
    "HI": ("Pacific/Honolulu",),
    "PR": ("America/Puerto_Rico",),
}
# States of which all but a few far counties keep the first zone.
_NEARLY_ONE = frozenset({"AZ", "KS", "MI", "NE", "NV", "OR", "AK"})


def find_zone(place: Place) -> ZoneInfo | None:
    """Return the zone of a city or ZIP code, or of a state that has one; None: two are likely, ask for the city."""
    if place.time_zone:
        return ZoneInfo(place.time_zone)
    zones = zones_of_state(place.state)
    sure = len(zones) == 1 or (bool(zones) and place.state in _NEARLY_ONE)
    return ZoneInfo(zones[0]) if sure else None


def zones_of_state(state: str) -> tuple[str, ...]:
    """Return the IANA names of a state's zones, the one of most people first; () for an unknown state."""
    return _ZONES.get(state, ())
