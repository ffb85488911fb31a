/** `fool completion`: a script by which a shell completes command lines. */
import { Argument, type Command } from 'commander';
import { shippedModels } from '../../node/model-file.ts';
import { weightsManifest } from '../../node/weights-manifest.ts';
import { completionScript, shells, type Shell } from '../completion/scripts.ts';
import { completionsOf } from '../completion/tree.ts';
import { withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';

export function addCompletion(program: Command, invocation: Invocation): void {
  const command = program
    .command('completion')
    .description('print a script by which a shell completes command lines')
    .addArgument(new Argument('<shell>', 'which shell').choices([...shells]))
    .action(async (shell: Shell) => {
      const { buildExperiments } = await import('../experiments.ts');
      const { buildBench, familyNames: families } = await import('../../../bench/bench-command.ts');
      const { sections } = await import('../../../bench/sections.ts');
      const weights = weightsManifest().map(({ name }) => name);
      const known = {
        weights,
        models: [...shippedModels(), ...weights],
        adapters: ['auto', 'swiftshader', 'lavapipe'],
        sections,
        families,
      };
      // Separate programs, which take the rest of the command line.
      const own = {
        experiment: buildExperiments(invocation),
        bench: buildBench(invocation, () => Promise.resolve(0)),
      };
      const others = completionsOf(program, known).filter(({ path }) => !(path in own));
      const theirs = Object.entries(own).flatMap(([name, its]) => completionsOf(its, known, name));
      invocation.out.write(completionScript(shell, [...others, ...theirs]));
    });
  withExamples(command, [
    ['eval "$(fool completion bash)"', 'in ~/.bashrc'],
    ['eval "$(fool completion zsh)"', 'in ~/.zshrc, behind compinit'],
    ['fool completion fish | source', 'in ~/.config/fish/config.fish'],
  ]);
}
