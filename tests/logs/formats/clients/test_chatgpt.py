"""ChatGPT exports: the branch of a conversation that was shown last."""

from typing import Any

from support.reading import asked, record


def node(parent: str | None, children: list[str], message: dict[str, Any] | None) -> dict[str, Any]:
    return {"parent": parent, "children": children, "message": message}


def said(role: str, *parts: Any, **metadata: Any) -> dict[str, Any]:
    return {
        "author": {"role": role},
        "content": {"content_type": "text", "parts": list(parts)},
        "metadata": metadata,
    }


EXPORT: dict[str, Any] = {
    "create_time": 1700000000.0,
    "conversation_id": "c1",
    "default_model_slug": "gpt-4o",
    "current_node": "a2",
    "mapping": {
        "root": node(None, ["s"], None),
        "s": node("root", ["u"], said("system", "")),
        "u": node("s", ["a1", "a2"], said("user", "Hello")),
        "a1": node("u", [], said("assistant", "old", model_slug="gpt-4")),
        "a2": node("u", [], said("assistant", "Hi!", model_slug="gpt-4o-mini")),
    },
}


def test_an_export_is_the_branch_that_was_shown_last() -> None:
    found = record(EXPORT)

    assert (found.format, found.model, found.conversation, found.id) == (
        "chatgpt.export",
        "gpt-4o-mini",
        True,
        "c1",
    )
    assert [message["content"] for message in asked(found)["messages"]] == ["Hello", "Hi!"]


def test_an_export_without_its_leaf_follows_the_newest_branch() -> None:
    found = record({key: value for key, value in EXPORT.items() if key != "current_node"})

    assert [message["content"] for message in asked(found)["messages"]] == ["Hello", "Hi!"]


def test_hidden_messages_are_left_out_and_images_kept_as_parts() -> None:
    image = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}
    mapping = EXPORT["mapping"] | {
        "u": node("s", ["a2"], said("user", "What is", image)),
        "a2": node("u", [], said("assistant", "hidden", is_visually_hidden_from_conversation=True)),
    }
    found = record(EXPORT | {"mapping": mapping})

    (message,) = asked(found)["messages"]
    assert [part["type"] for part in message["content"]] == ["text", "image_url"]
    assert found.flags == ("media",)


def test_code_and_results_keep_their_text() -> None:
    mapping = EXPORT["mapping"] | {
        "a2": node(
            "u", [], {"author": {"role": "assistant"}, "content": {"content_type": "code", "text": "1+1"}}
        )
    }

    assert asked(record(EXPORT | {"mapping": mapping}))["messages"][-1]["content"] == "1+1"


def test_parts_of_an_export_of_other_kinds() -> None:
    parts = [
        {"content_type": "audio_asset_pointer"},
        {"content_type": "x", "text": "said"},
        {"content_type": "file"},
    ]
    mapping = EXPORT["mapping"] | {
        "u": node("s", ["a2"], said("user", *parts)),
        "a2": node("u", [], said("tool", "x")),
    }
    mapping["a2"]["message"]["author"]["name"] = "browser"
    found = record(EXPORT | {"mapping": mapping})

    first, second = asked(found)["messages"]
    assert [part["type"] for part in first["content"]] == ["input_audio", "text", "file"]
    assert second["name"] == "browser"


def test_an_export_that_bites_its_tail_ends() -> None:
    mapping = {"a": node("b", ["b"], said("user", "x")), "b": node("a", ["a"], said("assistant", "y"))}

    assert len(asked(record({"mapping": mapping, "conversation_id": "c"}))["messages"]) == 2
