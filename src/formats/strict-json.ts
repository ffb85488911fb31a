/**
 * JSON of untrusted headers: JSON.parse keeps the last of two equal keys without a word and
 * nests as deep as the text says, so a file could mean two things to two readers, or be far larger in
 * memory than on disk.
 */

/**
 * Parses JSON whose objects have unique keys and whose arrays and objects nest at most `maxDepth` deep.
 * @throws SyntaxError that says what is wrong.
 */
export function parseStrictJson(text: string, maxDepth: number): unknown {
  checkKeysAndDepth(text, maxDepth);
  return JSON.parse(text);
}

function checkKeysAndDepth(text: string, maxDepth: number): void {
  // For each array or object that is open: the keys seen so far (an array has none).
  const open: Set<string>[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (isFollowedByColon(text, end)) addKey(open.at(-1), text.slice(at, end));
      at = end;
      continue;
    }
    if (character === '{' || character === '[') {
      if (open.length === maxDepth) throw new SyntaxError(`it nests deeper than ${String(maxDepth)} levels`);
      open.push(new Set());
    } else if (character === '}' || character === ']') {
      open.pop();
    }
    at++;
  }
}

function addKey(keys: Set<string> | undefined, quoted: string): void {
  // Compared after unescaping: "a" and "\u0061" are the same key.
  const key = String(JSON.parse(quoted));
  if (keys?.has(key)) throw new SyntaxError(`the key ${quoted.slice(0, 100)} occurs twice`);
  keys?.add(key);
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '"') return at + 1;
    if (character === '\\') at++;
  }
  throw new SyntaxError('a string is not closed');
}

function isFollowedByColon(text: string, start: number): boolean {
  let at = start;
  while (' \t\n\r'.includes(text[at] ?? 'end')) at++;
  return text[at] === ':';
}
