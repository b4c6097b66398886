"""What a caseworker writes from their own phone: decided here, never by the pipeline or the bot.

a code for the phone itself ▸ STOP, START ▸ still their phone? ▸ words only ▸ a digit for our question ▸ a command
▸ a tagged reply ▸ plain words, for the one case they can be for; else we ask which, and nobody gets them

Everything is one transaction: the message is handled, the case has moved, and the answer stands in line, or nothing is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversation.commands.commands import find_command
from conversation.commands.keywords import is_answered_by_carrier
from conversation.masking import leave_out_tokens
from conversation.messages import Channel, Command, MessageKind
from conversation.staff_commands import StaffAct, StaffCommand, parse_phone_code, parse_staff_command
from conversation.staff_texts import StaffText
from conversation.turn import Rules
from service.staff_acts import Talk, Told, act_on_case, reply
from store.cases.queues import Queue, list_queue
from store.conversations import hold
from store.inbox import BODY, Undecided, close_entry
from store.staff.staff import find_staff
from store.staff_phones import choices
from store.staff_phones.news import StaffNews
from store.staff_phones.registering import is_code_waiting, is_their_phone
from store.staffing.switching import switch_shift
from store.tables import Message

DECISION = "staff"  # in the inbox, where other messages have the kind of their decision
_WORDS = frozenset({MessageKind.TEXT, MessageKind.BUTTON, MessageKind.EMPTY})
_FOR_PERSONS = (StaffAct.REPLY, StaffAct.WORDS, StaffAct.NOTE)


@dataclass(frozen=True, slots=True)
class StaffTalk:
    """Answers caseworkers' phones."""

    news: StaffNews
    rules: Rules

    def is_for_us(self, heard: Undecided) -> bool:
        """Return whether a message may be from a caseworker's phone; of a code it is not certain."""
        return heard.caseworker_id is not None or parse_phone_code(heard.message.text) is not None

    def answer(self, session: Session, inbox_id: str, heard: Undecided, now: datetime) -> bool:
        """Do what a message asks for and answer it. False: it is none of ours, the pipeline decides it."""
        hold(session, heard.conversation_id)  # the phone before the person's conversation, as everybody takes them
        told = self._send_code_on(session, heard)
        if told is None and heard.caseworker_id is None:
            return False
        if not close_entry(session, inbox_id, status="handled", now=now, decision=DECISION):
            return True
        if told is None:
            told = self._hear(session, heard, now)
        self._tell(session, heard, told, now)
        return True

    def apologise(self, session: Session, conversation_id: str, message_id: str, now: datetime) -> None:
        """Say that a message could not be carried out: it waits for nobody else."""
        self.news.mail.write(session, conversation_id, StaffText.FAILED, {}, in_reply_to=message_id, now=now)

    def _send_code_on(self, session: Session, heard: Undecided) -> Told | None:
        """Tell who texts a code back where it goes: whoever holds the phone may be a stranger (docs/decisions/0048)."""
        if parse_phone_code(heard.message.text) is None or not is_code_waiting(session, heard.conversation_id):
            return None
        return Told(StaffText.PHONE_ENTER, {"link": self.news.mail.account_url})

    def _hear(self, session: Session, heard: Undecided, now: datetime) -> Told | None:
        """Return what a caseworker is told; None: nothing."""
        worker = find_staff(session, self.news.mail.vault, heard.caseworker_id or "")
        if worker is None or not is_their_phone(session, heard.conversation_id, worker.id):
            return Told(StaffText.PHONE_UNKNOWN)
        talk = Talk(session, self.news, worker, heard.conversation_id, heard.message_id, now)
        if (switched := self._switch_by_carrier_word(talk, heard)) is not None:
            return switched
        if heard.message.attachments or heard.message.kind not in _WORDS:
            return Told(StaffText.NO_MEDIA)
        command = parse_staff_command(heard.message.text)
        if command.act in _FOR_PERSONS and leave_out_tokens(heard.message.text) != heard.message.text:
            return Told(StaffText.HAS_NUMBER)
        return self._obey(talk, command)

    def _switch_by_carrier_word(self, talk: Talk, heard: Undecided) -> Told | None:
        """STOP and START, which the webhook has obeyed already (I9): off and on.

        Returns:
            None: it is neither.
        """
        match = find_command(heard.message, heard.message.text, self.rules, stopped=heard.memory.stopped)
        if match is None or match.command not in (Command.STOP, Command.START):
            return None
        stops = match.command is Command.STOP
        switch_shift(talk.session, talk.worker.id, on=not stops, now=talk.now)
        return Told(StaffText.STOPPED if stops else StaffText.ON)

    def _obey(self, talk: Talk, command: StaffCommand) -> Told | None:
        match command.act:
            case StaffAct.REACTION:
                return None
            case StaffAct.HELP | StaffAct.EMPTY:
                return Told(StaffText.HELP)
            case StaffAct.ON | StaffAct.OFF:
                switch_shift(talk.session, talk.worker.id, on=command.act is StaffAct.ON, now=talk.now)
                return Told(StaffText.ON if command.act is StaffAct.ON else StaffText.OFF)
            case StaffAct.LIST:
                return _list(talk)
            case StaffAct.PICK:
                return self._pick(talk, int(command.text))
            case StaffAct.WORDS:
                return self._send_untagged(talk, command)
        if command.code is None:
            return Told(StaffText.NEEDS_TAG)
        if command.act is StaffAct.REPLY:
            choices.drop_which(talk.session, talk.conversation_id)  # they have said it with a tag instead
        return act_on_case(talk, command.act, command.code, command.text)

    def _send_untagged(self, talk: Talk, command: StaffCommand) -> Told:
        """Send plain words to the one case they can be for; else to none, and ask."""
        possible = choices.list_choices(talk.session, talk.worker, now=talk.now)
        open_question = choices.find_which(talk.session, talk.conversation_id, now=talk.now)
        if not possible:
            return Told(StaffText.NO_CASE)
        if len(possible) > 1 or open_question is not None:
            earlier = open_question.message_ids if open_question else ()
            return _ask_which(talk, [*earlier, talk.message_id], possible)
        case = talk.find(possible[0].code)
        if case is None:
            return Told(StaffText.NO_CASE)
        if choices.has_just_changed(talk.session, talk.worker, now=talk.now):
            return Told(StaffText.SAY_WHICH, {"code": case.code}, case.id)
        is_tag = command.code == case.code
        return reply(talk, case, [(talk.message_id, command.text if is_tag else command.loose or command.text)])

    def _pick(self, talk: Talk, number: int) -> Told:
        """Take a digit as the answer to our question; without a question it is for nobody."""
        which = choices.find_which(talk.session, talk.conversation_id, now=talk.now)
        if which is None:
            return Told(StaffText.NO_QUESTION)
        if number > len(which.case_ids):
            possible = choices.list_choices(talk.session, talk.worker, now=talk.now)
            return _ask_which(talk, which.message_ids, [one for one in possible if one.case_id in which.case_ids])
        choices.drop_which(talk.session, talk.conversation_id)
        if number == 0:
            return Told(StaffText.WHICH_DROPPED)
        case = talk.find(which.case_ids[number - 1])
        if case is None:
            return Told(StaffText.NO_CASE)
        rows = select(Message.id, Message.body_sealed).where(Message.id.in_(which.message_ids)).order_by(Message.seq)
        vault = self.news.mail.vault
        return reply(talk, case, [(one, vault.open(sealed, BODY)) for one, sealed in talk.session.execute(rows)])

    def _tell(self, session: Session, heard: Undecided, told: Told | None, now: datetime) -> None:
        if told is None:
            return
        if told.case_id:  # what is said of a person is forgotten with them
            said = update(Message).where(Message.id == heard.message_id)
            session.execute(said.values(case_id=told.case_id))
        if told.text is StaffText.STOPPED and self._is_confirmed_by_carrier(heard):
            return
        self.news.mail.write(
            session, heard.conversation_id, told.text, told.values,
            case_id=told.case_id, in_reply_to=heard.message_id, now=now,
        )  # fmt: skip

    def _is_confirmed_by_carrier(self, heard: Undecided) -> bool:
        by_sms = heard.message.sender.channel is Channel.SMS
        by_setting = by_sms and not self.rules.confirm_commands and is_answered_by_carrier(heard.message.text)
        return by_setting or heard.message.carrier_command is not None


def _list(talk: Talk) -> Told:
    lines = list_queue(talk.session, talk.worker, Queue.MINE, now=talk.now).lines[: choices.MOST_CHOICES]
    if not lines:
        return Told(StaffText.LIST_NONE)
    return Told(StaffText.LIST, {"choices": "\n".join(_line(talk, choices.to_choice(one)) for one in lines)})


def _ask_which(talk: Talk, message_ids: Sequence[str], possible: Sequence[choices.Choice]) -> Told:
    shown = possible[: choices.MOST_CHOICES]
    choices.ask_which(talk.session, talk.conversation_id, message_ids, shown, now=talk.now)
    numbered = (f"{number} {_line(talk, one)}" for number, one in enumerate(shown, start=1))
    return Told(StaffText.WHICH, {"choices": "\n".join(numbered)})


def _line(talk: Talk, choice: choices.Choice) -> str:
    """Return a case as a line of a list: its code, and its topic where a lock screen may show it."""
    topic = talk.news.name_topic(choice.topic, choice.discipline, talk.worker.locale)
    return f"{choice.code} {topic}" if topic else choice.code
