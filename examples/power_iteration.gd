# Power iteration: multiply by A, shrink to length 1, repeat; what is left is the dominant eigenvector.
# A is here the correlation matrix of the ten diabetes features, so v is their first principal component
# and `share` the part of the total variance that this single direction holds.
# `stop if` leaves the loop, `assert` ends the program with a message when it did not converge.
input X: real[m, n] finite from "data/diabetes.csv"["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
param most: int = 1000

Z := standardize(X)
A := Z.T@Z/m
v := ones(n)/√n
λ := 0.0
rounds := 0
repeat most {
    v := A@v
    v /= norm(v)
    λ_new := v@A@v
    done := abs(λ_new - λ) < 1e-12*abs(λ_new)
    λ := λ_new
    rounds += 1
    stop if done
}
assert rounds < most, "no convergence"
output λ, v, rounds, share := λ/trace(A)
