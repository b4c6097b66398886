"""What can be done with the phones on the table. Each act reads a form, changes something, and tells the open pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from conversation.messages import Channel
from simulator.api.stand_in import StandIn
from simulator.phones.arrivals import Arrivals
from simulator.phones.conditions import Conditions
from simulator.phones.handsets import MOST_PHONES, Handset, Handsets
from simulator.phones.phone_forms import FormRefused, parse_conditions, parse_name, parse_person_message
from simulator.phones.texting import Texting
from simulator.settings import StopHandling


@dataclass(frozen=True, slots=True)
class Table:
    """The phones, and what moves texts between them and the application."""

    stand_in: StandIn
    handsets: Handsets
    texting: Texting
    arrivals: Arrivals


@dataclass(frozen=True, slots=True)
class PhonePost:
    """A form posted to one phone. `base_url` is where the page was reached."""

    handset: Handset
    form: FormData
    base_url: str


PhoneAct = Callable[[PhonePost], None]
TableAct = Callable[[FormData], str | None]  # the id of the phone to go back to, None for the page's top


class Acts:
    """The acts by the last part of their address. Each may raise FormRefused."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._handsets = table.handsets
        self.on_phone: Mapping[str, PhoneAct] = {
            "messages": self._send,
            "person": self._new_person,
            "name": self._rename,
            "remove": self._remove,
            "power": self._power,
            "window": self._close_window,
            "conditions": self._set_conditions,
        }
        self.on_table: Mapping[str, TableAct] = {
            "add": self._add,
            "conditions": self._set_all_conditions,
            "reset": self._reset,
            "stop-handling": self._set_stop_handling,
        }

    def _send(self, post: PhonePost) -> None:
        if not post.handset.is_on:
            raise FormRefused("This phone is switched off.")
        sent = parse_person_message(post.form, post.handset)
        if sent is not None:
            self._table.texting.send(post.handset, sent, media_base=post.base_url)

    def _new_person(self, post: PhonePost) -> None:
        self._handsets.give_to_new_person(post.handset)

    def _rename(self, post: PhonePost) -> None:
        handset = post.handset
        name, shared_with = parse_name(post.form, "name"), parse_name(post.form, "shared_with")
        handset.name, handset.shared_with = name or handset.name, shared_with
        handset.hides_number = handset.channel is Channel.WHATSAPP and post.form.get("hides_number") == "yes"
        self._handsets.tell_phones()

    def _remove(self, post: PhonePost) -> None:
        if not self._handsets.remove(post.handset):
            raise FormRefused("The last phone stays.")

    def _power(self, post: PhonePost) -> None:
        if post.form.get("power") == "on":
            post.handset.reachable.set()
        else:
            post.handset.reachable.clear()
        self._handsets.tell_phones()

    def _close_window(self, post: PhonePost) -> None:
        self._table.arrivals.close_window(post.handset)

    def _set_conditions(self, post: PhonePost) -> None:
        self._give_conditions(post.handset, parse_conditions(post.form))

    def _give_conditions(self, handset: Handset, conditions: Conditions) -> None:
        handset.conditions = conditions
        self._table.texting.release(handset)
        self._handsets.tell_status(handset)

    def _set_all_conditions(self, form: FormData) -> str | None:
        conditions = parse_conditions(form)
        for handset in self._handsets.by_id.values():
            self._give_conditions(handset, conditions)
        return None

    def _reset(self, _: FormData) -> str | None:
        """Everything works again: conditions, switched-off phones, and who handles STOP."""
        for handset in self._handsets.by_id.values():
            self._give_conditions(handset, Conditions())
            handset.reachable.set()
        self._table.stand_in.carrier.stop_handling = self._table.stand_in.settings.stop_handling
        self._handsets.tell_phones()
        return None

    def _set_stop_handling(self, form: FormData) -> str | None:
        try:
            self._table.stand_in.carrier.stop_handling = StopHandling(form.get("handling"))
        except ValueError:
            raise FormRefused("There is no such handling.") from None
        for handset in self._handsets.by_id.values():
            self._handsets.tell_status(handset)
        return None

    def _add(self, form: FormData) -> str | None:
        try:
            added = self._handsets.add(Channel(str(form.get("channel"))))
        except ValueError:
            raise FormRefused("There is no such kind of phone.") from None
        if added is None:
            raise FormRefused(f"There is room for {MOST_PHONES} phones.")
        return added.id
