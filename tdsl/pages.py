"""HTML pages: one frame with one style sheet, for light and dark; a page loads nothing from elsewhere."""

from __future__ import annotations

from html import escape

from tdsl.emit.frames import filled, style_sheet


def page(title: str, body: str) -> str:
    """The text of a page: `title` is plain text, `body` is markup, whose texts the caller has escaped."""
    return filled("html/page.html", title=escape(title), style=style_sheet("html/page.css"), body=body)
