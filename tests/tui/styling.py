"""Parses each style sheet once for all tests: every application has the same ones."""

from __future__ import annotations

from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.tokenize import tokenize_values
from textual.css.tokenizer import Token
from textual.css.types import CSSLocation

Variables = dict[str, list[Token]]

_tokens: dict[tuple[tuple[str, str], ...], Variables] = {}
_rules: dict[tuple[object, ...], list[RuleSet]] = {}
_tokenize, _parse = tokenize_values, parse


def tokenize_once(values: dict[str, str]) -> Variables:
    """Return the tokens of variables: for the same values the same object."""
    key = tuple(values.items())
    if key not in _tokens:
        _tokens[key] = _tokenize(values)
    return _tokens[key]


def parse_once(
    scope: str,
    css: str,
    read_from: CSSLocation,
    *,
    variable_tokens: Variables,
    is_default_rules: bool,
    tie_breaker: int,
) -> list[RuleSet]:
    """Return the rules of a style sheet, which nobody changes; none are kept of a faulty one."""
    key = scope, css, read_from, id(variable_tokens), is_default_rules, tie_breaker
    if key not in _rules:
        _rules[key] = [
            *_parse(
                scope,
                css,
                read_from,
                variable_tokens=variable_tokens,
                is_default_rules=is_default_rules,
                tie_breaker=tie_breaker,
            )
        ]
    return _rules[key]
