"""Documents in, bytes out: every format that a command can print or write.

    Document ─▶ blocks  (for people)      ─▶ table, markdown, html
             ├▶ rows    (for programs)    ─▶ csv, jsonl
             ├▶ data    (everything)      ─▶ json
             └▶ budgets (outcome of each) ─▶ github, junit, sarif
    frame of rows, one per record         ─▶ csv, json, jsonl, parquet, table, markdown

`registry` lists the formats, `emit` renders and writes, `writing` replaces files in one step, `escape` keeps log
content from acting wherever it is shown. Nothing in this package knows how the numbers were made.
"""
