/** Preloaded into a process (`--import`): stands in for Node's compile cache, which older versions lack, and prints the folder that it is given. */
import nodeModule from 'node:module';

nodeModule.enableCompileCache = (folder) => console.error(`compiled code is kept in ${folder}`);
