"""The commands by name: each lives in a module of its own, which is imported when it is called.

So ``procesmijn --help`` and every command start as fast as they can, whatever the others need.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any, Final, NamedTuple

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from procesmijn.wording import AMONG_PARTNERS, Wording, reworded, wording


class Listed(NamedTuple):
    """A command as the list of commands shows it."""

    module: str
    """Its module in this package; its ``app`` is the command."""
    help: str


COMMANDS: Final = {
    "demo": Listed(
        "demo",
        "Show it all at work: Kafka, PostgreSQL, a worker, and an organisation that keeps them"
        " busy.",
    ),
    "up": Listed("up", "Run Kafka, PostgreSQL and workers on this machine, until Ctrl-C."),
    "worker": Listed("worker", "Run one member of the consumer group, until it is stopped."),
    "web": Listed("web", "Serve the page and the API on this machine, until Ctrl-C."),
    "import": Listed("importing", "Bring in an event log: XES, CSV, Parquet or OCEL 2.0."),
    "export": Listed(
        "export", "Write the cases of a process as an event log: XES, OCEL 2.0, CSV or Parquet."
    ),
    "handovers": Listed("handovers", "Say who waits for whom, how often and how long."),
    "chain": Listed(
        "chain", "Follow work up to the end customer: which link takes which share of the time."
    ),
    "cases": Listed("cases", "List the cases of a process, in the columns of bi.fct_case."),
    "deliveries": Listed(
        "deliveries", "List deliveries under agreements: asked for, due, delivered, late."
    ),
    "pending": Listed(
        "pending",
        "Say who waits for whom, since when, against which promise; and what lies with whom.",
    ),
    "track": Listed(
        "track",
        "Say where a case is, who has it, what is still to come, and when it is expected.",
    ),
    "rules": Listed(
        "rules",
        "List the rules of processes and how many cases leave them, list these cases, and suggest"
        " rules.",
    ),
    "compare": Listed(
        "compare",
        "Hold two groups of cases beside each other: delivery time, first time right, rating,"
        " cost.",
    ),
    "trend": Listed(
        "trend", "Follow a measure over weeks or months, and say which values are more than chance."
    ),
    "report": Listed(
        "report",
        "Say how what parties do for each other goes: as agreed, right, and as customers say.",
    ),
    "summary": Listed("summary", "Say how a week went for a party, in words."),
    "alerts": Listed(
        "alerts", "Send the alerts that are due, say what was sent, or try a channel."
    ),
    "flow": Listed("flow", "Rebuild a process from what happened."),
    "conformance": Listed(
        "conformance",
        "Hold a process against a model: how well it fits, where it leaves it, and in which cases.",
    ),
    "working-time": Listed(
        "working_time",
        "Count the working time between two instants, in seconds; or, with --plus, say when"
        " something is due.",
    ),
    "catalogue": Listed(
        "catalogue",
        "Check, show, print, merge or activate a catalogue, or suggest what belongs in it.",
    ),
    "agreements": Listed(
        "agreements",
        "List agreements, hold them against what happens, suggest others, and try other terms.",
    ),
    "schemas": Listed("contract", "Show what may be sent: event types and examples."),
    "check-message": Listed(
        "check_message",
        "Say what would become of a message: accepted, or refused and why, and which cases it"
        " touches.",
    ),
    "dead-letters": Listed(
        "dead_letters", "List, show, redrive or discard records that were refused."
    ),
    "streams": Listed(
        "streams", "List, pause, resume or rewind what is read, or accept a gap in it."
    ),
    "ledger": Listed(
        "ledger", "Say what became of every offset of every partition, and whether it adds up."
    ),
    "archive": Listed("archive", "Write every event, in every version, to Parquet files."),
    "retire": Listed(
        "retire",
        "Let closed cases leave the tables; their figures and the keys of their events stay.",
    ),
    "rebuild": Listed("rebuild", "Compute everything anew from the stored events."),
    "verify": Listed("verify", "Prove that the tables say what the events say."),
    "doctor": Listed("doctor", "Check all parts, and say how to mend each."),
    "tokens": Listed("tokens", "Let programs read the API: make tokens, list and revoke them."),
    "looked": Listed("looked", "Say who looked at single cases, and from where."),
    "settings": Listed("settings", "Show every setting, its value and where that comes from."),
    "keys": Listed("keys", "Make new keys for the pseudonyms of persons, and print them."),
    "version": Listed("version", "Say which version this is, and of what it is made."),
}


class Commands(TyperGroup):
    """The commands, known by name and one line until one of them is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=listed.help) for name, listed in COMMANDS.items()
        }

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show what there is, in the words of the wording."""
        reword = _reword()
        for each in (self, *self.commands.values()):
            each.help = reword(each.help or "")
        super().format_help(ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that is called, the whole of it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else load(name), rest


def load(name: str) -> Any:
    """Import a command."""
    module = import_module(f"procesmijn.cli.{COMMANDS[name].module}")
    command = get_command(module.app)
    command.name = name
    reword = _reword()
    for each in (command, *getattr(command, "commands", {}).values()):
        each.help = reword(_unwrapped(each.help or ""))
        for option in each.params:
            if getattr(option, "help", None):
                option.help = reword(option.help)
    _hide_other_words(getattr(command, "commands", {}))
    return command


def _hide_other_words(commands: Mapping[str, Any]) -> None:
    """Of a command that has a name for each wording help shows the one that fits."""
    are_partners = wording() is Wording.PARTNERS
    for name, other in AMONG_PARTNERS.items():
        if other in commands:
            commands[name].hidden, commands[other].hidden = are_partners, not are_partners


def _reword() -> Callable[[str], str]:
    """What puts help into the words of the settings."""
    return partial(reworded, wording=wording())


def _unwrapped(text: str) -> str:
    """One line a paragraph: whoever shows it knows how wide the terminal is."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
