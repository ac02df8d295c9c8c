"""A simulated Redis: it answers INFO and SLOWLOG LEN with the simulated world's numbers."""

import socketserver
from collections.abc import Iterable, Iterator
from itertools import islice
from threading import Lock, Thread

from exporter.clock import Clock
from exporter.simulator.world import MINUTE, World

_HELLO = b"%s\r\n+server\r\n+redis\r\n+version\r\n+7.0.15\r\n+proto\r\n:%s\r\n+role\r\n+master\r\n"
_INFO = """# Server
redis_version:7.0.15
redis_mode:standalone
run_id:5117a7ed5117a7ed5117a7ed5117a7ed5117a7ed
uptime_in_seconds:{uptime}

# Clients
connected_clients:{clients}
maxclients:10000
blocked_clients:0

# Memory
used_memory:{used_memory}
maxmemory:{maxmemory}
maxmemory_policy:allkeys-lru

# Persistence
loading:0

# Stats
total_connections_received:{clients}
total_commands_processed:{commands}
instantaneous_ops_per_sec:{operations}
rejected_connections:0
expired_keys:0
evicted_keys:{evicted}
keyspace_hits:{hits}
keyspace_misses:{misses}

# Replication
role:master
connected_slaves:0

# Commandstats
cmdstat_get:calls={commands},usec={commands},usec_per_call=1.00,rejected_calls=0,failed_calls=0

# Keyspace
db0:keys=2000,expires=0,avg_ttl=0
"""


def commands(lines: Iterable[bytes]) -> Iterator[list[str]]:
    """Yield the commands of a connection: RESP arrays of one-line strings, or plain words."""
    reading = iter(lines)
    for line in reading:
        text = line.decode(errors="replace").strip()
        if text.startswith("*") and text[1:].isdecimal():
            words = list(islice(reading, 2 * int(text[1:])))[1::2]
            yield [word.decode(errors="replace").strip() for word in words] or [""]
        elif text:
            yield text.split()


class CacheAnswers:
    """A server of simulated answers; events are counted from its start, minute by minute."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world, self._clock = world, clock
        self._start = clock.now()
        self._counted = int(self._start // MINUTE)
        self._hits = self._misses = self._evicted = 0
        self._mutex = Lock()
        answers = self

        class CacheConnection(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for command in commands(self.rfile):
                    self.wfile.write(answers.reply(command))

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), CacheConnection)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def reply(self, command: list[str]) -> bytes:
        """Return the reply to a command, in RESP that is the same in versions 2 and 3."""
        name = " ".join(command[:2]).upper()
        if name in ("HELLO 2", "HELLO 3"):
            return _HELLO % ((b"%4" if name == "HELLO 3" else b"*8"), name[-1:].encode())
        if name == "SLOWLOG LEN":
            return b":0\r\n"
        if command[0].upper() == "INFO":
            body = self.info().replace("\n", "\r\n").encode()
            return b"$%d\r\n%s\r\n" % (len(body), body)
        if command[0].upper() == "PING":
            return b"+PONG\r\n"
        if command[0].upper() in ("CLIENT", "SELECT", "QUIT"):
            return b"+OK\r\n"
        return f"-ERR unknown command '{command[0]}', it is not simulated\r\n".encode()

    def info(self) -> str:
        """Return the text of INFO at this moment."""
        now = self._clock.now()
        figures = self._world.redis_fields(int(now // MINUTE))
        with self._mutex:
            self._count(int(now // MINUTE))
            return _INFO.format(
                uptime=int(now - self._start),
                clients=figures.clients,
                used_memory=figures.used_memory,
                maxmemory=figures.maxmemory,
                operations=round(figures.operations),
                commands=self._hits + self._misses,
                evicted=self._evicted,
                hits=self._hits,
                misses=self._misses,
            )

    def _count(self, minute: int) -> None:
        """Add the minutes that have ended since the last count."""
        for ended in range(self._counted + 1, minute + 1):
            figures = self._world.redis_fields(ended)
            self._hits += figures.hits
            self._misses += figures.misses
            self._evicted += figures.evicted
        self._counted = max(self._counted, minute)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
