"""Write the sample logs: `python benchmarks/make_sample_logs.py`. Invented calls of an invented shop; same output every time.

The logged usage of the completions log is what the texts encode to, so a reconcile finds no residual there.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tokcount.tokens import encodings

HERE = Path(__file__).parents[1] / "sample_logs"
RANDOM = random.Random(20230501)

ENGLISH = [
    "Write a product description for a {thing} in two sentences. Mention that it ships within three days.\n\n{thing}:",
    "Summarise this customer review in one line.\n\nReview: I bought the {thing} for my mother. It arrived late, but the quality is better than I expected and the colour is lovely.\n\nSummary:",
    "Classify the message as shipping, refund, product question or other.\n\nMessage: Hi, my {thing} came with a scratch on one side. Can I send it back?\nClass:",
    "Q: What does the warranty of the {thing} cover?\nA: Material and workmanship for 24 months.\nQ: Is accidental damage covered?\nA:",
    "Correct the spelling and keep the meaning:\n\nteh {thing} i ordred last munth stoped working yestarday and nobdy answers my emials\n\nCorrected:",
]
CHINESE = [
    "請寫一首關於秋天的詩：",
    "把下面的評論翻譯成英文：\n\n這個{thing}品質很好，包裝也很用心，只是送貨比預期晚了兩天。\n\n翻譯：",
    "请用三句话介绍我们的{thing}，语气要亲切，适合放在网店首页。\n\n介绍：",
    "判断下面的留言属于哪一类（物流、退款、商品咨询、其他）。\n\n留言：我上周买的{thing}少了一个零件，请问怎么补发？\n分类：",
]
JAPANESE = [
    "次のレビューを一文で要約してください。\n\nレビュー：母の誕生日に{thing}を贈りました。色がとてもきれいで、母も大変喜んでいます。梱包も丁寧でした。\n\n要約：",
    "お客様への返信メールを丁寧な日本語で書いてください。内容：{thing}の発送が三日遅れること、送料を返金すること。\n\n返信：",
]
CODE = [
    'def parse_price(text):\n    """Return the price in cents, or None.\n\n    >>> parse_price("EUR 12.50")\n    1250\n    """\n',
    "# Python 3\n# Given a list of orders, return the total per customer, largest first.\n\ndef totals(orders):\n    result = {}\n    for order in orders:\n        if order.get('status') == 'paid':\n",
    "-- PostgreSQL\n-- Customers with more than three orders in 2022\nSELECT\n    c.id,\n    c.email,\n    COUNT(*) AS orders\nFROM\n",
    "function debounce(fn, wait) {\n  let timer = null;\n  return function (...args) {\n    // call fn once, wait milliseconds after the last call\n",
]
DATA = [
    "Convert the rows to JSON.\n\nid,sku,qty,price\n10231,TB-4471,2,1249.50\n10232,TB-9920,14,89.99\n10233,KX-0017,1,3400.00\n\nJSON:\n[",
]
THINGS = {
    "en": ["oak table", "desk lamp", "wool blanket", "ceramic teapot", "garden bench", "cast-iron pan"],
    "zh": ["茶壺", "羊毛毯", "台燈", "木桌", "平底鍋"],
    "ja": ["ティーポット", "毛布", "デスクランプ", "木のテーブル"],
}
ANSWERS = {
    "en": [
        " A solid oak table for long evenings with friends. It ships within three days.",
        " Late delivery, but better quality than expected and a lovely colour.",
        " product question",
        " No, accidental damage is not covered, but we repair it at cost.",
        " The item I ordered last month stopped working yesterday, and nobody answers my emails.",
    ],
    "zh": [
        "\n\n秋風吹過小巷，\n黃葉落在石階上。",
        " The quality is excellent and the packaging careful; it only came two days late.",
        " 物流",
    ],
    "ja": [
        "\n\n母に贈ったところ、色も梱包も良く大変喜ばれた。",
        "\n\nお客様には大変ご迷惑をおかけし、誠に申し訳ございません。",
    ],
    "code": [
        "    match = re.search(r'(\\d+)[.,](\\d{2})', text)\n    if match is None:\n        return None\n    return int(match[1]) * 100 + int(match[2])\n"
    ],
}

SUPPORT_SYSTEM = (
    "You are the support assistant of Larch & Linen, an online shop for home goods. Answer briefly and politely. "
    "Never promise a refund; offer to open a ticket instead. Orders ship within three working days. "
    "Returns are free for 30 days. Opening hours of the phone line: Monday to Friday, 9:00 to 17:00 CET."
)
SUPPORT_TURNS = [
    (
        "Hi! My order {order} has not arrived yet. Can you check?",
        "I am sorry to hear that. Order {order} left our warehouse on Tuesday and should reach you by Friday.",
    ),
    (
        "It is a present for Saturday. What if it comes late?",
        "I understand. If it is not there on Friday evening, write to us here and I will open a ticket for an express replacement.",
    ),
    (
        "Can I change the delivery address to my office?",
        "The parcel is already with the carrier, so the address can only be changed on the carrier's page: use the tracking link in your e-mail.",
    ),
    (
        "The tracking page says: «Sendung wird zugestellt». What does that mean?",
        "That is German for “out for delivery”: the parcel is on the van and should arrive today. 📦",
    ),
    (
        "Perfekt, danke! Und kann ich die Decke zurückgeben, wenn sie nicht gefällt?",
        "Ja, gern: Die Rückgabe ist 30 Tage lang kostenlos. Das Etikett liegt im Paket bei.",
    ),
    ("谢谢！另外想问一下，这款茶壶可以放进洗碗机吗？", "可以的，不过我们建议手洗，这样釉面能保持更久。"),
]


def write(name: str, lines: list[str]) -> None:
    (HERE / name).write_bytes(("\n".join(lines) + "\n").encode("utf-8", "surrogatepass"))


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def tokens(encoding: str, text: str) -> int:
    return len(encodings.get(encoding).encode_ordinary(text))


def completions_prompt(n: int) -> tuple[str, str, str]:
    """Model, prompt and answer of the n-th legacy call."""
    language = ("en", "en", "zh", "code", "en", "ja", "data", "zh")[n % 8]
    if language == "code":
        return "code-davinci-002", RANDOM.choice(CODE), ANSWERS["code"][0]
    if language == "data":
        return "text-davinci-003", DATA[0], '{"id": 10231, "sku": "TB-4471", "qty": 2, "price": 1249.50}]'
    prompts = {"en": ENGLISH, "zh": CHINESE, "ja": JAPANESE}[language]
    prompt = RANDOM.choice(prompts).replace("{thing}", RANDOM.choice(THINGS[language]))
    model = "text-curie-001" if n % 13 == 0 else "text-davinci-003"
    return model, prompt, RANDOM.choice(ANSWERS[language])


def completions_log() -> list[str]:
    start = datetime(2023, 5, 1, 8, tzinfo=UTC)
    lines = []
    for n in range(120):
        model, prompt, answer = completions_prompt(n)
        encoding = "r50k_base" if model == "text-curie-001" else "p50k_base"
        used = (tokens(encoding, prompt), tokens(encoding, answer))
        created = int((start + timedelta(hours=6 * n, minutes=RANDOM.randrange(300))).timestamp())
        response = {
            "id": f"cmpl-{n:024d}",
            "object": "text_completion",
            "created": created,
            "model": model,
            "choices": [{"text": answer, "index": 0, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": used[0], "completion_tokens": used[1], "total_tokens": sum(used)},
        }
        request = {"model": model, "prompt": prompt, "max_tokens": 256, "temperature": 0.7}
        if n % 17 == 0:
            request["stop"] = ["\n\n"]
        lines.append(dumps({"request": request, "response": response}))
    return lines


def support_log() -> list[str]:
    start = datetime(2026, 9, 7, 9, tzinfo=UTC)
    lines = []
    for conversation in range(24):
        messages: list[dict[str, Any]] = [{"role": "system", "content": SUPPORT_SYSTEM}]
        order = f"LL-{48200 + conversation * 37}"
        for turn, (question, answer) in enumerate(SUPPORT_TURNS[: 2 + conversation % 5]):
            messages.append({"role": "user", "content": question.replace("{order}", order)})
            created = start + timedelta(hours=5 * conversation, minutes=3 * turn)
            reply = {"role": "assistant", "content": answer.replace("{order}", order)}
            lines.append(
                dumps(
                    {
                        "request": {
                            "model": "gpt-4o",
                            "messages": list(messages),
                            "temperature": 0.2,
                            "metadata": {"conversation": f"c{conversation:03d}"},
                        },
                        "response": {
                            "id": f"chatcmpl-{conversation:012d}{turn:012d}",
                            "object": "chat.completion",
                            "created": int(created.timestamp()),
                            "model": "gpt-4o-2024-08-06",
                            "choices": [{"index": 0, "message": reply, "finish_reason": "stop"}],
                            "usage": chat_usage(messages, answer.replace("{order}", order)),
                        },
                    }
                )
            )
            messages.append(reply)
    return lines


def chat_usage(messages: list[dict[str, Any]], answer: str) -> dict[str, int]:
    prompt = 3 + sum(4 + tokens("o200k_base", message["content"]) for message in messages)
    completion = tokens("o200k_base", answer)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def batch_logs() -> tuple[list[str], list[str]]:
    asked, answered = [], []
    for n in range(30):
        thing = RANDOM.choice(THINGS["en"])
        messages = [
            {"role": "system", "content": "Extract the product and the problem as one short phrase each."},
            {
                "role": "user",
                "content": f"Ticket {5000 + n}: the {thing} I received is not the one I ordered.",
            },
        ]
        custom_id = f"ticket-{5000 + n}"
        body = {"model": "gpt-4.1-mini", "messages": messages, "max_completion_tokens": 60}
        asked.append(
            dumps({"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body})
        )
        answered.append(batch_answer(n, custom_id, messages, f"Product: {thing}. Problem: wrong item."))
    RANDOM.shuffle(answered)
    return asked, answered


def batch_answer(n: int, custom_id: str, messages: list[dict[str, Any]], answer: str) -> str:
    if n == 11:
        error = {
            "code": "batch_expired",
            "message": "This request could not be executed before the deadline.",
        }
        return dumps({"id": f"batch_req_{n:06d}", "custom_id": custom_id, "response": None, "error": error})
    body = {
        "id": f"chatcmpl-b{n:023d}",
        "object": "chat.completion",
        "created": 1788900000 + n,
        "model": "gpt-4.1-mini-2025-04-14",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}
        ],
        "usage": chat_usage(messages, answer),
    }
    response = {"status_code": 200, "request_id": f"req_{n:06d}", "body": body}
    return dumps({"id": f"batch_req_{n:06d}", "custom_id": custom_id, "response": response, "error": None})


def defects_log() -> list[str]:
    chat = '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": %s}]}'
    return [
        "# exported by hand, 2026-09-14",
        chat % '"A good record before the bad ones."',
        "",
        chat % '"Half an emoji: \\ud83d"',
        chat % '"The model said <|endoftext|> and stopped."',
        '{"model": "gpt-4o-mini", "temperature": NaN, "messages": [{"role": "user", "content": "NaN is not JSON."}]}',
        "{'model': 'gpt-4o-mini', 'messages': [{'role': 'user', 'content': 'printed by Python'}]}",
        '{"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}',
        '{"level": "info", "msg": "worker started", "pid": 4711}',
        '{"model": "my-prod-deployment", "messages": [{"role": "user", "content": "Which model is this?"}]}',
        '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": [{"type": "text", "text": "What is on the picture?"}, {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}]}]}',
        chat % '"Terminal: \\u001b[31mred\\u001b[0m and [bold]markup[/bold], =1+1"',
        '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "The disk was full and this line is cut of',
    ]


def main() -> None:
    write("completions-2023.jsonl", completions_log())
    write("support-chat.jsonl", support_log())
    asked, answered = batch_logs()
    write("batch-input.jsonl", asked)
    write("batch-output.jsonl", answered)
    write("defects.jsonl", defects_log())


if __name__ == "__main__":
    main()
