"""Open, verify and restore Proxmox VMA backup archives."""

from __future__ import annotations
