"""Twilio's and WhatsApp's rules for content templates, which the description does not hold. Pure.

Sources: https://www.twilio.com/docs/content/content-api-resources, …/docs/api/errors/{code} and, for what WhatsApp
rejects, https://www.twilio.com/docs/whatsapp/tutorial/message-template-approvals-statuses (read 2026-11). Twilio names
no code for a template it does not take; 20001 stands for them here (not confirmed).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulator.api.contents import PLACE, Approval, Content
from simulator.api.rules import ApiError

MAX_TEMPLATE = 1024  # characters of a template's text
CATEGORIES = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
# https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/supported-languages
_LANGUAGES = (
    "af sq ar az bn bg ca zh_CN zh_HK zh_TW hr cs da nl en en_GB en_US et fil fi fr ka de el gu ha he hi hu id ga it ja"
    " kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb fa pl pt_BR pt_PT pa ro ru sr sk sl es es_AR es_ES es_MX sw sv ta te"
    " th tr uk ur uz vi zu"
)
LANGUAGES = frozenset(_LANGUAGES.split())
SESSION_ONLY = frozenset({"twilio/list-picker", "twilio/location"})  # cannot be approved

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_BAD_VALUE = re.compile(r"[\n\r\t]| {5,}")
_LONGEST_VARIABLE_NAME = 16
_CODE_OF_STATE = {Approval.REJECTED: 63040, Approval.PAUSED: 63041, Approval.DISABLED: 63042}
_OUTSIDE_WINDOW = 63016


def find_creation_refusal(wanted: Mapping[str, Any]) -> ApiError | None:
    """Return why Twilio would not take a template; None when it takes it. `wanted` fits the description."""
    if not wanted["types"]:
        return ApiError(400, 20001, "At least one content type is required")
    bodies = [kind.get("body") for kind in wanted["types"].values() if isinstance(kind, Mapping)]
    if any(body == "" for body in bodies):
        return ApiError(400, 20001, "The body of a content type is empty")
    if any("{{" in PLACE.sub("", body or "") for body in bodies):
        return ApiError(400, 21656, "A variable placeholder is malformed")
    return None


def find_approval_refusal(content: Content, *, name: str, category: str, others: Iterable[Content]) -> ApiError | None:
    """Return why a request for approval is not taken at all."""
    if not _NAME.fullmatch(name):
        return ApiError(400, 20001, "Template name may only contain lowercase letters, digits and underscores")
    if category not in CATEGORIES:
        return ApiError(400, 20001, "Invalid template category")
    if content.approval is not Approval.UNSUBMITTED:
        return ApiError(400, 20001, "This template has been submitted already")
    if any(one.name == name and one.language == content.language and one.sid != content.sid for one in others):
        return ApiError(400, 20001, "A template of that name exists in this language; names are not used again")
    return None


def find_form_fault(content: Content) -> str | None:
    """Return WhatsApp's reason to reject a template without reading it, None when its form is right."""
    text, places = content.body.strip(), content.places
    if content.language not in LANGUAGES:
        return "UNSUPPORTED_LANGUAGE"
    if set(content.types) <= SESSION_ONLY or len(text) > MAX_TEMPLATE:
        return "INVALID_FORMAT"
    if re.match(PLACE, text) or re.search(PLACE.pattern + r"$", text) or re.search(r"\}\}\s*\{\{", text):
        return "INVALID_FORMAT"
    if any(place not in content.variables for place in places):
        return "INVALID_FORMAT"  # a sample is wanted for each
    if places and len(PLACE.sub(" ", text).split()) < 2 * len(places) + 1:
        return "INVALID_FORMAT"
    return None


def find_variables_refusal(
    content_sid: str | None, variables: str | None, find_content: Callable[[str], Content | None]
) -> ApiError | None:
    """Return why a message from a template is refused at once: errors 21654, 21655, 21656 and 21658."""
    if content_sid is None:
        return None if variables is None else ApiError(400, 21654, "ContentSid Required")
    values, content = parse_variables(variables), find_content(content_sid)
    if values is None or any(not isinstance(value, str) or not value.strip() for value in values.values()):
        return ApiError(400, 21656, "The ContentVariables Parameter is invalid")
    if content is None:
        return ApiError(400, 21655, "The ContentSid is Invalid")
    if any(len(name) > _LONGEST_VARIABLE_NAME for name in values):
        return ApiError(400, 21658, "A parameter name contains more than 16 characters")
    missing = any(place not in values and place not in content.variables for place in content.places)
    if missing or any(_BAD_VALUE.search(value) for value in values.values()):
        return ApiError(400, 21656, "The ContentVariables Parameter is invalid")
    return None


def parse_variables(text: str | None) -> dict[str, Any] | None:
    """Read ContentVariables; {} when there are none, None when they are not a JSON object."""
    try:
        values = json.loads(text) if text else {}
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def find_later_error(content: Content | None) -> int | None:
    """Return the code with which a WhatsApp message outside the window fails later; None for an approved template."""
    if content is None:
        return _OUTSIDE_WINDOW
    return None if content.approval is Approval.APPROVED else _CODE_OF_STATE.get(content.approval, _OUTSIDE_WINDOW)
