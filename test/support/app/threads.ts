/** For Stryker, which runs tests in threads: a thread can't set the umask of its process, and no test of its asks what the umask is. */
process.umask = () => 0o077;
