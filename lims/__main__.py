"""``python3 -m lims <command>``: enters an environment that has the dependencies, then hands over to lims.cli.

It must parse on a Python that is too old, and knows nothing of the commands.
"""

import sys

OLDEST = (3, 11)


def main() -> int:
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.stderr.write("lims: Python 3.11 or newer is needed; this is " + found + " (" + sys.executable + ")\n")
        return 2
    from lims import bootstrap

    try:
        bootstrap.enter(sys.argv[1:])
    except bootstrap.CannotEnter as reason:
        sys.stderr.write(f"lims: {reason}\n")
        return reason.exit_code
    from lims import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
