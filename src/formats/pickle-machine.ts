/** The stack machine that a pickle is a program of. */
import { count } from '../util/count.ts';
import { containerNamed } from './pickle-containers.ts';
import { isKind, type PickleHost, type PickleValue } from './pickle-value.ts';
import { FETCH_AGAIN } from './refusal.ts';
import { viewOf } from './view-of.ts';
import { WeightFileError } from './weight-file-error.ts';

/** A state dict spends about 130 bytes and 30 instructions on a tensor: these are for 30,000 tensors. */
export const MAX_BYTES = 4 << 20;
const MAX_STEPS = 1_000_000;
/** The longest line that can be part of a sensible name. */
const MAX_NAME_BYTES = 1000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
export const NOT_RUN = 'nothing of it was executed';

export class PickleMachine<T> {
  position = 0;
  private readonly stack: PickleValue<T>[] = [];
  /** Heights of the stack at the MARKs that are open. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue<T>>();
  private readonly view: DataView;
  private steps = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly host: PickleHost<T>,
  ) {
    this.view = viewOf(bytes);
  }

  push(value: PickleValue<T>): void {
    this.stack.push(value);
  }

  /** The next bytes as a little-endian number. */
  unsigned(size: 1 | 2 | 4 | 8): number {
    const at = this.skip(size);
    // No more than every pickle's length can matter.
    if (size === 8) return Number(this.view.getBigUint64(at, true));
    if (size === 1) return this.view.getUint8(at);
    return size === 2 ? this.view.getUint16(at, true) : this.view.getUint32(at, true);
  }

  signed(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  /** Unlike all integers, floats are big-endian. */
  float(): number {
    return this.view.getFloat64(this.skip(8));
  }

  /** A two's complement integer of any size; a bigint only where a number would round it. */
  long(size: number): number | bigint {
    const at = this.skip(size);
    let value = 0n;
    for (let index = at + size - 1; index >= at; index--) {
      value = (value << 8n) | BigInt(this.view.getUint8(index));
    }
    const signed = BigInt.asIntN(size * 8, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  text(size: number): string {
    const at = this.skip(size);
    try {
      return utf8.decode(this.bytes.subarray(at, at + size));
    } catch {
      throw this.problem(`holds a string that is not UTF-8; ${FETCH_AGAIN}`);
    }
  }

  line(): string {
    const length = this.bytes.subarray(this.position, this.position + MAX_NAME_BYTES).indexOf(0x0a);
    if (length === -1) throw this.problem(`holds a name without an end; ${FETCH_AGAIN}`);
    const line = this.text(length);
    this.position++;
    return line;
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  /** Takes a value; those below the last MARK are out of reach, as in Python. */
  pop(): PickleValue<T> {
    const value = this.stack.length > (this.marks.at(-1) ?? 0) ? this.stack.pop() : undefined;
    if (value === undefined) throw this.problem('takes a value from an empty stack; the file is damaged');
    return value;
  }

  popMany(count: number): PickleValue<T>[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** Takes everything above the last MARK, and the MARK. */
  popToMark(): PickleValue<T>[] {
    const height = this.marks.pop();
    if (height === undefined) throw this.problem('ends a group that never began; the file is damaged');
    return this.stack.splice(height);
  }

  remembered(key: number): PickleValue<T> {
    const value = this.pop();
    this.memo.set(key, value);
    return value;
  }

  memoized(): PickleValue<T> {
    return this.remembered(this.memo.size);
  }

  recalled(key: number): PickleValue<T> {
    const value = this.memo.get(key);
    if (value === undefined) throw this.problem('recalls a value that it never kept; the file is damaged');
    return value;
  }

  appended(values: readonly PickleValue<T>[]): PickleValue<T> {
    const list = this.pop();
    if (isKind(list, 'opaque')) return list;
    if (!isKind(list, 'list')) throw this.problem('appends to something other than a list');
    for (const value of values) list.items.push(value);
    return list;
  }

  /** @param flat key, value, key, value, … */
  withItems(flat: readonly PickleValue<T>[]): PickleValue<T> {
    const dict = this.pop();
    if (isKind(dict, 'opaque')) return dict;
    if (!isKind(dict, 'dict')) throw this.problem('sets items of something other than a dict');
    if (flat.length % 2 !== 0) throw this.problem('has a key without a value; the file is damaged');
    for (let index = 0; index < flat.length; index += 2) {
      dict.entries.set(flat[index] ?? null, flat[index + 1] ?? null);
    }
    return dict;
  }

  global(name: string): PickleValue<T> {
    const container = containerNamed<T>(name, (steps) => {
      this.spend(steps);
    });
    return container ?? this.host.global(name) ?? { kind: 'unknown', name };
  }

  /** @param makes an object of a class, without a call of what the class has for it */
  called(makes: boolean): PickleValue<T> {
    const [callee = null, args = null] = this.popMany(2);
    if (isKind(callee, 'unknown')) {
      if (makes) return { kind: 'opaque', name: callee.name };
      throw this.problem(
        `asks for the Python object ${callee.name}, which no tensor needs; ${NOT_RUN}. If the file is a whole model ` +
          'or a training state that you trust, save its weights alone in PyTorch: ' +
          "torch.save(model.state_dict(), 'weights.pth')",
      );
    }
    if (!isKind(callee, 'function') || !isKind(args, 'tuple')) {
      throw this.problem(`calls something that is not a function; ${NOT_RUN}`);
    }
    return callee.call(args.items);
  }

  /** Sets an object's attributes: a state dict's version numbers and a parameter's flags, of no use here. */
  built(): PickleValue<T> {
    const [object = null, state = null] = this.popMany(2);
    const isFlags = isKind(object, 'object') && isKind(state, 'tuple') && state.items.length === 3;
    if (!isFlags && !isKind(object, 'dict') && !isKind(object, 'opaque')) {
      throw this.problem(`sets the state of an object that has none; ${NOT_RUN}`);
    }
    return object;
  }

  persistent(): PickleValue<T> {
    return this.host.persistent(this.pop());
  }

  problem(what: string): WeightFileError {
    return new WeightFileError(`its pickle ${what} (byte ${count(this.position)} of it)`);
  }

  skip(size: number): number {
    const at = this.position;
    if (at + size > this.bytes.length) {
      throw this.problem(
        this.bytes.length === MAX_BYTES
          ? `is longer than ${count(MAX_BYTES)} bytes, more than any network's tensors need`
          : `ends in the middle; ${FETCH_AGAIN}`,
      );
    }
    this.position = at + size;
    return at;
  }

  /** @throws WeightFileError when it has taken more steps than any state dict does */
  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > MAX_STEPS) {
      throw this.problem(`takes over ${count(MAX_STEPS)} steps, more than tensors need`);
    }
  }
}
