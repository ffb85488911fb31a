/** Runs in every file whose process goes on to another: the next one finds the environment as this one did. */
import { afterAll } from 'vitest';

const found = { ...process.env };

afterAll(() => {
  for (const name of Object.keys(process.env)) {
    if (!(name in found)) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, found);
});
