"""The job handlers, one small module per queue. A module that has `QUEUE` and `handle` is found by itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from workers.errors import ConfigurationError
from workers.runtime_types import Handler


def discover() -> Mapping[str, Handler]:
    """Every handler of this package by its queue.

    Modules without `QUEUE` serve others and are passed over. Raises ConfigurationError where two
    modules name the same queue or a queue has no `handle`.
    """
    handlers: dict[str, Handler] = {}
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        queue = getattr(module, "QUEUE", None)
        if queue is None:
            continue
        handle = getattr(module, "handle", None)
        if not callable(handle):
            raise ConfigurationError(
                f"{module.__name__} serves the queue {queue} but has no function `handle`.",
                hint="Write `def handle(job: Job, services: Services) -> Commit`.",
            )
        if queue in handlers:
            raise ConfigurationError(
                f"Two modules of workers.jobs serve the queue {queue}.",
                hint="One queue, one module: rename one QUEUE.",
            )
        handlers[queue] = handle
    return handlers
