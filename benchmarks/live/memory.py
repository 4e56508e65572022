"""Memory of a kernel over many edits, sent as the editor sends them but without a browser."""

from __future__ import annotations

import psutil
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from kernel import draft

CELL = (
    "from feedback_nlp.widgets import DraftCoach\ncoach = DraftCoach()\nprint(coach.comm.comm_id)"
)
TYPED = "When you read the results aloud, two people asked what the second line stood for. "
WORDS = 200
ANSWER_SECONDS = 60


def kernel_memory(edits: int) -> tuple[float, float]:
    """Return the kernel's memory (MB) after the first tenth of the edits and after all.

    Keys go to the end of a draft, each answered before the next, and each text is the latest, so
    every one is read: people pause, and this does not.
    """
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        comm = _first_output(client)
        process = psutil.Process(manager.provisioner.process.pid)
        text = draft(WORDS) + "\n"
        early = 0.0
        for number in range(1, edits + 1):
            text += TYPED[(number - 1) % len(TYPED)]
            _edit(client, comm, text, number)
            if number == edits // 10:
                early = process.memory_info().rss / 1e6
        return early, process.memory_info().rss / 1e6
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _first_output(client: BlockingKernelClient) -> str:
    client.execute(CELL)
    while True:
        message = client.get_iopub_msg(timeout=ANSWER_SECONDS)
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            return str(message["content"]["text"]).strip()
        if message["msg_type"] == "error":
            raise RuntimeError("\n".join(message["content"]["traceback"]))


def _edit(client: BlockingKernelClient, comm: str, text: str, revision: int) -> None:
    state = {"text": text, "revision": revision, "writer": "bench"}
    data = {"method": "update", "state": state, "buffer_paths": []}
    content = {"comm_id": comm, "data": data}
    client.shell_channel.send(client.session.msg("comm_msg", content))
    while True:
        message = client.get_iopub_msg(timeout=ANSWER_SECONDS)
        if message["msg_type"] != "comm_msg":
            continue
        answer = message["content"]["data"].get("state", {}).get("report_data")
        if answer is not None and answer["revision"] == revision:
            return
