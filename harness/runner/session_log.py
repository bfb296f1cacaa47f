"""Which sessions made a run, from when to when, and why did each end?"""

from dataclasses import dataclass
from typing import Any

from harness.runner.directory import Directory, now

FINISHED, INTERRUPTED, KILLED = "finished", "interrupted", "killed"
Record = dict[str, Any]


@dataclass(frozen=True)
class SessionLog:
    """The manifest of a run while one more session works on it."""

    manifest: Record
    directory: Directory

    def opened(self) -> Record:
        """Returns the manifest with a new session, and with an end for those that left none."""
        before = [self._ended(session) for session in self.manifest["sessions"]]
        fresh = {"started": now(), "ended": None, "reason": None, "units": 0}
        self.manifest["sessions"] = [*before, fresh]
        self.manifest.update(finished=None, interrupted=False)
        return self.manifest

    def closed(self, made: int, interrupted: bool) -> Record:
        """Returns the manifest with the end of the last session."""
        ended, reason = now(), INTERRUPTED if interrupted else FINISHED
        self.manifest["sessions"][-1].update(ended=ended, reason=reason, units=made)
        self.manifest.update(finished=None if interrupted else ended, interrupted=interrupted)
        return self.manifest

    def _ended(self, session: Record) -> Record:
        if session["reason"] is not None:
            return session
        # Nobody could write an end. The units count what was made; a kill may come before the event
        # that tells of one. The last of both is the last sign of life.
        began = session["started"]
        units = [time for time in self.directory.unit_starts() if time >= began]
        events = [str(event.get("time", "")) for event in self.directory.events()]
        last = max([began, *units, *(time for time in events if time >= began)])
        return {**session, "ended": last, "reason": KILLED, "units": len(units)}
