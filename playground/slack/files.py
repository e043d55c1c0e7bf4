"""Uploaded files: a ticket, the bytes, then shared into a channel."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from playground.slack.wire import Json, new_id


@dataclass
class UploadedFile:
    """One file; `ticket` is the secret part of its upload address."""

    id: str
    name: str
    length: int
    ticket: str
    title: str = ""
    content: bytes | None = None
    channels: list[str] = field(default_factory=list)

    def wire(self, address: str, now: int) -> Json:
        """Return the file object; `text` is the whole content, for the page and for tests that look for secrets."""
        content = self.content or b""
        return {
            "id": self.id,
            "created": now,
            "timestamp": now,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": "text/csv" if self.name.endswith(".csv") else "text/plain",
            "filetype": self.name.rpartition(".")[2] or "text",
            "size": len(content),
            "mode": "snippet",
            "is_external": False,
            "url_private": f"{address}/files/{self.id}",
            "url_private_download": f"{address}/files/{self.id}",
            "permalink": f"{address}/files/{self.id}",
            "channels": self.channels,
        }


@dataclass
class Files:
    """All files of the workspace."""

    by_id: dict[str, UploadedFile] = field(default_factory=dict)

    def reserve(self, name: str, length: int) -> UploadedFile:
        """Return a file whose bytes are still to come."""
        file = UploadedFile(new_id("F"), name, length, secrets.token_urlsafe(24))
        self.by_id[file.id] = file
        return file

    def receive(self, ticket: str, content: bytes) -> bool:
        """Take the bytes for an upload address; False when there is no such address or the length differs."""
        file = next((one for one in self.by_id.values() if one.ticket == ticket), None)
        if file is None or file.length != len(content):
            return False
        file.content = content
        return True
