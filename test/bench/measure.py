"""Runs a command and prints when it began and ended, its CPU time and its peak memory, as JSON.

wait4(2) has the figures from the kernel, exact, children that it waited for included; Node.js does not show them.
The times are those of CLOCK_MONOTONIC, as process.hrtime() has them. What the command prints goes to stderr.
"""

import json
import os
import sys
import time

start = time.monotonic()
pid = os.posix_spawn(
    sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)]
)
_, status, usage = os.wait4(pid, 0)
end = time.monotonic()
print(
    json.dumps(
        {
            "startMs": start * 1000,
            "endMs": end * 1000,
            "exitCode": os.waitstatus_to_exitcode(status),
            "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
            "peakRssMb": usage.ru_maxrss / 1024,
        }
    )
)
