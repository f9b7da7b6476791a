"""cuts the Noto fonts in this folder out of the published families, so that they stay small.

    python make_subsets.py FOLDER   # FOLDER: the unpacked npm packages @expo-google-fonts/noto-sans-*, Debian's emoji

Needs fontTools (a dependency of matplotlib; ``pip install fonttools``). Chinese, Japanese and Korean keep the
characters of the national basic sets; the other scripts are kept whole. Origins stand in ../../README.md.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset

HERE = Path(__file__).parent
WEIGHTS = {400: "Regular", 600: "SemiBold"}
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2028),
    *range(0x2030, 0x203B),
    *range(0x20A0, 0x20C1),
]
PUNCTUATION = [*range(0x3000, 0x3040), *range(0xFF00, 0xFFF0)]
WHOLE = {
    "arabic": [*range(0x600, 0x700), *range(0x750, 0x780), *range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00)],
    "hebrew": [*range(0x590, 0x600), *range(0xFB1D, 0xFB50)],
    "devanagari": [*range(0x900, 0x980), 0x200C, 0x200D, 0x25CC, *range(0xA8E0, 0xA900)],
    "thai": [*range(0xE00, 0xE80), 0x25CC],
}
EMOJI = (
    "😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰🙂🤗🤩🤔😐😴😌😛🤤😮😢😭😱🥳🥺🤠👋👌👍👎✌🤞🤙👏🙌🙏💪👀👶👧👦👩👨👵👴🧑"
    "❤🧡💛💚💙💜🖤🤍🤎💔💕💖💗💝💯💢💥💫💦💨💬💤🐶🐱🐭🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🦆🦉🐴🦄🐝🦋🐌🐞🐢🐍🐙🐟🐬🐳🦈🐾"
    "🌸🌹🌺🌻🌼🌷🌱🌲🌳🌴🌵🌾🌿🍀🍁🍂🍃🍄🌍🌎🌏🌙🌚🌝🌞⭐🌟✨⚡🔥🌈☀🌤⛅☁🌧❄☃⛄💧🌊"
    "🍇🍉🍊🍋🍌🍍🍎🍐🍑🍒🍓🥝🍅🥥🥑🥕🌽🥦🍞🥐🧀🍳🥞🍔🍟🍕🌮🥗🍝🍜🍣🍤🍦🍩🍪🎂🍰🍫🍬🍭🍯☕🍵🥤🍺🍷🍸🍹🥂🍴"
    "⚽🏀🏈⚾🎾🏐🎱🏓🏸🥊⛳🎿🏂🏄🏊🚴🏆🥇🥈🥉🎨🎬🎤🎧🎵🎶🎹🎸🎮🎯🎲🧩"
    "🚗🚕🚌🚲🛵✈🚀🚁⛵🚢🏠🏡🏢🏖🏕⛺🗻🌅🌆🌉🎡⌚📱💻📷📺💡🔦🕯📖📚✏📌📎✂🔒🔑🔨🛠⚙🧲🧪💊🛏🛋🚪🪑🚿🛁🧸🛒🎁🎈🎉🎊🎀🎄"
    "✅✔❌❗❓➡⬅⬆⬇🔄🆕🆓🔝🔔📣📦📍👕👖👗👚👜👟👠👢🧢👓🧣🧤🧥💄💍💎☂☔"
)


def encodable(codec: str, ranges: Iterable[range]) -> list[int]:
    """Code points that a national character set has among these ranges."""
    points = [point for part in ranges for point in part]
    return [point for point in points if _has(codec, point)]


def _has(codec: str, point: int) -> bool:
    try:
        return len(chr(point).encode(codec)) <= 2  # longer ones are spelt out of parts
    except UnicodeEncodeError:
        return False


def ideographs(codec: str, first: int, last: int) -> list[int]:
    """The ideographs of rows first to last (0xA1-based lead bytes) of a two-byte national set."""
    cells = [bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0xA1, 0xFF)]
    return [ord(text) for cell in cells if len(text := cell.decode(codec, "ignore")) == 1]


def characters(script: str) -> list[int]:
    """What a family keeps."""
    kana = [*range(0x3040, 0x3100), *range(0x31F0, 0x3200)]
    hangul = encodable("euc_kr", [range(0xAC00, 0xD7A4)])
    return {
        "jp": [*PUNCTUATION, *kana, *ideographs("euc_jp", 0xB0, 0xF3)],
        "sc": [*PUNCTUATION, *ideographs("gb2312", 0xB0, 0xF7)],
        "kr": [*PUNCTUATION, *range(0x3130, 0x3190), *hangul],
        **WHOLE,
    }[script] + LATIN


def cut(source: Path, target: Path, points: list[int], features: list[str]) -> None:
    """Write the subset without hinting."""
    options = subset.Options(layout_features=features, hinting=False, desubroutinize=True, notdef_outline=True)
    options.drop_tables += ["vhea", "vmtx", "VORG", "DSIG"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def main(folder: Path) -> None:
    """Make every font file of this folder."""
    for script in ("arabic", "hebrew", "devanagari", "thai", "jp", "sc", "kr"):
        for weight, style in WEIGHTS.items():
            name = script.upper() if len(script) == 2 else script.title()
            source = next(folder.rglob(f"NotoSans{name}_{weight}{style}.ttf"))
            features = ["kern", "ccmp", "locl", "mark", "mkmk"] if len(script) == 2 else ["*"]
            cut(source, HERE / f"NotoSans_{script}_{weight}.ttf", characters(script), features)
    emoji = [*map(ord, EMOJI), 0x200D, 0xFE0F, *range(0x1F3FB, 0x1F400), *map(ord, "0123456789#*"), 0x20E3]
    cut(next(folder.rglob("NotoColorEmoji.ttf")), HERE / "NotoColorEmoji.ttf", emoji, ["*"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
