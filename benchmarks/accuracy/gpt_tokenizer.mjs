// Counts requests with npm gpt-tokenizer: node gpt_tokenizer.mjs FOLDER < requests.jsonl > counts.jsonl
// FOLDER holds node_modules. A request is {model, messages, functions, function_call} or {model, prompt};
// its line of the answer is {encodeChat, countChatCompletionTokens}, null where the library refuses.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(path.resolve(process.argv[2], 'index.js'))
const modules = new Map()

function moduleOf(model) {
  for (const name of [model, model.replace(/-\d{4}(-\d{2}-\d{2})?$/, '')]) {
    if (!modules.has(name)) {
      modules.set(name, attempt(() => require(`gpt-tokenizer/model/${name}`)))
    }
    if (modules.get(name)) return modules.get(name)
  }
  return null
}

function attempt(count) {
  try {
    return count() ?? null
  } catch {
    return null
  }
}

function counts({ model, prompt, messages, ...rest }) {
  const tokenizer = moduleOf(model)
  if (!tokenizer) return { encodeChat: null, countChatCompletionTokens: null }
  if (prompt) {
    const n = attempt(() => prompt.reduce((sum, text) => sum + tokenizer.countTokens(text), 0))
    return { encodeChat: n, countChatCompletionTokens: n }
  }
  return {
    encodeChat: attempt(() => tokenizer.encodeChat(messages).length),
    countChatCompletionTokens: attempt(() => tokenizer.countChatCompletionTokens?.({ messages, ...rest })),
  }
}

const { version } = require('gpt-tokenizer/package.json')
console.log(JSON.stringify({ version }))
for (const line of readFileSync(0, 'utf8').split('\n')) {
  if (line) console.log(JSON.stringify(counts(JSON.parse(line))))
}
