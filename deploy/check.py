#!/usr/bin/env python3
"""Checks the deployment files against the schemas of those who read them.

Kubernetes: kubernetes-validate, strictly (unknown fields are errors). KEDA: the models made from its own definitions.
Compose: the specification's schema. Container file: hadolint. All YAML: yamllint.
Beside the schemas, what nothing else would notice: graces longer than DRAIN_TIMEOUT, and a worker's number in both places.
"""

import pathlib
import subprocess
import sys

import jsonschema
import kubernetes_validate
import yaml
from cloudcoil.models.keda import v1alpha1 as keda

FOLDER = pathlib.Path(__file__).parent
TOOLS = pathlib.Path(sys.executable).parent
KUBERNETES = "1.34"
problems = []


def tool(name, *arguments):
    ran = subprocess.run([TOOLS / name, *arguments], capture_output=True, text=True)
    if ran.returncode:
        problems.append(f"{name}: {ran.stdout}{ran.stderr}")


def strict(schema):
    """The same schema, in which fields that it doesn't name are errors."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            strict(part)
    elif isinstance(schema, list):
        for part in schema:
            strict(part)
    return schema


def check_keda(document, place):
    if document["kind"] == "ScaledJob":
        schema = strict(keda.ScaledJob.model_json_schema(by_alias=True))
        # The pod is checked as a Job's below, with the patterns that belong to it.
        target = dict(document["spec"]["jobTargetRef"], template={})
        checked = dict(document, spec=dict(document["spec"], jobTargetRef=target))
        for error in jsonschema.Draft202012Validator(schema).iter_errors(checked):
            problems.append(f"{place}: {error.json_path}: {error.message}")
    if document["kind"] == "ScaledJob":
        check_pod(document["spec"]["jobTargetRef"]["template"]["spec"], place)
        arguments = document["spec"]["jobTargetRef"]["template"]["spec"]["containers"][0]["args"]
        taken = arguments[arguments.index("--max") + 1]
        wanted = document["spec"]["triggers"][0]["metadata"]["targetQueryValue"]
        if taken != wanted:
            problems.append(f"{place}: a worker takes {taken} jobs, the trigger counts {wanted} for each")
        job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": document["metadata"]}
        check_kubernetes(job | {"spec": document["spec"]["jobTargetRef"]}, place)
    else:
        # The models leave it out; it has one field of ours.
        unknown = set(document["spec"]) - {"secretTargetRef"}
        if document["kind"] != "TriggerAuthentication" or unknown:
            problems.append(f"{place}: not expected here: {document['kind']} {unknown}")


def check_kubernetes(document, place):
    try:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    except Exception as error:  # its own, the schema's, and one for versions
        # The schema that follows is longer than the file.
        problems.append(f"{place}: {str(error).splitlines()[0]}")


def check_pod(pod, place):
    if pod["terminationGracePeriodSeconds"] <= DRAIN:
        problems.append(f"{place}: terminationGracePeriodSeconds must be longer than DRAIN_TIMEOUT ({DRAIN} s)")
    if not pod["securityContext"]["runAsNonRoot"]:
        problems.append(f"{place}: it must not run as root")


def documents():
    for file in sorted((FOLDER / "kubernetes").glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            yield f"{file.name} {document['kind']} {document.get('metadata', {}).get('name', '')}", document


everything = list(documents())
settings = next(d["data"] for _, d in everything if d["kind"] == "ConfigMap" and d["metadata"]["name"] == "rushes")
DRAIN = int(settings["DRAIN_TIMEOUT"])
for place, document in everything:
    if document["apiVersion"].startswith("keda.sh/"):
        check_keda(document, place)
    elif document["apiVersion"].startswith("kustomize"):
        for name in document["resources"]:
            if not (FOLDER / "kubernetes" / name).exists():
                problems.append(f"{place}: there is no {name}")
    else:
        check_kubernetes(document, place)
        if document["kind"] == "Deployment":
            check_pod(document["spec"]["template"]["spec"], place)

tool("yamllint", "--strict", "-d", "{extends: default, rules: {document-start: disable, line-length: {max: 130}, braces: {max-spaces-inside: 0}, comments: {min-spaces-from-content: 1}}}", FOLDER)
tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", FOLDER / "compose.yaml")
tool("hadolint", FOLDER / "Containerfile")

print(f"{len(everything)} Kubernetes documents, compose.yaml and Containerfile checked")
if problems:
    sys.exit("\n".join(problems))
