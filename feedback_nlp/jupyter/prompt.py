"""A connection between page and kernel that sends every message at once."""

from __future__ import annotations

import asyncio

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """What JupyterLab uses, without Nagle's algorithm.

    A kernel answers a key with several small messages. The operating system holds each back until
    the page has confirmed the one before, which it does some 40 ms late.
    """

    def connect(self) -> asyncio.Future[None] | None:  # type: ignore[override]  # as its base has it
        """Connect to the kernel."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
