"""The AsyncAPI 3 document of the bus, generated from the contracts: each contract, its sender, its receivers.

A contract is sent as a CloudEvent in a `Message` of one partition of its source.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from parindex.bus.message import Envelope, Message
from parindex.bus.topology import exchange_of
from parindex.contracts import CONTRACTS, Contract
from parindex.service import Service

REF = "#/components/schemas/{name}"
ABOUT = """Điều các dịch vụ nói với nhau. Mỗi thông điệp là một CloudEvent 1.0, đi trong lô `Message` của một phân vùng;
`prev` nối các lô thành chuỗi, nên thiếu lô nào biết ngay và đọc lại từ `GET /v1/contracts` của nguồn.

The contracts that services publish. Contracts only grow: consumers ignore fields that they do not know."""


def document(services: Mapping[str, Service]) -> dict[str, Any]:
    """Return the document of every contract, its sender, and the installed services that consume from it."""
    names = sorted(CONTRACTS)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "parindex", "version": "1", "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"broker": {"host": "localhost:5672", "protocol": "amqp", "description": "RabbitMQ ≥ 3.10"}},
        "channels": {name: _channel(name) for name in names},
        "operations": {
            key: operation for name in names for key, operation in _operations(name, _receivers(name, services)).items()
        },
        "components": {"messages": {name: _message(name) for name in names}, "schemas": _schemas()},
    }


def sender_of(name: str) -> str:
    """Return the service that publishes a contract: the first word of its type."""
    return name.partition(".")[0]


def _receivers(name: str, services: Mapping[str, Service]) -> Sequence[str]:
    return [
        service.name
        for service in services.values()
        if any(sender_of(name) in consumer.sources for consumer in service.consumers)
    ]


def _channel(name: str) -> dict[str, Any]:
    exchange = {"name": exchange_of(sender_of(name)), "type": "direct", "durable": True}
    return {
        "address": name,
        "description": _text_of(CONTRACTS[name]),
        "messages": {"contract": {"$ref": f"#/components/messages/{name}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange}},
    }


def _operations(name: str, receivers: Sequence[str]) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{name}"}
    sends = {f"{sender_of(name)}.sends.{name}": {"action": "send", "channel": channel}}
    return sends | {f"{each}.receives.{name}": {"action": "receive", "channel": channel} for each in receivers}


def _message(name: str) -> dict[str, Any]:
    data = {"properties": {"type": {"const": name}, "data": {"$ref": REF.format(name=CONTRACTS[name].__name__)}}}
    return {
        "name": name,
        "title": CONTRACTS[name].__name__,
        "summary": _text_of(CONTRACTS[name]),
        "contentType": "application/cloudevents+json",
        "payload": {"allOf": [{"$ref": REF.format(name=Envelope.__name__)}, data]},
    }


def _schemas() -> dict[str, Any]:
    types = [*(CONTRACTS[name] for name in sorted(CONTRACTS)), Envelope, Message]
    _, components = msgspec.json.schema_components(types, ref_template=REF)
    return {name: _without_discriminators(schema) for name, schema in sorted(components.items())}


def _without_discriminators(part: Any) -> Any:
    """Remove OpenAPI's `discriminator`, which AsyncAPI does not have; each option has its constant tag."""
    if isinstance(part, list):
        return [_without_discriminators(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {key: _without_discriminators(value) for key, value in part.items() if key != "discriminator"}


def _text_of(contract: type[Contract]) -> str:
    return " ".join((contract.__doc__ or "").split())
