"""Text that others wrote, freed of what nobody can see: it could hide words, or rewrite those around it.

Dropped are controls, whatever turns the direction, tags, fillers and joiners (Unicode's default ignorables). Kept is
what writing needs: joiners inside emoji and in Arabic, Indic and related scripts, variation selectors behind what
varies, and the tags of the three flags that have them.
"""

from __future__ import annotations

import re

# Characters that draw nothing: Cc but line ends, and Default_Ignorable_Code_Point (unicode.org/reports/tr44).
_UNSEEN = (
    "\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_EMOJI = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
# Scripts whose letters look otherwise beside a joiner: Arabic to Mandaic, Indic, Tibetan, Myanmar, Khmer, Mongolian.
_JOINED = (
    "\u0620-\u0669\u066e-\u06d3\u06d5-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17b3\u17b6-\u17ff"
    "\u1810-\u18af\u1900-\u1cff\ua800-\ua8ff\ua930-\ua9ff\uaa00-\uaadf\ufb50-\ufdff\ufe70-\ufefc\U00011000-\U00011fff"
)
_VIRAMA = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_FLAGS = "|".join("".join(chr(0xE0000 + ord(letter)) for letter in flag) for flag in ("gbeng", "gbsct", "gbwls"))
# Each begins with what it keeps and looks behind it then: what begins otherwise is passed over at once.
_NEEDED = "|".join(
    (
        f"\u200d(?:(?<=[{_EMOJI}\ufe0f]\u200d)(?=[{_EMOJI}])|(?<=[{_JOINED}]\u200d)(?=[{_JOINED}])|(?<=[{_VIRAMA}]\u200d))",
        f"\u200c(?<=[{_JOINED}]\u200c)(?=[{_JOINED}])",
        f"\ufe0f(?:(?<=[{_EMOJI}]\ufe0f)|(?<=[0-9#*]\ufe0f)(?=\u20e3))",
        f"\ufe0e(?<=[{_EMOJI}]\ufe0e)",
        f"[\ufe00-\ufe02\U000e0100-\U000e01ef](?<=[{_HAN}].)",
        "[\u180b-\u180f](?<=[\u1820-\u18aa].)",
    )
)
_FLAG = f"(?:{_FLAGS})\U000e007f(?<=\U0001f3f4......)"
_INVISIBLE = re.compile(f"(?P<flag>{_FLAG})|(?:(?!{_NEEDED}|{_FLAG})[{_UNSEEN}])+")
_NOTHING = re.compile(f"[{_UNSEEN}]+")
_LINES = str.maketrans({"\t": " ", "\u2028": "\n", "\u2029": "\n"})
# Stream-safe text has at most 30 (unicode.org/reports/tr15); more than a few climb over the lines above and below.
MOST_MARKS = 6
_MARKS = (
    "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe20-\ufe2f"
)
_PILE = re.compile(f"(?P<kept>[{_MARKS}]{{{MOST_MARKS}}})[{_MARKS}]+")


def visible(text: str) -> str:
    """Return the text without what nobody can see; line ends stay, a tab is a blank."""
    if text.isascii() and text.isprintable():
        return text
    seen = _INVISIBLE.sub(lambda found: found["flag"] or "", text.translate(_LINES))
    return _PILE.sub(r"\g<kept>", seen)


def without_ignorables(text: str) -> str:
    """Return the text without whatever draws nothing, needed or not: to compare, never to show."""
    return _NOTHING.sub("", text)
