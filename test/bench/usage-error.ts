/** What the command line has wrong: told as it stands, exit code 2. */
export class UsageError extends Error {}
