from __future__ import annotations

import errno
import os
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.running import run, run_process
from tests.damage import DAMAGED, sound
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from vmatui.engine.checking.advice import advice, reference_wording
from vmatui.format.codes import MEANINGS, Code

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "svg", "defs", "pattern", "rect", "path"),
    *("g", "text", "h1", "h2", "h3", "p", "b", "span", "code", "div", "dl", "dt", "dd", "table"),
    *("tr", "th", "td", "section", "ul", "li", "pre"),
}
EVIL = "x\x1b[31m</style></title></svg><script>alert(1)</script><img src=//e onerror=a()>&\"'-->"


class Page(HTMLParser):
    """Every tag of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.flow = ""
        """The text without the ends of elements."""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += f"{data}\n"
            self.flow += data


def read_page(path: Path) -> Page:
    """Parse a page, which is well formed and fetches nothing."""
    page = Page(path.read_text())
    assert not page.open
    assert set(page.tags) <= TAGS
    for name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in {"src", "href", "style"}
        assert "//" not in (value or "")
    return page


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def test_a_page_tells_all_that_a_ticket_needs(folder: Path, page: Path) -> None:
    result = run("verify", "faulty.vma", "--report", page, "--json", exit_code=1)
    text = read_page(page).text
    size = f"{Path('faulty.vma').stat().st_size:,} bytes"
    for told in ("faulty.vma", size, result.json["uuid"], "2023-11-14 22:13:20 UTC", "1 error"):
        assert told in text
    assert f"vmatui verify faulty.vma --report {page} --json" in text
    for word in ("structure", "stream", "payload", "not protected", "cannot be checked"):
        assert word in text
    for name in ("drive-scsi0", "drive-efidisk0", "vmstate", "qemu-server.conf, 190 bytes"):
        assert name in text
    assert "cores" not in text
    assert "byte 128,512 (0x1f600), extent 2" in text


@pytest.mark.parametrize("code", DAMAGED)
def test_every_kind_of_fault_stands_there_with_what_to_do(
    code: str, folder: Path, page: Path
) -> None:
    Path("damaged.vma").write_bytes(DAMAGED[code]())
    run("verify", "damaged.vma", "--report", page, exit_code=(0, 1))
    found = read_page(page)
    assert MEANINGS[Code(code)].title in found.text
    assert advice(Code(code)) in found.flow
    assert (reference_wording(Code(code)) or "") in found.text


def test_every_map_is_drawn_in_both_views_and_the_archive_too(folder: Path, page: Path) -> None:
    run("verify", "faulty.vma", "--report", page, exit_code=1)
    drawn = [
        value for name, value in read_page(page).attributes if (name, value) == ("role", "img")
    ]
    assert len(drawn) == 2 * (3 + 1)
    text = page.read_text()
    assert '<path fill="url(#p22)" d="M4 0h3v1h-3z"/>' in text  # three damaged clusters, one run
    assert "damaged 3" in text


def test_bytes_of_a_device_add_up_to_its_size(folder: Path, page: Path) -> None:
    disk = Disk("a", size=CLUSTER + 3 * BLOCK + 512, blocks={17: noise(BLOCK)})
    Path("small.vma").write_bytes(forge([disk]))
    run("verify", "small.vma", "--report", page)
    words = read_page(page).text.split("\n")
    start = words.index("78,336")
    assert words[start : start + 6] == ["78,336", "12,800", "65,536", "0", "0", "0"]


def test_nothing_of_a_hostile_archive_becomes_a_tag(folder: Path, page: Path) -> None:
    evil = f"{EVIL}{'y' * 20_000}"
    config = f"{EVIL}\n<script>\n".encode() + b"\xff\x00\x1b[2J"
    data = forge([Disk(evil, noise(70_000)), Disk(EVIL, noise(512))], {f"c{EVIL}": config})
    Path("evil.vma").write_bytes(data)
    run("verify", "evil.vma", "--report", page, "--report-configs")
    found = read_page(page)
    assert not {"script", "img"} & set(found.tags)
    assert "<script>alert(1)</script>" in found.text
    assert found.tags["pre"] == 1
    assert page.stat().st_size < 60_000
    assert "\x1b" not in page.read_text()
    assert "y" * 600 not in found.text


def test_configs_are_shown_only_when_asked(folder: Path, page: Path) -> None:
    run("verify", "sound.vma", "--report", page, "--report-configs")
    assert "cores: 2\n" in read_page(page).text


def test_a_page_stays_small_however_much_is_wrong(folder: Path, page: Path) -> None:
    disks = [Disk(f"d{number}<", size=64 * CLUSTER) for number in range(100)]
    archive = sound().of(disks, slots_per_extent=7, order="shuffled")
    for extent in archive.extents:
        extent.slots.append(extent.slots[0])
    Path("bad.vma").write_bytes(archive.build())
    run("verify", "bad.vma", "--report", page, exit_code=1)
    text = read_page(page).text
    assert "findings that are not listed" in text
    assert page.stat().st_size < 2_000_000


def test_an_archive_that_comes_through_a_pipe_is_reported_in_its_one_walk(
    folder: Path, page: Path
) -> None:
    with Path("faulty.vma").open("rb") as file:
        piped = os.dup(file.fileno())
        os.lseek(piped, 0, os.SEEK_SET)
        result = run_process("verify", "-", "--report", page, exit_code=1, stdin=piped)
        os.close(piped)
    assert "extent-checksum" in result.stderr
    assert "<h1>standard input</h1>" in page.read_text()
    assert "damaged 3" in page.read_text()


def test_a_page_is_never_written_over_anything_without_leave(folder: Path, page: Path) -> None:
    page.write_text("mine")
    result = run("verify", "sound.vma", "--report", page, exit_code=4)
    assert "exists already" in result.stderr
    assert page.read_text() == "mine"
    run("verify", "sound.vma", "--report", page, "--overwrite")
    read_page(page)
    assert [each.name for each in folder.iterdir()].count("tmp-page.html") == 0


@pytest.mark.parametrize(
    ("verb", "option"),
    [("verify", "--overwrite"), ("verify", "--report-configs"), ("restore", "--report-configs")],
)
def test_what_is_said_of_a_page_needs_one(folder: Path, verb: str, option: str) -> None:
    words = [verb, "sound.vma", *(["out"] if verb == "restore" else []), option]
    told = run(*words, exit_code=2).stderr
    assert f"{option} is for the page of --report, and none is asked for" in told
    assert not Path("out").exists()


def test_only_html_is_written_so_that_no_archive_can_be_meant(folder: Path) -> None:
    before = Path("sound.vma").read_bytes()
    words = ("verify", "faulty.vma", "--report", "sound.vma", "--overwrite")
    assert "name it .html" in run(*words, exit_code=2).stderr
    assert Path("sound.vma").read_bytes() == before


def test_what_is_no_archive_leaves_no_page(folder: Path, page: Path) -> None:
    Path("none.vma").write_bytes(noise(70_000))
    run("verify", "none.vma", "--report", page, exit_code=3)
    run("verify", "sound.vma", "--report", "no/page.html", exit_code=4)
    assert not any("page" in each.name for each in folder.iterdir())


def test_a_restore_tells_what_it_wrote(folder: Path, page: Path) -> None:
    run("restore", "faulty.vma", "out", "--report", page, exit_code=1)
    text = read_page(page).text
    assert "out/disk-drive-scsi0.raw.incomplete" in text
    assert text.count("incomplete\n") >= 3
    assert "damaged 3" in text


def test_a_restore_of_one_device_still_maps_them_all(folder: Path, page: Path) -> None:
    run("verify", "sound.vma", "--report", "all.html")
    run("restore", "sound.vma", "out", "-d", "drive-efidisk0", "--report", page)
    verified, restored = (
        each.read_text().split("<h2>Maps</h2>")[1].split("<h2>")[0]
        for each in (Path("all.html"), page)
    )
    assert restored == verified


@pytest.mark.parametrize("option", ["--resume", "--salvage"])
def test_a_restore_that_does_not_walk_it_all_has_no_page(
    option: str, folder: Path, page: Path
) -> None:
    words = ("restore", "faulty.vma", "out", option, "--report", page)
    assert "--report" in run(*words, exit_code=2).stderr
    assert not page.exists()


def test_a_page_that_cannot_be_written_does_not_cost_what_was_found(
    folder: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwritev", full)
    result = run("verify", "faulty.vma", "--report", page, exit_code=4)
    assert "error: extent-checksum" in result.stderr
    assert f"cannot write {page}: No space left on device" in result.stderr
    assert not any("page" in each.name for each in folder.iterdir())
