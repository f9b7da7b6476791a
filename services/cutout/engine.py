"""The cut-out engine: a photo in, the product alone out. No torch."""

from collections.abc import Mapping

from PIL import Image

from services.contract import Checkpoint, Output
from services.cutout.cutout import Solve, cut_out
from services.cutout.matting import soft_matte
from services.cutout.saliency import Saliency
from services.cutout.service import CutOutRequest
from services.errors import CutOutFailed
from services.people import find_people

PERSON_SHARE = 0.08


class CutOutEngine:
    """Colour models for alpha channels and plain backgrounds; the matting network for everything else."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Read the network of the checkpoint's folder."""
        self._saliency = Saliency(checkpoint.location)
        self._solve: Solve = soft_matte

    def generate(self, request: CutOutRequest, images: Mapping[str, Image.Image]) -> Output:
        """Cut out; raises CutOutFailed with what was seen and what to send instead."""
        photo = images["photo"]
        if photo.mode == "RGB":
            refuse_person(photo)
        cut = cut_out(photo, self._saliency, request.material, self._solve)
        facts = {"method": cut.method, "confidence": cut.confidence, "box": cut.box.model_dump()}
        return Output(images={"cutout": cut.image}, facts=facts)


def refuse_person(photo: Image.Image) -> None:
    """Raise CutOutFailed for a photo of a person: an ad may not show someone cut out by accident."""
    small = photo.copy()
    small.thumbnail((640, 640))
    share = max((float((person.mask > 0.5).mean()) for person in find_people(small)), default=0.0)
    if share > PERSON_SHARE:
        advice = "Send a photo of the product alone; people are for the try-on workflow."
        raise CutOutFailed(f"the photo shows a person ({share:.0%} of it)", advice)
