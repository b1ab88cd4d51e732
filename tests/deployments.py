"""What ``deploy/`` and ``docker-compose.yml`` run: arguments and environment of every container and
unit, for the tests that hold them to what there is, and that run them."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

ROOT: Final = Path(__file__).parents[1]
DEPLOY: Final = ROOT / "deploy"
COMPOSE: Final = ROOT / "docker-compose.yml"
INSTALLED: Final = "/opt/procesmijn/bin/procesmijn"
"""Where units expect the command."""


class Run(NamedTuple):
    """One container or unit that runs procesmijn."""

    where: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


def runs() -> list[Run]:
    """All of them."""
    return [*of_compose(), *of_kubernetes(), *of_systemd()]


def of_compose() -> Iterator[Run]:
    """Services that are made of our image."""
    for name, service in yaml.safe_load(COMPOSE.read_text("utf-8"))["services"].items():
        if service["image"] == "procesmijn":
            arguments = tuple(shlex.split(service["command"]))
            environment = {key: str(value) for key, value in service["environment"].items()}
            yield Run(f"compose {name}", arguments, environment)


def manifests() -> dict[str, dict[str, Any]]:
    """The objects of Kubernetes by file, and what ``kustomize`` reads."""
    return {
        path.name: yaml.safe_load(path.read_text("utf-8"))
        for path in sorted((DEPLOY / "kubernetes").iterdir())
    }


def of_kubernetes() -> Iterator[Run]:
    """Containers, with the variables of the settings and the secret."""
    objects = manifests()
    environment = {
        **objects["settings.yaml"]["data"],
        **objects["secret.example.yaml"]["stringData"],
    }
    for name, pod in pods(objects).items():
        for container in pod["containers"]:
            yield Run(f"kubernetes {name}", tuple(container["args"]), environment)


def pods(objects: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Pods by the file that they are in, however deep."""
    found = {}
    for name, each in objects.items():
        spec = each.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            found[name] = spec["template"]["spec"]
    return found


def units() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Units by file: directives by section, each with its values in order.

    Strict: a line is a comment, a section, or a directive with a value (which may be empty).
    """
    found = {}
    for path in sorted((DEPLOY / "systemd").iterdir()):
        sections: dict[str, dict[str, list[str]]] = {}
        section: dict[str, list[str]] | None = None
        for line in path.read_text("utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                assert line.endswith("]")
                assert line[1:-1] not in sections, f"{path.name} has {line} twice"
                section = sections[line[1:-1]] = defaultdict(list)
                continue
            directive, is_one, value = line.partition("=")
            assert section is not None
            assert is_one, f"{path.name}: {line}"
            section[directive].append(value)
        found[path.name] = sections
    return found


def of_systemd() -> Iterator[Run]:
    """Services, with the variables that they set themselves."""
    for name, sections in units().items():
        for line in sections.get("Service", {}).get("ExecStart", ()):
            program, *arguments = shlex.split(line)
            assert program == INSTALLED
            words = sections["Service"].get("Environment", [])
            environment = dict(word.partition("=")[::2] for word in words)
            yield Run(f"systemd {name}", tuple(arguments), environment)
