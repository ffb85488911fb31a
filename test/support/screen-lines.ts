/** What stands on a terminal that is not there. */
import type { Terminal } from '@xterm/headless';

/** From the first line to the last that is not empty. */
export function screenLines({ buffer: { active } }: Terminal): string[] {
  const all = Array.from(
    { length: active.length },
    (_, place) => active.getLine(place)?.translateToString(true) ?? '',
  );
  return all.slice(0, 1 + all.findLastIndex((line) => line !== ''));
}
