"""The frame of HTML pages."""

from html.parser import HTMLParser

from tdsl.pages import page


class Outline(HTMLParser):
    """The texts of a page by the element that holds them, and what it refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data


def test_page() -> None:
    outline = Outline()
    outline.feed(page("a < b & @body", "<p>@title &amp; @style</p>"))
    assert outline.open == [] and outline.references == []
    assert outline.texts["h1"] == "a < b & @body"
    assert outline.texts["p"] == "@title & @style"
    assert "prefers-color-scheme: dark" in outline.texts["style"]
