"""What the shell completes."""

from tokcount.cli.guide.completion import models, targets, words


def test_models_aliases_and_encodings_complete_also_after_a_comma() -> None:
    assert "gpt-4o-mini" in models("gpt-4o")
    assert models("o200k_b") == ["o200k_base"]
    assert "gpt-4,o200k_base" in models("gpt-4,o200k")
    assert targets("aut") == ["auto"]


def test_words_of_a_table_complete() -> None:
    assert words(("model", "month"))("model,mo") == ["model,model", "model,month"]
