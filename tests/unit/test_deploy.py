"""What is shipped to deploy with is valid, and names only what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from compose_spec import PyCompose
from kubernetes_validate import ValidationError, validate

from procesmijn.cli.commands import COMMANDS
from procesmijn.settings import Settings, variable
from tests.deployments import COMPOSE, DEPLOY, INSTALLED, manifests, pods, runs, units

KUBERNETES = ("1.33", "1.37")
"""The oldest version that the manifests are held to, and the newest that there are schemas of."""

DIRECTIVES = {
    "Unit": {"After", "Description", "Wants"},
    "Service": {
        *("CapabilityBoundingSet", "Environment", "EnvironmentFile", "ExecStart", "Group"),
        *("LockPersonality", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectClock"),
        *("ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs"),
        *("ProtectKernelModules", "ProtectKernelTunables", "ProtectSystem", "Restart"),
        *("RestartSec", "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime"),
        *("RestrictSUIDSGID", "SystemCallArchitectures", "TimeoutStartSec", "TimeoutStopSec"),
        *("Type", "UMask", "User"),
    },
    "Timer": {"OnCalendar", "Persistent", "RandomizedDelaySec"},
    "Install": {"WantedBy"},
}
"""Those of systemd 252 (man systemd.exec, systemd.service, systemd.unit, systemd.timer) in use."""

OBJECTS = {name: each for name, each in manifests().items() if name != "kustomization.yaml"}


def test_the_compose_file_is_one() -> None:
    text = COMPOSE.read_text("utf-8")
    worker = PyCompose.from_yaml(text).to_dict()["services"]["worker"]
    assert worker["deploy"]["replicas"] == 2
    with pytest.raises(ValueError, match="healthyish"):
        PyCompose.from_yaml(text.replace("service_healthy", "healthyish"))


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("name", OBJECTS)
def test_each_manifest_is_valid(name: str, version: str) -> None:
    validate(OBJECTS[name], version, strict=True)


def test_the_validator_finds_what_is_not() -> None:
    worker = manifests()["worker.yaml"]
    worker["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]["httpGett"] = {}
    with pytest.raises(ValidationError):
        validate(worker, KUBERNETES[1], strict=True)


def test_kustomize_is_told_of_every_object_but_the_example() -> None:
    listed = manifests()["kustomization.yaml"]["resources"]
    assert sorted(listed) == sorted(set(OBJECTS) - {"secret.example.yaml"})


def test_a_pod_is_what_the_namespace_asks_for_and_writes_nowhere() -> None:
    level = OBJECTS["namespace.yaml"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
    assert level == "restricted"
    image_user = re.search(
        r"^USER (\d+):(\d+)$", (DEPLOY.parent / "Dockerfile").read_text(), re.MULTILINE
    )
    assert image_user is not None
    for pod in pods(OBJECTS).values():
        context = pod["securityContext"]
        assert context["runAsNonRoot"]
        assert (context["runAsUser"], context["runAsGroup"]) == tuple(map(int, image_user.groups()))
        assert context["seccompProfile"]["type"] == "RuntimeDefault"
        (container,) = pod["containers"]
        assert not container["securityContext"]["allowPrivilegeEscalation"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["readOnlyRootFilesystem"]


def test_selectors_find_the_workers_and_probes_their_pages() -> None:
    worker = OBJECTS["worker.yaml"]
    labels = worker["spec"]["template"]["metadata"]["labels"]
    assert worker["spec"]["selector"]["matchLabels"] == labels
    assert OBJECTS["disruption.yaml"]["spec"]["selector"]["matchLabels"] == labels
    assert OBJECTS["doctor.yaml"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"] != labels
    (container,) = worker["spec"]["template"]["spec"]["containers"]
    (port,) = container["ports"]
    named = OBJECTS["settings.yaml"]["data"]["PROCESMIJN_HEALTH_PORT"]
    annotations = worker["spec"]["template"]["metadata"]["annotations"]
    assert str(port["containerPort"]) == named == annotations["prometheus.io/port"]
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness")}
    assert {probe["path"] for probe in probes.values()} == {"/healthz"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": port["name"]}


def test_every_command_and_every_variable_is_one_of_ours() -> None:
    known = {variable(field) for field in Settings.model_fields}
    assert {run.where.split()[0] for run in runs()} == {"compose", "kubernetes", "systemd"}
    for where, arguments, environment in runs():
        assert arguments[0] in COMMANDS, where
        assert set(environment) <= known, where


@pytest.mark.parametrize("name", units())
def test_each_unit_is_made_of_known_directives(name: str) -> None:
    for section, directives in units()[name].items():
        assert set(directives) <= DIRECTIVES[section]
        assert all(len(values) == 1 for values in directives.values())


def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze is not None, "there is no systemd-analyze: install the package systemd"
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text("utf-8").replace(INSTALLED, "/bin/true")
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        [analyze, "verify", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
