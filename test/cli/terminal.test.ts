/** What a command says, whatever names it quotes, and what stands on the terminal then. */
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { watchCompiling } from '../../src/cli/compile-bar.ts';
import { printEnvelope } from '../../src/cli/envelope.ts';
import { begin } from '../../src/cli/io.ts';
import { Terminal, type TerminalOptions } from '../../src/cli/terminal.ts';
import type { PipelineCache } from '../../src/gpu/pipeline-cache.ts';
import { DrawnTerminal } from '../support/drawn-terminal.ts';
import type { Output } from '../../src/cli/output.ts';

class Text extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const spoken = { json: false, quiet: false };

function terminalOn(out: Output, err: Output, options: TerminalOptions = spoken): Terminal {
  const openDevice = () => Promise.reject(new Error('none'));
  return new Terminal(options, begin({ out, err, openDevice }, AbortSignal.abort()));
}

const hostile = 'cat\u001b]0;owned\u0007\u001b[2J\u009b31m\u0085\u007fné\tdog';

test.each([false, true])('no control character reaches a terminal (--json: %j)', (json) => {
  const [out, err] = [new Text(), new Text()];
  const terminal = terminalOn(out, err, { json, quiet: false });
  terminal.line(hostile);
  terminal.note(hostile);
  terminal.warn(hostile);
  terminal.fail(hostile);
  terminal.progress(1, 'pictures').update(1, hostile);
  terminal.json({ label: hostile });
  printEnvelope(terminal.invocation);
  expect(out.text + err.text).not.toMatch(/[^\P{Cc}\n\t]/u);
  expect(err.text).toContain('cat?]0;owned??[2J?31m??né\tdog');
  if (json) expect(JSON.parse(out.text)).toMatchObject({ exitCode: 1, errors: [hostile], label: hostile });
});

test('--quiet leaves what was asked for', () => {
  const [out, err] = [new Text(), new Text()];
  const terminal = terminalOn(out, err, { json: false, quiet: true });
  terminal.line('on the way');
  terminal.note('a remark');
  terminal.progress(2, 'images').update(1, 'half');
  terminal.passing('compiling').update(1, 2);
  terminal.answer('a seven');
  expect([out.text, err.text]).toEqual(['a seven\n', '']);
});

describe('a bar on a terminal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('stays below what is printed meanwhile, on either stream, and ends as a line of its own', async () => {
    const screen = new DrawnTerminal(80);
    const terminal = terminalOn(screen, screen);
    terminal.note('before');
    const bar = terminal.progress(20, 'images');
    for (let image = 1; image <= 20; image++) {
      vi.advanceTimersByTime(200);
      bar.update(image, 'median 50.00 %, best 60.00 %');
      if (image % 8 === 0) terminal.line(`result ${String(image)}`);
      if (image === 10) terminal.warn('a long warning that does not fit into one line, '.repeat(3));
    }
    bar.stop();
    bar.stop();
    terminal.line('after');
    const warning = 'warning: ' + 'a long warning that does not fit into one line, '.repeat(3);
    expect(await screen.lines()).toEqual([
      'before',
      'result 8',
      warning.slice(0, 80),
      warning.slice(80),
      'result 16',
      expect.stringMatching(/^█+ 20\/20 images · 5\/s · in 4 s · median 50\.00 %, best 60\.00 %$/),
      'after',
    ]);
  });

  it('shows the last state within a tenth of a second, in one line even of wide letters', async () => {
    const screen = new DrawnTerminal(60);
    const terminal = terminalOn(screen, screen);
    const bar = terminal.progress(9, 'pictures');
    for (let picture = 1; picture < 9; picture++) bar.update(picture, '漢字'.repeat(picture * 2));
    expect(await screen.lines()).toEqual([expect.stringContaining('0/9 pictures')]);
    vi.advanceTimersByTime(100);
    expect(await screen.lines()).toEqual([expect.stringMatching(/8\/9 pictures .*漢/)]);
  });

  it('gives way to compiling where that takes a while, whose time its rate leaves out', async () => {
    const screen = new DrawnTerminal(100);
    const terminal = terminalOn(screen, screen);
    const pipelines: Pick<PipelineCache, 'onCompiling'> = { onCompiling: () => undefined };
    const unwatch = watchCompiling(pipelines, terminal);
    const bar = terminal.progress(10, 'images');
    for (let kernel = 0; kernel < 7; kernel++) {
      pipelines.onCompiling(kernel, 21);
      vi.advanceTimersByTime(kernel === 0 ? 450 : 1000);
      if (kernel === 0) expect(await screen.lines()).toEqual([expect.stringContaining('0/10 images')]);
    }
    pipelines.onCompiling(7, 21);
    vi.advanceTimersByTime(100);
    expect(await screen.lines()).toEqual([expect.stringMatching(/^█{9}░{19} compiling kernels 7\/21$/)]);
    pipelines.onCompiling(21, 21);
    vi.advanceTimersByTime(1000);
    expect(await screen.lines()).toEqual([expect.stringContaining('0/10 images')]);
    bar.update(5);
    vi.advanceTimersByTime(100);
    expect(await screen.lines()).toEqual([expect.stringContaining('5/10 images · 5/s · 1 s left')]);
    unwatch();
    bar.stop();
  });
});

it('tells a pipe of progress every five seconds, at once and at the end', () => {
  vi.useFakeTimers();
  const err = new Text();
  const bar = terminalOn(new Text(), err).progress(100, 'images');
  for (let image = 1; image <= 100; image++) {
    bar.update(image);
    vi.advanceTimersByTime(100);
  }
  vi.useRealTimers();
  expect(err.text.match(/^\d+\/100 images/gm)).toEqual(['1/100 images', '51/100 images', '100/100 images']);
});
