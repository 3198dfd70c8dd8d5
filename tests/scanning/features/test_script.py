"""The dominant script of a record's text."""

import pytest

from tokcount.scanning.features.script import SAMPLE, dominant_script


@pytest.mark.parametrize(
    ("texts", "script"),
    [
        (["Write a poem about autumn."], "latin"),
        (["請寫一首關於秋天的詩："], "chinese"),
        (["次のレビューを一文で要約してください。"], "japanese"),
        (["日本語の漢字熟語"], "japanese"),
        (["Напишите стихотворение"], "cyrillic"),
        (["اكتب قصيدة"], "arabic"),
        (["कविता लिखो"], "indic"),
        (["시를 써 주세요"], "korean"),
        (["12345 67890 != 3.14"], "none"),
        ([], "none"),
        (
            [
                "Translate to Chinese: ok",
                "这是一个很长的中文句子，比英文多得多，所以是中文的记录，没有疑问。",
            ],
            "chinese",
        ),
    ],
)
def test_most_letters_decide(texts: list[str], script: str) -> None:
    assert dominant_script(texts) == script


def test_the_middle_of_a_long_text_is_looked_at() -> None:
    text = "a" * SAMPLE + "字" * (20 * SAMPLE) + "a" * SAMPLE

    assert dominant_script([text]) == "latin"
    assert dominant_script(["1" * SAMPLE + "字" * (20 * SAMPLE) + "1" * SAMPLE]) == "chinese"
