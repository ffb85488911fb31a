/** Every write, move, removal and append of small runs as the moment of death: readable then, and resumed to the same end. */
import { readClaims } from '../../src/runs/claims.ts';
import { RunFolderError } from '../../src/runs/read-files.ts';
import { copyOf } from '../runs/evolution/failing-storage.ts';
import { firstDifference, settled, Tally, type Soak } from './soak.ts';
import { EveryMoment, tinyKinds } from './tiny-runs.ts';

export const moments: Soak = {
  tries: 'moments of death of each kind of run at most, each resumed',
  count: 10_000,
  async run({ count, note }) {
    const tally = new Tally('moments', 'identical', 'different', 'failed', 'unreadable');
    for (const { name, go, outcome } of tinyKinds) {
      const whole = new EveryMoment();
      await go({ storage: whole });
      const expected = outcome(whole);
      const every = Math.max(1, Math.ceil(whole.moments.length / count));
      for (let moment = 0; moment < whole.moments.length; moment += every) {
        const files = whole.moments[moment]!;
        if (!files.has('run.json')) continue;
        tally.add('moments');
        const place = `${name}, killed after operation ${String(moment)}`;
        const read = await settled(() => readClaims(copyOf(files)));
        if (
          'error' in read &&
          !(read.error instanceof RunFolderError && read.error.message.includes('no archive.json yet'))
        )
          tally.fail('unreadable', `${place}: ${read.error.message}`);
        const storage = copyOf(files);
        const resumed = await settled(() => go({ storage, resume: true }));
        const path = firstDifference(outcome(storage), expected);
        if ('error' in resumed) tally.fail('failed', `${place}: ${resumed.error.message}`);
        else if (path !== undefined || !resumed.value)
          tally.fail('different', `${place}: ${path ?? 'it'} differs`);
        else tally.add('identical');
      }
      note(`${name}: ${String(whole.moments.length)} moments`);
    }
    return { figures: { kinds: tinyKinds.length, ...tally.counts }, broken: tally.broken };
  },
};
