"""`puente staff phone`: a code for a caseworker's own phone, which they enter in the inbox; or the phone taken away."""

from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from service import wiring
from service.engine import EngineClient
from service.settings import Settings
from store.sealing.vault import Vault
from store.staff.staff import find_by_login
from store.staff_phones.mail import Mailed, StaffMail
from store.staff_phones.registering import PhoneRefusal, ask_for_code, remove_phone

_REFUSALS = {
    PhoneRefusal.NO_NUMBER: "a number is + and 8 to 15 digits, like +12025550123",
    PhoneRefusal.LEFT: "nobody who works here has this login: `puente staff list` shows all",
    PhoneRefusal.SOMEBODY_ELSES: "this is the phone of another caseworker",
    PhoneRefusal.OF_A_PERSON: "a person has an open case at this number: what they write must never be taken for a "
    "caseworker's words; take another phone",
    PhoneRefusal.HAS_HISTORY: "a closed case of this number is kept, and a caseworker's words would end in it: take "
    "another phone, or `puente erase` the number first",
    PhoneRefusal.STOPPED: "this phone has sent STOP: it must send START first",
}
_NOT_SENT = {
    Mailed.NO_SENDER: "it is not known which of our numbers is to text it: set STAFF_SENDER",
    Mailed.NO_TEXT: "the text staff.phone_code is not reviewed and DRAFTS is refuse: to try it, set DRAFTS=send",
}


def register(settings: Settings, login: str, number: str) -> None:
    """Send a code to a number; it becomes somebody's phone when they enter the code, signed in.

    Raises:
        ConfigurationError: nobody has this login, the number cannot be theirs, or no code can be sent; why.
    """
    database = wiring.build_database(settings)
    engine = EngineClient(wiring.engine_settings(settings, executor_id="web"), engine=database.engine)
    try:
        vault, catalogue = wiring.build_vault(settings), wiring.build_catalogue(settings)
        mail = wiring.build_staff_news(settings, engine, catalogue=catalogue, vault=vault).mail
        organisation_id = wiring.get_organisation(settings, database)
        database.run_sync(lambda session: _send_code(session, mail, organisation_id, login, number))
    finally:
        engine.close()
        database.close()
    print(f"a code was sent to the phone of {login}: it is theirs when they sign in and enter it within 15 minutes, at")
    print(mail.account_url)


def remove(settings: Settings, login: str) -> None:
    """Take somebody's phone away: nothing goes there any more, and nothing is taken from it.

    Raises:
        ConfigurationError: nobody has this login.
    """
    vault, database = wiring.build_vault(settings), wiring.build_database(settings)
    try:
        organisation_id = wiring.get_organisation(settings, database)
        database.run_sync(lambda session: _remove(session, vault, organisation_id, login))
    finally:
        database.close()
    print(f"{login} has no phone here any more")


def _send_code(session: Session, mail: StaffMail, organisation_id: str, login: str, number: str) -> None:
    now = wiring.utc_now()
    worker = find_by_login(session, mail.vault, organisation_id, login)
    caseworker_id = worker.id if worker else ""
    asked = ask_for_code(
        session, mail.vault, caseworker_id=caseworker_id, number=number, actor="operator", now=now
    )  # fmt: skip
    if isinstance(asked, PhoneRefusal):
        raise ConfigurationError(_REFUSALS[asked])
    mailed = mail.send_code(session, asked, now)
    if mailed is not Mailed.QUEUED:
        raise ConfigurationError(_NOT_SENT.get(mailed, "the code cannot be sent"))


def _remove(session: Session, vault: Vault, organisation_id: str, login: str) -> None:
    worker = find_by_login(session, vault, organisation_id, login)
    if worker is None:
        raise ConfigurationError(_REFUSALS[PhoneRefusal.LEFT])
    remove_phone(session, caseworker_id=worker.id, actor="operator", now=wiring.utc_now())
