"""What the Train room asks and is answered."""

from __future__ import annotations

from nbml.spec.base import Strict
from nbml.spec.messages.base import Request

Requests: tuple[type[Request], ...] = ()
Answers: dict[type[Request], type[Strict]] = {}
