"""A template's icon: SVG that can only draw. Whatever could run, fetch or link is refused."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from apps.catalogue.manifests.problems import BrokenTemplate, Problem
from apps.catalogue.manifests.texts import Texts

MAX_BYTES = 16 * 1024
_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = re.compile(
    "svg|g|path|circle|rect|line|polyline|polygon|ellipse|title|desc|defs|linearGradient|radialGradient|stop"
)
_ATTRIBUTES = re.compile(
    "id|viewBox|width|height|d|cx|cy|r|rx|ry|x|y|x1|x2|y1|y2|points|transform|class|aria-hidden|role|opacity"
    "|fill(-rule|-opacity)?|clip-rule|stroke(-width|-linecap|-linejoin|-opacity|-dasharray)?"
    "|offset|stop-color|stop-opacity|gradientUnits|gradientTransform"
)
_REFERENCE = re.compile(r"url\(\s*(?!#)|javascript:|data:|https?:|//", re.IGNORECASE)


def read(path: Path, shown: str) -> str:
    """The drawing, written anew from its tree; empty where the template has none. Raises BrokenTemplate."""
    if not path.is_file():
        return ""
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        raise _broken(
            shown, "", f"L’icône dépasse {MAX_BYTES // 1024} Kio.", f"Larger than {MAX_BYTES // 1024} KiB."
        )
    # Without a document type there are no entities, and so none of XML's bombs.
    if b"<!" in raw.replace(b"<!--", b"") or b"<?xml-stylesheet" in raw:
        raise _broken(
            shown, "", "Déclaration interdite dans l’icône.", "A declaration is not allowed in an icon."
        )
    try:
        root = ET.fromstring(raw)  # noqa: S314 - bounded in size and free of declarations, see above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _broken(shown, "", f"Ce n’est pas du SVG : {error}.", f"This is not SVG: {error}.") from error
    for element in root.iter():
        _judge(element, shown)
    if root.tag != f"{{{_SVG}}}svg":
        raise _broken(shown, "", "La racine doit être <svg>.", "The root must be <svg>.")
    return _text(root)


def _judge(element: ET.Element, shown: str) -> None:
    name = str(element.tag).removeprefix(f"{{{_SVG}}}")
    if not _ELEMENTS.fullmatch(name):
        raise _broken(
            shown, name, "Élément interdit dans une icône.", "This element is not allowed in an icon."
        )
    for attribute, value in element.attrib.items():
        if not _ATTRIBUTES.fullmatch(attribute) or _REFERENCE.search(value):
            raise _broken(
                shown,
                f"{name}@{attribute}",
                "Attribut interdit dans une icône.",
                "This attribute is not allowed in an icon.",
            )


def _text(root: ET.Element) -> str:
    for element in root.iter():
        element.tag = str(element.tag).removeprefix(f"{{{_SVG}}}")
    root.set("xmlns", _SVG)
    return ET.tostring(root, encoding="unicode")


def _broken(file: str, field: str, fr: str, en: str) -> BrokenTemplate:
    reason: Texts = {"fr": fr, "en": en}
    return BrokenTemplate((Problem(file, field, reason),))
