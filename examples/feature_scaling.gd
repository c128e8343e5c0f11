# Why features are scaled before gradient descent.
# Cholesterol is about 190, log triglycerides about 5: the cost is a long narrow valley, and a step that is safe
# across it is far too short along it. Scaled to mean 0 and deviation 1, the same number of steps gets there.
# `scaled` and `raw` are the two final costs; v and c are the good weights told in the units of the raw data.
input X: real[m, n] finite from "data/diabetes.csv"["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
input y: real[m] finite from "data/diabetes.csv"["progression"]
param steps: int = 300

def fit(X, y, a, steps) {
    w := zeros(size(X, 1))
    b := 0.0
    repeat steps {
        e := X@w + b - y
        w -= a*mean([X[i, j]*e[i] for i, j], axis=0)
        b -= a*mean(e)
    }
    return w, b
}
def cost(X, y, w, b) = mean((X@w + b - y)^2)/2

μ := mean(X, axis=0)
σ := std(X, axis=0)
Z := (X - μ)/σ
(w, b) := fit(Z, y, 0.1, steps)
(w_raw, b_raw) := fit(X, y, 1/(1 + mean(sum(X^2, axis=1))), steps)    # about the longest step that is safe
v := w/σ
c := b - sum(v*μ)
output scaled := cost(Z, y, w, b), raw := cost(X, y, w_raw, b_raw), v, c
