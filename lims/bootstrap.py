"""Makes ``.venv`` in a checkout, installs the product into it and goes on inside; an installed product runs as it is.

Standard library only, for it runs before anything is installed. Speaks on stderr alone.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

MADE_FROM = ("setup.cfg", "pyproject.toml", "reports/_build.py", "reports/_letters.py")
"""What an installation is made from: when one of these changes, it is made again."""
FONTS = ("reports/fonts/NotoSansSC-Regular.ttf", "reports/fonts/NotoSansSC-Bold.ttf")
TRANSLATIONS = "lims/translations"
ENTERED = "LIMS_ENTERED"
"""Carries the checkout whose environment was just entered, so that entering can never go round in circles."""
WINDOWS = os.name == "nt"


class CannotEnter(Exception):
    """The environment cannot be had; the words say what to do about it."""

    def __init__(self, words: str, exit_code: int = 2) -> None:
        super().__init__(words)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Stamp:
    """What stands in an environment that was finished: from what, where, and with which extras."""

    digest: str
    root: str
    extras: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Stamp | None:
        lines = text.splitlines()
        return cls(lines[0], lines[1], tuple(lines[2].split())) if len(lines) == 3 else None

    def written(self) -> str:
        return f"{self.digest}\n{self.root}\n{' '.join(self.extras)}\n"

    def covers(self, wanted: Stamp) -> bool:
        return (self.digest, self.root) == (wanted.digest, wanted.root) and set(wanted.extras) <= set(self.extras)


def enter(argv: Sequence[str]) -> None:
    """Return when this interpreter can run the command; otherwise run it in ``.venv`` and never return.

    Raises CannotEnter with words for the user.
    """
    root = checkout()
    if root is None:
        return
    entered = os.environ.pop(ENTERED, None) == str(root)
    extras = ("test",) if argv[:1] == ["test"] else ()
    own = root / ".venv"
    inside = _same(Path(sys.prefix), own)
    foreign = not inside and sys.prefix != sys.base_prefix
    if foreign and has_fonts(root) and has_all(requirements(root, extras)):
        _translate(root)  # somebody's own environment, complete: used as it is
        return
    if not is_ready(root, extras):
        _make(root, extras)
    elif inside or entered:
        _translate(root)
        return
    _go_inside(root, argv)


def checkout() -> Path | None:
    """The source tree that this package runs from, or None when it was installed."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "setup.cfg").is_file() and (root / "reports" / "_build.py").is_file() else None


def digest_of(root: Path) -> str:
    """One hash over everything an installation is made from, and the Python it is made with."""
    seen = hashlib.sha256(f"{sys.version_info[0]}.{sys.version_info[1]}".encode())
    for name in MADE_FROM:
        path = root / name
        seen.update(path.read_bytes() if path.exists() else b"")
        seen.update(b"\0")
    return seen.hexdigest()


def is_ready(root: Path, extras: Sequence[str]) -> bool:
    """The environment was finished from this very tree, and the fonts it made are still there."""
    stamp = read_stamp(root)
    return (
        stamp is not None
        and stamp.covers(Stamp(digest_of(root), str(root), tuple(extras)))
        and python_of(root).exists()
        and has_fonts(root)
    )


def has_fonts(root: Path) -> bool:
    return all((root / font).exists() for font in FONTS)


def read_stamp(root: Path) -> Stamp | None:
    try:
        return Stamp.read(_stamp_path(root).read_text(encoding="utf-8"))
    except OSError:
        return None


def python_of(root: Path) -> Path:
    return root / ".venv" / ("Scripts/python.exe" if WINDOWS else "bin/python")


def requirements(root: Path, extras: Sequence[str]) -> tuple[str, ...]:
    """The names of the packages that setup.cfg asks for, without their versions."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(root / "setup.cfg", encoding="utf-8")
    lines = parser.get("options", "install_requires", fallback="").splitlines()
    for extra in extras:
        lines += parser.get("options.extras_require", extra, fallback="").splitlines()
    found = (re.match(r"[A-Za-z0-9._-]+", line.strip()) for line in lines)
    return tuple(match.group() for match in found if match)


def has_all(names: Sequence[str]) -> bool:
    """Every package is installed for the running interpreter; versions are that environment's own matter."""
    from importlib import metadata

    try:
        for name in names:
            metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def stale_translations(root: Path) -> list[Path]:
    """The .po files whose compiled .mo is missing or older."""
    stale = []
    for source in (root / TRANSLATIONS).glob("**/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            stale.append(source)
    return stale


def _make(root: Path, extras: Sequence[str]) -> None:
    """Make or mend the environment; of two processes at once, the second waits and finds it made."""
    with _lock(root):
        if is_ready(root, extras):
            return
        _check_parts()
        before = read_stamp(root)
        held = tuple(sorted({*extras, *(before.extras if before else ())}))
        _stamp_path(root).unlink(missing_ok=True)
        moved = before is not None and before.root != str(root)
        if moved or not _works(root):
            _say(f"making the environment in {root / '.venv'}")
            _run([sys.executable, "-m", "venv", "--clear", str(root / ".venv")], "the environment could not be made")
        _say("installing the product and what it needs; the first time takes a minute or two")
        target = str(root) + (f"[{','.join(held)}]" if held else "")
        pip = [str(python_of(root)), "-m", "pip", "--disable-pip-version-check", "--no-input", "-qq"]
        _run([*pip, "install", "--editable", target], "the packages could not be installed; run the command again")
        missing = [font for font in FONTS if not (root / font).exists()]
        if missing:
            raise CannotEnter(f"the document fonts were not made: {', '.join(missing)}", 1)
        _write_stamp(root, Stamp(digest_of(root), str(root), held))
        _say("the environment is ready")


def _check_parts() -> None:
    """Debian and Ubuntu ship Python without the parts that make environments."""
    missing = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if missing:
        raise CannotEnter(
            f"this Python ({sys.executable}) lacks {' and '.join(missing)}. "
            "On Debian or Ubuntu run: apt install python3-venv"
        )


def _works(root: Path) -> bool:
    """There is an environment with a Python of our version and pip; a leftover of an upgrade is made anew."""
    python = python_of(root)
    if not python.exists():
        return False
    wanted = f"import pip, sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    return subprocess.run([str(python), "-c", wanted], capture_output=True, check=False).returncode == 0


def _run(command: Sequence[str], complaint: str) -> None:
    """Run with everything it says on stderr."""
    try:
        code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, check=False).returncode
    except OSError as error:
        raise CannotEnter(f"{complaint}: {error}", 1) from error
    if code:
        raise CannotEnter(complaint, 1)


def _write_stamp(root: Path, stamp: Stamp) -> None:
    partial = _stamp_path(root).with_suffix(".part")
    partial.write_text(stamp.written(), encoding="utf-8")
    partial.replace(_stamp_path(root))


def _stamp_path(root: Path) -> Path:
    return root / ".venv" / "lims.stamp"


def _translate(root: Path) -> None:
    if stale_translations(root):
        from reports._build import compile_translations

        compile_translations()


def _go_inside(root: Path, argv: Sequence[str]) -> None:
    command = [str(python_of(root)), "-m", "lims", *argv]
    os.environ[ENTERED] = str(root)
    if WINDOWS:  # there, exec gives the terminal back before the command has ended
        sys.exit(subprocess.run(command, check=False).returncode)
    sys.stderr.flush()
    os.execv(command[0], command)


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    """Held by one process at a time; the operating system frees it however the process ends."""
    try:
        file = open(root / ".venv.lock", "a+b")  # noqa: SIM115 - closed below, which frees the lock
    except OSError as error:
        raise CannotEnter(f"{root} cannot be written to ({error.strerror}); install with: pip install .") from error
    with file:
        if WINDOWS:
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _say(words: str) -> None:
    sys.stderr.write(f"lims: {words}\n")
    sys.stderr.flush()
