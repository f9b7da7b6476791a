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


class Session(BaseModel):
    """One part of the stack: a process that was started as a session leader, and everything it started."""

    model_config = ConfigDict(frozen=True)

    name: str
    sid: PositiveInt
    started_at: float


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
    return Session(name=name, sid=process.pid, started_at=psutil.Process(process.pid).create_time()), process


def members(session: Session) -> list[psutil.Process]:
    """The living processes of the session; empty when its id now belongs to someone else."""
    if session.started_at < psutil.boot_time() - 1 or _is_reused(session):
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
        return abs(psutil.Process(session.sid).create_time() - session.started_at) > 1
    except psutil.NoSuchProcess:
        return False


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
