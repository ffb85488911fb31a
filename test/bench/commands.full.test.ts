import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi, type Mock } from 'vitest';
import type { Comparison } from '../../bench/compare/compare.ts';
import { writeOutputs } from '../../bench/report/outputs.ts';
import { readResults } from '../../bench/report/results-file.ts';
import { buildBench } from '../../bench/bench-command.ts';
import { begin, processIo } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/run-program.ts';
import type { Trace } from '../../bench/sampling/trace.ts';
import { around, kernelRow, networkRow, origin } from './results.ts';

const folder = mkdtempSync(join(tmpdir(), 'fool-bench-'));

const bench = (...commandLine: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/bench.js', ...commandLine], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

/** `compare` and `report` in this process: the exit code, and what goes to both streams. */
async function results(...commandLine: string[]) {
  const text = (write: Mock) => write.mock.calls.map(([piece]) => String(piece)).join('');
  const streams = [process.stdout, process.stderr] as const;
  const [out, err] = streams.map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  const invocation = begin(processIo, new AbortController().signal);
  const program = buildBench(invocation, () => Promise.reject(new Error('nothing is to be measured')));
  try {
    const status = await runProgram(program, commandLine, invocation);
    return { status, stdout: text(out!), stderr: text(err!) };
  } finally {
    vi.restoreAllMocks();
  }
}

function save(name: string, milliseconds: number, more: object = {}): string {
  const rows = [
    kernelRow('conv1', 'tile', around(milliseconds, 0.01)),
    networkRow('LeNet', 4, around(5, 0.001)),
  ];
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ ...origin, ...more, rows }));
  return path;
}

const [a, slower] = [save('a.json', 1), save('slower.json', 1.2)];

describe('fool bench', () => {
  const fool = (...commandLine: string[]) =>
    spawnSync(process.execPath, ['dist/fool.js', 'bench', ...commandLine], { encoding: 'utf8' });

  it('passes on what it is given, and the exit code', () => {
    const worse = fool('compare', a, slower);
    expect(worse).toMatchObject({ status: 1, stderr: '' });
    expect(worse.stdout).toContain('1 slower');
    expect(fool('compare', slower, a).status).toBe(0);
  });

  it.each([
    [['kernel'], /there is no section kernel to measure, but kernels, .*did you mean kernels\?/],
    [['kernels', '--batch', 'many'], /Expected batches: “many” is neither a number nor a range/],
    [['kernels', '--time', '0'], /Expected a number above 0/],
    [['kernels', '--family', 'conv3d'], /--family conv3d: did you mean conv2d\?/],
    [
      ['evolution', '--batch', '4'],
      /--batch chooses among kernels and networks and peers, not to be measured here/,
    ],
    [['networks', '--network', 'ResNet'], /--network ResNet fits no work; there are: LeNet forward/],
  ])('%j ends with 2 and a sentence', (commandLine, message) => {
    const { status, stderr } = bench(...commandLine, '--adapter', 'swiftshader');
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n +at /);
    expect(status).toBe(2);
  });
});

describe('bench compare', () => {
  it('ends with 1 where a row became slower, and 0 where none did', async () => {
    const worse = await results('compare', a, slower);
    expect(worse).toMatchObject({ status: 1, stderr: '' });
    expect(worse.stdout).toMatch(/conv2d, conv1: tile.*slower/);
    const better = await results('compare', slower, a);
    expect(better.status).toBe(0);
    expect(better.stdout).toMatch(/conv2d, conv1: tile.*faster/);
    expect(better.stdout).toContain('2 rows: 0 slower, 1 faster, 1 same, 0 ambiguous');
    expect((await results('compare', a, a)).status).toBe(0);
  });

  it('takes a threshold in per cent', async () => {
    expect((await results('compare', a, slower, '--threshold', '25')).status).toBe(0);
    expect((await results('compare', a, slower, '--threshold', '15%')).status).toBe(1);
  });

  it('prints one JSON object with --json', async () => {
    const { status, stdout } = await results('compare', a, slower, '--json');
    const comparison = JSON.parse(stdout) as Comparison;
    expect(comparison).toMatchObject({ command: 'bench compare', exitCode: 1, errors: [], before: a });
    expect(status).toBe(1);
    expect(comparison.rows.map(({ verdict }) => verdict)).toEqual(['slower', 'same']);
  });

  it('says in it what is wrong, and that this is no change for the worse', async () => {
    const { status, stdout } = await results('compare', a, join(folder, 'nowhere.json'), '--json');
    expect(JSON.parse(stdout)).toEqual({
      ...{ command: 'bench compare', exitCode: 2 },
      errors: [expect.stringContaining('nowhere.json')],
    });
    expect(status).toBe(2);
  });

  it('warns of another adapter, and compares all the same', async () => {
    const other = save('other.json', 1, { adapter: { name: 'pebbles', description: 'Pebbles 2' } });
    const { status, stderr } = await results('compare', a, other);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^warning: the files are of different adapters: .*beads.*pebbles/);
  });

  it('warns of a file that is a part', () => {
    const part = save('part.json', 1, { partial: true, partialReason: 'stopped by SIGTERM' });
    const { status, stderr } = bench('compare', a, part);
    expect(status).toBe(0);
    expect(stderr).toBe(
      'warning: the second file has a part of what was to be measured: stopped by SIGTERM\n',
    );
  });

  it.each([
    ['one file', ['compare', a]],
    ['a file that is not there', ['compare', a, join(folder, 'nowhere.json')]],
    ['a file that is no results file', ['compare', a, 'package.json']],
    ['a threshold that is none', ['compare', a, a, '--threshold', 'much']],
  ])('ends with 2 for %s', (_, commandLine) => {
    const { status, stderr } = bench(...commandLine);
    expect(status).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('bench report', () => {
  it('writes the page of a results file', async () => {
    const out = join(folder, 'pages', 'report.html');
    expect(await results('report', a, '--out', out)).toMatchObject({ status: 0, stdout: `${out}\n` });
    expect(readFileSync(out, 'utf8')).toContain('<h1>beads <small>fool bench: measured ');
  });

  it('ends with 2 without a file', () => {
    expect(bench('report').status).toBe(2);
    expect(bench('report', join(folder, 'nowhere.json')).status).toBe(2);
  });

  it('prints tables of a folder of files as Markdown, or writes them into a document', () => {
    const printed = bench('report', '--markdown', 'bench/results');
    expect(printed.status).toBe(0);
    expect(printed.stdout).toContain('| AlexNet forward, 8 |');
    const document = join(folder, 'page.md');
    writeFileSync(document, '<!-- bench-table --><!-- /bench-table -->');
    const written = bench('report', '--markdown', 'bench/results/lavapipe.json', '--into', document);
    expect(written).toMatchObject({ status: 0, stdout: `${document}\n` });
    expect(readFileSync(document, 'utf8')).toContain('**lavapipe**');
  });

  it.each([
    [['report', a, a], 'a page is of one results file; --markdown takes several'],
    [['report', a, '--markdown'], 'none of these files has rows of our engine beside others'],
    [
      ['report', 'bench/results', '--markdown', '--into', 'package.json'],
      '--into package.json: expected <!--',
    ],
    [['report', a, '--into', 'x.md'], '--into writes Markdown: add --markdown'],
  ])('%j ends with 2 and a sentence', (commandLine, message) => {
    const { status, stderr } = bench(...commandLine);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});

describe('a measuring run', () => {
  it('leaves the page of its results and a trace', async () => {
    const kernel = { family: 'conv2d', variant: 'tile' };
    const launch = { kernel, workgroups: [1, 1, 1], flops: 1, bytes: 1 };
    const dispatch = { label: 'conv1 forward', launch } as never;
    const timelines = [
      { work: 'LeNet', dispatches: [{ pass: 'forward', dispatch, startMs: 0, durationMs: 1 }] },
    ];
    const [report, trace] = ['r.html', 'r.trace'].map((name) => join(folder, name)) as [string, string];
    const results = { ...origin, rows: [kernelRow('conv1', 'tile', around(1, 0.01))] };
    expect(await writeOutputs(results, timelines, { report, trace })).toEqual([report, trace]);
    expect(readFileSync(report, 'utf8')).toContain('conv1');
    const written = JSON.parse(readFileSync(trace, 'utf8')) as Trace;
    expect(written.traceEvents.map(({ name }) => name)).toContain('conv1 forward');
    expect(written.otherData).toMatchObject({ adapter: 'beads', commit: origin.commit });
    await expect(writeOutputs(results, [], { trace })).rejects.toThrow('beads has no clock');
    const partial = { ...results, partial: true, partialReason: 'stopped by SIGINT' };
    expect(await writeOutputs(partial, [], { trace })).toEqual([]);
  });

  const stopped = (...more: string[]) => {
    const json = join(folder, `stopped ${more.join(' ')}.json`);
    const commandLine = ['dist/bench.js', 'networks', '--adapter', 'swiftshader', '--json', json, ...more];
    return { json, child: spawn(process.execPath, commandLine) };
  };
  const codeOf = (child: ChildProcess) =>
    new Promise<number | null>((resolve) =>
      child.once('close', (code) => {
        resolve(code);
      }),
    );

  it('ends at its limit with 0 and a valid file that says so', async () => {
    const { json, child } = stopped('--limit', '1');
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    expect(await codeOf(child)).toBe(0);
    expect(output).toContain('stopped at the limit of 1 s; what was measured until then is kept');
    const results = readResults(json);
    expect(results).toMatchObject({ partial: true, partialReason: 'stopped at the limit of 1 s' });
    expect(results.adapter.name).toBe('swiftshader');
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at %s with %i and a valid file that says so', async (signal, expected) => {
    const { json, child } = stopped('--time', expected.toString());
    await new Promise((resolve) => child.stdout.once('data', resolve));
    // The adapter's line is written just before the signals are listened to.
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill(signal);
    expect(await codeOf(child)).toBe(expected);
    expect(readResults(json)).toMatchObject({ partial: true, partialReason: `stopped by ${signal}` });
  });

  it('of the shipped choices ends at its limit as well, and leaves what it has not measured as it was', () => {
    const file = 'src/kernels/tuning/defaults/swiftshader.json';
    const before = readFileSync(file, 'utf8');
    const commandLine = ['dist/defaults.js', '--adapter', 'swiftshader', '--limit', '0.1'];
    const { status, stdout } = spawnSync(process.execPath, commandLine, { encoding: 'utf8' });
    expect(stdout).toContain('stopped at the limit of 0.1 s; the table has what was measured until then');
    expect(status).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('refuses a trace of what has none before it measures', () => {
    const { status, stderr } = bench('kernels', '--trace', join(folder, 'x.trace'));
    expect(status).toBe(2);
    expect(stderr).toContain('add the section networks');
  });
});
