// `npm test`: the checks and the tests side by side. `--full`: all cases; `--gpu`: those that concern adapters, without the
// checks, on the adapter that FOOL_ADAPTER names or the best there is. All other arguments are for vitest.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [first, ...others] = process.argv.slice(2);
const selection = first === '--full' || first === '--gpu' ? first.slice(2) : undefined;
const vitestArguments = selection ? others : process.argv.slice(2);

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const environment = {
  ...process.env,
  ...(selection && { FOOL_TESTS: selection }),
  ...(selection === 'gpu' && { FOOL_ADAPTER: process.env.FOOL_ADAPTER ?? 'auto' }),
};

// Ctrl-C reaches the children as well; they end first.
process.on('SIGINT', () => undefined);

const tests = ended(
  spawn(process.execPath, [vitest, 'run', ...vitestArguments], { stdio: 'inherit', env: environment }),
);
if (selection === 'gpu') process.exit(await tests);

// Rules that know types may have something new to say of a file that has not changed.
if (selection === 'full') rmSync('node_modules/.cache/eslint', { recursive: true, force: true });
// What the checks say is kept until the tests are done, whose output moves about on a terminal.
// The rules that know types take most of a minute and are left to the full run.
const checks = spawn(`npm run ${selection === 'full' ? 'check' : 'check:quick'}`, {
  shell: true,
  stdio: ['ignore', 'pipe', 'pipe'],
});
const said = [];
for (const stream of [checks.stdout, checks.stderr]) stream.on('data', (chunk) => said.push(chunk));
const codes = await Promise.all([tests, ended(checks)]);
process.stdout.write(Buffer.concat(said));
process.exitCode = codes.find((code) => code !== 0) ?? 0;

/** The exit code of a process; 1 when a signal ended it. */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
