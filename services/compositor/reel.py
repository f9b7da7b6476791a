"""Reels: frames become one animated file that keeps the byte limit of its format."""

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from services.compositor.animation import FRAMES_PER_SECOND, LOOP_S, MEDIA_TYPES, PLAYS, MotionType
from services.compositor.encode import RESERVE_BYTES, reduce_colours
from services.compositor.metadata import gif_block
from services.compositor.motion import Scene
from services.errors import EncoderMissing, InvalidInput, TooLarge
from services.images import EncodedImage

_MOST_ENCODING_S = 120
_PRESET = "veryfast"  # half the time of medium, fewer bytes, and no difference to be seen on scenes that hardly move
_HOPELESS = 1.5  # times the limit: worse quality will not mend it, a scene that stands still may


@dataclass(frozen=True)
class Take:
    """One way to make a file: pictures per second, does the scene move too, and the quality as its codec counts it.

    ``dithers``: colours that a GIF has not are mixed from dots.
    """

    rate: float
    settles: bool
    quality: int
    dithers: bool = True


# From the best to the last resort. A GIF has no room for a moving scene: every frame would be stored whole. Bands of
# 128 plain colours look better than dots of 64, and cost half as much.
TAKES: dict[MotionType, tuple[Take, ...]] = {
    "gif": (
        *(Take(5, False, colours) for colours in (256, 128)),
        *(Take(5, False, colours, dithers=False) for colours in (256, 128, 64)),
        *(Take(2.5, False, colours, dithers=False) for colours in (64, 32)),
    ),
    "webp": (
        *(Take(10, True, quality) for quality in (84, 72, 60)),
        *(Take(10, False, quality) for quality in (84, 72, 60, 45)),
        Take(5, False, 30),
    ),
    "mp4": tuple(Take(25, True, factor) for factor in (18, 22, 26, 30, 34)),
}


def make_reel(scene: Scene, file_type: MotionType, xmp: bytes, plays: int) -> tuple[EncodedImage, dict[str, Any]]:
    """The best file within the byte limit, and what is to know of it (see ``AnimationRequest``).

    Raises:
        TooLarge: not even the last resort fits.
        EncoderMissing: MP4 without ffmpeg.
        InvalidInput: MP4 with an odd side.
    """
    canvas, sizes = scene.artwork.canvas, list[int]()
    limit = canvas.max_bytes - RESERVE_BYTES
    for take in TAKES[file_type]:
        if take.settles and file_type == "webp" and max(sizes, default=0) > _HOPELESS * limit:
            continue
        data, count = _SAVE[file_type](scene, take, xmp, plays)
        if len(data) <= limit:
            facts = {
                "duration_ms": round(1000 * LOOP_S),
                "plays": min(plays, PLAYS[file_type]),
                "frames": count,
                "frames_per_second": min(take.rate, FRAMES_PER_SECOND[file_type]),
                "scene_moves": take.settles,
                "quality": take.quality,
                "bytes": len(data),
                "difference": _difference(_last_frame(data, file_type), scene.still()),
            }
            media_type = MEDIA_TYPES[file_type]
            return EncodedImage(data=data, width=canvas.width, height=canvas.height, media_type=media_type), facts
        sizes.append(len(data))
    name = f"Format {canvas.format} as an animated {file_type.upper()}"
    advice = "Raise the limit, or ask for another type: mp4 is the smallest, then webp."
    raise TooLarge(name, min(sizes), limit, "bytes", advice)


def _durations(count: int, rate: float) -> list[int]:
    """Milliseconds of every frame; the last is held for the rest of the loop."""
    moving = [round(1000 / rate)] * (count - 1)
    return [*moving, round(1000 * LOOP_S) - sum(moving)]


def _save_gif(scene: Scene, take: Take, xmp: bytes, plays: int) -> tuple[bytes, int]:
    """One palette, the still's. What did not change keeps its dots, so that only words are stored again."""
    frames = list(scene.frames(take.rate, take.settles))
    palette = Image.fromarray(frames[-1]).quantize(take.quality, Image.Quantize.MEDIANCUT)
    dotted = [np.asarray(reduce_colours(Image.fromarray(frame), palette, take.dithers)) for frame in frames]
    steady = dotted[-1]
    shown = [np.where((frame == frames[-1]).all(2), steady, dots) for frame, dots in zip(frames, dotted, strict=True)]
    pictures = [_with_palette(dots.astype(np.uint8), palette) for dots in shown]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=_durations(len(frames), take.rate),
        loop=plays - 1 or None,  # counts repetitions; 0 would be for ever
        disposal=1,
        optimize=False,
    )
    return gif_block(buffer.getvalue(), xmp), len(frames)


def _with_palette(dots: np.ndarray, palette: Image.Image) -> Image.Image:
    picture = Image.frombytes("P", dots.shape[::-1], dots.tobytes())
    picture.putpalette(palette.getpalette() or [])
    return picture


def _save_webp(scene: Scene, take: Take, xmp: bytes, plays: int) -> tuple[bytes, int]:
    pictures = [Image.fromarray(frame) for frame in scene.frames(take.rate, take.settles)]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=_durations(len(pictures), take.rate),
        loop=plays,
        quality=take.quality,
        method=4,
        xmp=xmp,
    )
    return buffer.getvalue(), len(pictures)


def _save_mp4(scene: Scene, take: Take, _xmp: bytes, _plays: int) -> tuple[bytes, int]:
    """H.264 for every player, no sound; one thread, so that the bytes do not depend on the machine's cores."""
    canvas = scene.artwork.canvas
    if canvas.width % 2 or canvas.height % 2:
        size = f"{canvas.width} x {canvas.height} px"
        raise InvalidInput("type", f"format {canvas.format} is {size}; an mp4 needs even sides. Ask for webp or gif.")
    count = round(LOOP_S * take.rate)
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{canvas.width}x{canvas.height}", "-r", f"{take.rate:g}"]
    colour = ["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-colorspace", "bt709"]
    colour += ["-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
    codec = ["-c:v", "libx264", "-preset", _PRESET, "-crf", str(take.quality), "-threads", "1"]
    plain = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reel.mp4"
        moving = scene.frames(take.rate, take.settles)
        _run_ffmpeg([*source, "-i", "-", *colour, *codec, *plain, str(path)], _held(moving, count))
        return path.read_bytes(), count


def _held(frames: Iterable[np.ndarray], count: int) -> Iterable[bytes]:
    """As many frames as are wanted; the last is repeated."""
    last, given = b"", 0
    for frame in frames:
        last, given = frame.tobytes(), given + 1
        yield last
    for _ in range(count - given):
        yield last


def find_ffmpeg() -> str:
    """The program on the PATH; raises EncoderMissing."""
    found = shutil.which("ffmpeg")
    if not found:
        raise EncoderMissing("mp4", "ffmpeg")
    return found


def _run_ffmpeg(arguments: Sequence[str], given: Iterable[bytes] = ()) -> None:
    command = [find_ffmpeg(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *arguments]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told)
        assert process.stdin
        try:
            for chunk in given:
                process.stdin.write(chunk)
            process.stdin.close()
            code = process.wait(_MOST_ENCODING_S)
        except BrokenPipeError:
            code = process.wait(_MOST_ENCODING_S) or 1
        finally:
            process.kill()
        if code:
            told.seek(0)
            raise RuntimeError(f"ffmpeg failed: {told.read(2000).decode(errors='replace')}")


def _last_frame(data: bytes, file_type: MotionType) -> np.ndarray:
    if file_type == "mp4":
        with tempfile.TemporaryDirectory() as folder:
            film, still = Path(folder) / "reel.mp4", Path(folder) / "last.png"
            film.write_bytes(data)
            _run_ffmpeg(["-sseof", "-0.5", "-i", str(film), "-update", "1", str(still)])
            return np.asarray(Image.open(still).convert("RGB"))
    picture = Image.open(io.BytesIO(data))
    picture.seek(getattr(picture, "n_frames", 1) - 1)
    return np.asarray(picture.convert("RGB"))


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of blocks of 4 x 4 px, in levels: what an eye sees of dots and noise."""
    size = (max(1, one.shape[1] // 4), max(1, one.shape[0] // 4))
    seen = [cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) for pixels in (one, other)]
    return round(float(np.abs(seen[0] - seen[1]).mean()), 2)


_Save = Callable[[Scene, Take, bytes, int], tuple[bytes, int]]
_SAVE: dict[MotionType, _Save] = {"gif": _save_gif, "webp": _save_webp, "mp4": _save_mp4}
