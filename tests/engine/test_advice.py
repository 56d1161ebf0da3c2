from __future__ import annotations

import re

import pytest

from vmatui.cli.parser import VERBS
from vmatui.engine.checking.advice import advice, reference_wording
from vmatui.format.codes import MEANINGS, Code


@pytest.mark.parametrize("code", Code)
def test_every_code_has_one_sentence_that_says_what_to_do(code: Code) -> None:
    text = advice(code)
    assert re.fullmatch(r"[A-Z][^\n]{40,220}\.", text)
    assert ". " not in text
    assert re.search(r"vmatui|sha256sum|ddrescue|copy it again", text)


@pytest.mark.parametrize("code", Code)
def test_advice_names_only_verbs_that_there_are(code: Code) -> None:
    named = set(re.findall(r"vmatui (\w+)", advice(code)))
    assert named <= set(VERBS)


def test_advice_differs_wherever_the_cause_does() -> None:
    alike = {Code.EXTRA_BLOCKS, Code.MISSING_BLOCKS}
    texts = [advice(code) for code in Code if code not in alike]
    assert len(set(texts)) == len(texts)


def test_the_advice_on_a_device_without_a_name_is_true_of_one_that_no_list_shows() -> None:
    """A device 0 or 255 is declared, and nobody takes it for one."""
    assert "if not" in advice(Code.DEVICE_NAME)


def test_the_wording_is_that_of_the_reference_or_none() -> None:
    assert reference_wording(Code.HEADER_CHECKSUM) == "wrong vma header chechsum"
    assert reference_wording(Code.SHORT_EXTENT) == "short vma extent"
    assert reference_wording(Code.STREAM_ERROR) is None
    assert {code for code in Code if reference_wording(code) is None} == {
        code for code in Code if not MEANINGS[code].reference
    }
