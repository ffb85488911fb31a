/** What `run.json` says of where a run's numbers come from: version, model, adapter. */
import type { RunRecord } from './evolution/records.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Model } from '../model/model.ts';
import { markOf } from '../storage/checksum.ts';
import { version } from '../version.ts';

/** @param sha256 of the model's file */
export function originOf(
  { adapter }: Gpu,
  model: Model,
  sha256: string,
): Pick<RunRecord, 'version' | 'model' | 'adapter'> {
  const { name, kind, description, reason } = adapter;
  return {
    version,
    model: {
      name: model.name,
      architecture: model.architecture.name,
      sha256,
      labels: model.labels,
      image: model.preprocessing.image,
    },
    adapter: { name, kind, description, reason },
  };
}

/**
 * The mark of a run: equal settings on one adapter give equal runs, so that their files may change places. A run that is made
 * longer keeps it.
 */
export function runMark(settings: object, { model, adapter }: Pick<RunRecord, 'model' | 'adapter'>): string {
  const { sha256, architecture } = model;
  const { description } = adapter;
  return markOf({ ...settings, generations: undefined, sha256, architecture, description });
}

/** As it stands in a record. */
export const markIn = (mark: string | undefined): Pick<RunRecord, 'mark'> =>
  mark === undefined ? {} : { mark };
