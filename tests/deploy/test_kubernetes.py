"""deploy/kubernetes: by the schemas of Kubernetes, and by what the files have to agree with."""

import copy
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml
from starlette.routing import Route

from gateway import __version__
from gateway.settings import PREFIX, SettingsError, load
from gateway.web.probes import probe_routes
from gateway.web.server import FINISH_SECONDS

ROOT = Path(__file__).parents[2]
FILES: dict[str, dict[str, Any]] = {
    path.name: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "deploy/kubernetes").glob("*.yaml")
}
BEYOND = {"kustomization.yaml", "podmonitor.yaml"}  # kinds that Kubernetes itself does not know
VERSION = "1.37"

DEPLOYMENT = FILES["deployment.yaml"]["spec"]
POD = DEPLOYMENT["template"]["spec"]
[GATEWAY] = POD["containers"]
LABELS = DEPLOYMENT["template"]["metadata"]["labels"]
CONFIG: dict[str, str] = FILES["configmap.yaml"]["data"]
SECRET: dict[str, str] = FILES["secret.example.yaml"]["stringData"]
FILLED = {
    "GATEWAY_UPSTREAM_URL": "https://vod.example.com",
    "GATEWAY_PROJECT_ID": "p",
    "GATEWAY_CACHE": "redis://:a-password@redis:6379/0",
    "GATEWAY_CACHE_SECRET": "sixteen-and-more",
    "GATEWAY_ADMIN_TOKEN": "sixteen-and-more",
}
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def in_image(pattern: str) -> str:
    """What the last stage of the Dockerfile says."""
    said: list[str] = re.findall(pattern, DOCKERFILE, re.MULTILINE)
    return said[-1]


def environment(**changed: str) -> dict[str, str]:
    """What a container gets from the image, the ConfigMap and the Secret, filled in."""
    image = dict(re.findall(r"\b(GATEWAY_\w+)=(\S+)", DOCKERFILE))
    return {**image, **CONFIG, **SECRET, **FILLED, **changed}


@pytest.mark.parametrize("name", sorted(FILES.keys() - BEYOND))
def test_a_manifest_follows_the_schema(name: str) -> None:
    """Strictly: an unknown field is an error."""
    kubernetes_validate.validate(FILES[name], VERSION, strict=True)


def test_the_schema_notices_a_slip() -> None:
    """A field that does not exist."""
    slip = copy.deepcopy(FILES["deployment.yaml"])
    slip["spec"]["template"]["spec"]["enableServiceLink"] = False
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(slip, VERSION, strict=True)


def test_kustomize_takes_every_manifest() -> None:
    """But the Secret, which is not kept beside them, and what needs an operator."""
    kustomization = FILES["kustomization.yaml"]
    assert set(kustomization["resources"]) == FILES.keys() - BEYOND - {"secret.example.yaml"}
    assert kustomization["images"] == [{"name": GATEWAY["image"], "newTag": __version__}]


def test_the_gateway_starts_once_all_is_filled_in() -> None:
    """Every name is a setting, and what is not a placeholder is good as it is."""
    settings = load(environment(), env_file=None)
    placeholders = {name for name, value in {**CONFIG, **SECRET}.items() if value.startswith("<")}
    assert placeholders == FILLED.keys()
    assert all(name.startswith(PREFIX) for name in {**CONFIG, **SECRET})
    assert POD["terminationGracePeriodSeconds"] > settings.drain_seconds + 1 + FINISH_SECONDS


@pytest.mark.parametrize("name", FILLED)
def test_a_placeholder_stops_the_start(name: str) -> None:
    """Each alone, by its name."""
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load(environment(**{name: {**CONFIG, **SECRET}[name]}), env_file=None)


def test_the_container_reads_them() -> None:
    """And gets no variables of Services that happen to be there."""
    sources = [source for entry in GATEWAY["envFrom"] for source in entry.items()]
    assert sources == [
        ("configMapRef", {"name": FILES["configmap.yaml"]["metadata"]["name"]}),
        ("secretRef", {"name": FILES["secret.example.yaml"]["metadata"]["name"]}),
    ]
    assert POD["enableServiceLinks"] is False


def test_what_a_service_link_would_do() -> None:
    """A Service called `gateway` would set GATEWAY_PORT and more: no start."""
    with pytest.raises(SettingsError):
        load(environment(GATEWAY_PORT="tcp://10.0.0.1:80"), env_file=None)


def test_ports_and_probes_are_the_gateways() -> None:
    """By name from the Service, the probes, the policy and Prometheus to the number in the image."""
    [port] = GATEWAY["ports"]
    assert str(port["containerPort"]) == in_image(r"^EXPOSE (\d+)$") == environment()["GATEWAY_PORT"]
    probes = [GATEWAY[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")]
    [service] = FILES["service.yaml"]["spec"]["ports"]
    [ingress] = FILES["networkpolicy.yaml"]["spec"]["ingress"]
    [scraped] = FILES["podmonitor.yaml"]["spec"]["podMetricsEndpoints"]
    names = [*(probe["port"] for probe in probes), service["targetPort"], ingress["ports"][0]["port"], scraped["port"]]
    assert set(names) == {port["name"]}
    paths = {route.path for route in probe_routes() if isinstance(route, Route)}
    assert {probe["path"] for probe in probes} == paths


def test_a_pod_that_drains_is_noticed_in_time() -> None:
    """The readiness probe fails well before connections are refused."""
    probe = GATEWAY["readinessProbe"]
    seconds = (probe["periodSeconds"] + probe["timeoutSeconds"]) * probe["failureThreshold"]
    assert seconds < float(CONFIG["GATEWAY_DRAIN_SECONDS"])


def test_labels_select_the_pods() -> None:
    """Of everything that selects."""
    selectors = [
        DEPLOYMENT["selector"]["matchLabels"],
        FILES["service.yaml"]["spec"]["selector"],
        FILES["pdb.yaml"]["spec"]["selector"]["matchLabels"],
        FILES["networkpolicy.yaml"]["spec"]["podSelector"]["matchLabels"],
        FILES["podmonitor.yaml"]["spec"]["selector"]["matchLabels"],
        *(each["labelSelector"]["matchLabels"] for each in POD["topologySpreadConstraints"]),
    ]
    assert [each for each in selectors if each != LABELS] == []
    target = FILES["hpa.yaml"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", FILES["deployment.yaml"]["metadata"]["name"])
    assert "replicas" not in DEPLOYMENT  # the autoscaler's


def test_the_pod_has_no_rights() -> None:
    """The image's user, no root, nothing to write to, no capability."""
    user, group = in_image(r"^USER (\S+)$").split(":")
    about = POD["securityContext"]
    assert (str(about["runAsUser"]), str(about["runAsGroup"]), about["runAsNonRoot"]) == (user, group, True)
    assert about["seccompProfile"] == {"type": "RuntimeDefault"}
    assert GATEWAY["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert POD["automountServiceAccountToken"] is False


def test_the_policy_lets_out_what_the_settings_name() -> None:
    """DNS, Redis and the upstream, and nothing else."""
    out = {port["port"] for rule in FILES["networkpolicy.yaml"]["spec"]["egress"] for port in rule["ports"]}
    upstream, redis = urlsplit(FILLED["GATEWAY_UPSTREAM_URL"]), urlsplit(FILLED["GATEWAY_CACHE"])
    assert out == {53, upstream.port or 443, redis.port}


def test_prometheus_sends_the_admin_token() -> None:
    """The Secret's key of that name; without the operator, from a file."""
    [pods] = FILES["podmonitor.yaml"]["spec"]["podMetricsEndpoints"]
    credentials = pods["authorization"]["credentials"]
    assert credentials == {"name": FILES["secret.example.yaml"]["metadata"]["name"], "key": "GATEWAY_ADMIN_TOKEN"}
    assert credentials["key"] in SECRET
    [job] = yaml.safe_load((ROOT / "deploy/prometheus/scrape.yaml").read_text("utf-8"))["scrape_configs"]
    assert pods["path"] == job["metrics_path"] == "/metrics"
    assert job["authorization"]["type"] == "Bearer"
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    [targets] = [static["targets"] for static in job["static_configs"]]
    assert targets == [f"{name}:8000" for name, service in services.items() if service.get("command") == ["serve"]]
