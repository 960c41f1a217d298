/** For Stryker, which runs tests in threads: a thread can't set the umask of its process, and none of those tests depends on it. */
process.umask = () => 0o077;
