/** The device could not do what was asked; the message names the kernel or buffer and what to change. */
export class GpuError extends Error {
  override readonly name: string = 'GpuError';
}

/** The driver does not compile a kernel; the message names its family, its variant and its shape. */
export class KernelError extends GpuError {
  override readonly name = 'KernelError';
}

/** The device is gone, with all that was on it: its driver was reset, or the machine took it away. */
export class DeviceLostError extends GpuError {
  override readonly name = 'DeviceLostError';
}

/** A request exceeds a limit of the adapter; nothing was allocated. */
export class GpuLimitError extends GpuError {
  override readonly name = 'GpuLimitError';
}

/** `134217728` → `128 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'] as const;
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ''}`;
}
