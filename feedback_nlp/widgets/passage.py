"""A passage of HTML whose changes reach the screen also while the page is still opening."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_STATIC = Path(__file__).parent / "static"


class Passage(anywidget.AnyWidget):
    """HTML that may change before anybody is there to see it.

    A page of Voilà asks the kernel for the state of all widgets, and listens to each of them a
    moment later: what changes in between never arrives. So the front end says when it listens,
    and is sent the passage again. `ipywidgets.HTML` knows no such message.

    Parameters
    ----------
    html : str, default ""
        What is shown; whoever makes it escapes what people wrote.
    """

    _esm = _STATIC / "passage.js"
    _css = _STATIC / "passage.css"

    html = traitlets.Unicode("", help="What is shown.").tag(sync=True)

    def __init__(self, html: str = "", **options: Any) -> None:
        super().__init__(html=html, **options)
        self.add_class("fnlp-passage")
        self.on_msg(self._on_message)

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and content.get("kind") == "ready":
            self.send_state("html")
