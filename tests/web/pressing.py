"""A form as a browser without script sends it: what is filled or ticked, and the button pressed."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Form:
    """One form of a page."""

    method: str = "get"
    action: str = ""
    encoding: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)  #: words -> name and value

    def pressed(self, words: str, **answers: Any) -> dict[str, Any]:
        """What the button of these words sends, after some fields were answered anew; None empties one."""
        name, value = self.buttons[words]
        sent = {**self.fields, **({name: value} if name else {}), **answers}
        return {key: told for key, told in sent.items() if told is not None}


class _Reader(HTMLParser):
    """Reads the form of one id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.form, self.inside = form_id, Form(), False
        self.text: list[str] | None = None  #: of what is open: a text area or a button
        self.open: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("id") == self.form_id:
            self.inside = True
            self.form.method, self.form.action = given.get("method", "get"), given.get("action", "")
            self.form.encoding = given.get("enctype", "")
        elif self.inside and "disabled" not in given:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if tag == "input" and name and kind != "file" and (kind not in _TICKED or "checked" in given):
            self.form.fields[name] = given.get("value", "on" if kind in _TICKED else "")
        elif tag == "select":
            self.open = given
        elif tag == "option" and (self.open.get("name", "") not in self.form.fields or "selected" in given):
            self.form.fields[self.open["name"]] = given.get("value", "")
        elif tag == "textarea" or (tag == "button" and given.get("type", "submit") == "submit"):
            self.text, self.open = [], given

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif self.text is not None and tag in {"textarea", "button"}:
            said, self.text = "".join(self.text), None
            if tag == "textarea":
                self.form.fields[self.open["name"]] = said.removeprefix("\n")
            else:
                name, value = self.open.get("name", ""), self.open.get("value", "")
                self.form.buttons[" ".join(said.split())] = (name, value)


_TICKED = {"checkbox", "radio"}


def form_of(page: str, form_id: str) -> Form:
    """Read the form of an id; AssertionError where the page has none."""
    reader = _Reader(form_id)
    reader.feed(page)
    reader.close()
    assert reader.form.buttons, f"no form {form_id} on this page"
    return reader.form
