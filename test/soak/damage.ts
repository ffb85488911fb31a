/**
 * Run folders whose files were changed, cut, removed, exchanged, or replaced by another run's: what is made of them is what
 * would have been made without, or a sentence says what is wrong; a picture that is another's, `verify` finds.
 */
import { CheckpointError } from '../../src/runs/evolution/checkpoint.ts';
import { confidencesOf } from '../../src/model/evaluation.ts';
import { decodeImage, ImageFileError } from '../../src/node/image-file.ts';
import { writeReport } from '../../src/node/report-files.ts';
import { readClaims } from '../../src/runs/claims.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { readLineage } from '../../src/runs/evolution/read-lineage.ts';
import { readRun } from '../../src/runs/evolution/read.ts';
import { RunFolderError } from '../../src/runs/read-files.ts';
import type { MemoryStorage } from '../../src/storage/storage.ts';
import { copyOf } from '../runs/evolution/failing-storage.ts';
import { tinyColourModel, tinyModel } from '../evolution/tiny-run.ts';
import { openTestGpu } from '../gpu.ts';
import { below, oneOf, randomFrom, settled, Tally, type Random, type Soak } from './soak.ts';
import { EveryMoment, tinyKinds, type TinyKind } from './tiny-runs.ts';

type Files = ReadonlyMap<string, Uint8Array>;

interface Base {
  readonly kind: TinyKind;
  readonly state: 'stopped' | 'complete';
  readonly files: Files;
  /** Of another run with the same settings but for its seed, at about the same moment. */
  readonly others: Files;
  /** What is made of it by going on. */
  readonly whole: Record<string, string>;
  /** And of the other run. */
  readonly otherWhole: Record<string, string>;
  readonly records: Records;
}

/** Every record that readers get out of a folder, as text, by the file that it is in. */
type Records = Readonly<Record<string, readonly string[]>>;

const kinds = tinyKinds.filter(({ name }) => /evolution|pixels|CPPNs|trials/.test(name));
const otherSeed = 77;

async function basesOf(kind: TinyKind): Promise<Base[]> {
  const [whole, other] = [new EveryMoment(), new EveryMoment()];
  await kind.go({ storage: whole });
  await kind.go({ storage: other, seed: otherSeed });
  const [outcome, otherWhole] = [kind.outcome(whole), kind.outcome(other)];
  const base = async (state: Base['state'], files: Files, others: Files) => ({
    kind,
    state,
    files,
    others,
    whole: outcome,
    otherWhole,
    records: await recordsOf(kind, copyOf(files)),
  });
  return [
    await base('stopped', savedIn(whole, kind.state), savedIn(other, kind.state)),
    await base('complete', whole.files, other.files),
  ];
}

/** As it was killed in its middle, right after a checkpoint whose archive is written. */
function savedIn({ moments }: EveryMoment, state: string): Files {
  const after = moments.filter(
    (files, moment) =>
      files.get('archive.json') !== moments[moment - 1]?.get('archive.json') && files.has(state),
  );
  return after[Math.floor(after.length / 2)]!;
}

async function recordsOf({ kind }: TinyKind, storage: MemoryStorage): Promise<Records> {
  const texts = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value));
  if (kind === 'evolution') {
    const { run, cells, progress, summary } = await readRun(storage);
    const { ancestors = [] } = await readLineage(storage, run, cells);
    return {
      'run.json': texts([run]),
      'archive.json': texts(cells),
      'lineage.json': texts(ancestors),
      'progress.jsonl': texts(progress),
      'summary.json': texts(summary ? [summary] : []),
    };
  }
  const { run, rows, progress, history, trials, summary } = await readAscent(storage);
  return {
    'run.json': texts([run]),
    'archive.json': texts(rows),
    'progress.jsonl': texts(progress),
    'history.jsonl': texts(history),
    'trials.json': texts(trials),
    'summary.json': texts(summary ? [summary] : []),
  };
}

/** Does something to one or two files. @returns what, and to which */
function damageOnce(
  storage: MemoryStorage,
  { others }: Base,
  random: Random,
): { what: string; paths: string[] } {
  const paths = [...storage.files.keys()].sort();
  const path = oneOf(random, paths);
  const bytes = Uint8Array.from(storage.files.get(path)!);
  const at = below(random, Math.max(1, bytes.length));
  const kind = random();
  if (kind < 0.4 && bytes.length > 0) {
    bytes[at]! ^= 1 << below(random, 8);
    storage.files.set(path, bytes);
    return { what: `a bit of byte ${String(at)} of ${path} flipped`, paths: [path] };
  }
  if (kind < 0.55) {
    storage.files.set(path, bytes.slice(0, at));
    return { what: `${path} cut to ${String(at)} bytes`, paths: [path] };
  }
  if (kind < 0.7) {
    storage.files.delete(path);
    return { what: `${path} removed`, paths: [path] };
  }
  const alike = (names: readonly string[]) => {
    const folder = path.replace(/[^/]*$/, '');
    const near = names.filter((name) => name !== path && folder !== '' && name.startsWith(folder));
    return oneOf(random, near.length > 0 && random() < 0.7 ? near : names);
  };
  if (kind < 0.85) {
    const second = alike(paths);
    storage.files.set(path, storage.files.get(second)!);
    storage.files.set(second, bytes);
    return { what: `${path} and ${second} exchanged`, paths: [path, second] };
  }
  const source = others.has(path) ? path : alike([...others.keys()].sort());
  storage.files.set(path, others.get(source)!);
  return { what: `${path} replaced by another run's ${source}`, paths: [path] };
}

const names = [
  'refused',
  'identical',
  'left out',
  'told by verify',
  'true all the same',
  'silent differences',
  'other errors',
] as const;
type Outcome = (typeof names)[number];
type Judgement = readonly [outcome: Outcome, detail?: string];

const isRefusal = (error: Error): boolean =>
  [CheckpointError, RunFolderError, ImageFileError].some((kind) => error instanceof kind);

const judgeError = (error: Error): Judgement =>
  isRefusal(error) ? ['refused'] : ['other errors', error.stack ?? error.message];

/** @returns undefined where every picture holds, or why the folder does not verify */
async function verify(storage: MemoryStorage): Promise<string | undefined> {
  const { claims, model, crops, lineage } = await readClaims(storage);
  if (lineage?.problem !== undefined) return lineage.problem;
  const [channels, height, width] = model.image;
  const pixels: number[] = [];
  for (const { picture } of claims) {
    const bytes = storage.files.get(picture);
    if (!bytes) throw new RunFolderError(`${picture} is missing`);
    const image = decodeImage(bytes, picture, { height, width });
    if (image.extent[0] !== channels || image.extent[1] !== height || image.extent[2] !== width)
      throw new ImageFileError(`${picture} is of another size`);
    pixels.push(...image.bytes);
  }
  if (claims.length === 0) throw new RunFolderError('it holds no picture yet');
  const found = await confidencesOf(
    await openTestGpu(),
    channels === 1 ? tinyModel() : tinyColourModel(),
    Uint8Array.from(pixels),
    claims.length,
    crops,
  );
  const lie = claims.find(({ class: number, confidence }, index) => {
    return !(Math.abs(found[index]![number]! - confidence) <= 1e-4);
  });
  return lie && `${lie.picture} does not hold`;
}

const isTold = async (storage: MemoryStorage): Promise<boolean> => {
  const verdict = await settled(() => verify(storage));
  if ('error' in verdict) return isRefusal(verdict.error);
  return verdict.value !== undefined;
};

/** That no record which is read is another than was written. */
async function judgeRecords(base: Base, storage: MemoryStorage): Promise<Judgement> {
  const read = await settled(() => recordsOf(base.kind, storage));
  if ('error' in read) return judgeError(read.error);
  let missing = false;
  for (const [file, written] of Object.entries(base.records)) {
    const strange = read.value[file]!.find((text) => !written.includes(text));
    if (strange !== undefined)
      return (await isTold(storage))
        ? ['told by verify']
        : ['silent differences', `${file} is read as ${strange.slice(0, 200)}`];
    missing ||= read.value[file]!.length < written.length;
  }
  return missing ? ['left out'] : ['identical'];
}

async function judgeReport(base: Base, storage: MemoryStorage): Promise<Judgement> {
  const written = await settled(() => writeReport(storage, 'run'));
  if ('error' in written) return judgeError(written.error);
  const records = await judgeRecords(base, storage);
  if (records[0] !== 'identical') return records;
  const pictures = [...base.files.keys()].filter((path) => /^(images|trials)\//.test(path));
  const changed = pictures.filter((path) => !sameBytes(storage.files.get(path), base.files.get(path)));
  if (changed.length === 0) return records;
  if (changed.every((path) => !storage.files.has(path))) return ['left out'];
  // Of several trials, pictures of those that the archive does not show are no claims.
  if (changed.every((path) => path.startsWith('trials/'))) return ['told by verify'];
  // Where another picture is given the confidence that the archive says, nothing false is shown.
  return (await isTold(storage)) ? ['told by verify'] : ['true all the same'];
}

async function judgeVerify(base: Base, storage: MemoryStorage): Promise<Judgement> {
  const verdict = await settled(() => verify(storage));
  if ('error' in verdict) return judgeError(verdict.error);
  return verdict.value === undefined ? judgeRecords(base, storage) : ['told by verify'];
}

async function judgeResume(
  { kind, whole: ours, otherWhole, others }: Base,
  storage: MemoryStorage,
  damaged: readonly string[],
): Promise<Judgement> {
  const warnings: string[] = [];
  // A command takes its settings from run.json: with another run's, and its checkpoint, that run goes on.
  const isOther = storage.files.get('run.json') === others.get('run.json');
  const whole = isOther ? otherWhole : ours;
  const seed = isOther ? { seed: otherSeed } : {};
  const resumed = await settled(() =>
    kind.go({ ...seed, storage, resume: true, onWarning: (text) => warnings.push(text) }),
  );
  if ('error' in resumed) return judgeError(resumed.error);
  const found = kind.outcome(storage);
  const { progress: lines = '', ...rest } = whole;
  const { progress: foundLines = '', ...foundRest } = found;
  const strange = foundLines.split('\n').find((line) => !lines.split('\n').includes(line));
  if (strange !== undefined) return ['silent differences', `progress.jsonl has ${strange.slice(0, 200)}`];
  const different = [...new Set([...Object.keys(rest), ...Object.keys(foundRest)])].filter(
    (path) => rest[path] !== foundRest[path],
  );
  if (different.length === 0) return foundLines === lines ? ['identical'] : ['left out'];
  // What an ascent has finished is not drawn again.
  if (different.every((path) => !storage.files.has(path))) return ['left out'];
  // Of several trials the best is shown again: with its pictures as they are.
  const isDamaged = (path: string) =>
    damaged.some((one) => one === path || one.replace(/^trials\/\d+/, 'images') === path);
  if (different.every((path) => path.endsWith('.png') && (isOther || isDamaged(path))))
    return (await isTold(storage)) ? ['told by verify'] : ['true all the same'];
  return ['silent differences', `${different.join()} after resuming; warnings: ${warnings.join('; ')}`];
}

function sameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
}

export const damage: Soak = {
  tries: 'run folders damaged in one to three ways, each resumed, reported and verified',
  count: 1000,
  async run({ count, seed, note }) {
    const random = randomFrom(seed);
    const tally = new Tally<Outcome>(...names);
    const bases = (await Promise.all(kinds.map(basesOf))).flat();
    for (let index = 0; index < count; index++) {
      const base = oneOf(random, bases);
      const storage = copyOf(base.files);
      const ways = Array.from({ length: random() < 0.7 ? 1 : 2 + below(random, 2) }, () =>
        storage.files.size === 0 ? undefined : damageOnce(storage, base, random),
      ).filter((way) => way !== undefined);
      const paths = ways.flatMap((way) => way.paths);
      const place = `${String(index)}: ${base.kind.name}, ${base.state}, ${ways.map(({ what }) => what).join(', ')}`;
      for (const [action, judge] of [
        ['resume', (copy: MemoryStorage) => judgeResume(base, copy, paths)],
        ['report', (copy: MemoryStorage) => judgeReport(base, copy)],
        ['verify', (copy: MemoryStorage) => judgeVerify(base, copy)],
      ] as const) {
        const [outcome, detail = ''] = await judge(copyOf(storage.files));
        if (outcome === 'silent differences' || outcome === 'other errors')
          tally.fail(outcome, `${place}; ${action}: ${detail}`);
        else tally.add(outcome);
      }
      if (index % 100 === 99) note(`${String(index + 1)} of ${String(count)}`);
    }
    return { figures: { folders: count, ...tally.counts }, broken: tally.broken };
  },
};
