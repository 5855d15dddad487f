"""Who approved, decided and issued, and the mark that nothing follows."""

from __future__ import annotations

from reports import fonts, style
from reports.certificate.content import CertificateContent, Signatory
from reports.certificate.words import ACTS, END
from reports.page import Block, Pen
from reports.text import wrap

COLUMNS = 3
COLUMN_GAP = 24.0
COLUMN = (style.WIDTH - (COLUMNS - 1) * COLUMN_GAP) / COLUMNS


def blocks(content: CertificateContent) -> list[Block]:
    people = content.signatories
    rows = [people[index : index + COLUMNS] for index in range(0, len(people), COLUMNS)]
    return [*(_row(row) for row in rows), _end()]


def _row(people: tuple[Signatory, ...]) -> Block:
    columns = [(wrap(person.name, fonts.BOLD, style.BODY, COLUMN), _lines(person)) for person in people]
    height = 5 + max(
        len(name) * style.leading(style.BODY) + len(small) * style.leading(style.SMALL) for name, small in columns
    )

    def draw(pen: Pen, y: float) -> None:
        for index, (name, small) in enumerate(columns):
            x = style.LEFT + index * (COLUMN + COLUMN_GAP)
            pen.rule(x, y, COLUMN, style.RULE)
            below = pen.lines(x, y + 4, name, style.BODY, bold=True)
            pen.lines(x, below, small, style.SMALL, grey=style.DARK)

    return Block(height + 8, draw, with_next=True)


def _lines(person: Signatory) -> list[str]:
    act = ACTS[person.act]
    role = " ".join(part for part in (person.role.zh, person.role.en) if part)
    texts = (f"{act.zh} {act.en}", role, " · ".join(part for part in (person.reference, person.at) if part))
    return [line for text in texts if text for line in wrap(text, fonts.REGULAR, style.SMALL, COLUMN)]


def _end() -> Block:
    middle = style.LEFT + style.WIDTH / 2
    words = f"— {END.zh} {END.en} —"
    return Block(16, lambda pen, y: pen.text(middle, y + 12, words, style.SMALL, grey=style.MID, align="center"))
