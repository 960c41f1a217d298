/** The proxies of this machine, which the tests of proxies run. */
import { spawnSync } from 'node:child_process';

/** Debian has both in /usr/sbin, which is not in everybody's path. */
export const PROXY_ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

const has = (program: string) => spawnSync(program, ['-v'], { env: PROXY_ENVIRONMENT }).status === 0;

export const hasNginx = has('nginx');
export const hasHaproxy = has('haproxy');
