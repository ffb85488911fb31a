/** The instructions of a pickle that may run, by their byte, and the names of those that may not. */
import type { PickleMachine, PickleValue } from './pickle.ts';
import { WeightFileError } from './weight-file-error.ts';

/** Takes what it needs from the bytes and the stack; what it returns is pushed, unless undefined. */
type Instruction = <T>(machine: PickleMachine<T>) => PickleValue<T> | undefined;

const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  // Constants.
  N: () => null, // NONE
  '\x88': () => true, // NEWTRUE
  '\x89': () => false, // NEWFALSE
  J: (machine) => machine.signed(), // BININT
  K: (machine) => machine.unsigned(1), // BININT1
  M: (machine) => machine.unsigned(2), // BININT2
  '\x8a': (machine) => machine.long(machine.unsigned(1)), // LONG1
  G: (machine) => machine.float(), // BINFLOAT
  X: (machine) => machine.text(machine.unsigned(4)), // BINUNICODE
  T: (machine) => machine.text(machine.unsigned(4)), // BINSTRING, of Python 2
  U: (machine) => machine.text(machine.unsigned(1)), // SHORT_BINSTRING, of Python 2
  // Collections.
  ')': () => ({ kind: 'tuple', items: [] }), // EMPTY_TUPLE
  '\x85': (machine) => ({ kind: 'tuple', items: machine.popMany(1) }), // TUPLE1
  '\x86': (machine) => ({ kind: 'tuple', items: machine.popMany(2) }), // TUPLE2
  '\x87': (machine) => ({ kind: 'tuple', items: machine.popMany(3) }), // TUPLE3
  '(': (machine) => {
    machine.mark(); // MARK
    return undefined;
  },
  t: (machine) => ({ kind: 'tuple', items: machine.popToMark() }), // TUPLE
  ']': () => ({ kind: 'list', items: [] }), // EMPTY_LIST
  a: (machine) => machine.appended(machine.popMany(1)), // APPEND
  e: (machine) => machine.appended(machine.popToMark()), // APPENDS
  '}': () => ({ kind: 'dict', entries: new Map() }), // EMPTY_DICT
  s: (machine) => machine.withItems(machine.popMany(2)), // SETITEM
  u: (machine) => machine.withItems(machine.popToMark()), // SETITEMS
  // The memo.
  q: (machine) => machine.remembered(machine.unsigned(1)), // BINPUT
  r: (machine) => machine.remembered(machine.unsigned(4)), // LONG_BINPUT
  h: (machine) => machine.recalled(machine.unsigned(1)), // BINGET
  j: (machine) => machine.recalled(machine.unsigned(4)), // LONG_BINGET
  // Objects, as far as the host lends them.
  c: (machine) => machine.global(`${machine.line()}.${machine.line()}`), // GLOBAL
  R: (machine) => machine.called(), // REDUCE
  '\x81': (machine) => machine.called(), // NEWOBJ
  b: (machine) => machine.built(), // BUILD
  Q: (machine) => machine.persistent(), // BINPERSID
  '\x80': (machine) => {
    checkProtocol(machine.unsigned(1)); // PROTO
    return undefined;
  },
};

export const OPCODES: ReadonlyMap<number, Instruction> = new Map(
  Object.entries(INSTRUCTIONS).map(([character, execute]) => [character.charCodeAt(0), execute]),
);

/** Newer protocols add nothing that tensors need. */
const PROTOCOL = 2;

function checkProtocol(protocol: number): void {
  if (protocol > PROTOCOL) {
    throw new WeightFileError(
      `was pickled with protocol ${String(protocol)}, which this reader does not know; save it again with ` +
        "torch.save's own, which is 2",
    );
  }
}

const REFUSED_NAMES: ReadonlyMap<number, string> = new Map([
  [0x69, 'INST'],
  [0x6f, 'OBJ'],
  [0x50, 'PERSID'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x92, 'NEWOBJ_EX'],
  [0x93, 'STACK_GLOBAL'],
]);

export function opcodeName(opcode: number): string {
  const code = `0x${opcode.toString(16).padStart(2, '0')}`;
  const name = REFUSED_NAMES.get(opcode);
  return name === undefined ? code : `${name} (${code})`;
}
