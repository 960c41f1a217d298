/** Everything that is tested, in every place where it can come out otherwise: what `npm run test:all` runs. */
import { again, once } from './test/projects.js';
import { configOf } from './vitest.config.js';

export default configOf([...once, ...again]);
