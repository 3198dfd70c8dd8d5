"""The examples of docs/extend/framing-family.md work."""

import re
import tomllib
from pathlib import Path

import msgspec
from support.paths import ROOT

from tokcount.framing.families import FAMILIES, laid_over
from tokcount.framing.families.user_file import load
from tokcount.framing.family import Family, FamilyTable, responses_rules

TABLES = re.findall(
    r"```toml\n(.*?)```", (ROOT / "docs/extend/framing-family.md").read_text(encoding="utf-8"), re.DOTALL
)


def test_the_example_of_a_family_is_valid_and_starts_from_its_like() -> None:
    table = tomllib.loads(TABLES[0])
    found = msgspec.convert(laid_over(table["like"], table), FamilyTable)
    family = Family(name="gpt7", **msgspec.structs.asdict(found))

    assert family.reasoning
    assert (family.chat.priming, family.chat.per_message) == (4, FAMILIES["gpt5"].chat.per_message)
    assert [responses_rules(family, model).at(None).call for model in ("gpt-7", "gpt-7-mini")] == [20, 18]
    assert family.image_rule("gpt-7") is not None


def test_the_example_of_a_user_file_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "families.toml"
    path.write_text(TABLES[1], encoding="utf-8")
    (own,) = load(path)

    assert (own.model, own.family.chat.hidden) == ("gpt-7", 121)
