"""`tokcount demo`: a first look without a log."""

from support.inside import Inside
from support.running import SAMPLES

from tokcount.cli.commands.doctor import NEXT, SAMPLE


def test_the_demo_audits_the_bundled_sample_and_says_what_is_next(inside: Inside) -> None:
    done = inside("demo")

    assert done.code == 0
    assert done.out.splitlines()[0] == "Moving 20 records to gpt-5.6-luna"
    assert done.err.strip() == NEXT.strip()


def test_its_sample_is_the_beginning_of_the_sample_log() -> None:
    assert (SAMPLES / "support-chat.jsonl").read_bytes().startswith(SAMPLE.read_bytes())


def test_the_program_alone_names_the_demo(inside: Inside) -> None:
    assert "New here? tokcount demo" in inside().out + inside("--help").out
