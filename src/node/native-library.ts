/** Shared libraries that are no addons of Node. */
import { constants } from 'node:os';
import { messageOf } from '../util/message-of.ts';

const { RTLD_LAZY, RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;

/** glibc's flag that keeps a library when its last handle is closed; `os.constants.dlopen` has no name for it. */
const RTLD_NODELETE = 0x1000;

/**
 * Loads a library and lets go of it again.
 * @param library a path, or a name that the system looks for
 * @returns why it does not load (not there, another platform's, its folder mounted noexec …); undefined when it does
 */
export const whyItDoesNotLoad = (library: string): string | undefined => load(library, RTLD_LAZY);

/**
 * Loads a library until the process ends: a later request for its name finds this one. Node closes libraries that are no addons;
 * without `RTLD_NODELETE` it would be gone again when this returns.
 * @throws Error saying why it does not load
 */
export function keepLoaded(library: string): void {
  const refusal = load(library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  if (refusal !== undefined) throw new Error(refusal);
}

function load(library: string, flags: number): string | undefined {
  try {
    process.dlopen({ exports: {} }, library, flags);
    return undefined;
  } catch (error) {
    const message = messageOf(error);
    // Said after the library has been loaded, for want of an addon in it.
    return message.includes('did not self-register') ? undefined : message;
  }
}
