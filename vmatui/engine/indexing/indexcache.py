"""Keeps the index of a compressed archive, once walked, until the archive is another.

A plain archive is mapped in seconds, and nothing is kept of it. What is recalled says when it was
read; it proves nothing of the archive now, which only another walk does.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from vmatui.engine.archive import Archive
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.indexing.indexbytes import KeptIndex, pack_index, parse_index
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.regions import find_regions
from vmatui.format.codes import Code
from vmatui.format.digests import digest_of
from vmatui.storage.cachefolder import CacheFolder
from vmatui.storage.descriptor import STANDARD_INPUT
from vmatui.storage.faults import Compression
from vmatui.storage.fileidentity import identify
from vmatui.storage.manifests import find_manifests


class IndexCache:
    """The place of one archive's index in the cache.

    Args:
        archive: Just opened.
        folder: Where indexes are kept; None recalls nothing and keeps nothing.
    """

    def __init__(self, archive: Archive, folder: CacheFolder | None) -> None:
        self._archive = archive
        self._folder = folder
        self._name = None if folder is None else _name_of(archive)

    def recall(self) -> KeptIndex | None:
        """Return the index that was kept when the archive was last read, if it is still the same.

        The manifests beside it are the same then, too.
        """
        if self._folder is None or self._name is None:
            return None
        data = self._folder.read(self._name)
        return None if data is None else parse_index(data, self._archive)

    def keep(self, picture: Picture, report: VerifyReport) -> None:
        """Keep what a walk has drawn and found.

        That is not done if the walk was not a full one, if the archive was changed meanwhile, or if
        the medium could not be read: the next time it may be.

        Args:
            picture: Visited the walk of this archive from its start to its end.
            report: Of the same walk, compared with no manifest but one beside the archive.
        """
        if self._folder is None or self._name is None or not report.is_full:
            return
        is_unread = any(finding.code is Code.READ_ERROR for finding in report.findings)
        if is_unread or self._name != _name_of(self._archive):
            return
        regions = find_regions(
            self._archive.header.devices, lambda device: partial(picture.scout.read, device)
        )
        index = KeptIndex(picture, report, regions, int(time.time()))
        with suppress(ValueError):
            self._folder.write(self._name, pack_index(index, self._archive))


def _name_of(archive: Archive) -> str | None:
    """Return a name for the index, None if nothing is kept of such an archive."""
    if archive.source.compression is Compression.NONE or archive.name == STANDARD_INPUT:
        return None
    path = Path(archive.name)
    own = identify(path)
    if own is None:
        return None
    manifests = [identify(manifest) or b"" for manifest in find_manifests(path)]
    return f"{digest_of(b''.join((own, *manifests))).hex()[:40]}.index"
