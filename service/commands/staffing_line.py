"""`puente staff shift|hours|holiday|oncall` and `puente cases assign`, one line of wiring each."""

from typing import Annotated

import typer

from service.settings import read_settings

_LINES = 'like "mon-fri 9:00-17:00" "sat 22:00-06:00"; they replace what there was'


def add_staffing_commands(staff_app: typer.Typer, cases_app: typer.Typer) -> None:
    """Join the commands into the groups that command_line.py has."""
    for name, command in (("shift", shift), ("hours", office_hours), ("holiday", holiday), ("oncall", on_call)):
        staff_app.command(name)(command)
    cases_app.command("assign")(assign)


def shift(
    login: str,
    hours: Annotated[list[str] | None, typer.Argument(help=_LINES)] = None,
    clear: Annotated[bool, typer.Option(help="no shifts: at work whenever the office is open")] = False,
) -> None:
    """Show or set when somebody works, every week."""
    from service.commands.staffing import change_shifts

    change_shifts(read_settings(), login, hours or (), clear=clear)


def office_hours(
    hours: Annotated[list[str] | None, typer.Argument(help=_LINES)] = None,
    zone: Annotated[str | None, typer.Option(help="time zone, like America/Chicago")] = None,
    clear: Annotated[bool, typer.Option(help="no hours: always open, but on holidays")] = False,
) -> None:
    """Show or set when the organisation is open, every week."""
    from service.commands.staffing import change_hours

    change_hours(read_settings(), hours or (), zone=zone, clear=clear)


def holiday(
    day: Annotated[str | None, typer.Argument(help="like 2026-12-25; without it: list")] = None,
    name: Annotated[str, typer.Option(help="what it is called")] = "holiday",
    remove: Annotated[bool, typer.Option(help="open on that day after all")] = False,
) -> None:
    """List the days on which the organisation is closed, add one or take one back."""
    from service.commands.staffing import change_holiday

    change_holiday(read_settings(), day, name=name, remove=remove)


def on_call(
    login: Annotated[str | None, typer.Argument(help="without it: list")] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="on the rota for urgent cases or not")] = None,
    limit: Annotated[int | None, typer.Option("--page-limit", help="calls in twelve hours")] = None,
) -> None:
    """Show the rota for urgent cases, put somebody on it or take them off."""
    from service.commands.staffing import change_on_call

    change_on_call(read_settings(), login, on=on, limit=limit)


def assign(
    code: Annotated[str, typer.Argument(help='code of the case ("A7")')],
    login: Annotated[str, typer.Argument(help="who is asked to take it")],
) -> None:
    """Ask somebody to take a waiting case."""
    from service.commands.staffing import assign_case

    assign_case(read_settings(), code, login)
