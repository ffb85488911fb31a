/** `fool` with all of its commands. */
import { Command } from 'commander';
import { version } from '../version.ts';
import { addAscend } from './commands/ascend.ts';
import { addBench } from './commands/bench.ts';
import { addClassify } from './commands/classify.ts';
import { addCompletion } from './commands/completion.ts';
import { addDescribe } from './commands/describe.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addEvolve } from './commands/evolve.ts';
import { addExperiment } from './commands/experiment.ts';
import { addImport } from './commands/import.ts';
import { addReport } from './commands/report.ts';
import { addTrain } from './commands/train.ts';
import { addTune } from './commands/tune.ts';
import { addVerify } from './commands/verify.ts';
import { addWeights } from './commands/weights.ts';
import { environmentHelp, finishHelp } from './help.ts';
import { begin, type Invocation, type Io } from './io.ts';
import { runProgram } from './run-program.ts';

/**
 * Leaves nothing behind in the process: no exit code, no listener, no device.
 * @param commandLine without the program's name, e.g. `['doctor', '--json']`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 129, 130 or 143 interrupted by that signal
 */
export async function runCommandLine(commandLine: readonly string[], io: Io): Promise<number> {
  const end = new AbortController();
  const invocation = begin(io, end.signal);
  try {
    return await runProgram(buildProgram(invocation), commandLine, invocation);
  } finally {
    end.abort();
  }
}

export function buildProgram(invocation: Invocation): Command {
  const { out, err } = invocation;
  const program = new Command('fool')
    .description('Images that no human recognises and a neural network is sure of, by evolution on the GPU.')
    .version(version, '-V, --version', 'show the version')
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .exitOverride()
    // What stands behind `experiment NAME` is for that program.
    .enablePositionalOptions();
  const commands: Readonly<Record<string, readonly ((program: Command, invocation: Invocation) => void)[]>> =
    {
      'Fool a network:': [addEvolve, addAscend, addExperiment],
      'Look at what came out:': [addReport, addVerify, addClassify],
      'Networks:': [addDescribe, addEvaluate, addTrain, addImport, addWeights],
      'This machine:': [addDoctor, addTune, addBench, addCompletion],
    };
  for (const [group, ofGroup] of Object.entries(commands)) {
    program.commandsGroup(group);
    for (const add of ofGroup) add(program, invocation);
  }
  program.helpCommand('help [command]', 'show the help of a command').addHelpText('after', environmentHelp());
  finishHelp(program, invocation);
  return program;
}
