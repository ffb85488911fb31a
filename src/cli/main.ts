/** `fool`: runs the command line of this process. */
import { leaveOnSignals } from './interrupt.ts';
import { processIo } from './io.ts';
import { runCommandLine } from './run.ts';
import { watchOutput } from './standard-output.ts';
import { StatusLine } from './status-line.ts';

const output = watchOutput(process.stdout);
const status = new StatusLine(process.stderr);
leaveOnSignals(status);
// Remarks without a reader (`fool … 2>&1 | head`) are dropped; the work continues.
process.stderr.on('error', () => undefined);
// A write over `ulimit -f` shall fail and be reported; packages that clean up on signals would let it kill us.
process.on('SIGXFSZ', () => undefined);

await output.end(
  await runCommandLine(process.argv.slice(2), { ...processIo, status, isRead: output.isRead, started: 0 }),
);
