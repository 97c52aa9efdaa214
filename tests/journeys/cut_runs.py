"""Drives a round file and interrupts it, as a client whose machine stops."""

import httpx

from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.sending import Gateway


class CutOffError(Exception):
    """The driver is interrupted: its last command was executed, and it got no answer."""


async def cut_off(gateway: Gateway, file: RoundFile, writes: int) -> bool:
    """Drive a file and interrupt the driver after `writes` commands; return whether it was interrupted."""
    left = writes

    async def count(answer: httpx.Response) -> None:
        nonlocal left
        left -= answer.request.method != "GET"
        if not left:
            raise CutOffError

    for client in gateway.clients.values():
        client.event_hooks = {"response": [count]}
    try:
        async for _ in RoundDriver(gateway, file).run():
            pass
    except CutOffError:
        return True
    finally:
        for client in gateway.clients.values():
            client.event_hooks = {}
    return False
