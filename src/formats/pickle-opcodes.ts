/** The instructions of a pickle that may run, by their byte, and the names of those that may not. */
import type { PickleMachine } from './pickle-machine.ts';
import type { PickleValue } from './pickle-value.ts';
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
  '\x8b': (machine) => machine.long(checkedLong(machine.unsigned(4))), // LONG4
  G: (machine) => machine.float(), // BINFLOAT
  X: (machine) => machine.text(machine.unsigned(4)), // BINUNICODE
  T: (machine) => machine.text(machine.unsigned(4)), // BINSTRING, of Python 2
  U: (machine) => machine.text(machine.unsigned(1)), // SHORT_BINSTRING, of Python 2
  '\x8c': (machine) => machine.text(machine.unsigned(1)), // SHORT_BINUNICODE
  '\x8d': (machine) => machine.text(machine.unsigned(8)), // BINUNICODE8
  C: (machine) => bytes(machine, machine.unsigned(1)), // SHORT_BINBYTES
  B: (machine) => bytes(machine, machine.unsigned(4)), // BINBYTES
  '\x8e': (machine) => bytes(machine, machine.unsigned(8)), // BINBYTES8
  '\x96': (machine) => bytes(machine, machine.unsigned(8)), // BYTEARRAY8
  // Collections; a set is a list here.
  ')': () => ({ kind: 'tuple', items: [] }), // EMPTY_TUPLE
  '\x85': (machine) => ({ kind: 'tuple', items: machine.popMany(1) }), // TUPLE1
  '\x86': (machine) => ({ kind: 'tuple', items: machine.popMany(2) }), // TUPLE2
  '\x87': (machine) => ({ kind: 'tuple', items: machine.popMany(3) }), // TUPLE3
  '(': (machine) => {
    machine.mark(); // MARK
    return undefined;
  },
  t: (machine) => ({ kind: 'tuple', items: machine.popToMark() }), // TUPLE
  l: (machine) => ({ kind: 'list', items: machine.popToMark() }), // LIST
  '\x8f': () => ({ kind: 'list', items: [] }), // EMPTY_SET
  '\x90': (machine) => machine.appended(machine.popToMark()), // ADDITEMS
  '\x91': (machine) => ({ kind: 'list', items: machine.popToMark() }), // FROZENSET
  '0': (machine) => {
    machine.pop(); // POP
    return undefined;
  },
  '1': (machine) => {
    machine.popToMark(); // POP_MARK
    return undefined;
  },
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
  '\x94': (machine) => machine.memoized(), // MEMOIZE
  // Objects, as far as the host lends them.
  c: (machine) => machine.global(`${machine.line()}.${machine.line()}`), // GLOBAL
  '\x93': (machine) => machine.global(stackName(machine)), // STACK_GLOBAL
  R: (machine) => machine.called(false), // REDUCE
  '\x81': (machine) => machine.called(true), // NEWOBJ
  '\x92': (machine) => {
    machine.pop(); // NEWOBJ_EX: keywords
    return machine.called(true);
  },
  b: (machine) => machine.built(), // BUILD
  Q: (machine) => machine.persistent(), // BINPERSID
  '\x80': (machine) => {
    checkProtocol(machine.unsigned(1)); // PROTO
    return undefined;
  },
  '\x95': (machine) => {
    machine.skip(8); // FRAME, which says how much to read at once
    return undefined;
  },
};

/** Bytes are no weights here: what tensors are made of lies outside the pickle. */
function bytes<T>(machine: PickleMachine<T>, size: number): PickleValue<T> {
  machine.skip(size);
  return { kind: 'opaque', name: 'bytes' };
}

/** No counter has more digits; making a number takes time that grows with the square of their count. */
const MAX_LONG = 1000;
function checkedLong(size: number): number {
  if (size > MAX_LONG) throw new WeightFileError(`its pickle holds a number of ${String(size)} bytes`);
  return size;
}

function stackName<T>(machine: PickleMachine<T>): string {
  const [module, name] = machine.popMany(2);
  if (typeof module === 'string' && typeof name === 'string') return `${module}.${name}`;
  throw machine.problem('names an object by something other than two texts; the file is damaged');
}

export const OPCODES: ReadonlyMap<number, Instruction> = new Map(
  Object.entries(INSTRUCTIONS).map(([character, execute]) => [character.charCodeAt(0), execute]),
);

/** Python's newest; protocols add instructions and change none. */
const PROTOCOL = 5;

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
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
]);

export function opcodeName(opcode: number): string {
  const code = `0x${opcode.toString(16).padStart(2, '0')}`;
  const name = REFUSED_NAMES.get(opcode);
  return name === undefined ? code : `${name} (${code})`;
}
