"""Real NBD servers for tests: qemu's, on a socket that is ours before it starts."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.tools import require_tool

_SCRIPT = 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" "$@" 3<&0 </dev/null'


@dataclass
class Served:
    """A server that runs."""

    uri: str
    process: subprocess.Popen[bytes]


@contextmanager
def served(
    image: Path, *options: str, format: str = "raw", export: str = "disk", tcp: bool = False
) -> Iterator[Served]:
    """Serve an image to any number of clients, one after the other."""
    program = require_tool("qemu-nbd")
    path = image.with_name(f"{image.name}.socket")
    with socket.socket(socket.AF_INET if tcp else socket.AF_UNIX) as listener:
        listener.bind(("127.0.0.1", 0) if tcp else str(path))
        listener.listen(4)
        words = ["--persistent", f"--format={format}", f"--export-name={export}", *options]
        process = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, program, *words, str(image)], stdin=listener.fileno()
        )
        try:
            host = f"nbd://127.0.0.1:{listener.getsockname()[1]}/{export}" if tcp else ""
            yield Served(host or f"nbd+unix:///{export}?socket={path}", process)
        finally:
            process.kill()
            process.wait()
            path.unlink(missing_ok=True)
