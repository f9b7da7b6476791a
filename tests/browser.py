"""A page in headless Chromium, spoken to over the DevTools protocol's pipe; no driver and no port."""

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
_OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --no-first-run"
)


class Page:
    """One tab. ``requests`` are the addresses that it asked for so far."""

    def __init__(self, answers: int, commands: int, patience_s: float) -> None:
        self._answers, self._commands = answers, commands
        self._deadline = time.monotonic() + patience_s
        self._buffer, self._count, self._session = b"", 0, ""
        self.requests: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Network.enable")
        self._call("Page.enable")

    def open(self, address: str) -> None:
        """Go there, and return when everything is loaded."""
        self._call("Page.navigate", url=address)
        while self._receive().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        made = self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in made, made
        return made["result"]["value"]

    def _call(self, method: str, **params: Any) -> Any:
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._count:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], max(0, self._deadline - time.monotonic()))
            assert ready, "Chromium did not answer in time"
            self._buffer += os.read(self._answers, 65536)
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        return message


@contextmanager
def open_browser(profile: Path, patience_s: float = 90) -> Iterator[Page]:
    """A fresh browser with an empty profile; it is gone afterwards."""
    their_input, commands = os.pipe()
    answers, their_output = os.pipe()
    line = f'exec "$0" {_OPTIONS} --user-data-dir="$1" --remote-debugging-pipe 3<&{their_input} 4>&{their_output}'
    process = subprocess.Popen(
        ["bash", "-c", line, str(CHROMIUM), str(profile)],
        pass_fds=(their_input, their_output),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(their_input), os.close(their_output)
    try:
        yield Page(answers, commands, patience_s)
    finally:
        process.kill()
        process.wait()
        os.close(answers), os.close(commands)
