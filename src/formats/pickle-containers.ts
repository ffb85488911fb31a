/** What plain data in a pickle is made of beside Python's own types: containers, of which the content counts, and objects of none. */
import { isKind, type PickleGlobal, type PickleValue } from './pickle-value.ts';
import { WeightFileError } from './weight-file-error.ts';

type Arguments<T> = readonly PickleValue<T>[];
/** Takes so many steps of the machine's. */
type Spend = (steps: number) => void;

/** Dicts by another name; the number says which of the arguments may hold entries. */
const DICTS: ReadonlyMap<string, number> = new Map([
  ['collections.OrderedDict', 0],
  ['collections.Counter', 0],
  ['collections.defaultdict', 1],
]);
const LISTS = new Set([
  'collections.deque',
  ...['builtins', '__builtin__'].flatMap((module) => [
    `${module}.set`,
    `${module}.frozenset`,
    `${module}.list`,
    `${module}.tuple`,
  ]),
]);
/** Objects that training scripts keep beside the weights: times, paths, settings, single numbers of numpy's. */
const PLAIN = new Set([
  ...'argparse.Namespace types.SimpleNamespace uuid.UUID decimal.Decimal fractions.Fraction torch.device'.split(
    ' ',
  ),
  ...['date', 'datetime', 'time', 'timedelta', 'timezone'].map((name) => `datetime.${name}`),
  ...['Path', 'PosixPath', 'WindowsPath', 'PurePath', 'PurePosixPath', 'PureWindowsPath'].flatMap((name) => [
    `pathlib.${name}`,
    `pathlib._local.${name}`,
  ]),
  ...['numpy.core.multiarray', 'numpy._core.multiarray'].flatMap((module) => [
    `${module}.scalar`,
    `${module}._reconstruct`,
  ]),
  ...['numpy.core.numeric', 'numpy._core.numeric'].map((module) => `${module}._frombuffer`),
  ...['numpy.dtype', 'numpy.ndarray', '_codecs.encode'],
  ...['copyreg', 'copy_reg'].map((module) => `${module}._reconstructor`),
  ...['builtins', '__builtin__'].flatMap((module) =>
    ['bytes', 'bytearray', 'complex', 'range', 'slice', 'object'].map((name) => `${module}.${name}`),
  ),
]);

/** @returns undefined for a name that is not of plain data */
export function containerNamed<T>(name: string, spend: Spend): PickleGlobal<T> | undefined {
  const entries = DICTS.get(name);
  if (entries !== undefined) return { kind: 'function', name, call: (args) => dictOf(args, entries, spend) };
  if (LISTS.has(name)) return { kind: 'function', name, call: (args) => listOf(args, spend) };
  if (!PLAIN.has(name)) return undefined;
  return { kind: 'function', name, call: (args) => ({ kind: 'opaque', name: classOf(args) ?? name }) };
}

/** Python 3 makes an empty one and fills it; Python 2 passes a list of pairs. */
function dictOf<T>(args: Arguments<T>, index: number, spend: Spend): PickleValue<T> {
  const given = args[index] ?? null;
  if (args.length > index + 1 || !(given === null || isKind(given, 'list') || isKind(given, 'dict')))
    throw new WeightFileError('its pickle makes a dict of something other than pairs');
  if (isKind(given, 'dict')) {
    spend(given.entries.size);
    return { kind: 'dict', entries: new Map(given.entries) };
  }
  const items = isKind(given, 'list') ? given.items : [];
  // A list can be passed again and again at no cost in bytes.
  spend(items.length);
  const entries = items.map((pair) => {
    const isPair = (isKind(pair, 'list') || isKind(pair, 'tuple')) && pair.items.length === 2;
    if (!isPair) throw new WeightFileError('its pickle makes a dict of something other than pairs');
    return [pair.items[0] ?? null, pair.items[1] ?? null] as const;
  });
  return { kind: 'dict', entries: new Map(entries) };
}

function listOf<T>([given = null]: Arguments<T>, spend: Spend): PickleValue<T> {
  const items = isKind(given, 'list') || isKind(given, 'tuple') ? given.items : [];
  spend(items.length);
  return { kind: 'list', items: [...items] };
}

/** What copyreg makes is of the class that it is given. */
function classOf<T>([first = null]: Arguments<T>): string | undefined {
  return isKind(first, 'unknown') ? first.name : undefined;
}
