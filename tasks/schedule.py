"""Every piece of periodic work: how often it runs and what it is for. Nothing else is scheduled anywhere."""

from typing import Any

TASK_MODULES: list[str] = []

BEAT: dict[str, dict[str, Any]] = {}
