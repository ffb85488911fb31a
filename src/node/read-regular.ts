/** Reads files that may have been replaced by something else, such as a pipe. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The whole of a regular file.
 * @throws what node:fs throws; with the code `IRREGULAR` for a pipe, which would be waited for, or a device, which may never
 * end
 */
export async function readRegular(file: string): Promise<Uint8Array<ArrayBuffer>> {
  // Without O_NONBLOCK, a pipe would be waited for while it is opened. Windows has neither.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = await handle.stat();
    if (info.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    if (!info.isFile())
      throw Object.assign(new Error('it is no regular file but a pipe or a device'), { code: 'IRREGULAR' });
    const { buffer, byteOffset, byteLength } = await handle.readFile();
    return new Uint8Array(buffer, byteOffset, byteLength);
  } finally {
    await handle.close();
  }
}
