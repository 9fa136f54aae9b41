"""Benches for the executor contract: they answer, fail, crash, hang or stop on demand."""

import os
import signal
import time
from pathlib import Path


class DemandBench:
    """Does what the task's ``do`` says; ``shared`` is a folder to leave marks in."""

    def __init__(self, shared):
        self.folder = Path(shared["folder"])
        self.array = shared.get("array")
        self.heard = []

    def run(self, work, should_stop):
        return getattr(self, work["do"])(work, should_stop)

    def hear(self, news):
        self.heard.append(news["word"])

    def said(self, work, should_stop):
        return list(self.heard)

    def square(self, work, should_stop):
        return work["x"] ** 2

    def pid(self, work, should_stop):
        return os.getpid()

    def array_sum(self, work, should_stop):
        return float(self.array.sum())

    def fail(self, work, should_stop):
        raise ValueError("the library said no")

    def named_failure(self, work, should_stop):
        from nbml.errors import ModelError

        raise ModelError("NBML-M03", row=7)

    def crash(self, work, should_stop):
        """Die with SIGKILL the first ``times`` times; then answer."""
        marks = self.folder / f"crash-{work['mark']}"
        seen = len(marks.read_text()) if marks.exists() else 0
        if seen < work["times"]:
            marks.write_text("x" * (seen + 1))
            os.kill(os.getpid(), signal.SIGKILL)
        return "survived"

    def spin(self, work, should_stop):
        """Work until told to stop."""
        (self.folder / f"spinning-{os.getpid()}").touch()
        end = time.monotonic() + work["seconds"]
        while time.monotonic() < end:
            if should_stop():
                raise RuntimeError("stopped")
            time.sleep(0.01)
        return "done"

    def grow(self, work, should_stop):
        """Take memory, a tenth at a time, and keep it a while."""
        held = [bytes(bytearray(int(work["bytes"] / 10))) + b"1" for _ in range(10)]
        time.sleep(5)
        return len(held)

    def hang(self, work, should_stop):
        """Ignore every wish to stop."""
        (self.folder / f"hanging-{os.getpid()}").touch()
        time.sleep(work["seconds"])
        return "woke"
