# A peer's process, as peer.R: reads the columns, then answers each line on standard input with a line of JSON.
# python3 peer.py statsmodels <file> <rows> <columns, comma-separated> <formula>
import json, re, sys, time
import numpy as np
import statsmodels.regression.mixed_linear_model as mixed

_, _, path, rows, columns, formula = sys.argv
rows, columns = int(float(rows)), columns.split(",")
say = lambda **answer: print(json.dumps(answer), flush=True)


def peak():
    try:
        return int(re.search(r"VmHWM:\s*(\d+)", open("/proc/self/status").read()).group(1)) / 1024
    except OSError:
        return float("nan")


started = time.perf_counter()
read = lambda name: np.fromfile(path, "<f8", rows, offset=columns.index(name) * rows * 8)
outcome, terms = re.match(r"(\w+) ~ (.*)", formula).groups()
x = np.column_stack([np.ones(rows)] + [read(term) for term in terms.split(" + ")])
y, school = read(outcome), read("school")
say(readMs=(time.perf_counter() - started) * 1000)
for line in sys.stdin:
    started, cpu = time.perf_counter(), time.process_time()
    fit = mixed.MixedLM(y, x, groups=school).fit(reml=True)
    say(
        ms=(time.perf_counter() - started) * 1000,
        cpuMs=(time.process_time() - cpu) * 1000,
        peakMb=peak(),
        answer=[float(value) for value in fit.fe_params],
    )
