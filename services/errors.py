"""Everything Vitrine refuses or fails at, as classes on one base.

An error keeps its values in ``args`` and makes its sentence in ``__str__``, so that it survives pickling across a
Serve handle. Status and retryable belong to the class; only the ingress turns them into HTTP.
"""

from typing import ClassVar


class VitrineError(Exception):
    """Base of all errors. ``sentence`` is filled with ``args``: it names the value, the limit and the next action."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False
    sentence: ClassVar[str] = "Something failed inside Vitrine: {0}."

    def __str__(self) -> str:
        return self.sentence.format(*self.args)


class InvalidInput(VitrineError):
    """(where, problem): a value in a request is not acceptable."""

    status = 422
    code = "invalid_input"
    sentence = "{0}: {1}"


class InvalidImage(VitrineError):
    """(name, problem, advice): bytes that cannot be used as a picture."""

    status = 422
    code = "invalid_image"
    sentence = "{0} cannot be used: {1}. {2}"


class TooLarge(VitrineError):
    """(name, actual, limit, unit, advice): over a size limit."""

    status = 413
    code = "too_large"
    sentence = "{0} has {1:,} {3}; the limit is {2:,}. {4}"


class UnsupportedMediaType(VitrineError):
    """(name, actual, allowed): a file of a kind that is not read."""

    status = 415
    code = "unsupported_media_type"
    sentence = "{0} is {1}; send one of: {2}."


class AnimationNotTaken(VitrineError):
    """(format, type, taken): a type of moving file that a format has no place for."""

    status = 422
    code = "animation_not_taken"
    sentence = "Format {0} takes no {1} that moves. What it takes: {2}."


class UnknownName(VitrineError):
    """(kind, name, known): a name inside a request that is in no registry."""

    status = 422
    code = "unknown_name"
    sentence = "There is no {0} called {1!r}; known: {2}."


class NotFound(VitrineError):
    """(kind, name): a resource that does not exist, or exists no longer."""

    status = 404
    code = "not_found"
    sentence = "There is no {0} {1!r}; it was never made, or it has expired."


class Conflict(VitrineError):
    """(what, problem): the request contradicts an earlier one."""

    status = 409
    code = "conflict"
    sentence = "{0}: {1}"


class CutOutFailed(VitrineError):
    """(problem, advice): the product cannot be told from its background."""

    status = 422
    code = "cut_out_failed"
    sentence = "The product cannot be cut out: {0}. {1}"


class WordsDoNotFit(VitrineError):
    """(layer, format, text, smallest size): words too long for a layout at its smallest type size, in px."""

    status = 422
    code = "words_do_not_fit"
    sentence = "The {0} does not fit in format {1} even at {3} px: {2!r}. Shorten it or leave the format out."


class LabelHasNoRoom(VitrineError):
    """(format, label): a visible AI label that is due, and no corner left for it."""

    status = 422
    code = "label_has_no_room"
    sentence = "Format {0} has no free corner for the label {1!r}, which must be seen. Use fewer words or leave it out."


class FormatHasNoLayout(VitrineError):
    """(format, width, height): a canvas too small or too long for every template."""

    status = 422
    code = "format_has_no_layout"
    sentence = "Format {0} of {1} x {2} px is too small or too long for words and a button. Use a larger one."


class LogoHasNoContrast(VitrineError):
    """(format, ratio, limit): a logo that drowns in its ground, in dark ink and in light ink."""

    status = 422
    code = "logo_has_no_contrast"
    sentence = "The logo has a contrast of {1} in format {0}; it needs {2}. Give the brand a darker and a lighter logo."


class MissingGlyphs(VitrineError):
    """(layer, letters, families): text that no font of this installation can show."""

    status = 422
    code = "missing_glyphs"
    sentence = "No font has the letters {1!r} of the {0}; asked: {2}. Use other words, or add a font to assets/fonts."


class CopyImpossible(VitrineError):
    """(part, limit, problem): no copy keeps the rules and the limits."""

    status = 422
    code = "copy_impossible"
    sentence = "No {0} of at most {1} characters can be written: {2}. Loosen it, add facts or send your own copy."


class DisclaimerHasNoRoom(VitrineError):
    """(format): a layout that would drop words the law asks for."""

    status = 422
    code = "disclaimer_has_no_room"
    sentence = "Format {0} has no room for the disclaimer that this product needs. Leave the format out."


class InvalidWorkflow(VitrineError):
    """(workflow, step, problem): a graph that would not run."""

    status = 422
    code = "invalid_workflow"
    sentence = "Workflow {0!r}, step {1!r}: {2}"


class StepFailed(VitrineError):
    """(step, attempts, reason): a step failed for a reason that is not the caller's."""

    status = 502
    code = "step_failed"
    retryable = True
    sentence = "Step {0!r} failed after {1} attempts ({2}). Send the request again; finished steps are kept."


class DeadlineExceeded(VitrineError):
    """(what, limit in seconds): not done in time."""

    status = 504
    code = "deadline_exceeded"
    retryable = True
    sentence = "{0} took longer than {1} s. Send the request again; finished steps are kept."


class Overloaded(VitrineError):
    """(what, limit): the queue is full."""

    status = 503
    code = "overloaded"
    retryable = True
    sentence = "{0} already has {1} requests in hand. Try again in a few seconds."


class ServiceUnavailable(VitrineError):
    """(service): no replica of it could answer."""

    status = 503
    code = "service_unavailable"
    retryable = True
    sentence = "Service {0} does not answer. Its replicas may be starting; look at `vitrine status`."


class StorageUnavailable(VitrineError):
    """(endpoint): the object store does not answer."""

    status = 503
    code = "storage_unavailable"
    retryable = True
    sentence = "The object store at {0} does not answer. Is it running, and are endpoint and keys right?"


class InvalidConfiguration(VitrineError):
    """(setting, value, problem): a setting of the operator, not of the caller."""

    code = "invalid_configuration"
    sentence = "Setting {0} = {1!r}: {2}"


class CheckpointUnusable(VitrineError):
    """(checkpoint, problem, advice): weights that may not or cannot be loaded."""

    status = 503
    code = "checkpoint_unusable"
    sentence = "Checkpoint {0} cannot be used: {1}. {2}"


class EncoderMissing(VitrineError):
    """(type, program): a kind of file that needs a program which is not installed."""

    status = 501
    code = "encoder_missing"
    sentence = "An {0} needs {1}, which is not installed where the compositor runs. Install it, or ask for webp or gif."
