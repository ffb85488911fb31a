/** `fool`: runs the command line of this process. */
import { processIo } from './io.ts';
import { run } from './run.ts';

// A closed pipe (`fool … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
// Nor is one for remarks (`fool … 2>&1 | head`): they go nowhere, the work goes on.
process.stderr.on('error', () => undefined);
// A write over `ulimit -f` shall fail and be reported; packages that clean up on signals would let it kill us.
process.on('SIGXFSZ', () => undefined);

const code = await run(process.argv.slice(2), processIo);
// Output to a pipe is asynchronous: leave only when it has been taken.
process.stdout.write('', () => process.exit(code));
