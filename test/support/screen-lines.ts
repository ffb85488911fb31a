/** What stands on a terminal that is not there. */
import type { Terminal } from '@xterm/headless';

/** From the first line to the last that is not empty. */
export function screenLines({ buffer: { active } }: Terminal): string[] {
  const all = Array.from(
    { length: active.length },
    (_, place) => active.getLine(place)?.translateToString(true) ?? '',
  );
  return upToLast(all);
}

/** The same as they were printed: those that the terminal broke in two are one again. */
export function printedLines({ buffer: { active } }: Terminal): string[] {
  const all: string[] = [];
  for (let place = 0; place < active.length; place++) {
    const line = active.getLine(place);
    const text = line?.translateToString(true) ?? '';
    if (line?.isWrapped) all.push((all.pop() ?? '') + text);
    else all.push(text);
  }
  return upToLast(all);
}

const upToLast = (lines: string[]) => lines.slice(0, 1 + lines.findLastIndex((line) => line !== ''));
