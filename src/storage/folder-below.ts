/** A folder within a storage, as a storage. */
import type { Storage } from './storage.ts';

/** @param folder its path, without a slash at the end */
export function folderBelow(storage: Storage, folder: string): Storage {
  const inside = (path: string) => (path === '' ? folder : `${folder}/${path}`);
  return {
    read: (path) => storage.read(inside(path)),
    write: (path, content) => storage.write(inside(path), content),
    append: (path, text) => storage.append(inside(path), text),
    move: (from, to) => storage.move(inside(from), inside(to)),
    remove: (path) => storage.remove(inside(path)),
    list: (path) => storage.list(inside(path)),
  };
}
