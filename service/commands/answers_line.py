"""`puente answers …`: the commands around the wording, one line of wiring each. command_line.py joins them in."""

from pathlib import Path
from typing import Annotated

import typer

from service.settings import read_settings

answers_app = typer.Typer(help="The wording, its reviews, and what people say of it.", no_args_is_help=True)


@answers_app.command("status")
def show_answers(
    first: Annotated[bool, typer.Option("--first", help="what a lawyer or clinician must see first")] = False,
    audio: Annotated[bool, typer.Option("--audio", help="recordings that are wanted, and how they stand")] = False,
) -> None:
    """Count the texts of each language by state: missing, draft, reviewed, short form, expired."""
    from service.commands import answers

    if first:
        answers.print_first(read_settings())
    if audio:
        answers.print_recordings(read_settings())
    if not first and not audio:
        answers.print_status(read_settings())


@answers_app.command("feedback")
def show_feedback() -> None:
    """List what people called wrong, newest first."""
    from service.commands.answers import print_feedback

    print_feedback(read_settings())


@answers_app.command("review")
def review_answer(
    answer: Annotated[str, typer.Argument(help='id of the answer ("school.vaccines")')],
    language: Annotated[str, typer.Argument(help="language of the text, BCP 47")],
    as_: Annotated[str, typer.Option("--as", help="language, legal, clinical or audio")],
    by: Annotated[str, typer.Option("--by", help="who reviewed it, first and last name")],
    of: Annotated[str | None, typer.Option("--of", help="en or es: what a translation was compared with")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask again")] = False,
) -> None:
    """Show a text and record that a named person has approved it as it stands."""
    from service.commands.answers_review import review

    review(read_settings(), answer=answer, language=language, kind=as_, by=by, of=of, confirmed=yes)


@answers_app.command("export")
def export_answers(
    out: Annotated[Path, typer.Option("--out", help="file to write: .csv or .xlsx")],
    languages: Annotated[str, typer.Option(help="BCP 47 tags, separated by commas; empty: all with texts")] = "",
) -> None:
    """Write a spreadsheet for reviewers who have no git."""
    from service.commands.answers_sheets import export_sheet

    export_sheet(read_settings(), out, [tag.strip() for tag in languages.split(",") if tag.strip()])


@answers_app.command("import")
def import_answers(
    file: Annotated[Path, typer.Argument(help="a spreadsheet of `export` that came back: .csv or .xlsx")],
    by: Annotated[str, typer.Option("--by", help="who reviewed it, first and last name")],
    as_: Annotated[str, typer.Option("--as", help="language, legal or clinical")] = "language",
    of: Annotated[str | None, typer.Option("--of", help="en or es: what translations were compared with")] = None,
    write: Annotated[bool, typer.Option("--write", help="change the files; without it: only tell")] = False,
) -> None:
    """Tell what a reviewer's spreadsheet would change, and with --write change it; exit status 1 if rows were left."""
    from service.commands.answers_sheets import import_sheet

    if not import_sheet(read_settings(), file, by=by, kind=as_, of=of, write=write):
        raise typer.Exit(1)


@answers_app.command("check")
def check_answers(
    language: Annotated[str | None, typer.Option("--language", help="only this language's texts, BCP 47")] = None,
    texts: Annotated[bool, typer.Option("--texts", help="one line a text, not only what an edit would save")] = False,
) -> None:
    """Show what the texts cost and how plain they are, and every break of a rule; exit status 1 if there is one."""
    from service.commands.answers_check import print_check

    if not print_check(read_settings(), language=language, texts=texts):
        raise typer.Exit(1)
