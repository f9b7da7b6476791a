"""The command ``vitrine``: thin commands over the stack, the client and the batch runner."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from services.errors import VitrineError
from services.settings import ASSETS
from workflows.cli import audit, brands, checkpoints, screen
from workflows.cli.animating import animate_all, reel_table
from workflows.cli.batch import Tally, run_batch
from workflows.cli.campaign import SavedJob, read_briefs, safe_name
from workflows.cli.client import Client, Unreachable
from workflows.cli.contact_sheet import brief_title, write_contact_sheet
from workflows.cli.explaining import trace_table
from workflows.cli.making import as_json, creatives_table, make_all
from workflows.cli.stack import SERVE_CONFIG, START_TIMEOUT_S, Stack, is_ready

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode="rich")
batch = typer.Typer(no_args_is_help=True, help="Run many briefs from a file.")
app.add_typer(batch, name="batch")
app.command()(audit.personas)
app.command()(audit.fairness)
app.add_typer(checkpoints.app, name="checkpoints")
app.add_typer(brands.app, name="brands")
PRODUCT_FLAGS = ("title", "description", "price", "currency")
CAMPAIGN = ASSETS / "samples" / "campaign.yaml"
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.callback()
def main() -> None:
    """Complete ad creatives from a product photo."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@app.command()
def up(
    config: Annotated[Path, typer.Option(help="Serve config to deploy.")] = SERVE_CONFIG,
    timeout_s: Annotated[float, typer.Option(help="Give up after this many seconds.")] = START_TIMEOUT_S,
) -> None:
    """Start the embedded stack: object store, Ray, services. Everything listens on loopback."""
    stack = Stack()
    with screen.errors_as_sentences(), screen.step_reporter("Starting") as report:
        started = stack.start(report, config, timeout_s)
    screen.out.print(
        f"Vitrine is {'up' if started else 'already up'} at {stack.base_url}  (API: {stack.base_url}/docs)"
    )


@app.command()
def down(
    wipe: Annotated[bool, typer.Option("--wipe", help="Also delete the stored objects.")] = False,
) -> None:
    """Stop the embedded stack. Stored objects stay in .vitrine/objects unless --wipe."""
    stack = Stack()
    with screen.errors_as_sentences(), screen.step_reporter("Stopping") as report:
        was_up = stack.stop(report, wipe=wipe)
    screen.out.print("Vitrine is down." if was_up else "Nothing was up.")


@app.command()
def status(json: Json = False) -> None:
    """Say whether the stack is up, where, and how much memory it takes. Exit code 1 unless it is up."""
    stack = Stack()
    state, record = stack.state(), stack.record
    facts = {
        "state": state,
        "url": stack.base_url,
        "s3_endpoint": record.s3_endpoint if record else None,
        "ray_dashboard": f"http://127.0.0.1:{record.dashboard_port}" if record else None,
        "metrics": record.metrics_url if record else None,
        "started_at": record.started_at if record else None,
        "memory_mib": round(stack.memory_bytes() / 2**20),
    }
    services = _services_of(stack) if record else []
    if json:
        screen.print_json({**facts, "services": services})
    else:
        grid = screen.table("", "")
        for name, value in facts.items():
            grid.add_row(name, str(value if value is not None else "-"))
        screen.out.print(grid)
        _show_services(services)
    raise typer.Exit(0 if state == "up" else 1)


def _services_of(stack: Stack) -> list[dict[str, Any]]:
    """Empty when the gateway does not answer: then the state has said so."""
    try:
        with Client(stack.base_url) as client:
            return client.services()
    except VitrineError:
        return []


def _show_services(services: list[dict[str, Any]]) -> None:
    grid = screen.table("service", "ready", "checkpoint", "loaded", ">load s", "problem")
    for one in services:
        ready, problem = "yes" if one["ready"] else "NO", one["problem"]
        for held in one["checkpoints"] or [{}]:
            load_s = held.get("load_s")
            loaded = "yes" if held.get("loaded") else "no"
            seconds = "-" if load_s is None else f"{load_s:.1f}"
            grid.add_row(one["name"], ready, held.get("checkpoint", "-"), loaded, seconds, problem)
    if services:
        screen.out.print(grid)


@app.command()
def env() -> None:
    """Print shell exports with which ``serve deploy`` reaches this stack: eval "$(vitrine env)"."""
    with screen.errors_as_sentences():
        for name, value in Stack().ray_env().items():
            print(f"export {name}={value}")


@app.command()
def make(
    photo: Annotated[Path | None, typer.Argument(help="Product photo: JPEG, PNG or WebP.")] = None,
    brief: Annotated[Path | None, typer.Option("--brief", "-b", help="Brief file (YAML or JSON) instead.")] = None,
    title: Annotated[str, typer.Option(help="Product title.")] = "",
    price: Annotated[str, typer.Option(help="Price, e.g. 24.00.")] = "",
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "EUR",
    brand: Annotated[str, typer.Option(help="Brand folder under assets/brands.")] = "tarnefold",
    scene: Annotated[str, typer.Option(help="The scene in words. Left out: the brand's policy chooses.")] = "",
    description: Annotated[str, typer.Option(help="What the product is like; copy claims no more.")] = "",
    locale: Annotated[str, typer.Option(help="Language of the words, e.g. de-DE.")] = "en",
    headline: Annotated[
        str, typer.Option(help="At most 60 characters. Left out: copy is written from the facts.")
    ] = "",
    weather: Annotated[str, typer.Option(help="clear, rain, snow …: the policy fits scene and words to it.")] = "",
    body: Annotated[str, typer.Option(help="At most 140 characters.")] = "",
    call_to_action: Annotated[str, typer.Option("--call-to-action", "--cta", help="At most 24.")] = "Learn more",
    audience: Annotated[str, typer.Option(help="Who it is for.")] = "",
    formats: Annotated[list[str] | None, typer.Option("--format", "-f", help="Format id or pack:<name>.")] = None,
    motion: Annotated[
        list[str] | None, typer.Option(help="Make ads move, too: mp4, webp, gif; each format gets the first it takes.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same pictures.")] = 0,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for creatives and contact sheet.")] = Path("out"),
    json: Json = False,
) -> None:
    """Make creatives from one product photo, or from a brief file. The stack must be up."""
    with screen.errors_as_sentences():
        if brief and not photo:
            briefs, folder = read_briefs(brief), brief.parent
        elif not photo or brief:
            screen.fail("give either a product photo or --brief FILE", screen.USAGE)
        else:
            product = {"title": title, "description": description, "price": price, "currency": currency}
            words = {"headline": headline, "body": body, "call_to_action": call_to_action, "audience": audience}
            place = {"brand": brand, "scene": scene, "locale": locale, "weather": weather}
            made = _brief_of_flags(photo, formats or ["pack:core"], seed, product | words | place)
            briefs, folder = [made | ({"motion": {"types": motion}} if motion else {})], Path()
        with _running_client() as client:
            jobs = make_all(client, briefs, folder, out)
        _show(jobs, out, brief_title(briefs), json)


def _brief_of_flags(photo: Path, formats: list[str], seed: int, flags: dict[str, str]) -> dict[str, Any]:
    if not flags["title"]:
        screen.fail("--title is needed with a photo", screen.USAGE)
    product = {"id": safe_name(photo.stem), "image": str(photo)} | {key: flags[key] for key in PRODUCT_FLAGS}
    variant: dict[str, Any] = {
        "audience": {"id": "everyone", "description": flags["audience"]},
        "scene": flags["scene"],
        "signals": {"weather": flags["weather"]} if flags["weather"] else {},
        "seed": seed,
    }
    if flags["headline"]:
        variant["copy"] = {key: flags[key] for key in ("headline", "body", "call_to_action")}
    place = {key: flags[key] for key in ("brand", "locale")}
    return {"product": product, **place, "formats": formats, "variants": [variant]}


def _show(jobs: list[SavedJob], out: Path, title: str, json: bool) -> None:
    sheet = write_contact_sheet(jobs, out, title)
    if json:
        return screen.print_json(as_json(jobs, sheet))
    screen.out.print(creatives_table(jobs))
    screen.out.print(f"\nContact sheet: {sheet.absolute()}", soft_wrap=True)


@contextmanager
def _running_client() -> Iterator[Client]:
    stack = Stack()
    if not is_ready(stack.base_url):
        raise Unreachable(stack.base_url)
    with Client(stack.base_url) as client:
        yield client


@app.command()
def explain(job_id: Annotated[str, typer.Argument(help="Id of a creative request, cr_…")], json: Json = False) -> None:
    """Say why creatives are as they are: signals, consent, rules, scene, words, and what was ignored."""
    with screen.errors_as_sentences(), _running_client() as client:
        found = client.explanation(job_id)
    if json:
        return screen.print_json(found)
    for trace in found["variants"]:
        screen.out.print(trace_table(trace))


@app.command()
def animate(
    job_id: Annotated[str, typer.Argument(help="Id of a finished creative request, cr_…")],
    type: Annotated[str, typer.Option(help="gif, webp or mp4.")] = "gif",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path("out/animated"),
    json: Json = False,
) -> None:
    """Make finished ads move, from their stored layers. Exit code 1 if no format takes such a file."""
    with screen.errors_as_sentences(), _running_client() as client:
        reels = list(animate_all(client, job_id, type, out))
    if json:
        screen.print_json([vars(reel) for reel in reels])
    else:
        screen.out.print(reel_table(reels))
    raise typer.Exit(0 if any(reel.file for reel in reels) else screen.FAILED)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the creatives.")] = Path("out/demo"),
    campaign: Annotated[Path, typer.Option(help="Briefs to make.")] = CAMPAIGN,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stack up afterwards.")] = False,
    json: Json = False,
) -> None:
    """Make the sample campaign: start a stack if none is up, make everything over HTTP, remove what was started."""
    with screen.errors_as_sentences(), tempfile.TemporaryDirectory(prefix="vitrine-demo-") as folder:
        stack = Stack() if keep or Stack().state() == "up" else Stack(Path(folder))
        briefs = read_briefs(campaign)
        started = False
        try:
            with screen.step_reporter("Starting") as report:
                started = stack.start(report)
            with Client(stack.base_url) as client:
                jobs = make_all(client, briefs, campaign.parent, out)
            _show(jobs, out, brief_title(briefs), json)
        finally:
            if started and not keep:
                with screen.step_reporter("Stopping") as report:
                    stack.stop(report, wipe=True)


@batch.command("run")
def batch_run(
    source: Annotated[Path, typer.Argument(metavar="BRIEFS", help="JSONL: {custom_id, brief} on each line.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="JSONL of results; an existing one is continued.")],
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Briefs in hand at once.")] = 4,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Make failed lines again.")] = False,
    json: Json = False,
) -> None:
    """Make every brief of a file. Run it again after a stop: finished lines are not made twice.

    Exit codes: 0 all made, 1 some failed, 2 usage, 130 interrupted.
    """
    with screen.errors_as_sentences("interrupted; the same command goes on where it stopped"):
        if not source.is_file():
            screen.fail(f"there is no file {source}", screen.USAGE)
        with _running_client() as client, screen.progress_bar() as bar:
            task = bar.add_task("creatives", total=None, note="")

            def show(tally: Tally) -> None:
                done = tally.succeeded + tally.failed
                bar.update(task, total=tally.total, completed=done, note=f"{tally.failed} failed" * bool(tally.failed))

            tally = run_batch(client, source, out, concurrency, retry_failed, show)
        _report_batch(tally, out, json)


def _report_batch(tally: Tally, out: Path, json: bool) -> None:
    for problem in tally.bad_lines:
        screen.say(problem)
    facts = {"total": tally.total, "succeeded": tally.succeeded, "failed": tally.failed, "from_before": tally.skipped}
    if json:
        screen.print_json({**facts, "results": str(out)})
    else:
        shown = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in facts.items())
        screen.out.print(f"{shown}. Results: {out}", soft_wrap=True)
    if tally.failed:
        raise typer.Exit(screen.FAILED)


@app.command()
def workflows(json: Json = False) -> None:
    """List the workflows of the running stack."""
    with screen.errors_as_sentences(), _running_client() as client:
        found = client.workflows()
        if json:
            return screen.print_json(found)
        made = screen.table("workflow", "version", "steps", "description")
        for flow in found:
            steps = ", ".join(step["name"] for step in flow["steps"])
            made.add_row(flow["name"], flow["version"], steps, flow["description"])
        screen.out.print(made)


@app.command()
def formats(json: Json = False) -> None:
    """List the formats and packs of the running stack."""
    with screen.errors_as_sentences(), _running_client() as client:
        found = client.formats()
        if json:
            return screen.print_json(found)
        packs = found["packs"]
        made = screen.table("format", "kind", "size", ">kB at most", "may move as", "packs")
        for entry in found["formats"]:
            within = ", ".join(name for name, members in packs.items() if entry["id"] in members)
            limit = f"{entry['max_bytes'] / 1000:.0f}"
            sizes = [f"{part['width']}x{part['height']}" for part in (entry.get("images") or [entry])]
            moving = ", ".join(entry.get("animations", ()))
            made.add_row(entry["id"], entry.get("kind", "image"), " ".join(sizes), limit, moving, within)
        screen.out.print(made)


@app.command()
def verify(file: Annotated[Path, typer.Argument(help="Picture or MP4.")], json: Json = False) -> None:
    """Examine a picture file or a film: was it made here, was it changed since, what does it say of its origin."""
    with screen.errors_as_sentences(), _running_client() as client:
        found = client.verify(file)
        if json:
            return screen.print_json(found)
        watermark, signature = found["watermark"] or {}, found["signature"]
        rows = screen.table("what", "found")
        rows.add_row("made here", found["made_here"])
        rows.add_row("signature", f"{signature['state']} {signature['issuer']}".strip())
        rows.add_row("digital source", found["digital_source_type"] or "not said")
        rows.add_row("watermark", watermark.get("identity", "none found"))
        rows.add_row("jobs", ", ".join(watermark.get("creatives", {})) or signature["origin"].get("job", "unknown"))
        screen.out.print(rows)
        screen.out.print(found["explanation"], soft_wrap=True)


@app.command()
def doctor(json: Json = False) -> None:
    """Check that this machine can run Vitrine; every failing row says how to mend it. Exit code 1 if any fails."""
    from workflows.cli.doctor import examine

    findings = []
    rows = screen.table("", "what", "found", "how to mend it")
    with screen.errors_as_sentences():
        for finding in examine(Stack()):
            findings.append(finding)
            rows.add_row("ok" if finding.is_fine else "[red]NO[/red]", finding.subject, finding.found, finding.mend)
    if json:
        screen.print_json([vars(finding) for finding in findings])
    else:
        screen.out.print(rows)
    raise typer.Exit(0 if all(finding.is_fine for finding in findings) else screen.FAILED)
