"""Files of addresses: read whatever spreadsheets save, line by line, and say what is wrong.

Nothing here writes to the database, and no message quotes an address.
"""

from newsletters.audience_files.cells import inert, revived
from newsletters.audience_files.columns import Column, guess
from newsletters.audience_files.opening import open_table
from newsletters.audience_files.people import Person, Unusable, read_people
from newsletters.audience_files.table import FileRefused, Row, Table
from newsletters.audience_files.vocabulary import Vocabulary

__all__ = [
    "Column",
    "FileRefused",
    "Person",
    "Row",
    "Table",
    "Unusable",
    "Vocabulary",
    "guess",
    "inert",
    "open_table",
    "read_people",
    "revived",
]
