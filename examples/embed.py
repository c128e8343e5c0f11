"""gdc inside a Python program: compile, call, look inside, catch errors, compare targets.

Run it from anywhere: `python examples/embed.py`.
"""

from pathlib import Path

import numpy as np

import gdc

HERE = Path(__file__).parent

# The tables are ordinary CSV files; any NumPy array will do.
table = np.loadtxt(HERE / "data" / "diabetes.csv", delimiter=",", skiprows=1)
X, y = table[:, :-1], table[:, -1]
X = (X - X.mean(axis=0))/X.std(axis=0)

# 1. A bare formula is a whole program. What it reads first (w, a, m, X, b, y) are its inputs.
step = gdc.compile("w := w - a*(1/m)*X.T@(X@w+b-y)")
result = step(X=X, y=y, w=np.zeros(10), b=y.mean(), a=0.3, m=len(y))
print("one step, w =", result.w.round(2), "on", result.backend)

# 2. A script from a file. Its data come from the file that it names, unless the caller gives other values.
fit = gdc.load(HERE / "linear_regression.gd")
result = fit.run({"steps": 200})
print(f"r2 = {result.r2:.4f} after {len(result.trace['J'])} steps; J fell from {result.trace['J'][0]:.0f}"
      f" to {result.trace['J'][-1]:.0f}")
print("outputs:", ", ".join(dict(result)))

# 3. The same answer from another target. `loops` is plain Python: slow, and the judge of all others.
plain = fit.run({"steps": 20}, backend="loops")
fast = fit.run({"steps": 20}, backend="numpy")
print("loops and numpy agree:", np.allclose(plain.w, fast.w, rtol=1e-9))
assert np.allclose(plain.w, fast.w, rtol=1e-9)

# 4. What became of the formulas: the compiler's own account, and the text that runs.
print("signature:", fit.signature)
account = [line for line in str(step.explain("numpy")).splitlines() if line and "nothing to do" not in line]
print("\n".join(account[:12]))
print(step.source("numpy"))

# 5. Mistakes are one exception, with a place in the script and a way out.
try:
    gdc.compile("input X: real[m, n]\ninput y: real[m]\ng := X@y").run({"X": X, "y": y})
except gdc.Error as error:
    print(f"a {error.kind} error in line {error.line}: {error.message}")
