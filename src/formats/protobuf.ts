/**
 * The wire format of protocol buffers, field by field: a tag (field number and wire type), then the value.
 * Caffe and ONNX keep hundreds of megabytes of floats in such messages, so nothing is decoded that no one
 * asked for: a cursor walks over the fields, submessages and values are byte ranges of the file, and a
 * second walk over the same message costs next to nothing. https://protobuf.dev/programming-guides/encoding/
 */
import protobuf from 'protobufjs/minimal.js';
import { count } from '../util/count.ts';
import { messageOf } from '../util/message-of.ts';
import type { Fail } from './refusal.ts';
import type { ByteRange } from './tensor-values.ts';
import { viewOf } from './view-of.ts';

const WIRE_TYPES = { varint: 0, fixed64: 1, lengthPrefixed: 2, fixed32: 5 } as const;
type WireType = keyof typeof WIRE_TYPES;
const KNOWN_WIRE_TYPES: ReadonlySet<number> = new Set(Object.values(WIRE_TYPES));

/** Strangers' shapes and lists are cut here; no tensor and no axis list of these formats is longer. */
const MAX_SHORT_LIST = 32;

/**
 * A cursor over the fields of one message. `next()` moves on to the next field, past a value that was not read; every other
 * method reads the value of the current field and may be called once for it.
 *
 * Every method throws a WeightFileError by `fail` with the offset in the file when the bytes there break the
 * format or the value is of another wire type than asked for. Groups, which neither Caffe nor ONNX uses, are refused.
 */
export class MessageReader {
  /** Number of the current field; 0 before the first. */
  field = 0;
  #wireType = 0;
  #isUnread = false;
  readonly #reader: protobuf.Reader;
  readonly #bytes: Uint8Array;
  readonly #range: ByteRange;
  readonly #fail: Fail;

  /** @param range the message in `bytes`, which are the whole file: offsets in messages count from its start */
  constructor(bytes: Uint8Array, fail: Fail, range: ByteRange = { start: 0, end: bytes.length }) {
    this.#bytes = bytes;
    this.#range = range;
    this.#fail = fail;
    this.#reader = new protobuf.Reader(bytes);
    this.#reader.pos = range.start;
    this.#reader.len = range.end;
  }

  /** A second cursor, before the first field of the same message. */
  again(): MessageReader {
    return new MessageReader(this.#bytes, this.#fail, this.#range);
  }

  /** @returns false after the last field */
  next(): boolean {
    if (this.#isUnread) this.#skip();
    if (this.#reader.pos >= this.#range.end) return false;
    const start = this.#reader.pos;
    const tag = this.#take(readTag);
    this.field = tag >>> 3;
    this.#wireType = tag & 7;
    if (this.field === 0) this.#refuse(start, 'a field has the number 0');
    if (!KNOWN_WIRE_TYPES.has(this.#wireType)) {
      this.#refuse(start, `field ${count(this.field)} has the wire type ${String(this.#wireType)}`);
    }
    this.#isUnread = true;
    return true;
  }

  /** A varint as a signed number. */
  integer(): number {
    this.#expect('varint');
    return this.#varint();
  }

  float(): number {
    const { start } = this.fixedWidth(4);
    return viewOf(this.#bytes).getFloat32(start, true);
  }

  text(): string {
    this.#expect('lengthPrefixed');
    return this.#take(readText);
  }

  /** Where the payload of a length-prefixed value lies in the file. */
  payload(): ByteRange {
    this.#expect('lengthPrefixed');
    const length = this.#take(readSize);
    const start = this.#reader.pos;
    const end = start + length;
    if (end > this.#range.end) {
      this.#refuse(
        start,
        `field ${count(this.field)} claims ${count(length)} bytes, ${count(this.#range.end - start)} are left`,
      );
    }
    this.#reader.pos = end;
    return { start, end };
  }

  message(): MessageReader {
    return new MessageReader(this.#bytes, this.#fail, this.payload());
  }

  /** Where the values of a repeated field lie that are `width` bytes each: a packed run, or a single value. */
  fixedWidth(width: 4 | 8): ByteRange {
    const single: WireType = width === 4 ? 'fixed32' : 'fixed64';
    if (this.#wireType === WIRE_TYPES.lengthPrefixed) {
      const range = this.payload();
      const length = range.end - range.start;
      if (length % width !== 0) {
        this.#refuse(
          range.start,
          `field ${count(this.field)} has ${count(length)} bytes for values of ${String(width)} bytes each`,
        );
      }
      return range;
    }
    this.#expect(single);
    const start = this.#reader.pos;
    this.#skipBytes(width);
    return { start, end: start + width };
  }

  /** `fixedWidth` for every occurrence of a repeated field in the message, wherever the cursor is. */
  *fixedWidthRanges(field: number, width: 4 | 8): Generator<ByteRange> {
    const walk = this.again();
    while (walk.next()) if (walk.field === field) yield walk.fixedWidth(width);
  }

  /** The number of values in `fixedWidthRanges`. */
  fixedWidthCount(field: number, width: 4 | 8): number {
    let length = 0;
    for (const { start, end } of this.fixedWidthRanges(field, width)) length += end - start;
    return length / width;
  }

  /** Visits the varints of a repeated field: a packed run, or a single one. */
  integers(visit: (value: number) => void): void {
    if (this.#wireType !== WIRE_TYPES.lengthPrefixed) {
      visit(this.integer());
      return;
    }
    const { start, end } = this.payload();
    const run = new MessageReader(this.#bytes, this.#fail, { start, end });
    while (run.#reader.pos < end) visit(run.#varint());
  }

  /** Appends the varints of a repeated field that is never long: a shape, a permutation. */
  shortList(list: number[]): void {
    const start = this.#reader.pos;
    this.integers((value) => {
      if (list.length === MAX_SHORT_LIST) {
        this.#refuse(start, `field ${count(this.field)} lists more than ${String(MAX_SHORT_LIST)} numbers`);
      }
      list.push(value);
    });
  }

  #expect(wireType: WireType): void {
    if (this.#wireType !== WIRE_TYPES[wireType]) {
      this.#refuse(
        this.#reader.pos,
        `field ${count(this.field)} has the wire type ${String(this.#wireType)}, ` +
          `expected ${String(WIRE_TYPES[wireType])}`,
      );
    }
    this.#isUnread = false;
  }

  #skip(): void {
    switch (this.#wireType) {
      case WIRE_TYPES.varint:
        this.#expect('varint');
        this.#take(readLong);
        break;
      case WIRE_TYPES.lengthPrefixed:
        this.payload();
        break;
      default:
        this.#isUnread = false;
        this.#skipBytes(this.#wireType === WIRE_TYPES.fixed32 ? 4 : 8);
    }
  }

  #skipBytes(length: number): void {
    const start = this.#reader.pos;
    if (start + length > this.#range.end) this.#refuse(start, `field ${count(this.field)} is cut short`);
    this.#reader.pos = start + length;
  }

  #varint(): number {
    const start = this.#reader.pos;
    const value = this.#take(readLong).toNumber();
    if (!Number.isSafeInteger(value)) this.#refuse(start, `the number ${String(value)} is too large`);
    return value;
  }

  /** protobufjs throws plain errors. */
  #take<T>(read: (reader: protobuf.Reader) => T): T {
    const start = this.#reader.pos;
    try {
      return read(this.#reader);
    } catch (error) {
      return this.#refuse(start, messageOf(error));
    }
  }

  #refuse(offset: number, problem: string): never {
    return this.#fail(
      `byte ${count(offset)}: ${problem}; the file is damaged, was cut short or is of another kind: ` +
        'fetch or export it again',
    );
  }
}

const readTag = (reader: protobuf.Reader) => reader.tag();
const readSize = (reader: protobuf.Reader) => reader.size();
/** protobufjs's types lean on a global `Long` that they do not bring along. */
const readLong = (reader: protobuf.Reader) => reader.int64() as unknown as { toNumber(): number };
const readText = (reader: protobuf.Reader) => reader.stringVerify();
