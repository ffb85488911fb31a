/**
 * Bundled choices, for shapes where measurements beat the cost models. `npm run defaults` writes the tables;
 * where they are silent, the cost models decide.
 */
import type { AdapterKind } from '../../gpu/device.ts';
import { firstOf, type Choices, type ChoiceTable } from '../../gpu/tuning.ts';
import gpu from './defaults/gpu.json' with { type: 'json' };
import lavapipe from './defaults/lavapipe.json' with { type: 'json' };
import swiftshader from './defaults/swiftshader.json' with { type: 'json' };

export const shippedTables: Readonly<Record<AdapterKind, ChoiceTable>> = { swiftshader, lavapipe, gpu };

const shipped = {
  swiftshader: firstOf(swiftshader),
  lavapipe: firstOf(lavapipe),
  gpu: firstOf(gpu),
} satisfies Record<AdapterKind, Choices>;

export const bundledChoices = (kind: AdapterKind): Choices => shipped[kind];
