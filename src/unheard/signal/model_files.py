"""Small pretrained models inside installed packages: found without importing them, checked by hash."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from unheard.errors import BundleError, MissingExtraError


@dataclass(frozen=True)
class ModelFile:
    """A file inside a package, and the hash of the only content that is accepted."""

    feature: str  # what needs it, as an error's first words
    package: str  # name to install
    module: str  # name to find
    path: str  # inside the module's folder
    sha256: str
    install: str  # what pip is to install

    def locate(self) -> Path:
        """Where the file lies. Raises `MissingExtraError`; `BundleError` when its content is another."""
        try:
            found = importlib.util.find_spec(self.module)
        except ModuleNotFoundError:
            found = None
        folders = list(found.submodule_search_locations or ()) if found else []
        candidates = [Path(folder) / self.path for folder in folders]
        file = next((candidate for candidate in candidates if candidate.is_file()), None)
        if file is None:
            raise MissingExtraError(self.feature, self.package, install=self.install)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if digest != self.sha256:
            raise BundleError(
                f"'{file}' is not the model that {self.feature} was tested with (SHA-256 {digest[:12]}, "
                f"expected {self.sha256[:12]}). Install the version of {self.package} in constraints.txt."
            )
        return file
