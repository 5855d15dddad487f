"""``lims test [--all] [words for pytest]``: gets what the tests need where it can, runs them, says what could not run.

With ``CI=true`` a missing browser or PostgreSQL fails the run; elsewhere their tests are skipped with the reason.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lims import bootstrap

DEBIAN_PACKAGES = ("chromium", "poppler-utils", "fonts-noto-cjk")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
HELP = """usage: lims test [--all] [words for pytest]

  --all   also the long ones: fuzzing, the full matrix of screens, soak, fresh installations
  words   go to pytest, e.g. tests/house, -k worksheet, -x

LIMS_BROWSER names a Chromium, LIMS_TEST_PG the URL of a PostgreSQL server where databases may be made."""


def main(argv: Sequence[str]) -> int:
    if argv and argv[0] in ("-h", "--help"):
        print(HELP)
        return 0
    root = bootstrap.checkout()
    if root is None or not (root / "tests").is_dir():
        print("lims test: the tests are in the source tree; run it there", file=sys.stderr)
        return 2
    words = [word for word in argv if word != "--all"]
    browser = _browser(root, words)
    environment = {**os.environ, **({"LIMS_BROWSER": browser} if browser else {})}
    whole = pytest_command(words, everything="--all" in argv)
    codes = [_run([*whole, *more], root, environment) for more in ([()] if words else PARTS)]
    return next(filter(None, codes), 0)


PARTS = (("--ignore=tests/browser",), ("tests/browser",))
"""The browser's tests run by themselves: their driver keeps an event loop running, which no other test expects."""


def _run(command: list[str], root: Path, environment: Mapping[str, str]) -> int:
    print("lims test:", shlex.join(command[1:]), file=sys.stderr, flush=True)
    try:
        return subprocess.run(command, cwd=root, env=dict(environment), check=False).returncode
    except KeyboardInterrupt:  # pytest was interrupted too and has told what it had done
        return 130


def pytest_command(words: Sequence[str], everything: bool) -> list[str]:
    """Two workers for the whole suite; named tests run in one process, where they are easier to look into."""
    command = [sys.executable, "-m", "pytest"]
    if not everything:
        command += ["-m", "not long"]
    if not words:
        command += ["-n", "2", "--dist", "worksteal"]
    return [*command, *words]


def find_browser(environment: Mapping[str, str]) -> str | None:
    """The first Chromium there is; one named in LIMS_BROWSER wins and must exist."""
    named = environment.get("LIMS_BROWSER")
    if named:
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or next((path for path in MAC_BROWSERS if Path(path).exists()), None)


def _browser(root: Path, words: Sequence[str]) -> str | None:
    """Found, or installed where that is ours to do and a browser test may be among those wanted."""
    found = find_browser(os.environ)
    wanted = (root / "tests" / "browser").is_dir() and (not words or any("browser" in word for word in words))
    if wanted and not (found and shutil.which("pdftoppm")) and _may_install():
        _install()
        found = find_browser(os.environ)
    return found


def _may_install() -> bool:
    return bool(Path("/etc/debian_version").exists() and shutil.which("apt-get") and os.geteuid() == 0)


def _install() -> None:
    """Debian's own browser; when it cannot be had, the tests that need it say so themselves."""
    print("lims test: installing", " ".join(DEBIAN_PACKAGES), file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *DEBIAN_PACKAGES]):
        try:
            subprocess.run(
                ["apt-get", *words], stdin=subprocess.DEVNULL, stdout=2, env=environment, timeout=600, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            print(f"lims test: {error}", file=sys.stderr)
            return
