"""A message by mail, through a server of the organisation."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from procesmijn.alerts.errors import ChannelsWrong, NotDelivered
from procesmijn.alerts.words import Told

TIMEOUT_SECONDS: Final = 10.0
_PORTS: Final = {"smtp": 25, "smtps": 465}


class Mail:
    """A server that takes mail, and who it is from."""

    def __init__(self, server: str, sender: str) -> None:
        """``server`` is ``smtp://user:password@host:587`` (encrypted where the server can) or
        ``smtps://``. Raises :class:`ChannelsWrong`."""
        try:
            self._at = urlsplit(server)
            self._port = self._at.port
        except ValueError:
            raise ChannelsWrong("PROCESMIJN_MAIL_SERVER: its port is no number") from None
        if self._at.scheme not in _PORTS or not self._at.hostname:
            raise ChannelsWrong(
                "PROCESMIJN_MAIL_SERVER has to be like smtp://user:password@host:587, with the"
                " special characters of the password percent-encoded"
            )
        self._sender = sender

    def send(self, message: str, receiver: str, told: Told, composed_at: datetime) -> None:
        """Send a message; its id is the same at each try, so that a reader shows it once.

        Raises :class:`NotDelivered`.
        """
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, receiver, told.title
        mail["Date"] = format_datetime(composed_at)
        mail["Message-ID"] = f"<{message}@procesmijn>"
        mail["Auto-Submitted"] = "auto-generated"  # so that nobody's absence answers it
        mail.set_content("\n".join(told.lines) + "\n")
        try:
            with self._session() as session:
                session.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(f"the mail server did not take it: {_line(error)}") from None

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        host, port = self._at.hostname or "", self._port or _PORTS[self._at.scheme]
        secure = ssl.create_default_context()
        if self._at.scheme == "smtps":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=TIMEOUT_SECONDS, context=secure
            )
        else:
            session = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        with session:
            session.ehlo()
            if self._at.scheme == "smtp" and session.has_extn("starttls"):
                session.starttls(context=secure)
            if self._at.username:
                session.login(unquote(self._at.username), unquote(self._at.password or ""))
            yield session


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
