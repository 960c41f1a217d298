/** Runs the test projects one after another, so that files that share modules run in a process that has already loaded them. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export class ProjectOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = this.ctx.projects;
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => order.indexOf(one.project) - order.indexOf(other.project));
  }
}
