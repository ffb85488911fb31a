/**
 * The one object that --json prints, with the same frame around what every command found: `command`, `exitCode`, and `errors`, a
 * sentence for each thing that failed. Where a command ends early, the frame is all there is.
 */
import type { Invocation } from './io.ts';
import { printableJson } from './printable.ts';

export function printEnvelope({ wantsJson, result, command, exitCode, errors, out }: Invocation): void {
  if (!wantsJson) return;
  // `fool classify` prints its list as it is, as it always did.
  const framed = Array.isArray(result) ? result : { command, exitCode, errors, ...result };
  out.write(printableJson(framed) + '\n');
}
