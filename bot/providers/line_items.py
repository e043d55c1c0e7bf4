"""What people read in place of a line item's identifier, the same wherever it stands.

The provider's own names (“Nova - 3 (Stream)”) are told by its list of billing fields alone: months that were closed
and digests know the identifier, so the name is made from that.
"""

from __future__ import annotations


def line_item_named(identifier: str) -> str:
    """Call a line item: “nova-3 (streaming)” for ``streaming::nova-3``; what is not of that form stays as it is."""
    way, parted, product = identifier.partition("::")
    return f"{product} ({way})" if parted and way and product else identifier
