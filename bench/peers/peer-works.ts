/** What every engine is given to do. */
import { isLarge, type NetworkName } from '../networks/network-works.ts';
import type { Pass } from './peer-case.ts';

export interface PeerWork {
  /** As its rows have it. */
  readonly work: string;
  readonly network: NetworkName;
  readonly pass: Pass;
  /** Images of a run. */
  readonly batch: number;
  /** As of a `NetworkWork`. */
  readonly large?: true;
}

const works: readonly (readonly [NetworkName, Pass, readonly number[]])[] = [
  ['LeNet', 'forward', [200, 1000, 8000]],
  ['LeNet', 'ascent step', [200]],
  ['LeNet', 'training step', [64]],
  ['AlexNet', 'forward', [1, 8, 16, 64, 256]],
  ['AlexNet', 'ascent step', [1, 8]],
];

/** In the order in which they are measured. */
export const peerWorks: readonly PeerWork[] = works.flatMap(([network, pass, batches]) =>
  batches.map((batch) => ({
    work: `${network} ${pass}`,
    network,
    pass,
    batch,
    ...(isLarge(network, batch) && { large: true }),
  })),
);
