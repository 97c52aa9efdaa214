"""A real RabbitMQ starts with the broker's configuration and applies it."""

import re
from pathlib import Path

import pytest

from parindex.servers.rabbitmq_folder import furnish
from parindex.servers.rabbitmq_node import PrivateBroker

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "rabbitmq" / "parindex.conf"


@pytest.mark.rabbitmq
@pytest.mark.slow
def test_a_real_rabbitmq_takes_the_configuration(tmp_path: Path) -> None:
    broker = PrivateBroker(tmp_path / "broker")
    node = broker.nodes[0]
    node.folder.parent.mkdir()
    furnish(node, broker._cluster)
    (node.folder / "conf.d").mkdir()
    text = CONFIGURATION.read_text(encoding="utf-8").replace("listeners.tcp.default = 5672\n", "")
    (node.folder / "conf.d" / "20-parindex.conf").write_text(text, encoding="utf-8")
    with broker:
        for key in ("heartbeat", "consumer_timeout", "max_message_size"):
            [meant] = re.findall(rf"^{key} = (\d+)$", text, re.MULTILINE)
            assert broker.ctl("eval", f"element(2, application:get_env(rabbit, {key})).").strip() == meant
