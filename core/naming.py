"""Names for new files, which every system takes and no other file has."""

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path

# What Windows refuses in a name; Linux and macOS refuse less. Control characters go with it.
_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
# Devices of Windows, whatever their suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
MAX_BYTES = 180  # of 255, so that a stem's name, a number and a suffix find room


def safe_name(text: str, *, fallback: str = "song") -> str:
    """Return a file's name, without suffix, as near to the text as every system allows."""
    clean = _REFUSED.sub("-", text.encode("utf-8", errors="replace").decode("utf-8"))
    short = clean.encode("utf-8")[:MAX_BYTES].decode("utf-8", errors="ignore")
    name = short.strip().rstrip(". ").lstrip(".").strip() or fallback
    return f"{name}-" if _DEVICES.fullmatch(name) else name


def free_name(
    folder: Path,
    name: str,
    *,
    suffix: str,
    is_taken: Callable[[Path], bool] = Path.exists,
) -> Path:
    """Return ``folder/name.suffix``, or the first "name 2", "name 3"... that no file has."""
    names = (name if number == 1 else f"{name} {number}" for number in count(1))
    return next(path for n in names if not is_taken(path := folder / f"{n}{suffix}"))
