"""Bodies of other vendors' APIs → bodies in the shape of the chat endpoint; `apis.py` lists the APIs."""
