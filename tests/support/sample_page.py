"""A page with every kind of block, whose contents no report changes: for pictures."""

from __future__ import annotations

from datetime import date

from tokcount.document.blocks import (
    Badge,
    Bar,
    Blocks,
    Card,
    Cards,
    Chart,
    Column,
    Fact,
    Heading,
    Line,
    Measured,
    Places,
    Series,
    Span,
    Table,
    Title,
)
from tokcount.document.document import Document, Envelope, Run
from tokcount.render.html.page import render
from tokcount.render.terminal import OutputTarget


def _card(name: str, badge: Badge, tokens: int, change: float) -> Card:
    facts = (
        Fact("requests that break", Measured(214, "int"), note="of 214: temperature (214), stop (8)"),
        Fact(
            "cost",
            Measured("0.2417", "usd"),
            Measured("0.0112", "usd"),
            Measured(-0.954, "percent"),
            "100 % priced",
        ),
        Fact("input tokens", Measured(24624, "int"), Measured(tokens, "int"), Measured(change, "percent")),
    )
    return Card(name, badge, facts, "Shuts down on 2027-01-14.")


FINDINGS = Table(
    (
        Column(""),
        Column("finding", long=True),
        Column("records", "int"),
        Column("their cost", "usd"),
        Column("where", "code", long=True),
        Column("what to do", long=True),
    ),
    (
        (
            Badge("fail", "breaks"),
            "Records with temperature, which the target refuses.",
            214,
            "0.2417",
            Places(("logs/completions-2023.jsonl:1", "logs/support-chat.jsonl:1"), 212),
            "Remove it, or change its value.",
        ),
        (
            Badge("cost", "costs"),
            "Records with the same prompt.",
            65,
            "0.0988",
            Places(("a:15",), 64),
            "Reuse the answers.",
        ),
        (
            Badge("warn", "look"),
            "Records sent to models that end.",
            94,
            None,
            Places(("b:1",)),
            "Plan the move.",
        ),
        (
            Badge("unknown", "not known"),
            "Records without text.",
            1,
            "0.00001",
            Places((), 1),
            "Log the requests.",
        ),
    ),
    title="4 findings",
    note="their cost: what these records cost under own",
)
PARTS = Table(
    (
        Column("kind of text"),
        Column("own", "int", drop=1),
        Column("change in tokens", "bar", drop=2),
        Column("gpt-5.6-luna", "change"),
        Column("drift", "percent", below=True),
        Column("gpt-4o", "change"),
        Column("drift", "percent", below=True),
    ),
    (
        *(
            (name, own, Bar((Span(0, one, 1), Span(0, two, 2)), -2396, 946), one, one / own, two, two / own)
            for name, own, one, two in (
                ("CJK prose", 4242, -2396, -2396),
                ("white space", 535, -381, -381),
                ("framing", 2314, 946, 840),
            )
        ),
        ("all input", 7091, "", -1831, -0.258, -1937, -0.273),
    ),
    title="Change of the input tokens",
    styles={3: "sum"},
)
OVER = Bar((Span(0, 3240), Span(3240, 3418, -1)), 0, 3418, (3240,))
BUDGETS = Table(
    (
        Column(""),
        Column("budget"),
        Column("now", "int"),
        Column("allowed", "int"),
        Column("of the limit", "bar"),
    ),
    (
        (
            Badge("fail", "broken"),
            "input_tokens.total",
            3418,
            3240,
            Bar((Span(0, 3240), Span(3240, 3418, -1)), 0, 3418, (3240,)),
        ),
        (Badge("pass", "passed"), "input_tokens.max", 980, 1000, Bar((Span(0, 980),), 0, 1000, (1000,))),
    ),
)
MODELS = Table(
    (
        Column("model"),
        *(Column(name, "int") for name in ("records", "content", "framing", "input", "output")),
        Column("cost", "usd"),
    ),
    (
        ("text-davinci-003", 97, 6541, 0, 6541, 2600, "0.1742"),
        ("gpt-4o-2024-08-06", 94, 14632, 2314, 16946, 2377, "0.0661"),
        ("all", 191, 21173, 2314, 23487, 4977, "0.2403"),
        ("not compared", 1, 8, 3, 11, None, None),
    ),
    title="By model",
    styles={2: "sum", 3: "apart"},
)
STEPS = ("−20 %", "−15 %", "−10 %", "−5 %", "0 %", "+5 %", "+10 %")
DISTRIBUTION = Chart(
    "Drift of single records",
    "Records by the change of their input tokens; right of the line they grow.",
    "distribution",
    STEPS,
    (Series("gpt-5.6-luna", (5, 0, 0, 39, 97, 26, 7), 1), Series("gpt-4o", (5, 0, 0, 15, 106, 24, 21), 2)),
)
OVER_TIME = Chart(
    "Cost by month",
    "Cost in USD.",
    "time",
    ("2023-05", "39 months none", "2026-09"),
    (
        Series("own", (0.1756, None, 0.0661)),
        Series("a", (0.0045, None, 0.0066), 1),
        Series("b", (0.04, None, 0.066), 2),
    ),
    "usd",
)
BLOCKS: Blocks = (
    Title(
        "Moving 214 records to gpt-5.6-luna or gpt-4o",
        Badge("fail", "failed"),
        ("214 records", "120 completions, 94 chat"),
    ),
    Cards(
        (
            _card("gpt-5.6-luna", Badge("fail", "requests break"), 22686, -0.079),
            _card("gpt-4o", Badge("pass", "fine"), 22580, -0.083),
        )
    ),
    Line("A sentence in bold.", "strong"),
    Line("A warning about what is not known."),
    Heading("Findings"),
    FINDINGS,
    Heading("Drift"),
    Line("A note in small print.", "note"),
    DISTRIBUTION,
    PARTS,
    Heading("Budgets and models"),
    BUDGETS,
    MODELS,
    OVER_TIME,
)


def sample_page() -> str:
    """The page, made on a fixed day."""

    def nothing() -> list[object]:
        raise NotImplementedError

    document = Document(
        envelope=Envelope(command="audit", version="1.2.3"),
        run=Run(date(2026, 11, 26), "tokcount audit logs/ --to gpt-5.6-luna --to gpt-4o"),
        blocks=lambda: BLOCKS,
        rows=nothing,  # type: ignore[arg-type] # a page needs blocks only
        data=nothing,  # type: ignore[arg-type]
        budgets=nothing,  # type: ignore[arg-type]
    )
    return render(document, OutputTarget())
