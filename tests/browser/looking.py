"""Pictures of a page, for whoever looks at them, and that it fits the screen."""

from pathlib import Path

from tests.browser.person import Visitor, wider


def seen(visitor: Visitor, folder: Path, name: str, *languages: str) -> None:
    """Keep pictures at two widths, in these languages or the one of the page; nothing is wider than it."""
    for language in languages or ("",):
        if language:
            visitor.read_in(language)
        for width in (360, 1280):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            assert wider(visitor.page) <= 0, (name, language, width)
            shot = folder / f"{'-'.join(filter(None, [name, language, str(width)]))}.png"
            visitor.page.screenshot(path=shot, full_page=True)
