/** What a network's tape computes: each kernel and shape once, with every variant that the adapter allows. */
import type { Launch } from '../gpu/kernel.ts';
import type { Choices, TuningTask } from '../gpu/tuning.ts';
import type { Operand, Operation, Tape } from './tape.ts';

/**
 * @param record writes the network's tape for given choices
 * @param usual choices without a new measurement
 * @param given bytes of the tensors that are not the tape's
 */
export function tuningTasksOf(
  record: (choices: Choices) => Tape,
  usual: Choices,
  given: ReadonlyMap<string, number>,
): TuningTask[] {
  const tape = record(usual);
  const open = new Map(
    tape.operations.map((operation) => [
      keyOf(operation.launch),
      { operation, allowed: operation.launch.choice?.allowed ?? [] },
    ]),
  );
  const launches = new Map([...open].map(([shape, { operation }]) => [shape, [operation.launch]]));
  const most = Math.max(0, ...[...open.values()].map(({ allowed }) => allowed.length));
  for (let turn = 0; turn < most; turn++) {
    const chosen: Choices = { variantFor: (shape) => open.get(shape)?.allowed[turn] };
    for (const [shape, launch] of launchesOf(record(chosen))) {
      const others = launches.get(shape);
      if (others && !others.some((known) => sameVariant(known, launch))) others.push(launch);
    }
  }
  return [...open].map(([shape, { operation }]) => ({
    shape,
    label: operation.label,
    launches: launches.get(shape) ?? [],
    operands: bytesOf(operation, tape, given),
  }));
}

/** A kernel of one variant is what its constants say. */
const keyOf = ({ choice, kernel: { family, entryPoint, constants } }: Launch): string =>
  choice?.shape ?? `${family} ${entryPoint} ${JSON.stringify(constants)}`;

const launchesOf = ({ operations }: Tape): Map<string, Launch> =>
  new Map(operations.flatMap(({ launch }) => (launch.choice ? [[launch.choice.shape, launch]] : [])));

const sameVariant = (one: Launch, other: Launch): boolean => one.choice?.variant === other.choice?.variant;

function bytesOf({ label, launch, tensors }: Operation, tape: Tape, given: ReadonlyMap<string, number>) {
  const sizeOf = (operand: Operand): number => {
    if (typeof operand !== 'string') return 4 * operand.floats;
    const bytes = given.get(operand) ?? tape.sizes.get(operand);
    if (bytes === undefined) throw new Error(`${label}: tensor ${operand} was never declared`);
    return bytes;
  };
  return Object.fromEntries(
    Object.keys(launch.bindings).flatMap((name) => {
      const operand = tensors[name];
      return operand === undefined ? [] : [[name, sizeOf(operand)]];
    }),
  );
}
