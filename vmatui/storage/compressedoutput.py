"""An output whose archive is compressed on its way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vmatui.storage.compressors import Compressor
    from vmatui.storage.outputs import Output


class CompressedOutput:
    """Another output with a compressor before it, itself a `vmatui.storage.outputs.Output`.

    Args:
        output: Gets the compressed bytes.
        compressor: Not used before.
    """

    def __init__(self, output: Output, compressor: Compressor) -> None:
        self.name = output.name
        self._output = output
        self._compressor = compressor

    @property
    def written(self) -> int:
        """Compressed bytes that reached the output."""
        return self._output.written

    def open(self) -> None:
        """Open the output."""
        self._output.open()

    def writev(self, views: Sequence[memoryview]) -> None:
        """Compress the views and write what comes of it so far."""
        self._write(self._compressor.add(views))

    def finish(self) -> None:
        """Write what the compressor still holds, with its checksum, and finish the output."""
        self._write(self._compressor.end())
        self._output.finish()

    def discard(self) -> None:
        """Stop the compressor and discard the output."""
        self._compressor.stop()
        self._output.discard()

    def _write(self, pieces: Iterable[bytes | memoryview]) -> None:
        for piece in pieces:
            self._output.writev([memoryview(piece)])
