#!/usr/bin/env python3
"""Time whole processes against real Helm on a cluster, command by command through a release's life.

    cluster.py PINTLE HELM KUBECONFIG [--runs N]

The cluster should be a test control plane: each run makes a namespace for each program and leaves it behind. The programs
take turns command by command, so that they meet the same load; medians of the runs count. Prints a Markdown table: wall time,
processor time (user and system), peak memory. Python 3.8+, standard library only.
"""
import argparse
import os
import statistics
import sys
import tempfile

from slowest_charts import measure

SMALL = {
    "a.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: '{{ .Release.Name }}'}\n",
    "b.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: '{{ .Release.Name }}'}\n"
              "spec: {ports: [{port: 80}], selector: {app: r}}\n",
    "c.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '{{ .Release.Name }}'}\nspec:\n"
              "  replicas: {{ .Values.replicas | default 1 }}\n  selector: {matchLabels: {app: r}}\n  template:\n"
              "    metadata: {labels: {app: r}}\n    spec: {containers: [{name: c, image: x}]}\n",
    "d.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: '{{ .Release.Name }}-test'\n"
              "  annotations: {helm.sh/hook: test, fake.node/outcome: succeed}\n"
              "spec: {restartPolicy: Never, containers: [{name: c, image: x}]}\n",
}
JOB = ("apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: '{{ .Release.Name }}-%s'\n  annotations:\n"
       "    helm.sh/hook: %s-install,%s-upgrade,%s-delete\n"
       "    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded\nspec:\n  backoffLimit: 0\n  template:\n"
       "    metadata: {annotations: {fake.node/outcome: succeed}}\n"
       "    spec: {restartPolicy: Never, containers: [{name: c, image: x}]}\n")
WAITS = {
    "b.yaml": SMALL["b.yaml"].replace("spec: {", "spec: {type: LoadBalancer, "),
    "c.yaml": SMALL["c.yaml"],
    "e.yaml": "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: '{{ .Release.Name }}'}\n"
              "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n",
    "f.yaml": JOB % (("pre",) * 4),
    "g.yaml": JOB % (("post",) * 4),
}
ROWS = [
    "install r small --create-namespace",
    "status r",
    "get all r",
    "upgrade r small --set replicas=2",
    "upgrade r small --set replicas=2",
    "upgrade r small --dry-run=server",
    "rollback r 1",
    "test r",
    "history r",
    "list",
    "uninstall r",
    "install w waits --wait",
    "upgrade --install w waits --set replicas=2 --wait",
    "uninstall w",
]


def chart(folder, name, templates):
    os.makedirs(f"{folder}/{name}/templates")
    with open(f"{folder}/{name}/Chart.yaml", "w", encoding="utf-8") as f:
        f.write(f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n")
    for file, text in templates.items():
        with open(f"{folder}/{name}/templates/{file}", "w", encoding="utf-8") as f:
            f.write(text)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("pintle")
    ap.add_argument("helm")
    ap.add_argument("kubeconfig")
    ap.add_argument("--runs", type=int, default=3)
    a = ap.parse_args()
    programs = [os.path.abspath(a.pintle), os.path.abspath(a.helm)]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        chart(folder, "small", SMALL)
        chart(folder, "waits", WAITS)
        for run in range(a.runs + 1):
            for number, row in enumerate(ROWS):
                for which, program in enumerate(programs):
                    home = f"{folder}/home{which}"
                    env = {"HOME": home, "PATH": os.environ["PATH"], "KUBECONFIG": os.path.abspath(a.kubeconfig)}
                    namespace = f"bench-{os.getpid()}-{run}-{which}"
                    *cost, code = measure(program, row.split() + ["-n", namespace], folder, env)
                    if code:
                        sys.exit(f"{program} {row}: exit code {code}")
                    if run:  # the first run fills caches
                        found.setdefault((number, which), []).append(cost)
    print("| command | pintle: wall ms, CPU ms, peak MiB | Helm |\n| --- | --- | --- |")
    for number, row in enumerate(ROWS):
        cells = []
        for which in (0, 1):
            wall, cpu, memory = (statistics.median(c[i] for c in found[number, which]) for i in range(3))
            cells.append(f"{wall:.0f}, {cpu:.0f}, {memory:.0f}")
        print(f"| `{row}` | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    main()
