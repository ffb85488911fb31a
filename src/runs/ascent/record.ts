/** A gradient ascent that is written down in its run folder while it climbs. */
import { ascend, type AscentHooks } from '../../ascent/ascend.ts';
import { FolderRecorder, type RecorderOptions } from './recorder.ts';
import type { AscentSummary } from './schema.ts';
import type { RecordedAscent } from './start.ts';

/** How a host follows, steers and records an ascent. */
export type RecordingHooks = AscentHooks & RecorderOptions;

/** Runs until every objective is done or the host says stop; the last state is saved either way. */
export async function recordAscent(ascent: RecordedAscent, hooks: RecordingHooks): Promise<AscentSummary> {
  const recorder = new FolderRecorder(ascent, hooks);
  return recorder.finish(await ascend(ascent, hooks, recorder));
}
