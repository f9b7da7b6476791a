"""What the command line prints: results to stdout, progress to stderr, errors in one sentence."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NoReturn

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.errors import VitrineError

out = Console(highlight=False, width=None if sys.stdout.isatty() else 320)
err = Console(stderr=True, highlight=False)
FAILED, USAGE, INTERRUPTED = 1, 2, 130


def say(text: str) -> None:
    """A line of progress for people. Lines that begin with … are for terminals only: each replaces the last."""
    if not text.startswith("…"):
        err.print(text, markup=False)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def fail(text: str, code: int = FAILED) -> NoReturn:
    err.print("[red]error:[/red]", end=" ")
    err.print(text, markup=False, soft_wrap=True)
    raise typer.Exit(code)


@contextmanager
def errors_as_sentences(interrupted: str = "interrupted") -> Iterator[None]:
    """Every error that Vitrine knows ends the command with its sentence; Ctrl-C ends it with 130."""
    try:
        yield
    except VitrineError as error:
        fail(str(error))
    except (OSError, httpx.HTTPError) as error:
        fail(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        fail(interrupted, INTERRUPTED)


@contextmanager
def step_reporter(title: str) -> Iterator[Any]:
    """Yields ``report(text)``: a spinner with the last step on a terminal, plain lines elsewhere."""
    if not err.is_terminal:
        yield say
        return
    with err.status(title) as status:

        def report(text: str) -> None:
            if text.startswith("…"):
                status.update(f"{title}: {text[1:].strip()}")
            else:
                err.print(f"[green]✓[/green] {text}")

        yield report


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr; nothing at all when stderr is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as progress:
        yield progress


def table(*headings: str, shrink_last: bool = False) -> Table:
    """An unboxed table; headings that start with > are right-aligned. ``shrink_last``: the last alone gives way."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        justify: Literal["right", "left"] = "right" if heading.startswith(">") else "left"
        is_last = heading == headings[-1]
        overflow: Literal["ellipsis", "fold"] = "ellipsis" if shrink_last and is_last else "fold"
        made.add_column(heading.lstrip(">"), justify=justify, overflow=overflow, no_wrap=shrink_last and not is_last)
    return made
