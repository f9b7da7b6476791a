"""The choice of a layout: the first template in which everything stands comfortably and on calm ground."""

from collections.abc import Sequence

from services.compositor.clutter import Scenery
from services.compositor.layout import EXPENDABLE, Layout, lay_out
from services.compositor.mirror import lay_out_mirrored
from services.compositor.service import MOST_CLUTTER, Canvas, Look, Style, Words
from services.compositor.setting import Copy
from services.compositor.template import ROLES, Role, Template
from services.errors import FormatHasNoLayout, WordsDoNotFit


def choose_layout(
    templates: Sequence[Template], canvas: Canvas, scenery: Scenery, copy: Copy, words: Words, style: Style
) -> Layout:
    """The first suitable template that gives up nothing; else the one that gives up least.

    Raises:
        FormatHasNoLayout: no template suits the canvas.
        WordsDoNotFit: words that are too long for every suitable template.
    """
    solve = lay_out_mirrored if copy.is_mirrored else lay_out
    suitable = _suitable(templates, canvas, style.look, copy)
    layouts: list[Layout] = []
    for template in suitable:
        if style.crop != "usual":
            template = template.model_copy(update={"camera": template.camera.at(style.crop)})
        result = solve(template, canvas, scenery, copy)
        if isinstance(result, str):
            misfit: Role = result
            continue
        layouts.append(result)
        if not any(_sacrifice(result, template.look)):
            break
    if not layouts:
        raise _words_do_not_fit(words, canvas, suitable[-1], misfit)
    return min(layouts, key=lambda layout: _sacrifice(layout, suitable[0].look))


def _suitable(templates: Sequence[Template], canvas: Canvas, look: Look, copy: Copy) -> list[Template]:
    """Those of the look that is asked for, then the quiet ones; no price look without a price."""
    is_quiet = look == "quiet" or (look == "price" and "price" not in copy.blocks)
    looks = ("quiet",) if is_quiet else (look, "quiet")
    in_order = [template for look in looks for template in templates if template.look == look]
    suitable = [template for template in in_order if template.suits(canvas)]
    if not suitable:
        raise FormatHasNoLayout(canvas.format, canvas.width, canvas.height)
    return suitable


def _sacrifice(layout: Layout, look: Look) -> tuple[bool, float, int, bool, bool]:
    """What a layout gives up: comfort, calm ground, roles, the look, last the rating. A body does not count: it may go.

    A look that has no place for a role by design does not give it up.
    """
    own = {item.role for item in layout.template.leaves()} if layout.template.look != "quiet" else set(ROLES)
    busiest = max(layout.clutter.values(), default=0)
    missing = sum(role not in EXPENDABLE and role in own for role in layout.dropped)
    without_rating = "rating" in layout.dropped and "rating" in own
    is_other_look = layout.template.look != look
    clutter = busiest if busiest > MOST_CLUTTER else 0.0
    return not layout.is_comfortable, clutter, missing, is_other_look, without_rating


def _words_do_not_fit(words: Words, canvas: Canvas, template: Template, role: Role) -> WordsDoNotFit:
    smallest_px = template.size(role).at(0, min(canvas.width, canvas.height))
    return WordsDoNotFit(role, canvas.format, getattr(words, role), round(smallest_px, 1))
