"""An icon can only draw."""

from pathlib import Path

import pytest

from apps.catalogue.manifests import icons
from apps.catalogue.manifests.problems import BrokenTemplate

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
CASES = [
    ("a script", f"{HEAD}<script>alert(1)</script></svg>"),
    ("an event", f'{HEAD}<path d="M0 0" onload="alert(1)"/></svg>'),
    ("an event on the root", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("a link", f'{HEAD}<a href="https://evil.example"><path d="M0 0"/></a></svg>'),
    (
        "HTML inside",
        f'{HEAD}<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject></svg>',
    ),
    ("an image from outside", f'{HEAD}<image href="https://evil.example/x.png"/></svg>'),
    ("a paint from outside", f'{HEAD}<path fill="url(https://evil.example/#a)" d="M0 0"/></svg>'),
    ("a style", f"{HEAD}<style>@import url(https://evil.example)</style></svg>"),
    ("a style attribute", f'{HEAD}<path style="fill:url(//evil.example)" d="M0 0"/></svg>'),
    (
        "an animation that sets a link",
        f'{HEAD}<animate attributeName="href" to="javascript:alert(1)"/></svg>',
    ),
    (
        "another namespace's attribute",
        f'{HEAD}<path xmlns:x="http://www.w3.org/1999/xlink" x:href="#a"/></svg>',
    ),
    ("an entity", f'<!DOCTYPE svg [<!ENTITY a "aaaa">]>{HEAD}<title>&a;</title></svg>'),
    ("a style sheet", f'<?xml-stylesheet href="https://evil.example/x.css"?>{HEAD}</svg>'),
    ("no XML", "<svg"),
    ("HTML", "<html></html>"),
    ("another encoding's trick", f'<?xml version="1.0" encoding="nonsense"?>{HEAD}</svg>'),
    ("too much of it", f"{HEAD}{'<g/>' * 5000}</svg>"),
]


@pytest.mark.parametrize("content", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_what_could_run_or_fetch_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "icon.svg"
    path.write_text(content)
    with pytest.raises(BrokenTemplate) as told:
        icons.read(path, "page/icon.svg")
    assert told.value.problems[0].file == "page/icon.svg"


def test_a_drawing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "icon.svg"
    path.write_text(
        f'<?xml version="1.0"?><!-- drawn by hand -->{HEAD}<path d="M0 0h3" fill="url(#a)"/></svg>'
    )
    kept = icons.read(path, "page/icon.svg")
    assert kept.startswith("<svg ")
    assert 'd="M0 0h3"' in kept
    assert "hand" not in kept


def test_no_icon_is_no_error(tmp_path: Path) -> None:
    assert icons.read(tmp_path / "icon.svg", "page/icon.svg") == ""
