"""A child process that sends reminders over a database of a test, at a fixed moment; a test kills it."""

import asyncio
import sys
from datetime import datetime

from assessment.reminding.sending import send_reminders
from assessment.service import SERVICE
from parindex.hosting.databases import DatabaseUrls, settings_in
from parindex.hosting.resources import open_resources
from parindex.mail.smtp import MailSettings
from parindex.testing.mail import SENDER, SITE


async def main(url: str, port: int, moment: str) -> None:
    """Send until killed."""
    mail = MailSettings(url=f"smtp://127.0.0.1:{port}", sender=SENDER, site=SITE)
    settings = settings_in(DatabaseUrls(url, url)).model_copy(update={"mail": mail})
    async with open_resources(SERVICE, settings, lambda: datetime.fromisoformat(moment)) as resources:
        await send_reminders(resources.context)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
