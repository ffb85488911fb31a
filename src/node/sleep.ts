/**
 * Waiting without spinning. Dawn's Node bindings poll the device from the event loop without a pause, which takes a
 * third of a core that a driver on the CPU needs for the work itself; sleeping a millisecond between polls leaves it to the driver.
 */
const sleeper = new Int32Array(new SharedArrayBuffer(4));

export async function sleepUntil<T>(work: Promise<T>): Promise<T> {
  const pending = new Set<unknown>([work]);
  const settled = work.finally(() => {
    pending.clear();
  });
  // The rejection is handed on by the return below; without this it would count as unhandled meanwhile.
  settled.catch(() => undefined);
  while (pending.size > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    if (pending.size > 0) Atomics.wait(sleeper, 0, 0, 1);
  }
  return settled;
}
