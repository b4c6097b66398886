"""Building the real collaborators from settings. Every process takes its parts from here and nowhere else."""

import secrets
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import token_file
from bot.client import HttpBot
from channels.accents import fold_accents
from channels.sms_text import count_segments, prepare_for_sms, split_text
from channels.twilio.account import TwilioAccount
from channels.twilio.addresses import render_address
from channels.twilio.media import TwilioMedia
from channels.twilio.parse import PROVIDER
from channels.twilio.records import TwilioRecords
from channels.twilio.sender import TwilioSender
from channels.twilio.signature import SignatureCheck
from channels.twilio.templates import TwilioTemplates
from channels.whatsapp_text import split_for_whatsapp
from conversation.answers.catalogue import Catalogue
from conversation.errors import ConfigurationError, PuenteError
from conversation.messages import Channel
from conversation.ports import WorkQueue
from conversation.turn import Rules
from service.deciding import Decider
from service.delivery import Delivery
from service.engine import EngineClient, EngineSettings
from service.patience import WatchedBot
from service.receiving import DurableInbox, RecordedDeliveries
from service.settings import ROOT, Settings
from service.staff_talk import StaffTalk
from service.window import Window
from store.content import read_catalogue, read_languages, read_rules
from store.database import Database, build_engine
from store.decisions import DecisionWriter
from store.outbox import Part
from store.people import get_or_add_organisation
from store.sealing.secret_file import create_secret_file
from store.sealing.vault import KeyFile, Vault, read_keys
from store.sql.migrate import require_current
from store.sql.presence import use
from store.staff_phones.mail import StaffMail
from store.staff_phones.news import StaffNews

DATA = ROOT / "data"
FILES_PATH = "/media"  # of the web process: where the carrier fetches what caseworkers send
MAX_SEGMENTS = 6  # of one SMS; what is longer goes as another message


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_rules(settings: Settings) -> Rules:
    return read_rules(DATA, drafts=settings.drafts, confirm_commands=settings.confirm_stop, today=utc_now().date())


def build_catalogue(settings: Settings) -> Catalogue:
    """Return the wording alone, for those who work on it."""
    languages = read_languages(DATA)
    return read_catalogue(DATA / "answers", languages, drafts=settings.drafts, today=utc_now().date())


def build_vault(settings: Settings) -> Vault:
    file = KeyFile(settings.keys)  # looked at before it is read: a change in between is then seen
    return Vault(read_keys(settings.keys), file=file)


def build_database(settings: Settings) -> Database:
    """Open the database; its tables must be those of this code, and nobody may be restoring it."""
    engine = build_engine(settings.database)
    database = Database(engine, release=use(engine))
    try:
        require_current(database.engine)
    except PuenteError:
        database.close()
        raise
    return database


def build_bot(settings: Settings) -> HttpBot:
    return HttpBot(settings.bot_urls, token=read_token(settings.bot_token))


def build_signature_check(settings: Settings) -> SignatureCheck:
    return SignatureCheck(public_url=settings.public_url, auth_tokens=settings.twilio_auth_tokens)


def build_sender(settings: Settings) -> TwilioSender:
    return TwilioSender(
        account=build_account(settings),
        public_url=settings.public_url,
        base_url=settings.twilio_base_url or None,
        connect_timeout_s=settings.carrier_connect_timeout_s,
        total_timeout_s=settings.carrier_timeout_s,
    )


def build_records(settings: Settings) -> TwilioRecords:
    """Return what erases at the carrier."""
    return TwilioRecords(
        account=build_account(settings),
        base_url=settings.twilio_base_url or None,
        connect_timeout_s=settings.carrier_connect_timeout_s,
        total_timeout_s=settings.carrier_timeout_s,
    )


def build_media(settings: Settings) -> TwilioMedia:
    """Return what fetches the files that people send."""
    return TwilioMedia(account=build_account(settings), base_url=settings.twilio_base_url or None)


def build_templates(settings: Settings) -> TwilioTemplates:
    """Return what lays texts down for WhatsApp's approval."""
    return TwilioTemplates(account=build_account(settings), base_url=settings.twilio_base_url or None)


def build_account(settings: Settings) -> TwilioAccount:
    """Return the account: by API key when there is one, else by the first auth token."""
    if not settings.twilio_auth_tokens:
        raise ConfigurationError("TWILIO_AUTH_TOKENS is empty: the carrier's messages could not be checked")
    username, password = settings.twilio_account_sid, settings.twilio_auth_tokens[0]
    if settings.twilio_api_key:
        username, password = settings.twilio_api_key, settings.twilio_api_secret
    return TwilioAccount(settings.twilio_account_sid, username, password, settings.twilio_messaging_service or None)


def engine_settings(settings: Settings, *, executor_id: str) -> EngineSettings:
    return EngineSettings(database_url=settings.database, executor_id=executor_id)


def get_organisation(settings: Settings, database: Database) -> str:
    """Return the id of the organisation this deployment answers for."""

    def get_or_add(session: Session) -> str:
        return get_or_add_organisation(session, settings.organisation, time_zone="America/New_York", now=utc_now())

    try:
        return database.run_sync(get_or_add)
    except IntegrityError:
        return database.run_sync(get_or_add)  # another process has added it in this moment


def build_inbox(settings: Settings, database: Database, engine: EngineClient) -> DurableInbox:
    return DurableInbox(
        database=database,
        vault=build_vault(settings),
        rules=build_rules(settings),
        queue=engine,
        organisation_id=get_organisation(settings, database),
    )


def build_deliveries(settings: Settings, database: Database) -> RecordedDeliveries:
    return RecordedDeliveries(database=database, vault=build_vault(settings), clock=utc_now)


def build_decider(
    settings: Settings, database: Database, engine: EngineClient, bot: HttpBot, *, rules: Rules, vault: Vault
) -> Decider:
    split = partial(split_body, accents=settings.accents)
    days = {"reminder_days": settings.reminder_days, "check_in_days": settings.check_in_days}
    files_url = settings.public_url + FILES_PATH
    writer = DecisionWriter(vault=vault, queue=engine, split=split, files_url=files_url, **days)
    staff = StaffTalk(build_staff_news(settings, engine, catalogue=rules.catalogue, vault=vault), rules)
    return Decider(database=database, rules=rules, bot=WatchedBot(bot), writer=writer, staff=staff, clock=utc_now)


def build_staff_news(settings: Settings, queue: WorkQueue, *, catalogue: Catalogue, vault: Vault) -> StaffNews:
    """Return what writes to caseworkers' own phones."""
    mail = StaffMail(
        vault=vault, queue=queue, split=partial(split_body, accents=settings.accents), catalogue=catalogue,
        inbox_url=f"{settings.public_url}/inbox", provider=PROVIDER, sender=settings.staff_sender,
        bodies=settings.staff_text_bodies == "all",
    )  # fmt: skip
    return StaffNews(mail)


def build_delivery(
    settings: Settings, database: Database, sender: TwilioSender, engine: EngineClient, *, rules: Rules, vault: Vault
) -> Delivery:
    return Delivery(
        database=database,
        vault=vault,
        window=Window(rules.catalogue, vault, engine, files_url=settings.public_url + FILES_PATH),
        sender=sender,
        carrier_form=render_address,
        per_second=settings.sends_per_second,
        clock=utc_now,
        answer_s=settings.carrier_timeout_s,
    )


def split_body(body: str, channel: Channel, *, accents: bool = True) -> list[Part]:
    """Cut one text into what the carrier takes, with the segments each part costs; by SMS perhaps without accents."""
    if channel is Channel.WHATSAPP:
        return [Part(part, 1) for part in split_for_whatsapp(body)]
    text = prepare_for_sms(body)
    parts = split_text(text if accents else fold_accents(text), max_segments=MAX_SEGMENTS)
    return [Part(part, count_segments(part).segments) for part in parts]


def read_token(path: Path) -> str:
    """Read a token of ours.

    Raises:
        ConfigurationError: it is not there (`puente setup` makes it), open to others, or no token.
    """
    try:
        return token_file.read_token(path)
    except token_file.TokenFileError as error:
        raise ConfigurationError(f"{error}; `puente setup` makes a missing one") from None


def create_token(path: Path) -> None:
    """Write a new random token, readable by its owner only, unless there is one."""
    create_secret_file(path, secrets.token_urlsafe(32) + "\n")
