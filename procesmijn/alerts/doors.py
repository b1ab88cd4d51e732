"""The channels of the catalogue that can be reached, each by what the settings say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import orjson
from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError

from procesmijn.alerts import webhook
from procesmijn.alerts.errors import ChannelsWrong
from procesmijn.alerts.mail import Mail
from procesmijn.alerts.webhook import Webhook
from procesmijn.alerts.words import Told
from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.alerts import Channel
from procesmijn.settings import Settings, variable
from procesmijn.store.alerts import Message

Send: TypeAlias = Callable[[Message, Told, Mapping[str, Any]], None]
"""Sends a message in words, or what programs get of it; raises
:class:`procesmijn.alerts.errors.NotDelivered`."""


class _Secrets(BaseModel):
    """What the settings say of a channel."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: SecretStr
    secret: SecretStr | None = None


_SECRETS: Final = TypeAdapter(dict[str, _Secrets])
_VARIABLE: Final = variable("channels")


def doors(catalogue: Catalogue, settings: Settings) -> dict[str, Send]:
    """How each channel is sent to; those that the settings say nothing of, and topics, are not
    there. Raises :class:`ChannelsWrong`."""
    secrets = _secrets(settings)
    if unknown := sorted(secrets.keys() - catalogue.channels.keys()):
        raise ChannelsWrong(f"{_VARIABLE}: the catalogue has no channel '{unknown[0]}'")
    made = {
        name: _door(channel, secrets.get(name), settings)
        for name, channel in catalogue.channels.items()
    }
    return {name: send for name, send in made.items() if send is not None}


def unreached(catalogue: Catalogue, reached: Mapping[str, Send]) -> list[str]:
    """Channels that alerts go to and the settings say nothing of."""
    used = {name for each in catalogue.alerts.values() for name in each.channels}
    used |= {name for each in catalogue.summaries.values() for name in each.channels}
    return sorted(
        name for name in used - reached.keys() if catalogue.channels[name].kind != "topic"
    )


def _secrets(settings: Settings) -> dict[str, _Secrets]:
    if settings.channels is None:
        return {}
    try:
        return _SECRETS.validate_python(orjson.loads(settings.channels.get_secret_value()))
    except orjson.JSONDecodeError:
        raise ChannelsWrong(f"{_VARIABLE} is no JSON; docs/alerts.md has an example") from None
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise ChannelsWrong(f"{_VARIABLE}: {place}: {problem['msg']}") from None


def _door(channel: Channel, secrets: _Secrets | None, settings: Settings) -> Send | None:
    if channel.kind == "mail":
        return _mail(settings)
    if channel.kind == "topic" or secrets is None:
        return None
    secret = secrets.secret.get_secret_value() if secrets.secret else None
    hook = Webhook(secrets.url.get_secret_value(), secret)
    if channel.kind == "slack":
        return lambda message, told, _: hook.send(message.message, webhook.slack(told))
    if channel.kind == "teams":
        return lambda message, told, _: hook.send(message.message, webhook.teams(told))
    return lambda message, _, plain: hook.send(message.message, plain)


def _mail(settings: Settings) -> Send | None:
    if settings.mail_server is None:
        return None
    if settings.mail_from is None:
        raise ChannelsWrong(f"{variable('mail_from')} has to say who mail is from")
    mail = Mail(settings.mail_server.get_secret_value(), settings.mail_from)
    return lambda message, told, _: mail.send(
        message.message, message.receiver, told, message.composed_at
    )
