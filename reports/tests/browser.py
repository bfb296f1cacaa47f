"""What does a browser make of a page that it opens from disk?

Speaks Chromium's DevTools protocol over a pipe, so that no driver and no port is needed.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE_S = 40.0
KEYS = {"Tab": 9, "Enter": 13, " ": 32}  # what a test presses, with Windows' number of the key
READ_END, WRITE_END = 3, 4  # where Chromium expects its two pipes
COMPLAINTS = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")


def found() -> str | None:
    """Returns the path of Chromium, or None when it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass
class Browser:
    """A page in a browser of its own; events are kept in the order in which they came."""

    process: subprocess.Popen[bytes]
    commands: int
    answers: int
    events: list[dict[str, Any]] = field(default_factory=list)
    session: str = ""
    _last: int = 0
    _buffer: bytes = b""

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends one command; returns its result."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        answer = self._until(lambda one: one.get("id") == self._last, method)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, path: Path, width: int = 1280, dark: bool = False) -> None:
        """Opens a file and waits until it has loaded."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=width < 500)
        self.events.clear()
        self.call("Page.navigate", url=path.resolve().as_uri())
        self._until_event("Page.loadEventFired")

    def reload(self) -> None:
        """Loads the page anew, as it stands in the address line."""
        self.events.clear()
        self.call("Page.reload")
        self._until_event("Page.loadEventFired")

    def press(self, key: str, shift: bool = False) -> None:
        """Presses a key of the keyboard and lets it go."""
        common = {"key": key, "code": "Space" if key == " " else key, "modifiers": 8 * shift,
                  "windowsVirtualKeyCode": KEYS[key]}
        text = {"Enter": {"text": "\r"}, " ": {"text": " "}}.get(key, {})
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def value(self, expression: str) -> Any:
        """Returns what an expression is worth in the page, promises included."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"])[:600])
        return result["result"].get("value")

    def frame(self) -> None:
        """Waits until the page has been painted twice: scrolling and layout have settled."""
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def complaints(self) -> list[str]:
        """Returns what the page wrote to the console, errors of loading included."""
        self.value("0")  # whatever was reported before this answer has arrived
        return [json.dumps(one["params"])[:400] for one in self.events
                if one["method"] in COMPLAINTS]

    def requests(self) -> list[str]:
        """Returns the addresses that the page asked for."""
        return [one["params"]["request"]["url"] for one in self.events
                if one["method"] == "Network.requestWillBeSent"]

    def screenshot(self, path: Path, height: int | None = None, top: int = 0) -> None:
        """Writes a picture of the page, from `top` on, whole when no height is given."""
        box = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": box["width"], "scale": 1,
                "height": min(height or 16000, box["height"] - top)}
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path: Path) -> None:
        """Writes the page as it would be printed."""
        printed = self.call("Page.printToPDF", printBackground=False)
        path.write_bytes(base64.b64decode(printed["data"]))

    def _until_event(self, method: str) -> None:
        if not any(one["method"] == method for one in self.events):
            self._until(lambda one: one.get("method") == method, method)

    def _until(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for message in self._messages(deadline):
                if "method" in message:
                    self.events.append(message)
                if wanted(message):
                    return message
        raise TimeoutError(f"the browser did not answer: {what}")

    def _messages(self, deadline: float) -> Iterator[dict[str, Any]]:
        while b"\0" not in self._buffer:
            wait = max(0.0, deadline - time.monotonic())
            if not select.select([self.answers], [], [], wait)[0]:
                return
            chunk = os.read(self.answers, 1 << 20)
            if not chunk:
                raise RuntimeError("the browser ended")
            self._buffer += chunk
        message, self._buffer = self._buffer.split(b"\0", 1)
        yield json.loads(message)


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Starts a browser without a window; ends it, with all it started."""
    program = found()
    assert program is not None
    their_read, our_write = os.pipe()
    our_read, their_write = os.pipe()

    def place_pipes() -> None:
        os.dup2(their_read, 100)
        os.dup2(their_write, 101)
        os.dup2(100, READ_END)
        os.dup2(101, WRITE_END)

    with tempfile.TemporaryDirectory() as profile, subprocess.Popen(
        [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
         f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        pass_fds=(READ_END, WRITE_END), preexec_fn=place_pipes, start_new_session=True,
    ) as process:
        os.close(their_read)
        os.close(their_write)
        try:
            yield _attached(Browser(process, our_write, our_read))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()
            os.close(our_write)
            os.close(our_read)


def _attached(one: Browser) -> Browser:
    target = one.call("Target.createTarget", url="about:blank")["targetId"]
    one.session = one.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Log", "Runtime"):
        one.call(f"{domain}.enable")
    return one
