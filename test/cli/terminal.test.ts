/** What a command says, whatever names it quotes. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { begin } from '../../src/cli/io.ts';
import { Terminal } from '../../src/cli/terminal.ts';

class Text extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const hostile = 'cat\u001b]0;owned\u0007\u001b[2J\u009b31m\u0085\u007fné\tdog';

test.each([false, true])('no control character reaches a terminal (--json: %j)', (json) => {
  const [out, err] = [new Text(), new Text()];
  const openDevice = () => Promise.reject(new Error('none'));
  const terminal = new Terminal({ json, quiet: false }, begin({ out, err, openDevice }, AbortSignal.abort()));
  terminal.line(hostile);
  terminal.note(hostile);
  terminal.warn(hostile);
  terminal.fail(hostile);
  terminal.json({ label: hostile });
  expect(out.text + err.text).not.toMatch(/[^\P{Cc}\n\t]/u);
  expect(err.text).toContain('cat?]0;owned??[2J?31m??né\tdog');
  if (json) expect(JSON.parse(out.text)).toEqual({ label: hostile });
});
