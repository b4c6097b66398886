"""`puente`: the command line. Each command is one line of wiring and one call."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from conversation.errors import PuenteError
from service.settings import Settings, read_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
cases_app = typer.Typer(help="Cases that wait for a person.")
staff_app = typer.Typer(help="Caseworkers.")
app.add_typer(cases_app, name="cases")
app.add_typer(staff_app, name="staff")


def main() -> None:
    """Run one command; what an operator can mend is one sentence and exit status 2."""
    try:
        app()
    except PuenteError as error:
        print(f"puente: {error}", file=sys.stderr)
        sys.exit(2)


@app.command()
def run() -> None:
    """Run everything on this machine: web, worker, bot and, with nothing configured, the simulator."""
    from service.preparing import as_demo
    from service.supervisor import run as run_all

    asyncio.run(run_all(as_demo(read_settings())))


@app.command()
def setup() -> None:
    """Create keys, tokens, tables and the organisation where they are missing."""
    from service.preparing import as_demo, prepare

    prepare(as_demo(read_settings()))


@app.command()
def train() -> None:
    """Train the bot's model if what it is made of has changed."""
    from service.bot_process import train as train_model

    print(train_model())


@app.command()
def serve(what: Annotated[str, typer.Argument(help="web, worker, actions or simulator")]) -> None:
    """Run one process of the service in the foreground."""
    from service.serving import serve as serve_one

    serve_one(what, read_settings())


@app.command()
def ask(
    text: Annotated[list[str] | None, typer.Argument(help="what a person writes")] = None,
    language: Annotated[str | None, typer.Option(help="language the person has stated, BCP 47")] = None,
    state: Annotated[str | None, typer.Option(help="US state, two letters")] = None,
    channel: Annotated[str, typer.Option(help="sms or whatsapp")] = "sms",
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    batch: Annotated[Path | None, typer.Option(help="tab-separated file with a header")] = None,
    column: Annotated[str, typer.Option(help="column of the file that holds the texts")] = "text",
    out: Annotated[Path | None, typer.Option(help="JSON Lines file to write; default: standard output")] = None,
) -> None:
    """Ask as a fresh person; nothing is stored and nothing is sent. Drafts are shown."""
    from service.ask_command import Options, ask_all

    words = " ".join(text) if text else None
    options = Options(words, language, state, channel, as_json, batch, column, out)
    asyncio.run(ask_all(options, _asking()))


@app.command()
def detect(text: Annotated[list[str], typer.Argument(help="what a person writes")]) -> None:
    """Tell the language of a text, as JSON."""
    from conversation.language import detect as detect_language

    found = detect_language(" ".join(text))
    shown = {
        "language": found.language,
        "group": found.group,
        "mixed": found.mixed,
        "margin": round(found.margin, 2),
        "agreed": found.agreed,
        "candidates": list(found.candidates),
    }
    print(json.dumps(shown, ensure_ascii=False))


@cases_app.callback(invoke_without_command=True)
def cases(context: typer.Context, closed: Annotated[bool, typer.Option(help="closed ones instead")] = False) -> None:
    """List the cases that wait, most urgent first."""
    if context.invoked_subcommand is None:
        from service.case_commands import print_cases

        print_cases(read_settings(), closed=closed)


@cases_app.command("close")
def close_case(code: Annotated[str, typer.Argument(help='code of the case ("A7")')]) -> None:
    """Close a case; the bot answers in its conversation again."""
    from service.case_commands import close_case as close_one

    close_one(read_settings(), code.upper())


@staff_app.command("add")
def add_staff(
    login: str,
    name: Annotated[str, typer.Option(prompt=True, help="as people shall see it")],
    languages: Annotated[str, typer.Option(help="BCP 47 tags, separated by commas")] = "",
    disciplines: Annotated[str, typer.Option(help="separated by commas")] = "",
) -> None:
    """Add a caseworker."""
    from service.case_commands import add_staff as add_one

    add_one(read_settings(), login=login, name=name, languages=languages, disciplines=disciplines)


def _asking() -> Settings:
    """Return the settings for `ask`: drafts are shown unless the environment refuses them."""
    import os
    from dataclasses import replace

    settings = read_settings()
    return settings if os.environ.get("DRAFTS") else replace(settings, drafts=True)
