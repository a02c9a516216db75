#!/usr/bin/env node
import { main } from './cli.ts';
import { withOutput } from './stdio.ts';

// Not by `exitCode`: the unit, and nodeadm-run behind it, would wait for whatever handle is left open. What was
// written is out by now, since Node.js writes to files, pipes and sockets of stdio synchronously on Linux.
process.exit(await withOutput(() => main(process.argv)));
