#!/usr/bin/env python3
"""Time whole processes against real Helm on the charts of the corpus that Helm is slowest on.

    slowest_charts.py PINTLE HELM [--corpus DIR] [--charts N] [--runs N] [--kind template|lint|show] [-k REGEX]

Every chart takes part with one case, the one that Helm took longest for when the corpus was recorded. Helm times each once,
the slowest N stay; then both programs run in turn, so that they meet the same load, and the best of the runs counts.
Prints a Markdown table: wall time, processor time (user and system), peak memory. Python 3.8+, standard library only.
"""
import argparse
import json
import os
import re
import sys
import tempfile
import time


def cases(corpus, kind, pattern):
    slowest = {}
    with open(os.path.join(corpus, "cases.jsonl"), encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if case["kind"] != kind or (case["exit"] and kind != "lint") or not re.search(pattern, case["id"]):
                continue
            best = slowest.get(case["chart"])
            if best is None or case["helm4_ms"] > best["helm4_ms"]:
                slowest[case["chart"]] = case
    return sorted(slowest.values(), key=lambda c: -c["helm4_ms"])


def measure(program, argv, cwd, env):
    """-> wall and processor time in milliseconds, peak memory in MiB, exit code"""
    quiet = os.open(os.devnull, os.O_RDWR)
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        for fd in (0, 1, 2):
            os.dup2(quiet, fd)
        os.chdir(cwd)
        os.execve(program, [program] + argv, env)
    _, status, used = os.wait4(pid, 0)
    wall = (time.monotonic() - start) * 1000
    os.close(quiet)
    return wall, (used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def best(runs):
    return [min(column) for column in zip(*runs)]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("pintle")
    p.add_argument("helm")
    here = os.path.dirname(os.path.abspath(__file__))
    p.add_argument("--corpus", default=os.path.join(here, "..", "..", "shared", "corpus"))
    p.add_argument("--charts", type=int, default=10)
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--kind", default="template", choices=["template", "lint", "show"])
    p.add_argument("-k", dest="pattern", default="", help="only cases whose id matches")
    o = p.parse_args()
    pintle, helm = os.path.abspath(o.pintle), os.path.abspath(o.helm)
    with tempfile.TemporaryDirectory() as tmp:
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": tmp, "KUBECONFIG": os.devnull}
        todo = cases(o.corpus, o.kind, o.pattern)[: o.charts * 3]
        timed = [(measure(helm, c["argv"], o.corpus, env)[0], c) for c in todo]
        timed.sort(key=lambda t: -t[0])
        print("| case | Helm ms | pintle ms | faster | Helm CPU ms | pintle CPU ms | Helm MiB | pintle MiB | of Helm's |")
        print("| --- | --: | --: | --: | --: | --: | --: | --: | --: |")
        for _, case in timed[: o.charts]:
            pairs = [(measure(helm, case["argv"], o.corpus, env), measure(pintle, case["argv"], o.corpus, env))
                     for _ in range(o.runs)]
            h, r = best([a for a, _ in pairs]), best([b for _, b in pairs])
            if {a[3] for a, _ in pairs} != {b[3] for _, b in pairs}:
                print(f"{case['id']}: exit codes differ", file=sys.stderr)
            print(f"| {case['id']} | {h[0]:.0f} | {r[0]:.1f} | {h[0] / r[0]:.1f}× | {h[1]:.0f} | {r[1]:.1f} "
                  f"| {h[2]:.0f} | {r[2]:.1f} | {100 * r[2] / h[2]:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
