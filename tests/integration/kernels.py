"""A real kernel with a page on it, without a browser: comm messages by hand, on any shell."""

from __future__ import annotations

import os
import threading
from itertools import count
from queue import Empty

from jupyter_client.manager import KernelManager


class Kernel:
    """A kernel process and all it has said on its public channel."""

    def __init__(self, stderr=None):
        self.manager = KernelManager()
        self.manager.start_kernel(env=os.environ.copy(), stderr=stderr)
        self._numbers = count(1)
        self.heard, self.news = [], threading.Condition()
        self._connect()

    def _connect(self):
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self._is_open = True
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self):
        while self._is_open:
            try:
                message = self.client.get_iopub_msg(timeout=0.1)
            except Empty:
                continue
            with self.news:
                self.heard.append(message)
                self.news.notify_all()

    def restart(self):
        """As the menu does it."""
        self.disconnect()
        self.manager.restart_kernel(now=True)
        self._connect()

    def disconnect(self):
        self._is_open = False
        self._listener.join()
        self.client.stop_channels()

    def shutdown(self):
        """End the kernel as a notebook server does; its return code."""
        process = self.manager.provisioner.process
        self.disconnect()
        if self.manager.is_alive():
            self.manager.shutdown_kernel(now=False)
        return process.poll()

    def wait(self, fits, within_s=90):
        """The first message that fits, heard or to come."""
        with self.news:
            found = self.news.wait_for(lambda: next(filter(fits, self.heard), None), within_s)
        assert found, [(m["msg_type"], str(m["content"])[:200]) for m in self.heard[-20:]]
        return found

    def start(self, code):
        """Begin a cell; its message id."""
        return self.client.execute(code)

    def is_idle(self, cell):
        """Whether a message says that a cell has ended."""
        return lambda m: (
            m["msg_type"] == "status"
            and m["content"]["execution_state"] == "idle"
            and m["parent_header"].get("msg_id") == cell
        )

    def run(self, code):
        """Run a cell to its end; what it printed."""
        cell = self.start(code)
        self.wait(self.is_idle(cell))
        own = [m for m in self.heard if m["parent_header"].get("msg_id") == cell]
        errors = ["\n".join(m["content"]["traceback"]) for m in own if m["msg_type"] == "error"]
        assert errors == [], errors[0]
        return "".join(m["content"]["text"] for m in own if m["msg_type"] == "stream")

    def make_subshell(self):
        """A subshell as JupyterLab makes one for comms."""
        message = self.client.session.msg("create_subshell_request")
        self.client.control_channel.send(message)
        while True:
            reply = self.client.get_control_msg(timeout=30)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply["content"]["subshell_id"]

    def tell(self, comm_id, data, subshell=None, kind="comm_msg", **more):
        """A message of the page on a comm."""
        content = {"comm_id": comm_id, "data": data} | more
        message = self.client.session.msg(kind, content, metadata={"version": "1.0.0"})
        message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)

    def click(self, comm_id, kind, subshell=None, **body):
        """Send a request of a panel; a function that tells its reply or answer from other messages."""
        request_id = f"v-{next(self._numbers)}"
        content = {"v": 1, "kind": kind, "request_id": request_id, "view_id": "v"} | body
        self.tell(comm_id, {"method": "custom", "content": content}, subshell)

        def is_its(answer):
            return lambda m: (
                m["msg_type"] == "comm_msg"
                and m["content"]["data"].get("content", {}).get("kind") == answer
                and m["content"]["data"]["content"]["request_id"] == request_id
            )

        return is_its

    def ask(self, comm_id, kind, subshell=None, **body):
        """The answer to a request."""
        is_its = self.click(comm_id, kind, subshell, **body)
        assert self.wait(is_its("reply"))["content"]["data"]["content"]["accepted"]
        return self.wait(is_its("answer"))["content"]["data"]["content"]
