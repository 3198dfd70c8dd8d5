"""What recorded HTTP traffic holds."""

URL = "https://api.openai.com/v1/chat/completions"


STREAM = (
    'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Paris."}}]}\n\n'
    'data: {"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":24,"completion_tokens":2}}\n\n'
    "data: [DONE]\n\n"
)
