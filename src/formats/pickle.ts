/**
 * Python's pickle, read without running anything. A pickle is a program for a small stack machine, and in
 * Python it may import and call any function that it names: loading one is running a stranger's code. This machine
 * knows only the instructions that plain data and tensors need (of protocols 2 to 5; `torch.save` writes 2), and it calls
 * nothing but the functions that its host lends it. An object of another class stands for itself with nothing in it, as long as
 * it would be made without a call; everything else ends the reading with an error that names it. The instructions: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
import { MAX_BYTES, NOT_RUN, PickleMachine } from './pickle-machine.ts';
import { OPCODES, opcodeName } from './pickle-opcodes.ts';
import type { PickleHost, PickleValue } from './pickle-value.ts';

const STOP = 0x2e;

/**
 * Reads one pickle. Time and memory are bounded by its length and by 1,000,000 steps.
 * @param start where the pickle begins; bytes after its end do not matter
 * @returns its value, which may contain itself, and the offset after it
 * @throws WeightFileError when the pickle is damaged, too long, or asks for more than data
 */
export function readPickle<T>(
  bytes: Uint8Array,
  start: number,
  host: PickleHost<T>,
): { readonly value: PickleValue<T>; readonly end: number } {
  const machine = new PickleMachine(bytes.subarray(start, start + MAX_BYTES), host);
  const value = run(machine);
  return { value, end: start + machine.position };
}

function run<T>(machine: PickleMachine<T>): PickleValue<T> {
  for (;;) {
    machine.spend(1);
    const opcode = machine.unsigned(1);
    if (opcode === STOP) return machine.pop();
    const execute = OPCODES.get(opcode);
    if (execute === undefined)
      throw machine.problem(`uses the instruction ${opcodeName(opcode)}, which no tensor needs; ${NOT_RUN}`);
    const value = execute(machine);
    if (value !== undefined) machine.push(value);
  }
}
