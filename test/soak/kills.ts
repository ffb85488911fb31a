/**
 * Real processes that are killed at random instants, and resumed until they are done: each run ends like one that nobody
 * disturbed, byte for byte, and no kill costs more than what was done since the checkpoint that was due.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { writeFewDigits } from '../support/few-digits.ts';
import { buildProgram } from './program.ts';
import { firstDifference, randomFrom, Tally, type Random, type Soak, type SoakOptions } from './soak.ts';

/** Seconds between checkpoints that the commands are asked for: the shortest, so that many kills meet one. */
const interval = 0;
/** Seconds that a checkpoint may come late: it takes a tenth of the time at most, and machines are busy. */
const grace = 10;

interface Work {
  readonly name: string;
  /** Of all kills, this one's part. */
  readonly share: number;
  readonly start: readonly string[];
  readonly resume: readonly string[];
  /** What a new process finds to go on from; the first tells how old it is. */
  readonly checkpoints: (out: string) => string[];
  readonly outcome: (out: string) => Record<string, string>;
}

interface Ending {
  readonly code: number | null;
  readonly err: string;
  /** Milliseconds of its life, and at which it first said that it was at work. */
  readonly life: number;
  readonly working: number | undefined;
}

const bytesOf = (path: string): string => readFileSync(path, 'latin1');

/** Archive, history, pictures and genome files, and progress without its times. */
function folderOutcome(out: string): Record<string, string> {
  const archive = bytesOf(join(out, 'archive.json'));
  const inFolder = (name: string) =>
    existsSync(join(out, name))
      ? readdirSync(join(out, name), { recursive: true }).map((each) => join(name, String(each)))
      : [];
  const files = [
    'archive.json',
    'lineage.json',
    'history.jsonl',
    ...['images', 'frames', 'genomes'].flatMap(inFolder),
  ].filter(
    (path) =>
      existsSync(join(out, path)) &&
      statSync(join(out, path)).isFile() &&
      // Of a genome that no elite has any more there may be a file still: the checkpoint before names it.
      (!path.startsWith('genomes') || archive.includes(`"${path}"`)),
  );
  return Object.fromEntries(files.map((path) => [path, bytesOf(join(out, path))]));
}

function works(adapter: string, digits: string): Work[] {
  const device = ['--adapter', adapter];
  const pace = ['--checkpoint-every', String(interval)];
  const runs = ([name, share, command, options, state]: [
    string,
    number,
    string,
    string[],
    string,
  ]): Work => ({
    name,
    share,
    start: [command, ...device, ...pace, ...options],
    resume: [command, ...device, ...pace, '--resume'],
    checkpoints: (out) =>
      [`${state}.json`, `${state}.previous.json`].map((file) => join(out, 'checkpoint', file)),
    outcome: folderOutcome,
  });
  const direct = [
    '--model',
    'caffenet-tiny',
    '--encoding',
    'direct',
    '--classes',
    '1,2,3',
    '--population',
    '4',
  ];
  return [
    runs(['evolve, CPPNs', 0.4, 'evolve', ['--generations', '40', '--population', '8'], 'state']),
    runs(['ascend', 0.2, 'ascend', ['--class', '0,1,2,3', '--steps', '40'], 'ascent']),
    {
      name: 'train',
      share: 0.3,
      start: ['train', ...device, ...pace, '--data', digits, '--batch', '8', '--epochs', '3'],
      resume: ['train', ...pace, '--resume'],
      checkpoints: (out) => [`${out}.checkpoint`, `${out}.checkpoint.previous`],
      outcome: (out) => ({ weights: bytesOf(out) }),
    },
    runs(['evolve, genome files', 0.1, 'evolve', [...direct, '--generations', '6'], 'state']),
  ];
}

/** @param after milliseconds at which it is killed; never unless told */
function live(program: string, commandLine: readonly string[], after?: number): Promise<Ending> {
  const started = performance.now();
  const child = spawn(process.execPath, [program, ...commandLine], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  let working: number | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    if (/(generations|iterations|steps) ·/.test(err)) working ??= performance.now() - started;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), after ?? 600_000);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, err, life: performance.now() - started, working });
    });
  });
}

type Name = 'killed' | 'resumed' | 'runs' | 'failed' | 'torn' | 'different' | 'lost beyond the interval';

/** Where it happens, and who watches. */
interface Site extends Pick<SoakOptions, 'note'> {
  readonly program: string;
  readonly folder: string;
  readonly random: Random;
  readonly tally: Tally<Name>;
}

/** Kills and resumes one kind of work until it has been killed so often and is complete. */
async function disturb(
  work: Work,
  wanted: number,
  { program, folder, random, tally, note }: Site,
): Promise<void> {
  const whole = join(folder, 'whole');
  const undisturbed = await live(program, [...work.start, '--out', whole]);
  if (undisturbed.code !== 0) throw new Error(`${work.name} does not work: ${undisturbed.err}`);
  const expected = work.outcome(whole);
  // Before it is at work, a kill meets a driver that compiles: a third of the instants.
  // The shortest that it has taken: another process may have been at work beside the first.
  let { life, working = 0 } = undisturbed;
  const instant = () =>
    random() < 0.15 ? random() * working : working * 0.8 + random() * (life - working * 0.8);
  for (let kills = 0, round = 0; kills < wanted; round++) {
    const out = join(folder, `cut-${String(round)}`);
    let ending: Ending | undefined;
    for (let process = 0; ending?.code !== 0; process++) {
      // Where it was killed before its first checkpoint, an evolution resumes all the same; a training begins anew.
      const goesOn =
        process > 0 &&
        (work.name === 'train' ? work.checkpoints(out).some(existsSync) : existsSync(join(out, 'run.json')));
      const commandLine = [...(goesOn ? work.resume : work.start), '--out', out];
      if (goesOn) tally.add('resumed');
      ending = await live(program, commandLine, kills < wanted && process < 12 ? instant() : undefined);
      if (process === 0 && ending.code === 0 && ending.life < life) ({ life, working = 0 } = ending);
      if (ending.code === null) {
        kills++;
        tally.add('killed');
        noteLoss(work, out, ending, tally);
      } else if (ending.code !== 0) {
        tally.fail(
          'failed',
          `${work.name}, process ${String(process)} of round ${String(round)}: ${ending.err.slice(-500)}`,
        );
        break;
      }
    }
    tally.add('runs');
    if (ending.code === 0) {
      const path = firstDifference(work.outcome(out), expected);
      if (path !== undefined)
        tally.fail('different', `${work.name}, round ${String(round)}: ${path} differs`);
    }
    rmSync(out, { recursive: true, force: true });
    note(`${work.name}: ${String(kills)} of ${String(wanted)} kills`);
  }
}

/** That each file is whole, and that what it was killed with is not older than it should be. */
function noteLoss(work: Work, out: string, { life, working }: Ending, tally: Tally<Name>): void {
  const present = work.checkpoints(out).filter(existsSync);
  for (const path of [
    ...present,
    ...['run.json', 'archive.json'].map((file) => join(out, file)).filter(existsSync),
  ]) {
    if (!path.endsWith('.json')) continue;
    try {
      JSON.parse(bytesOf(path));
    } catch {
      tally.fail('torn', `${work.name}: ${path} is torn`);
    }
  }
  if (working === undefined || (life - working) / 1000 < interval + grace) return;
  const [newest] = present;
  const age = newest === undefined ? Infinity : (Date.now() - statSync(newest).mtimeMs) / 1000;
  if (age > interval + grace)
    tally.fail('lost beyond the interval', `${work.name}: the checkpoint is ${age.toFixed(1)} s old`);
}

export const kills: Soak = {
  tries: 'SIGKILLs of fool evolve, ascend and train, each resumed until it is done',
  count: 400,
  async run({ count, seed, adapter, note }) {
    const program = buildProgram();
    const folder = mkdtempSync(join(tmpdir(), 'fool-kills-'));
    const random = randomFrom(seed);
    const tally = new Tally<Name>(
      'killed',
      'resumed',
      'runs',
      'failed',
      'torn',
      'different',
      'lost beyond the interval',
    );
    try {
      const digits = join(folder, 'digits');
      writeFewDigits(digits, await loadMnist('test'), 160);
      for (const work of works(adapter, digits)) {
        const place = mkdtempSync(join(folder, 'work-'));
        const site = { program, folder: place, random, tally, note };
        await disturb(work, Math.max(1, Math.round(work.share * count)), site);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return { figures: tally.counts, broken: tally.broken };
  },
};
