"""Preference data for fine-tuning."""

from support.reading import answered, asked, record


def test_a_preference_pair_keeps_the_preferred_answer() -> None:
    value = {
        "input": {"messages": [{"role": "user", "content": "q"}], "tools": [], "parallel_tool_calls": True},
        "preferred_output": [{"role": "assistant", "content": "good"}],
        "non_preferred_output": [{"role": "assistant", "content": "bad"}],
    }

    found = record(value)

    assert (found.format, found.kind, answered(found)) == ("openai.dpo", "chat", ["good"])
    assert "tools" not in asked(found)
