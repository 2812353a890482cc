#!/usr/bin/env python3
"""Runs every data set of ../shared that is there and holds each figure above its floor (floors.json beside this file).
`datasets.py --raise` writes what was reached where it is more. Standard library only."""
import json, os, re, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
SHARED = os.path.join(os.path.dirname(ROOT), 'shared')
FLOORS = os.path.join(HERE, 'floors.json')
BINARY = os.path.join(ROOT, 'target', 'release', 'pintle')
CONFORMANCE = os.path.join(ROOT, 'target', 'release', 'conformance')
TAIL = re.compile(r'(?:^|: )(\d+) passed, (\d+) failed', re.M)


def run(argv, timeout):
    """Gives the output of a runner; its exit code says only whether all passed, the figures say more."""
    start = time.time()
    try:
        out = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout,
                             stdin=subprocess.DEVNULL, cwd=ROOT).stdout
    except subprocess.TimeoutExpired as e:
        out = (e.stdout or b'').decode(errors='replace') + f'\ntimed out after {timeout} s'
    return out, time.time() - start


def main():
    raising = '--raise' in sys.argv
    only = [a for a in sys.argv[1:] if not a.startswith('-')]
    floors = json.load(open(FLOORS))
    failures, total, lost = [], 0, 0

    def judge(group, name, out, seconds):
        nonlocal total, lost
        found = TAIL.findall(out)
        if not found:
            print(out[-2000:])
            failures.append(f'{group} {name}: no figure')
            return
        passed, failed = map(int, found[-1])
        total, lost = total + passed, lost + failed
        floor = floors[group].get(name, 0) if isinstance(floors[group], dict) else floors[group]
        print(f'{group:12} {name:16} {passed:6} passed, {failed:5} failed   floor {floor:6}   {seconds:5.0f} s', flush=True)
        if passed < floor:
            print(out[-3000:])
            failures.append(f'{group} {name}: {passed} is below the floor of {floor}')
        if raising and passed > floor:
            if isinstance(floors[group], dict):
                floors[group][name] = passed
            else:
                floors[group] = passed

    def wanted(group):
        path = os.path.join(SHARED, group)
        if only and group not in only:
            return None
        if not os.path.isdir(path):
            print(f'{group}: skipped: {os.path.relpath(path, ROOT)} is missing')
            return None
        return path

    if path := wanted('conformance'):
        for f in sorted(os.listdir(path)):
            if f.endswith('.jsonl'):
                suite = f[:-6]
                judge('conformance', suite, *run([CONFORMANCE, path, suite, '--binary', BINARY], 900))
    if path := wanted('corpus'):
        script = os.path.join(path, 'run_cases.py')
        for kind in ('template', 'lint', 'show', 'package'):
            judge('corpus', kind, *run([sys.executable, script, BINARY, '--kind', kind, '-k', '2'], 1200))
        judge('corpus', 'nondeterministic', *run([sys.executable, script, BINARY, '--nondeterministic', '-k', '2'], 900))
    if path := wanted('cli'):
        judge('cli', '', *run([sys.executable, os.path.join(path, 'run_cli_cases.py'), BINARY], 1200))
    if path := wanted('e2e'):
        where = os.path.join(ROOT, 'target', 'controlplane.path')
        if os.path.exists(where) and os.path.exists(open(where).read().strip()):
            judge('e2e', '', *run([sys.executable, os.path.join(path, 'run_e2e.py'), '--binary', BINARY, '--controlplane',
                                   open(where).read().strip(), '-q'], 1500))
        else:
            print('e2e: skipped: the control plane was not built (Go is missing)')

    if raising:
        json.dump(floors, open(FLOORS + '.new', 'w'), indent=2)
        open(FLOORS + '.new', 'a').write('\n')
        os.replace(FLOORS + '.new', FLOORS)
    print(f'\ndata sets: {total} passed, {lost} failed in all' if total else '\ndata sets: skipped: none is there')
    for f in failures:
        print('below its floor:', f)
    sys.exit(1 if failures else 0)


main()
