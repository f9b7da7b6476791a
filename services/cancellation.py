"""How work in a thread stops when nobody waits for it any more.

A thread cannot be interrupted, so whoever starts the work hands it a flag and the work looks at the flag between its
parts. The flag travels in a context variable: no engine has to pass it on.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from threading import Event
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
_stop: ContextVar[Event | None] = ContextVar("stop", default=None)


class Cancelled(Exception):
    """Raised inside work whose caller has gone. Nobody is left to read it."""


def stop_if_cancelled() -> None:
    """Raise Cancelled if the work around this call is not wanted any more; without such a caller, do nothing."""
    stop = _stop.get()
    if stop is not None and stop.is_set():
        raise Cancelled


async def run_in_thread(work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
    """Run work in a thread. Cancelling tells the work to stop and waits until it has let go."""
    stop = Event()
    token = _stop.set(stop)
    thread = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))  # copies the context, with the flag
    _stop.reset(token)
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        stop.set()
        await _wait_for(thread)
        raise


async def _wait_for(thread: asyncio.Future[Result]) -> None:
    """Wait for the end of the thread, whatever it is, even if the waiting is cancelled again."""
    while not thread.done():
        try:
            await asyncio.wait([thread])
        except asyncio.CancelledError:
            continue
    thread.exception()  # looked at, so that asyncio does not report it
