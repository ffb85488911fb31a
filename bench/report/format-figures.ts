/** Figures as the bench shows them. */
import { formatNumber } from '../../src/report/format.ts';

/** `1,332 ms`, `0.42 ms`: always milliseconds, so that rows below each other compare. */
export const formatMs = (milliseconds: number): string => `${formatNumber(milliseconds)} ms`;

/** `12.3 %` of a share. */
export const formatShare = (share: number): string => `${(100 * share).toFixed(1)} %`;
