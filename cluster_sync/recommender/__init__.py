"""The cluster side: merging inboxes and computing item-to-item lists."""
