"""Private RabbitMQ nodes from Debian's package, in a folder of their own, for demos and tests.

They share nothing with a RabbitMQ service of the machine: they have their own ports (free ones, loopback only), epmd,
cookie and configuration. The nodes end with their parent process (see `lifeline`).
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from parindex.refusal import Kind, Refused
from parindex.servers.lifeline import Lifeline, Recipe
from parindex.servers.rabbitmq_folder import USER, BrokerNode, Cluster, environment, free_ports, furnish

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
SERVER = PROGRAMS / "rabbitmq-server"
EPMD = "/usr/bin/epmd"
START_LIMIT_S = 120
AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME = b"\x01"  # the answer of a running broker: connection.start


class RabbitmqMissingError(Refused):
    """Debian's package is not installed on this machine."""

    code = "rabbitmq-missing"
    kind = Kind.UNAVAILABLE
    vi = "Máy này chưa cài RabbitMQ. Hãy chạy deploy/install-test-servers.sh rabbitmq (quyền root)."
    en = "RabbitMQ is not installed here. Run deploy/install-test-servers.sh rabbitmq (as root)."


class RabbitmqNotStartedError(Refused):
    """A node would not start; the end of its log says why."""

    code = "rabbitmq-not-started"
    kind = Kind.UNAVAILABLE
    vi, en = "Nút RabbitMQ {node} không khởi động được:\n{log}", "{node} did not start:\n{log}"

    node: str
    log: str


class PrivateBroker:
    """One node, or a cluster of them; every method that takes `node` means the first one by default.

    Methods block (a start takes seconds). Ports, and so urls, stay the same over restarts.
    """

    def __init__(self, folder: Path, *, nodes: int = 1, schedulers: int = 1) -> None:
        if not SERVER.exists():
            raise RabbitmqMissingError
        folder = folder.resolve()
        epmd_port, *ports = free_ports(1 + 2 * nodes)
        self.nodes = [
            BrokerNode(f"parindex{i + 1}@localhost", folder / f"node{i + 1}", ports[2 * i], ports[2 * i + 1])
            for i in range(nodes)
        ]
        self._cluster = Cluster(
            folder, epmd_port, secrets.token_hex(16), secrets.token_hex(16), schedulers, self.nodes[0].name
        )
        self._epmd: Lifeline | None = None
        self._running: dict[str, Lifeline] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    @property
    def url(self) -> str:
        """The AMQP address of the first node."""
        return self.url_of()

    def url_of(self, node: int = 0, vhost: str = "") -> str:
        """The AMQP address of this node (and of a virtual host on it, by default `/`)."""
        return f"amqp://{USER}:{self._cluster.password}@127.0.0.1:{self.nodes[node].amqp_port}/{vhost}"

    def start(self) -> None:
        """Start every node that is not running, and wait until each takes connections."""
        is_new = not self._cluster.folder.joinpath("node1").exists()
        self._start_epmd()
        for node in range(len(self.nodes)):
            self._launch(self.nodes[node])
            if is_new:
                self.wait_until_ready(node)  # the first node must be up before others can join it
        for node in range(len(self.nodes)):
            self.wait_until_ready(node)

    def stop(self, node: int = 0) -> None:
        """Shut this node down in order; its durable queues are on disk."""
        if lifeline := self._running.pop(self.nodes[node].name, None):
            lifeline.cut()

    def kill(self, node: int = 0) -> None:
        """Send SIGKILL to this node, as a fault."""
        if lifeline := self._running.pop(self.nodes[node].name, None):
            lifeline.kill()

    def restart(self, node: int = 0) -> None:
        """Stop this node if it runs, start it, and wait until it takes connections."""
        self.stop(node)
        self._launch(self.nodes[node])
        self.wait_until_ready(node)

    def settle(self, node: int = 0) -> None:
        """Wait until this node has stored its queues: it does so only half a second after declaring one.

        A quorum queue whose node is killed before that loses all messages, confirmed or not, and never answers again
        (rabbitmq-server issue 15725). Call this between declaring and killing, unless the test is about that loss.
        """
        self.ctl("eval", "[T || T <- dets:all(), ok == dets:sync(T)].", node=node)

    def freeze(self, node: int = 0) -> None:
        """Stop this node's process by SIGSTOP: connections stay open, and it does not answer."""
        os.kill(self._running[self.nodes[node].name].pid, signal.SIGSTOP)

    def thaw(self, node: int = 0) -> None:
        """Continue a frozen node."""
        os.kill(self._running[self.nodes[node].name].pid, signal.SIGCONT)

    def end(self) -> None:
        """Kill all nodes, for a broker whose folder will be deleted."""
        for node in range(len(self.nodes)):
            self.kill(node)
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd = None

    def ctl(self, *words: str, node: int = 0) -> str:
        """Run `rabbitmqctl` on this node (it takes seconds) and return what it prints; a failure raises."""
        return subprocess.run(
            [PROGRAMS / "rabbitmqctl", "--silent", *words],
            env=environment(self.nodes[node], self._cluster),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def add_vhosts(self, *names: str) -> None:
        """Create virtual hosts, which share nothing; one call takes seconds, for any number of them."""
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        definitions = {
            "vhosts": [{"name": name} for name in names],
            "permissions": [{"user": USER, "vhost": name, **everything} for name in names],
        }
        file = self._cluster.folder / "vhosts.json"
        file.write_text(json.dumps(definitions))
        self.ctl("import_definitions", str(file))

    def wait_until_ready(self, node: int = 0) -> None:
        """Wait until this node takes AMQP connections; raise RabbitmqNotStartedError with its log when it ended."""
        which, deadline = self.nodes[node], time.monotonic() + START_LIMIT_S
        while not _speaks_amqp(which.amqp_port):
            if self._running[which.name].ended or time.monotonic() > deadline:
                raise RabbitmqNotStartedError(which.name, _end_of(which.folder / "console.log"))
            time.sleep(0.05)

    def _start_epmd(self) -> None:
        if self._epmd is not None:
            return
        self._cluster.folder.mkdir(parents=True, exist_ok=True)
        self._cluster.folder.chmod(0o700)
        command = [EPMD, "-port", str(self._cluster.epmd_port), "-address", "127.0.0.1"]
        self._epmd = Lifeline(Recipe(command=command, log=self._cluster.folder / "epmd.log", env={}))

    def _launch(self, node: BrokerNode) -> None:
        if node.name in self._running and not self._running[node.name].ended:
            return
        if not node.folder.exists():
            furnish(node, self._cluster)
        self._running[node.name] = Lifeline(
            Recipe(
                command=[str(SERVER)],
                log=node.folder / "console.log",
                env=environment(node, self._cluster),
                cwd=node.folder,
            )
        )


def _speaks_amqp(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(AMQP_GREETING)
        return connection.recv(1) == METHOD_FRAME
    return False


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
