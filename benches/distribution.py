#!/usr/bin/env python3
"""Speed of what deals with repositories, beside Helm: `repo index` of 1,000 charts, `search repo` in an index of 20 MiB,
`dependency build` of 30 dependencies from a server that waits before each answer.

    benches/distribution.py target/release/pintle helm [--runs 5] [--latency 50]

Both programs run in turn, each with a home of its own; medians of wall time and of CPU time (user and system) are printed
as the rows of docs/BENCHMARKS.md. On a busy machine only CPU time says something.
"""
import argparse, hashlib, http.server, io, os, resource, statistics, subprocess, tarfile, tempfile, threading, time
from pathlib import Path

CHART = "apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: '1'\ndescription: A chart of {name}\n"


def archive(name, version, files):
    """A chart's archive with these files beside Chart.yaml."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for path, text in {"Chart.yaml": CHART.format(name=name, version=version), **files}.items():
            data = text.encode()
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def scaffold(helm, folder):
    """The files of `helm create`, without its Chart.yaml."""
    subprocess.run([helm, "create", "base"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    base = folder / "base"
    paths = (p for p in base.rglob("*") if p.is_file() and p.name != "Chart.yaml")
    return {str(p.relative_to(base)): p.read_text() for p in paths}


def big_index(charts=400, versions=60):
    lines = ["apiVersion: v1", "entries:"]
    filler = "keeps what it is told to keep and tells what it has kept " * 10
    for c in range(charts):
        lines.append(f"  chart-{c}:")
        for v in range(versions):
            lines += [f"  - apiVersion: v2\n    appVersion: '{v}'\n    created: '2026-01-01T00:00:00Z'",
                      f"    description: Chart {c} {filler}\n    digest: {hashlib.sha256(f'{c}.{v}'.encode()).hexdigest()}",
                      f"    name: chart-{c}\n    urls:\n    - https://charts.example.com/chart-{c}-1.{v}.0.tgz\n    version: 1.{v}.0"]
    return "\n".join(lines) + "\n"


class Slow(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    latency = 0.05

    def do_GET(self):
        time.sleep(self.latency)
        super().do_GET()

    def log_message(self, *_):
        pass


def run(program, args, cwd, env):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([program, *args], cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(name, programs, runs, once):
    times = {p: [] for p in programs}
    for _ in range(runs):
        for p in programs:
            times[p].append(once(p))
    (wall, cpu), (helm_wall, helm_cpu) = (map(statistics.median, zip(*times[p])) for p in programs)
    print(f"| {name} | {wall:.2f} s, {cpu:.2f} s CPU | {helm_wall:.2f} s, {helm_cpu:.2f} s CPU "
          f"| {helm_wall / wall:.1f} × (wall), {helm_cpu / max(cpu, 1e-3):.1f} × (CPU) |", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("pintle")
    p.add_argument("helm")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--latency", type=int, default=50, help="milliseconds before each answer")
    o = p.parse_args()
    programs = [os.path.realpath(o.pintle), os.path.realpath(o.helm)]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        files = scaffold(programs[1], scratch)
        env = {}
        for i, program in enumerate(programs):
            home = scratch / f"home{i}"
            home.mkdir()
            env[program] = {"HOME": str(home), "PATH": os.environ["PATH"]}
        print("| command | pintle | Helm | ratio |\n| --- | --- | --- | --- |")

        charts = scratch / "charts"
        charts.mkdir()
        for i in range(1000):
            (charts / f"c{i}-0.1.0.tgz").write_bytes(archive(f"c{i}", "0.1.0", files))
        compare("`repo index` of 1,000 charts", programs, o.runs,
                lambda q: run(q, ["repo", "index", "."], charts, env[q]))

        served = scratch / "served"
        served.mkdir()
        (served / "index.yaml").write_text(big_index())
        Slow.latency = 0
        handler = lambda *a: Slow(*a, directory=str(served))
        http.server.ThreadingHTTPServer.request_queue_size = 128  # 5 would make clients wait a second
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        for q in programs:
            run(q, ["repo", "add", "big", url], scratch, env[q])
        compare("`search repo chart-12` in an index of 20 MiB", programs, o.runs,
                lambda q: run(q, ["search", "repo", "chart-12"], scratch, env[q]))
        for q in programs:
            run(q, ["repo", "remove", "big"], scratch, env[q])

        parts = [f"d{i}" for i in range(30)]
        index = ["apiVersion: v1", "entries:"]
        for d in parts:
            data = archive(d, "1.0.0", files)
            (served / f"{d}-1.0.0.tgz").write_bytes(data)
            index.append(f"  {d}:\n  - {{apiVersion: v2, name: {d}, version: 1.0.0, urls: [{d}-1.0.0.tgz], "
                         f"digest: {hashlib.sha256(data).hexdigest()}}}")
        (served / "index.yaml").write_text("\n".join(index) + "\n")
        Slow.latency = o.latency / 1000
        for i, q in enumerate(programs):
            parent = scratch / f"parent{i}"
            parent.mkdir()
            wanted = "".join(f"- {{name: {d}, version: 1.x, repository: '{url}'}}\n" for d in parts)
            (parent / "Chart.yaml").write_text(CHART.format(name="parent", version="1.0.0") + "dependencies:\n" + wanted)
            run(q, ["repo", "add", "parts", url], scratch, env[q])
            run(q, ["dependency", "update", "."], parent, env[q])
        compare(f"`dependency build` of 30 dependencies, {o.latency} ms before each answer", programs, o.runs,
                lambda q: run(q, ["dependency", "build", "."], scratch / f"parent{programs.index(q)}", env[q]))
        server.shutdown()


if __name__ == "__main__":
    main()
