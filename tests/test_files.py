"""Policies in files: encodings, YAML's traps, and includes."""

from pathlib import Path

import pytest
import yaml

from rules.load import Loaded, load, load_text
from rules.text import reader
from tests.small_policies import HEAD, LANGUAGE, SHIPPED, codes


def load_files(folder: Path, **files: str) -> Loaded:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(folder / "main")


def test_a_policy_may_be_divided(tmp_path: Path) -> None:
    head, *sections = LANGUAGE.split("\n\n")
    derive = next(section for section in sections if section.startswith("derive:"))
    rest = "\n\n".join(section for section in sections if section != derive)
    loaded = load_files(
        tmp_path, main=f"{head}\ninclude: [a/rest]\n", a__rest=f"include: [derive]\n{rest}", a__derive=derive
    )
    assert loaded.diagnostics == ()
    assert loaded.policy is not None
    assert [source.file for source in loaded.sources] == [str(tmp_path / "main"), "a/rest", "a/derive"]
    whole = load_text(LANGUAGE).policy
    assert whole is not None
    assert loaded.policy.digest == whole.digest
    assert loaded.policy.derive[0].span.file == "a/derive"


def test_one_section_may_be_divided(tmp_path: Path) -> None:
    loaded = load_files(
        tmp_path,
        main=f"{HEAD}include: [authority]\nprice_approval: {{ladder: [{{level: manager}}], chain: direct}}\n",
        authority='price_approval: {authority: {columns: [level, line.discount], rows: [[manager, "<= 5%"]]}}\n',
    )
    assert loaded.policy is not None
    assert loaded.policy.price_approval is not None
    assert loaded.policy.price_approval.chain == "direct"
    assert loaded.policy.price_approval.authority[0].span.file == "authority"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("missing", "D201"),
        (".", "D222"),
        ("folder", "D201"),
        ("../outside", "D221"),
        ("/etc/hostname", "D221"),
        ("a/../../outside", "D221"),
        ("link", "D221"),
        ("main", "D222"),
        ("x" * 300, "D201"),
        ('"\\0"', "D206"),
    ],
)
def test_an_include_that_cannot_be_followed_is_told_at_its_entry(tmp_path: Path, path: str, code: str) -> None:
    (tmp_path / "outside").write_text("terms: {}\n")
    folder = tmp_path / "policy"
    (folder / "folder").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path / "outside")
    loaded = load_files(folder, main=f"{HEAD}include: [{path}]\n")
    assert loaded.policy is None
    if path != ".":
        assert codes(loaded) == [code]
    assert loaded.diagnostics[0].span.line == 5


def test_files_that_include_each_other_are_refused(tmp_path: Path) -> None:
    loaded = load_files(tmp_path, main=f"{HEAD}include: [one]\n", one="include: [two]\n", two="include: [one]\n")
    assert codes(loaded) == ["D222"]
    assert loaded.diagnostics[0].span.file == "two"
    assert loaded.diagnostics[0].related[0][0].line == 5


def test_a_mistake_is_told_in_its_own_file(tmp_path: Path) -> None:
    loaded = load_files(tmp_path, main=f"{HEAD}include: [facts]\n", facts="facts: {deal.discount: {type: rate}}\n")
    assert [str(diagnostic.span) for diagnostic in loaded.diagnostics] == ["facts:1:9"]


def test_many_files_are_refused(tmp_path: Path) -> None:
    names = [f"f{number}" for number in range(80)]
    loaded = load_files(tmp_path, main=f"{HEAD}include: [{', '.join(names)}]\n", **dict.fromkeys(names, "{}\n"))
    assert set(codes(loaded)) == {"D222"}


@pytest.mark.parametrize("name", ["missing.yaml", "", "x" * 5000])
def test_a_first_file_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    loaded = load(tmp_path / name)
    assert codes(loaded) == ["D201"]
    assert loaded.policy is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["D209"]),
        ("# nothing\n", ["D209"]),
        ("~\n", ["D110"]),
        ("[a, b]\n", ["D110"]),
        ("policy", ["D110"]),
        ('a: "b', ["D218"]),
        ("a: {b: [c", ["D218"]),
        ("a: [b,\n", ["D218"]),
        ("a:\n\tb: c\n", ["D208"]),
        ("a: b: c\n", ["D219"]),
        ("a: b\nc\n", ["D219"]),
        ("a: [b\nc: d\n", ["D219"]),
        ("a: @b\n", ["D219"]),
        ("a: 'b' c\n", ["D219"]),
        ('a: "\\q"\n', ["D219"]),
        ("- a\nb: c\n", ["D226"]),
        ("a: [b, , c]\n", ["D219"]),
        ("%YAML 3.0\n---\na: b\n", ["D219"]),
        ("a: *b\n", ["D214"]),
        ("a: &b [*b]\n", ["D214"]),
        ("[" * 100_000, ["D216"]),
        ("a: " + "{b: " * 100_000, ["D216"]),
        ("- " * 100_000, ["D216"]),
        ("a: b\n---\na: b\n", ["D210"]),
        ("a: \ud800\n", ["D206"]),
        ("a: b\rc: d\n", ["D207"]),
    ],
)
def test_a_file_that_is_no_policy_is_told_why(text: str, found: list[str]) -> None:
    loaded = load_text(text)
    assert loaded.policy is None
    assert codes(loaded) == found


def test_windows_line_ends_are_fine() -> None:
    loaded = load_text(LANGUAGE.replace("\n", "\r\n"))
    plain = load_text(LANGUAGE)
    assert loaded.policy == plain.policy


def test_an_alias_repeats_what_was_anchored() -> None:
    loaded = load_text(
        f"{HEAD}roles:\n  a: &desk {{title: Deal desk, respond_within: 8h}}\n  b: *desk\n",
    )
    assert loaded.policy is not None
    assert [role.title.in_language("en") for role in loaded.policy.roles] == ["Deal desk", "Deal desk"]


def test_several_unquoted_tests_are_told_at_once_with_what_follows() -> None:
    text = LANGUAGE.replace('"<= 2%",       ">= 15%"', "<= 2%, >= 15%").replace('"< 15"', "> 15")
    text = text.replace('"(30..60]"', "(30..60]").replace(
        "registration.status: contested", "registration.status: contestd"
    )
    assert codes(load_text(text)) == ["D217", "D217", "D104", "D217"]


@pytest.mark.parametrize("text", [LANGUAGE, SHIPPED.read_text(encoding="utf-8"), "a: [b", "é: 'ü' # x\n", "a: > 1\n"])
def test_both_parsers_of_yaml_agree(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load_text(text)
    monkeypatch.setattr(reader, "Loader", yaml.SafeLoader)
    slow = load_text(text)
    assert slow.policy == fast.policy
    assert codes(slow) == codes(fast)
    if fast.policy and slow.policy and fast.policy.price_approval and slow.policy.price_approval:
        assert [rule.span for rule in fast.policy.price_approval.rules] == [
            rule.span for rule in slow.policy.price_approval.rules
        ]
