"""Processes of the embedded stack. Each part runs in a session of its own; the session id is how it is found again."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, PositiveInt

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Session(BaseModel):
    """One part of the stack: a process that was started as a session leader, and everything it started.

    started_ticks: when, in clock ticks since this host booted (proc(5), stat, starttime). Times of day would not do:
    when the clock is set, as after a suspend, the same process seems to have started at another time.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    sid: PositiveInt
    started_ticks: int
    boot_id: str


def spawn(name: str, command: list[str], env: dict[str, str], log: Path) -> tuple[Session, subprocess.Popen[bytes]]:
    """Start ``command`` in a new session, output to ``log``; Ctrl-C in the terminal does not reach it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=log.parent,
        )
    return session_of(name, process.pid), process


def session_of(name: str, pid: int) -> Session:
    """The session that a living process leads."""
    return Session(name=name, sid=pid, started_ticks=_started_ticks(pid), boot_id=BOOT_ID.read_text().strip())


def members(session: Session) -> list[psutil.Process]:
    """The living processes of the session; empty when its id now belongs to someone else."""
    if session.boot_id != BOOT_ID.read_text().strip() or _is_reused(session):
        return []
    return [process for process in psutil.process_iter() if _is_member(process, session.sid)]


def stop(session: Session, patience_s: float) -> None:
    """End every process of the session: first politely, then for good."""
    _signal(members(session), psutil.Process.terminate)
    _wait(session, patience_s)
    for _ in range(20):
        left = members(session)
        if not left:
            return
        _signal(left, psutil.Process.kill)
        _wait(session, 1)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait outside while we clean up (only the main thread can arrange that)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def memory_bytes(sessions: Iterable[Session]) -> int:
    """Proportional set size of all processes of the sessions (shared pages counted once), in bytes."""
    return sum(_pss(process) for session in sessions for process in members(session))


def _pss(process: psutil.Process) -> int:
    try:
        info = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(info.pss if hasattr(info, "pss") else info.uss)


def _is_reused(session: Session) -> bool:
    try:
        return _started_ticks(session.sid) != session.started_ticks
    except (FileNotFoundError, ProcessLookupError):
        return False


def _started_ticks(pid: int) -> int:
    """Field 22 of the process's stat; the name before it may hold spaces and brackets."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def _is_member(process: psutil.Process, sid: int) -> bool:
    try:
        return os.getsid(process.pid) == sid and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.Error):
        return False


def _signal(processes: Iterable[psutil.Process], send: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        try:
            send(process)
        except psutil.Error:
            continue


def _wait(session: Session, seconds: float) -> None:
    """Until the session is empty or the time is over; reaps our own children on the way."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _reap(session.sid)
        if not members(session):
            return
        time.sleep(0.1)


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except OSError:
        return
