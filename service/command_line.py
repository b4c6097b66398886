"""`puente`: the command line. Each command is one line of wiring and one call."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from conversation.errors import PuenteError
from service.commands.answers_line import answers_app
from service.commands.staff_line import staff_app
from service.commands.staffing_line import add_staffing_commands
from service.settings import Settings, read_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
cases_app = typer.Typer(help="Cases that wait for a person.")
keys_app = typer.Typer(help="Keys that seal what is stored.", no_args_is_help=True)
add_staffing_commands(staff_app, cases_app)
app.add_typer(keys_app, name="keys")
for name, group in (("cases", cases_app), ("staff", staff_app), ("answers", answers_app)):
    app.add_typer(group, name=name)


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
    from service.running.preparing import as_demo
    from service.running.supervisor import run as run_all

    asyncio.run(run_all(as_demo(read_settings())))


@app.command()
def setup() -> None:
    """Create keys, tokens, tables, the organisation and, on one machine, demo accounts where they are missing."""
    from service.running.demo_staff import add_demo_staff, describe
    from service.running.preparing import as_demo, prepare

    settings = as_demo(read_settings())
    prepare(settings)
    for line in describe(add_demo_staff(settings)):
        print(line)


@app.command()
def train() -> None:
    """Train the bot's model if what it is made of has changed."""
    from service.running.bot_process import train as train_model

    print(train_model())


@app.command()
def serve(what: Annotated[str, typer.Argument(help="web, worker, actions or simulator")]) -> None:
    """Run one process of the service in the foreground."""
    from service.running.serving import serve as serve_one

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
    from service.commands.ask import Options, ask_all

    options = Options(" ".join(text) if text else None, language, state, channel, as_json, batch, column, out)
    asyncio.run(ask_all(options, _asking()))


@app.command()
def detect(text: Annotated[list[str], typer.Argument(help="what a person writes")]) -> None:
    """Tell the language of a text, as JSON."""
    from conversation.language.detection import detect as detect_language

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


@app.command()
def purge(dry_run: Annotated[bool, typer.Option(help="count only")] = False) -> None:
    """Delete what has expired by the rules of docs/privacy.md; the worker does so every day."""
    from service.commands.care import purge as purge_now

    purge_now(read_settings(), dry_run=dry_run)


@app.command()
def erase(
    case: Annotated[str | None, typer.Option(help='the person of a case ("A7"); else a number is asked for')] = None,
    yes: Annotated[bool, typer.Option(help="do not ask again")] = False,
) -> None:
    """Erase all of one person, at the carrier too. The number is asked for, or read from standard input."""
    from service.commands.care import ask_input, erase_case, erase_number

    if case:
        erase_case(read_settings(), case.upper(), ask_input, confirmed=yes)
    else:
        erase_number(read_settings(), ask_input, confirmed=yes)


@app.command()
def templates(act: Annotated[str, typer.Argument(help="submit, refresh or status")] = "status") -> None:
    """Lay down the texts that WhatsApp must approve beforehand, and ask how their review stands."""
    from service.commands.templates import run_templates

    if not run_templates(read_settings(), act):
        raise typer.Exit(1)


@app.command()
def report(
    month: Annotated[str | None, typer.Option(help='like "2026-10"; default: the last one that is over')] = None,
    csv: Annotated[Path | None, typer.Option(help="write a CSV file instead")] = None,
    language: Annotated[str, typer.Option(help="en or es")] = "en",
) -> None:
    """Print the figures of a month; numbers of persons under 11 are hidden, in the file too."""
    from service.commands.report import report_month

    report_month(read_settings(), month, csv_file=csv, language=language)


@cases_app.callback(invoke_without_command=True)
def cases(context: typer.Context, closed: Annotated[bool, typer.Option(help="closed ones instead")] = False) -> None:
    """List the cases that wait, most urgent first."""
    if context.invoked_subcommand is None:
        from service.commands.cases import print_cases

        print_cases(read_settings(), closed=closed)


@cases_app.command("close")
def close_case(code: Annotated[str, typer.Argument(help='code of the case ("A7")')]) -> None:
    """Close a case; the bot answers in its conversation again."""
    from service.commands.cases import close_case as close_one

    close_one(read_settings(), code.upper())


@keys_app.command("list")
def list_keys() -> None:
    """List the keys, and what still needs each."""
    from service.commands.keys import print_keys

    print_keys(read_settings())


@keys_app.command("prepare")
def prepare_key() -> None:
    """Several machines: add a key that seals nothing yet, to be copied to all of them before `rotate`."""
    from service.commands.keys import prepare

    prepare(read_settings())


@keys_app.command("rotate")
def rotate_keys() -> None:
    """Make the prepared sealing key, or a new one, the current one; nothing has to be restarted."""
    from service.commands.keys import rotate

    rotate(read_settings())


@keys_app.command("rewrap")
def rewrap_keys() -> None:
    """Seal everything that is stored with the current key, while the service goes on."""
    from service.commands.keys import seal_anew

    seal_anew(read_settings())


@keys_app.command("retire")
def retire_key(key: Annotated[str, typer.Argument(help='id of an old key ("k1")')]) -> None:
    """Take an old key out of the key file, when nothing needs it any more."""
    from service.commands.keys import retire

    retire(read_settings(), key)


@app.command()
def backup(
    to: Annotated[Path | None, typer.Option(help="folder; default: BACKUP_FOLDER")] = None,
    keep_days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="delete older ones; default: BACKUP_KEEP_DAYS")
    ] = None,
) -> None:
    """Write one sealed file with the whole database, while the service runs; old ones are deleted."""
    from service.commands.backups import make_backup

    make_backup(read_settings(), to, keep_days)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="a backup")],
    ledger: Annotated[Path | None, typer.Option(help="the newest ledger.jsonl, if it is not in PUENTE_VAR")] = None,
    without_ledger: Annotated[bool, typer.Option(help="nobody was erased or stopped since the backup")] = False,
    replace: Annotated[bool, typer.Option(help="move a database that is not empty aside")] = False,
) -> None:
    """Bring a backup back, with the service stopped; nothing is sent or answered twice."""
    from service.commands.backups import restore as restore_one

    restore_one(read_settings(), file, ledger_file=ledger, without_ledger=without_ledger, replace=replace)


def _asking() -> Settings:
    """Return the settings for `ask`: drafts are shown unless the environment refuses them."""
    import os
    from dataclasses import replace

    settings = read_settings()
    return settings if os.environ.get("DRAFTS") else replace(settings, drafts=True)
