# Linear regression without steps: where the gradient is zero, (A.T@A)@θ = A.T@y, one linear system.
# A is X with a column of ones in front, so θ[0] is the intercept b. Nothing has to be scaled here, so w is
# in the data's own units: points of disease progression for each unit of bmi, of blood pressure, and so on.
input X: real[m, n] finite from "data/diabetes.csv"["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
input y: real[m] finite from "data/diabetes.csv"["progression"]

A := concat(ones(m, 1), X, axis=1)
θ := solve(A.T@A, A.T@y)
output b := θ[0], w := θ[1:], r2 := r2(A@θ, y)
