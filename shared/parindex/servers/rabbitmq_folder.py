"""The folder and the environment of one private RabbitMQ node, which shares nothing with another one."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

USER = "parindex"
# Erlang's own defaults wait a minute before a silent neighbour counts as down
TICK_S = 8


@dataclass(frozen=True, slots=True)
class Cluster:
    """The settings that the nodes of one broker share."""

    folder: Path
    epmd_port: int
    password: str
    cookie: str
    schedulers: int
    first_node: str


@dataclass(frozen=True, slots=True)
class BrokerNode:
    """The settings of one node, which stay the same over its restarts."""

    name: str
    folder: Path
    amqp_port: int
    distribution_port: int


def furnish(node: BrokerNode, cluster: Cluster) -> None:
    """Write the node's configuration."""
    node.folder.mkdir()
    (node.folder / "rabbitmq.conf").write_text(_configuration(node, cluster))
    (node.folder / "enabled_plugins").write_text("[].\n")
    (node.folder / "env.conf").write_text("")
    cookie = node.folder / ".erlang.cookie"
    cookie.write_text(cluster.cookie)
    cookie.chmod(0o400)


def _configuration(node: BrokerNode, cluster: Cluster) -> str:
    lines = [
        f"listeners.tcp.1 = 127.0.0.1:{node.amqp_port}",
        f"default_user = {USER}",
        f"default_pass = {cluster.password}",
        "cluster_formation.peer_discovery_backend = classic_config",
        f"cluster_formation.classic_config.nodes.1 = {cluster.first_node}",
        "cluster_partition_handling = pause_minority",
        "raft.wal_max_size_bytes = 67108864",
        "log.file.level = info",
    ]
    return "\n".join(lines) + "\n"


def environment(node: BrokerNode, cluster: Cluster) -> dict[str, str]:
    """The environment of the node's programs (server and rabbitmqctl), without variables of this process."""
    folder = node.folder
    loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ERL_EPMD_PORT": str(cluster.epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_CRASH_DUMP": str(folder / "erl_crash.dump"),
        "RABBITMQ_NODENAME": node.name,
        "RABBITMQ_NODE_PORT": str(node.amqp_port),
        "RABBITMQ_DIST_PORT": str(node.distribution_port),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_CONFIG_FILES": str(folder / "conf.d"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_CTL_ERL_ARGS": loopback,
        # these two make the script become the server instead of minding it: the guard sees the real process
        "RABBITMQ_ALLOW_INPUT": "1",
        "RABBITMQ_SERVER_START_ARGS": "-noinput",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            f"+S {cluster.schedulers}:{cluster.schedulers} {loopback} -kernel net_ticktime {TICK_S} -start_epmd false"
        ),
    }


def free_ports(count: int) -> list[int]:
    """Different loopback ports on which no process listens now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports: list[int] = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
