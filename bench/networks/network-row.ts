/** What is measured of a network. */
import type { Breakdown } from './breakdown.ts';
import type { Throughput } from '../sampling/throughput.ts';
import type { RepeatedSample } from '../sampling/repetitions.ts';

export interface NetworkRow extends RepeatedSample, Partial<Breakdown>, Partial<Throughput> {
  readonly work: string;
  readonly batch: number;
  readonly adapter: string;
  /** Of a submission that is waited for: what `medianMs`, the latency, comes to. */
  readonly imagesPerSecond: number;
  /** Absent where it is not products and sums that take the time. */
  readonly gflops?: number;
  /** Of CPPNs: values of nodes at pixels. */
  readonly nodesPerSecond?: number;
  /** `nodesPerSecond` as a share of the sines and exponentials that the adapter makes a second. */
  readonly ofFunctions?: number;
  /** Bytes on the device, weights included. */
  readonly deviceBytes?: number;
}
