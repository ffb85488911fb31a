/** Whether a network has the units that an objective names. */
import type { Model } from '../../model/model.ts';
import type { Architecture, Extent } from '../../network/layer.ts';
import { definitionOf } from '../../network/layers/index.ts';
import { placeLayers } from '../../network/placement.ts';
import { nearestName } from '../../util/nearest-name.ts';
import { SettingsError } from '../../util/sentence.ts';
import { classMeasures, type Objective, type Term, type UnitTerm } from './objective.ts';

/** An objective cannot be read, or names what the model does not have: wrong usage. */
export class ObjectiveError extends SettingsError {
  override readonly name = 'ObjectiveError';
}

/** What objectives are compared with. */
export type ObjectiveModel = Pick<Model, 'architecture' | 'labels'>;

/** @throws ObjectiveError */
export function checkObjective({ name, terms }: Objective, model: ObjectiveModel): void {
  if (terms.length === 0) throw new ObjectiveError(`${name} names no unit: there is nothing to climb`);
  for (const term of terms) checkTerm(term, model);
}

/** @throws ObjectiveError that says which units there are */
export function checkTerm(term: Term, model: ObjectiveModel): void {
  if (term.of === 'unit') checkUnit(term, extentOf(term.layer, model.architecture));
  else checkIndex(term.of, 'classes', term.class, model.labels.length);
  // The device computes in binary32.
  const weight = Math.fround(term.weight);
  if (Number.isFinite(weight) && weight !== 0) return;
  throw new ObjectiveError(
    `the factor ${String(term.weight)} of a unit is ${weight === 0 ? 'zero' : 'not finite'} in 32 bits: choose another, or leave the unit out`,
  );
}

/**
 * What a layer puts out.
 * @throws ObjectiveError where the network has no such layer, or leaves it out when it is not trained
 */
export function extentOf(name: string, architecture: Architecture): Extent {
  const placed = placeLayers(architecture, false);
  const found = placed.find(({ layer }) => layer.name === name);
  if (found) return found.output.extent;
  const names = placed.map(({ layer }) => layer.name);
  const index = architecture.layers.findIndex((layer) => layer.name === name);
  if (index >= 0) throw new ObjectiveError(absence(architecture, index, names));
  const nearest = nearestName(name, [...names, ...classMeasures]);
  throw new ObjectiveError(
    `${architecture.name} has no layer ${name}; ${nearest === undefined ? `it has ${names.join(', ')}` : `was ${nearest} meant?`}`,
  );
}

/** Why a layer has no units. */
function absence({ name, layers }: Architecture, index: number, placed: readonly string[]): string {
  const layer = layers[index];
  const reason =
    layer && definitionOf(layer).trainingOnly ? 'is there in training only' : `changes nothing in ${name}`;
  const before = layers.slice(0, index).findLast((other) => placed.includes(other.name));
  const advice = before ? `; its values are those of ${before.name}` : '';
  return `${String(layer?.name)} ${reason}${advice}`;
}

function checkUnit({ layer, channel, place }: UnitTerm, [channels, height, width]: Extent): void {
  checkIndex(layer, 'channels', channel, channels);
  if (!place) return;
  const [x, y] = place;
  if (isBelow(x, width) && isBelow(y, height)) return;
  throw new ObjectiveError(
    width * height === 1
      ? `${layer} has one value per channel: leave the place ${place.join()} out`
      : `${layer} has the columns 0 to ${String(width - 1)} and the rows 0 to ${String(height - 1)}, not ${place.join()}`,
  );
}

function checkIndex(owner: string, what: string, index: number, count: number): void {
  if (isBelow(index, count)) return;
  throw new ObjectiveError(`${owner} has the ${what} 0 to ${String(count - 1)}, not ${String(index)}`);
}

const isBelow = (index: number, count: number): boolean =>
  Number.isInteger(index) && index >= 0 && index < count;
