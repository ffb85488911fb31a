/** Before the tests that a person runs on a GPU: which adapter they will get; without one they do not begin. */
import { execFileSync } from 'node:child_process';
import { setup as build } from '../build-once.ts';

/** What is used of `fool doctor --json`. */
interface Doctor {
  readonly adapter: { readonly description: string; readonly reason: string };
}

/** In a process of its own: Dawn ends one that lives on after its device has been closed, on NVIDIA's driver (580). */
export function setup(): void {
  build();
  const said = execFileSync(process.execPath, ['dist/fool.js', 'doctor', '--json'], { encoding: 'utf8' });
  const { adapter } = JSON.parse(said) as Doctor;
  console.log(`Adapter: ${adapter.description} (${adapter.reason})`);
}
