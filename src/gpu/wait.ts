/**
 * How a host waits for the device. Node's may nap meanwhile: Dawn's event loop there polls without a pause and takes
 * the CPU from adapters that run on it.
 */
export type Wait = <T>(work: Promise<T>) => Promise<T>;

/** For hosts whose event loop sleeps by itself. */
export const justWait: Wait = (work) => work;
