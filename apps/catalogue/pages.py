"""The page that the portal makes from a member's text: all of it escaped, nothing run, nothing fetched."""

import re
from html import escape

_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.0625rem/1.65 system-ui,sans-serif;max-width:42rem;margin:0 auto;padding:3rem 1.25rem}"
    "h1{font-size:1.9rem;line-height:1.25;margin:0 0 1.5rem}"
    "p{margin:0 0 1.1rem;overflow-wrap:anywhere}"
)


def page(title: str, text: str) -> bytes:
    """One HTML page: blank lines part the paragraphs, line ends stay, web addresses become links."""
    heading = escape(title)
    body = "\n".join(
        f"<p>{_paragraph(each)}</p>" for each in re.split(r"\n\s*\n", text.strip()) if each.strip()
    )
    return (
        "<!doctype html>\n<html>\n<head>\n"
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{heading}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    ).encode()


def _paragraph(text: str) -> str:
    parts, at = [], 0
    for match in _ADDRESS.finditer(text):
        address = escape(match.group())
        parts += [
            escape(text[at : match.start()]),
            f'<a href="{address}" rel="noopener nofollow">{address}</a>',
        ]
        at = match.end()
    return "".join([*parts, escape(text[at:])]).replace("\n", "<br>\n")
