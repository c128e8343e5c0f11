# The same regression as the first lecture writes it: scalars and loops, one number at a time.
# The compiler turns the inner loops into Z@w and Z.T@e again, so this costs no more than linear_regression.gd;
# `gdc explain examples/linear_regression_loops.gd` shows the pass that does it, raise_loops.
input X: real[m, n] finite from "data/diabetes.csv"["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
input y: real[m] finite from "data/diabetes.csv"["progression"]
param a: real = 0.3
param steps: int = 100

Z := standardize(X)
w := zeros(n)
b := 0.0
repeat steps {
    dw := zeros(n)
    db := 0.0
    J := 0.0
    for i in 0..m {
        f := b
        for j in 0..n { f += w[j]*Z[i, j] }
        err := f - y[i]
        for j in 0..n { dw[j] += err*Z[i, j] }
        db += err
        J += err^2
    }
    for j in 0..n { w[j] -= a*dw[j]/m }
    b -= a*db/m
    record J := J/(2*m)
}
output w, b, r2 := r2(Z@w + b, y)
