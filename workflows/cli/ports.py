"""Free loopback ports for the embedded stack."""

import socket
import time
import zlib
from collections.abc import Collection

import psutil

BLOCKS = range(21_000, 30_000, 20)


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def becomes_free(port: int, patience_s: float) -> bool:
    """Whether the port is free now or within ``patience_s``: a killed server's sockets outlive it for a moment."""
    end = time.monotonic() + patience_s
    while not is_free(port):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def find_block(seed: str, size: int, avoid: Collection[int] = ()) -> list[int]:
    """``size`` free ports in a row, none of ``avoid``. The same seed finds the same block again while it is free."""
    first = zlib.crc32(seed.encode()) % len(BLOCKS)
    for offset in range(len(BLOCKS)):
        start = BLOCKS[(first + offset) % len(BLOCKS)]
        block = list(range(start, start + size))
        if not set(block) & set(avoid) and all(is_free(port) for port in block):
            return block
    raise OSError(f"no {size} free ports in a row between {BLOCKS[0]} and {BLOCKS[-1]}")


def holder(port: int) -> str:
    """Who listens on the port, e.g. ``python (pid 12)``; ``another program`` when that cannot be seen."""
    try:
        for entry in psutil.net_connections("tcp"):
            if entry.laddr and entry.laddr.port == port and entry.status == psutil.CONN_LISTEN and entry.pid:
                return f"{psutil.Process(entry.pid).name()} (pid {entry.pid})"
    except psutil.Error:
        pass
    return "another program"
