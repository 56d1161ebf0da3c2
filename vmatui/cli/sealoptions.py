"""The words of `vmatui seal`, and those that other verbs have because of it."""

from __future__ import annotations

import argparse

from vmatui.cli.pathword import path_word


def add_seal(parser: argparse.ArgumentParser) -> None:
    """Add everything that `seal` takes, but for how it prints."""
    parser.add_argument(
        "file", metavar="ARCHIVE", help="compressed or not; the manifest is ARCHIVE.vmatui"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="a manifest that is there may be replaced"
    )
    parser.add_argument(
        "--even-faulty", action="store_true", help="seal what is sound of an archive with errors"
    )


def add_seal_option(parser: argparse.ArgumentParser) -> None:
    """Add `--seal` to a verb that reads or writes a whole archive."""
    parser.add_argument(
        "--seal", action="store_true", help="write ARCHIVE.vmatui, digests that prove it later"
    )


def add_manifest_option(parser: argparse.ArgumentParser) -> None:
    """Add `--manifest` to a verb that compares with one."""
    parser.add_argument(
        "--manifest",
        metavar="PATH",
        type=path_word,
        help="of seal; default: the one beside FILE, if any",
    )
