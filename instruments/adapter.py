"""What an adapter is: a key, two plain functions, and no state.

``recognise`` answers from the structure of the file alone; it never sees a file name. ``parse`` tells the
tally every result cell. Both raise FileRefused for what is wrong with the file, and nothing else. Where the
maker writes the sample nowhere but in the file's name, the adapter says so and the registry fills it in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from instruments.reading import Tally
from instruments.source import FileView


@dataclass(frozen=True)
class Adapter:
    key: str
    version: str
    technique: str
    tried_on_real_files: bool
    recognise: Callable[[FileView], bool]
    parse: Callable[[FileView, Tally], None]
    kind: str = "adapter"
    sample_in_file_name: bool = False
    last_resort: bool = False
    """Asked only where nobody else claims the file."""
    fixed_only: bool = False
    """Never asked: it reads only for an instrument that is registered with it."""
