"""The period of a monthly publication: one month, or two consecutive months of one year."""

from dataclasses import dataclass

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
MONTH_CHOICES = list(enumerate(MONTHS, start=1))


class PeriodError(ValueError):
    """The months do not make a period; the message is French and meant for the editor."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Months 1 to 12, both ends included; `last` equals `first` for a single month."""

    year: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if not (1 <= self.first <= 12 and 1 <= self.last <= 12):
            raise PeriodError("Le mois doit être compris entre janvier et décembre.")
        if self.last not in (self.first, self.first + 1):
            raise PeriodError(
                "La période couvre un mois, ou deux mois qui se suivent dans la même année."
            )

    @property
    def months(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def months_label(self) -> str:
        """« juin/juillet »"""
        return "/".join(MONTHS[month - 1] for month in self.months)

    @property
    def label(self) -> str:
        """« juin/juillet 2024 »"""
        return f"{self.months_label} {self.year}"

    @property
    def slug(self) -> str:
        """« juin-juillet-2024 », without accents: it becomes an address."""
        plain = self.label.translate(str.maketrans("éû", "eu"))
        return plain.replace("/", "-").replace(" ", "-")

    def overlaps(self, other: "Period") -> bool:
        return self.year == other.year and self.first <= other.last and other.first <= self.last

    def following(self) -> "Period":
        """The single month after this period."""
        if self.last == 12:
            return Period(self.year + 1, 1, 1)
        return Period(self.year, self.last + 1, self.last + 1)
