"""`puente staff …`: the commands around those who answer, one line of wiring each. command_line.py joins them in."""

from typing import Annotated

import typer

from service.settings import read_settings

staff_app = typer.Typer(help="Those who answer people: accounts and roles.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="what they sign in with")]


@staff_app.command("add")
def add_staff(
    login: Login,
    name: Annotated[str, typer.Option(prompt=True, help="as people shall see it")],
    languages: Annotated[str, typer.Option(help="BCP 47 tags, separated by commas")] = "",
    disciplines: Annotated[str, typer.Option(help="separated by commas")] = "",
    role: Annotated[str, typer.Option(help="caseworker, supervisor, reviewer or administrator")] = "caseworker",
) -> None:
    """Add an account and print the link by which its owner sets a password."""
    from service.commands import staff

    staff.add(read_settings(), login=login, name=name, languages=languages, disciplines=disciplines, role=role)


@staff_app.command("list")
def list_staff(left: Annotated[bool, typer.Option(help="those who have left instead")] = False) -> None:
    """List the accounts."""
    from service.commands import staff

    staff.print_all(read_settings(), left=left)


@staff_app.command("invite")
def invite_staff(login: Login) -> None:
    """Print a new one-time link: for a forgotten password or a lost telephone. It sets both anew."""
    from service.commands import staff

    staff.invite(read_settings(), login)


@staff_app.command("role")
def change_role(
    login: Login, role: Annotated[str, typer.Argument(help="caseworker, supervisor, reviewer or administrator")]
) -> None:
    """Give somebody another role, at once."""
    from service.commands import staff

    staff.change_role(read_settings(), login, role)


@staff_app.command("leave")
def let_leave(login: Login) -> None:
    """End an account: signed out everywhere, no way in. What they did stays in the audit."""
    from service.commands import staff

    staff.let_leave(read_settings(), login)


@staff_app.command("phone")
def register_phone(
    login: Login,
    number: Annotated[str, typer.Argument(help='their own phone, like +12025550123; "none" takes it away')],
) -> None:
    """Register a caseworker's own phone: a code goes there by text, and they enter it, signed in."""
    from service.commands import staff_phone

    if number == "none":
        staff_phone.remove(read_settings(), login)
    else:
        staff_phone.register(read_settings(), login, number)
