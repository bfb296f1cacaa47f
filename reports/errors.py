"""How is a record that cannot be used named, in one line, to the person who has it?"""


class RecordError(Exception):
    """A record that is missing, torn or of another kind: what, where, and the mend."""

    def __init__(self, what: str, file: str, place: str = "", mend: str = "") -> None:
        self.what = _one_line(what)
        self.file = file
        self.place = place
        self.mend = _one_line(mend)
        where = f"{file} at {place}" if place else file
        super().__init__(f"{self.what} in {where}" + (f": {self.mend}" if self.mend else ""))


def _one_line(text: str, limit: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
