/** Ends a run with the names of what failed, one a line: what a person with another adapter can pass on. */
import type { Reporter, TestModule } from 'vitest/node';

export default class ListFailures implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const failures = modules.flatMap((module) => {
      const file = module.relativeModuleId;
      const cases = [...module.children.allTests('failed')].map((test) => `${file} > ${test.fullName}`);
      // A file or a group that fails outside of its tests has none to name.
      return cases.length > 0 || module.state() !== 'failed' ? cases : [`${file} (outside of a test)`];
    });
    if (errors.length > 0) failures.push(`${String(errors.length)} errors outside of any file, see above`);
    const lines = failures.length === 0 ? ['Nothing failed.'] : ['Failed:', ...failures];
    console.log(lines.join('\n'));
  }
}
