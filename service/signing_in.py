"""The entrance of the pages, from settings: who may be let in with a password alone, and where everything is kept."""

from console.door import Entrance
from service import wiring
from service.settings import Settings
from simulator.settings import is_loopback_host, is_loopback_url
from store.database import Database


def build_entrance(settings: Settings, database: Database) -> Entrance:
    """Return what every closed route and the pages of signing in share."""
    return Entrance(
        database=database,
        vault=wiring.build_vault(settings),
        organisation_id=wiring.get_organisation(settings, database),
        organisation=settings.organisation,
        public_url=settings.public_url,
        alone=is_on_this_machine(settings),
        clock=wiring.utc_now,
    )


def is_on_this_machine(settings: Settings) -> bool:
    """Say whether nobody elsewhere can reach the pages: then, and only then, a second factor may be missing."""
    listens_here = is_loopback_host(settings.bind)
    return listens_here and settings.public_url.startswith("http://") and is_loopback_url(settings.public_url)
