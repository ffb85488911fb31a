/** `fool` with all of its commands, and all that they need. */
import type { Command } from 'commander';
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
import type { Invocation } from './io.ts';
import { groupNames, newProgram, finishProgram } from './overview.ts';

export { runProgram } from './run-program.ts';

export function buildProgram(invocation: Invocation): Command {
  const program = newProgram(invocation);
  const commands: Readonly<
    Record<keyof typeof groupNames, readonly ((program: Command, invocation: Invocation) => void)[]>
  > = {
    fool: [addEvolve, addAscend, addExperiment],
    look: [addReport, addVerify, addClassify],
    networks: [addDescribe, addEvaluate, addTrain, addImport, addWeights],
    machine: [addDoctor, addTune, addBench, addCompletion],
  };
  for (const [group, ofGroup] of Object.entries(commands)) {
    program.commandsGroup(groupNames[group as keyof typeof groupNames]);
    for (const add of ofGroup) add(program, invocation);
  }
  return finishProgram(program, invocation);
}
