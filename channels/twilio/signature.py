"""Proof that a request comes from Twilio: its official validator, our configured public address, our secrets.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security and twilio 9.13 `request_validator.py`.
"""

from collections.abc import Mapping, Sequence

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    RequestValidator,
    get_signature_algorithm,
)

from channels.twilio.web_address import parse_web_address
from conversation.errors import ConfigurationError

SIGNATURE_HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"  # "key=<id>,algorithm=HMAC_SHA256", on shared-key signatures
MAX_AUTH_TOKENS = 2  # the current one and, while it is being changed, the other

Form = ImmutableMultiDict[str, str]


class SignatureCheck:
    """Says whether a request was signed with one of our secrets. Immutable; the secrets are not in its repr."""

    def __init__(
        self, *, public_url: str, auth_tokens: Sequence[str], shared_keys: Mapping[str, str] | None = None
    ) -> None:
        """Prepare one validator per secret.

        Args:
            public_url: scheme, host and what a proxy takes off before our paths ("https://puente.example.org"). The
                signature covers the address Twilio called; behind a TLS proxy request headers tell another one, and
                headers can be forged, so the address always comes from here.
            auth_tokens: one account auth token, or two while it is being rotated; they sign with HMAC-SHA1.
            shared_keys: secrets of webhook shared keys by key id; they sign with HMAC-SHA256.

        Raises:
            ConfigurationError: no token, more than two, an empty secret, or an address without scheme and host.
        """
        self._public_url = parse_web_address(public_url, of="the public address")
        if not 1 <= len(auth_tokens) <= MAX_AUTH_TOKENS:
            raise ConfigurationError("Twilio auth tokens: give one, or two during a rotation")
        if not all(auth_tokens) or not all((shared_keys or {}).values()):
            raise ConfigurationError("a Twilio auth token or shared key is empty")
        self._by_token = [RequestValidator(token) for token in auth_tokens]
        self._by_key_id = {key_id: RequestValidator(key) for key_id, key in (shared_keys or {}).items()}

    def accepts(self, *, path: str, query: str, form: Form, signature: str, settings: str = "") -> bool:
        """Tell whether the signature fits what was received.

        Args:
            path: as on the request line, still percent-encoded ("/twilio/messages").
            query: after the "?", still percent-encoded; "" when there is none.
            form: every field, blanks and unknown ones included, white space untouched.
            signature: value of SIGNATURE_HEADER; "" when missing.
            settings: value of SETTINGS_HEADER; "" when missing.
        """
        url = self._public_url + path + (f"?{query}" if query else "")
        algorithm = get_signature_algorithm(settings).upper()
        try:
            return any(v.validate(url, form, signature, algorithm) for v in self._validators(algorithm, settings))
        except ValueError:
            return False  # an address that cannot be read, or text that is not Unicode: no signature can fit it

    def _validators(self, algorithm: str, settings: str) -> list[RequestValidator]:
        # The validator logs an algorithm it does not know, word for word; a stranger's header stays out of our logs.
        if algorithm == HMAC_SHA1:
            return self._by_token
        key = self._by_key_id.get(_key_id(settings)) if algorithm == HMAC_SHA256 else None
        return [key] if key else []


def _key_id(settings: str) -> str:
    for part in settings.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "key":
            return value.strip()
    return ""
