/** `fool bench`, or `npm run bench`: measures, and writes a results file. */
import { begin, processIo } from '../src/cli/io.ts';
import { runProgram } from '../src/cli/run-program.ts';
import { watchOutput } from '../src/cli/standard-output.ts';
import { buildBench } from './bench-command.ts';
import { runMeasure } from './measure-command.ts';

const output = watchOutput(process.stdout);
const invocation = begin(processIo, new AbortController().signal);
await output.end(await runProgram(buildBench(invocation, runMeasure), process.argv.slice(2), invocation));
