"""The layouts, and which of them a folder has."""

from __future__ import annotations

from collections.abc import Mapping

from unheard.corpus.importers.arabic_commands import ARABIC_COMMANDS
from unheard.corpus.importers.audiofolder import AUDIOFOLDER
from unheard.corpus.importers.folders import FOLDERS
from unheard.corpus.importers.fsdd import FSDD
from unheard.corpus.importers.layout import Layout
from unheard.corpus.importers.librispeech import LIBRISPEECH
from unheard.corpus.importers.speech_commands import SPEECH_COMMANDS
from unheard.corpus.importers.table import TABLE
from unheard.corpus.scan import Listing
from unheard.errors import UsageError, unknown_name

# in the order they are tried: telling names first, then tables, then what always fits
_ORDER = (SPEECH_COMMANDS, ARABIC_COMMANDS, FSDD, LIBRISPEECH, AUDIOFOLDER, TABLE, FOLDERS)
LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in _ORDER}


def choose_layout(listing: Listing, name: str | None, columns: Mapping[str, str]) -> Layout:
    """The layout of that name, else the first that recognises the folder.

    A column mapping is for tables; `UsageError` where it is given and the layout has none.
    """
    if name is not None and name not in LAYOUTS:
        raise UsageError(unknown_name("layout", name, LAYOUTS))
    if name is None and columns:
        return AUDIOFOLDER if AUDIOFOLDER.recognise(listing) else TABLE
    layout = LAYOUTS[name] if name else next(layout for layout in _ORDER if layout.recognise(listing))
    if columns and not layout.takes_columns:
        takers = " and ".join(known.name for known in _ORDER if known.takes_columns)
        raise UsageError(f"Layout '{layout.name}' has no columns to map; {takers} have.")
    return layout
