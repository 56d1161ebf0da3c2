from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vmatui.cli.maplines import GRAMMAR, MapLine, parse_line, parse_map
from vmatui.errors import UsageError
from vmatui.storage.destination import Destination, ZeroPolicy

SPARSE, ZERO = ZeroPolicy.SPARSE, ZeroPolicy.ZERO
WORDS = [
    *("format=", "throttling.bps=", "throttling.group=", "cache=", "skip=", "raw", "none", "="),
    *(":", "0:", "1:", "2:", "drive-scsi0", "/dev/x", "done", "-", "nbd://h/", "rbd:", "zeroinit:"),
]


def target(
    place: str,
    zero: ZeroPolicy,
    format: str | None = None,
    limit: int | None = None,
    group: str | None = None,
) -> Destination:
    return Destination(place, format=format, zero=zero, limit=limit, group=group, in_place=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("skip=drive-scsi0", MapLine("drive-scsi0", None)),
        ("skip=a:b=c", MapLine("a:b=c", None)),
        ("0:a=/x", MapLine("a", target("/x", SPARSE))),
        ("1:a=/x", MapLine("a", target("/x", ZERO))),
        ("1:a=/x=y:z", MapLine("a", target("/x=y:z", ZERO))),
        ("0:skip=/x", MapLine("skip", target("/x", SPARSE))),
        ("1:odd name=x y", MapLine("odd name", target("x y", ZERO))),
        ("format=raw:1:a=/x", MapLine("a", target("/x", ZERO, "raw"))),
        ("format=raw:1:a=zeroinit:/x", MapLine("a", target("/x", ZERO, "raw"))),
        ("format=raw:1:a=nbd://host/b", MapLine("a", target("nbd://host/b", ZERO, "raw"))),
        ("throttling.bps=0:1:a=/x", MapLine("a", target("/x", ZERO))),
        ("throttling.group=g:1:a=/x", MapLine("a", target("/x", ZERO, group="g"))),
        (
            "format=qcow2:throttling.bps=4000000:throttling.group=local lvm:cache=none:0:a=/x",
            MapLine("a", target("/x", SPARSE, "qcow2", 4000000, "local lvm")),
        ),
        (
            "cache=unsafe:throttling.group=g:format=vmdk:throttling.bps=1:1:a=/x",
            MapLine("a", target("/x", ZERO, "vmdk", 1, "g")),
        ),
    ],
)
def test_a_line_says_where_a_device_goes(text: str, expected: MapLine) -> None:
    assert parse_line(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drive-scsi0=W/t1", "parse error, neither 0: nor 1: where 'drive-scsi0=W/t1' stands"),
        ("format=raw:2:drive-scsi0=W/t1", "parse error, neither 0: nor 1: where '2:' stands"),
        ("format=raw:0", "parse error, neither 0: nor 1: where '0' stands"),
        ("bogus=1:0:a=/x", "parse error"),
        ("Format=raw:0:a=/x", "parse error"),
        ("format=raw:0:W/t1", "no dev name specified in 'W/t1'"),
        ("format=raw:0:=W/t1", "no dev name specified"),
        ("format=raw", "option 'format' not terminated"),
        ("format=raw:format=raw:0:a=/x", "duplicate value for option 'format'"),
        ("cache=none:format=raw:cache=none:0:a=/x", "duplicate value for option 'cache'"),
        ("format=:0:a=/x", "option 'format' has no value"),
        ("skip=", "option 'skip' has no value"),
        (
            "throttling.bps=abc:format=raw:0:a=/x",
            "'throttling.bps' is not a number of bytes: 'abc'",
        ),
        ("throttling.bps=-1:0:a=/x", "not a number"),
        ("throttling.bps=٣:0:a=/x", "not a number"),
        (f"throttling.bps={1 << 63}:0:a=/x", "not a number"),
        (f"throttling.bps={'9' * 5000}:0:a=/x", "not a number"),
        ("cache=bogus:format=raw:0:a=/x", "invalid cache option 'bogus', not one of off, none"),
        ("format=bogus:0:a=/x", "invalid format option 'bogus', not one of raw, qcow2"),
        ("0:a=", "no path specified"),
        ("0:a=zeroinit:", "no path specified"),
        ("0:a=/x\0", "no path specified"),
        ("0:a=-", "standard output prints the list"),
        ("format=raw:0:a=rbd:pool/disk:conf=/etc/ceph.conf", "needs a driver of QEMU's: name a"),
        ("format=raw:0:a=iscsi://host/lun", "needs a driver of QEMU's"),
    ],
)
def test_a_line_that_makes_no_sense_is_said_to_and_why(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_line(text)


@pytest.mark.parametrize("end", ["done", ""])
def test_what_follows_the_end_of_a_map_is_not_even_read(end: str) -> None:
    lines = iter(["0:a=/x", end, "nonsense"])
    assert [line.devname for line in parse_map(lines)] == ["a"]
    assert list(lines) == ["nonsense"]


def test_a_map_may_end_without_a_word_and_may_be_empty() -> None:
    assert [line.devname for line in parse_map(["0:a=/x", "skip=b"])] == ["a", "b"]
    assert parse_map([]) == []


def test_an_error_names_the_line_and_the_grammar() -> None:
    with pytest.raises(UsageError) as caught:
        parse_map(["skip=b", "3:a=/x"])
    assert str(caught.value) == (
        f"line 2 of the map: parse error, neither 0: nor 1: where '3:' stands; a line is {GRAMMAR}"
    )


@pytest.mark.parametrize("second", ["0:a=/y", "skip=a"])
def test_a_device_has_one_line(second: str) -> None:
    with pytest.raises(UsageError, match="line 2 of the map: a has a line already"):
        parse_map(["0:a=/x", second])


def parsed_or_refused(text: str) -> MapLine | str:
    try:
        return parse_line(text)
    except UsageError as error:
        return str(error)


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map("".join)))
@example("\udcff=\ud800:0:a=\x1b[2J")
def test_no_line_does_anything_but_parse_or_be_refused_in_one_printable_line(text: str) -> None:
    parsed = parsed_or_refused(text)
    if isinstance(parsed, str):
        assert parsed.isprintable()
        return
    assert parsed.devname
    assert parsed.devname in text
    if parsed.destination is not None:
        assert parsed.destination.place not in {"", "-"}
        assert text.endswith(parsed.destination.place)
