"""The signature check: every vector, every sample as it was signed, two tokens, shared keys, hostile input."""

from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from channels.twilio.signature import Form, SignatureCheck
from conversation.errors import ConfigurationError

TOKEN = "0123456789abcdef0123456789abcdef"
FORM = Form([("Body", "hola "), ("FromCity", ""), ("From", "+12025550123")])


def sign(url: str, form: Form = FORM, *, token: str = TOKEN, algorithm: str | None = None) -> str:
    return str(RequestValidator(token).compute_signature(url, form, algorithm))


def split_address(url: str) -> tuple[str, str, str]:
    scheme, rest = url.split("://")
    host, _, target = rest.partition("/")
    path, _, query = f"/{target}".partition("?")
    return f"{scheme}://{host}", path, query


def test_vectors_are_accepted_and_refused_as_they_say(signature_vector: dict[str, Any]) -> None:
    origin, path, query = split_address(signature_vector["url"])
    token = signature_vector["token"]
    check = SignatureCheck(public_url=origin, auth_tokens=[token], shared_keys={"webhooks_sharedkey_example": token})

    accepted = check.accepts(
        path=path,
        query=query,
        form=Form(signature_vector["form"]),
        signature=signature_vector["signature"],
        settings=signature_vector.get("settings_header", ""),
    )

    assert accepted is signature_vector["valid"]


def test_inbound_samples_are_accepted_as_signed_and_not_with_one_letter_more(
    inbound_sample: dict[str, Any], samples: dict[str, Any]
) -> None:
    about = samples["about"]
    check = SignatureCheck(public_url=about["base_url"], auth_tokens=[about["auth_token"]])
    signature = inbound_sample["headers"]["X-Twilio-Signature"]
    changed = inbound_sample["form"] | {"Body": inbound_sample["form"]["Body"] + "."}

    answers = [
        check.accepts(path=inbound_sample["path"], query="", form=Form(form), signature=signature)
        for form in (inbound_sample["form"], changed)
    ]

    assert answers == [True, False]


def test_status_samples_are_accepted_as_signed(status_sample: dict[str, Any], samples: dict[str, Any]) -> None:
    about = samples["about"]
    check = SignatureCheck(public_url=about["base_url"], auth_tokens=[about["auth_token"]])

    accepted = check.accepts(
        path=status_sample["path"],
        query="",
        form=Form(status_sample["form"]),
        signature=status_sample["headers"]["X-Twilio-Signature"],
    )

    assert accepted


def test_both_tokens_are_accepted_during_a_rotation_and_a_third_is_not() -> None:
    check = SignatureCheck(public_url="https://puente.example.org/", auth_tokens=["old", "new"])

    answers = [
        check.accepts(path="/x", query="", form=FORM, signature=sign("https://puente.example.org/x", token=token))
        for token in ("old", "new", "third")
    ]

    assert answers == [True, True, False]


def test_a_path_that_the_proxy_takes_off_belongs_to_the_public_address() -> None:
    check = SignatureCheck(public_url="https://example.org/puente", auth_tokens=[TOKEN])

    accepted = check.accepts(
        path="/twilio/status", query="o=1", form=FORM, signature=sign("https://example.org/puente/twilio/status?o=1")
    )

    assert accepted


@pytest.mark.parametrize(
    "settings",
    [
        "key=other,algorithm=HMAC_SHA256",
        "algorithm=HMAC_SHA256",
        "key=k1,algorithm=HMAC_SHA512",
        "key=k1,algorithm=none",
    ],
)
def test_an_unknown_key_or_algorithm_is_refused_and_not_logged(settings: str, caplog: pytest.LogCaptureFixture) -> None:
    check = SignatureCheck(public_url="https://e.org", auth_tokens=[TOKEN], shared_keys={"k1": "secret"})
    signature = sign("https://e.org/x", token="secret", algorithm="HMAC_SHA256")

    accepted = check.accepts(path="/x", query="", form=FORM, signature=signature, settings=settings)

    assert not accepted
    assert caplog.records == []


def test_a_shared_key_does_not_sign_in_the_place_of_an_auth_token() -> None:
    check = SignatureCheck(public_url="https://e.org", auth_tokens=[TOKEN], shared_keys={"k1": "secret"})

    accepted = check.accepts(path="/x", query="", form=FORM, signature=sign("https://e.org/x", token="secret"))

    assert not accepted


def test_repeated_fields_are_all_covered() -> None:
    form = Form([("MediaUrl", "a"), ("MediaUrl", "b")])
    check = SignatureCheck(public_url="https://e.org", auth_tokens=[TOKEN])
    signature = sign("https://e.org/x", form)

    answers = [
        check.accepts(path="/x", query="", form=f, signature=signature) for f in (form, Form([("MediaUrl", "b")]))
    ]

    assert answers == [True, False]


def test_half_a_surrogate_pair_is_refused_and_raises_nothing() -> None:
    check = SignatureCheck(public_url="https://e.org", auth_tokens=[TOKEN])

    assert not check.accepts(path="/x", query="", form=Form([("Body", "\ud83d")]), signature="AAAA")


@pytest.mark.parametrize(
    ("url", "tokens", "keys"),
    [
        ("", [TOKEN], {}),
        ("puente.example.org", [TOKEN], {}),
        ("ftp://example.org", [TOKEN], {}),
        ("https://", [TOKEN], {}),
        ("https://example.org:port", [TOKEN], {}),
        ("https://example.org?x=1", [TOKEN], {}),
        ("https://example.org#x", [TOKEN], {}),
        ("https://user:secret@example.org", [TOKEN], {}),
        ("https://example.org ", [TOKEN], {}),
        ("https://example.org", [], {}),
        ("https://example.org", [""], {}),
        ("https://example.org", ["a", "b", "c"], {}),
        ("https://example.org", [TOKEN], {"k1": ""}),
    ],
)
def test_a_useless_configuration_is_refused_without_quoting_a_secret(
    url: str, tokens: list[str], keys: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        SignatureCheck(public_url=url, auth_tokens=tokens, shared_keys=keys)

    assert TOKEN not in str(raised.value)
    assert "secret" not in str(raised.value)
